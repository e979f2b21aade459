#include "base/spawn.h"

#include <signal.h>
#include <spawn.h>
#include <unistd.h>

#include "base/interrupt.h"

static void set_attributes(posix_spawnattr_t *attributes, const struct spawn_plan *plan) {
    sigset_t defaults, mask;
    interrupt_changed_signals(&defaults);
    sigemptyset(&mask);
    const int group = plan->own_group ? POSIX_SPAWN_SETPGROUP : 0;
    posix_spawnattr_setflags(attributes, (short)(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | group));
    posix_spawnattr_setsigdefault(attributes, &defaults);
    posix_spawnattr_setsigmask(attributes, &mask);
}

/* In ascending order: what had a number of ours that the child uses otherwise is in its place by then. */
static int add_actions(posix_spawn_file_actions_t *actions, const struct spawn_plan *plan) {
    int failure = 0;
    for (size_t i = 0; i < plan->descriptor_count && failure == 0; i++)
        failure = posix_spawn_file_actions_adddup2(actions, plan->descriptors[i], (int)i);
    if (plan->directory != NULL && failure == 0)
        failure = posix_spawn_file_actions_addchdir_np(actions, plan->directory);
    return failure;
}

int spawn_program(const struct spawn_plan *plan, pid_t *pid) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int failure = posix_spawn_file_actions_init(&actions);
    if (failure != 0)
        return failure;
    failure = posix_spawnattr_init(&attributes);
    if (failure == 0) {
        set_attributes(&attributes, plan);
        failure = add_actions(&actions, plan);
        if (failure == 0)
            failure = posix_spawnp(pid, plan->program, &actions, &attributes, plan->argv,
                                   plan->environment != NULL ? plan->environment : environ);
        posix_spawnattr_destroy(&attributes);
    }
    posix_spawn_file_actions_destroy(&actions);
    return failure;
}
