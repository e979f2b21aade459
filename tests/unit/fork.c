/*
 * The child of a fork does everything, wherever the other threads of its parent stood. A thread runs an operation and
 * is stopped right behind the first lock that it takes, in another attempt behind the second, and so on: all locks
 * count that are taken through the C library's functions, ours or those of libraries, and the loader's. Then the
 * process forks, and the child does all there is to do. One that hangs does so in a lock that nobody gives back.
 */
#include "../support/sanitized.h"

#if IS_SANITIZED

#include <stdio.h>

int main(void) {
    (void)puts("skipped: sanitizers take the places of the same functions of the C library as this test does");
    return 77;
}

#else

#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <pthread.h>
#include <semaphore.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "../support/odd_frames.h"
#include "../support/readers.h"
#include "registry/registry.h"

/* ---- A thread is stopped behind a lock ---- */

static _Thread_local bool is_main;
static atomic_uint locks_to_go; /* 0: nobody is to be stopped */
static sem_t is_stopped, may_go_on;
static const char *_Atomic stopped_in; /* NULL: the operation has ended */

/*
 * A fork that waits for a lock to be given back must not wait for ever: so the thread goes on by itself some time
 * later.
 */
static void stop_here(const char *lock) {
    enum { FORK_WAITS_SECONDS = 2 };
    struct timespec until;
    atomic_store(&stopped_in, lock);
    (void)clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += FORK_WAITS_SECONDS;
    (void)sem_post(&is_stopped);
    while (sem_timedwait(&may_go_on, &until) != 0 && errno == EINTR)
        continue;
}

static void pass_lock(const char *lock) {
    unsigned to_go = atomic_load(&locks_to_go);
    while (!is_main && to_go > 0) {
        if (!atomic_compare_exchange_weak(&locks_to_go, &to_go, to_go - 1))
            continue;
        if (to_go == 1)
            stop_here(lock);
        return;
    }
}

/* What the C library has of that name. */
#define REAL(name)                                                                                                     \
    static __typeof__(&(name)) real;                                                                                   \
    if (real == NULL)                                                                                                  \
    *(void **)&real = dlsym(RTLD_NEXT, #name)

#define STOPPING_LOCK(name, type)                                                                                      \
    int name(type *lock) { /* NOLINT: other names */                                                                   \
        REAL(name);                                                                                                    \
        const int error = real(lock);                                                                                  \
        pass_lock(#name);                                                                                              \
        return error;                                                                                                  \
    }

STOPPING_LOCK(pthread_mutex_lock, pthread_mutex_t)
STOPPING_LOCK(pthread_rwlock_rdlock, pthread_rwlock_t)
STOPPING_LOCK(pthread_rwlock_wrlock, pthread_rwlock_t)
STOPPING_LOCK(pthread_spin_lock, pthread_spinlock_t)

static _Thread_local void (*once_routine)(void);
static void stop_in_once(void) {
    pass_lock("pthread_once");
    once_routine();
}

int pthread_once(pthread_once_t *once, void (*routine)(void)) { // NOLINT: other names
    REAL(pthread_once);
    once_routine = routine;
    return real(once, stop_in_once);
}

/* The loader's lock is held while its list is gone through. */
struct iteration {
    int (*callback)(struct dl_phdr_info *, size_t, void *);
    void *data;
};

static int stop_in_iteration(struct dl_phdr_info *module, size_t bytes, void *data) {
    const struct iteration *iteration = data;
    pass_lock("dl_iterate_phdr");
    return iteration->callback(module, bytes, iteration->data);
}

int dl_iterate_phdr(int (*callback)(struct dl_phdr_info *, size_t, void *), void *data) {
    REAL(dl_iterate_phdr);
    struct iteration iteration = {callback, data};
    return real(stop_in_iteration, &iteration);
}

/* Called by a module that is being loaded, while dlopen holds another lock of the loader's. */
void loading(void);
void loading(void) {
    pass_lock("dlopen");
}

/* ---- What parent and child do ---- */

static struct registry registry;
static const char value[] = "value", fiber_value[] = "of the fiber's parent";
static atomic_uint names;

static void read_value(void *arg) {
    readers_want("below a scope", GLS_SET, arg);
}

static void read_nothing(void *arg) {
    (void)arg;
    readers_want("in no scope", GLS_NO_CONTEXT, NULL);
}

/* Below code that only unwind tables know the way through. */
static void read_far_below(void *arg) {
    (void)frameless_call(read_value, arg);
}

static void read_stacks(const void *unused) {
    (void)unused;
    if (readers_scope(value, read_far_below, (void *)value) != 0)
        readers_note("opening a scope", BY_LIBRARY, GLS_SET, value, GLS_UNREADABLE, NULL);
    (void)frameless_call(read_nothing, NULL);
}

static void intern_keys(const void *unused) {
    char name[32];
    (void)unused;
    (void)snprintf(name, sizeof name, "key %u", atomic_fetch_add(&names, 1));
    const gls_key *key = gls_key_intern(name);
    if (key == NULL || gls_key_intern(name) != key || gls_key_intern("what the readers read") != readers_key)
        abort();
    gls_key_free(gls_key_new(name));
    gls_manager *manager = gls_manager_new();
    gls_manager_unregister(manager);
    gls_manager_free(manager);
}

static void *read_inherited(void *arg) {
    readers_want("in a thread that inherits", GLS_SET, arg);
    return NULL;
}

static void start_thread(void *arg) {
    pthread_t thread;
    if (gls_go(&thread, NULL, read_inherited, arg) != 0 || pthread_join(thread, NULL) != 0)
        abort();
}

static void inherit(const void *unused) {
    (void)unused;
    (void)readers_scope(value, start_thread, (void *)value);
}

static void *yield_and_read(void *arg) {
    (void)gls_fiber_yield();
    readers_want("in a fiber", GLS_SET, arg);
    return NULL;
}

static void run_fiber(void *arg) {
    gls_fiber *fiber = NULL;
    const int error = gls_go_fiber(&fiber, 0, yield_and_read, arg);
    if (error == ENOSYS)
        return;
    if (error != 0 || gls_fiber_resume(fiber) != 0 || gls_fiber_resume(fiber) != 0 || !gls_fiber_is_done(fiber, NULL))
        abort();
    gls_fiber_free(fiber);
}

static void switch_fibers(const void *unused) {
    (void)unused;
    (void)readers_scope(fiber_value, run_fiber, (void *)fiber_value);
}

static void want_value_of_library(void *arg) {
    readers_want_by(BY_LIBRARY, "in a snapshot", GLS_SET, arg);
}

static void hand_snapshot_on(void *arg) {
    gls_snapshot *snapshot = gls_snapshot_retain(gls_snapshot_take());
    gls_snapshot_release(snapshot);
    if (gls_snapshot_run(snapshot, want_value_of_library, arg) != 0)
        abort();
    gls_snapshot_release(snapshot);
}

static void want_id(unsigned id, void *arg) {
    unsigned found = 0;
    (void)arg;
    if (!gls_get_id(&found) || found != id)
        abort();
}

static void take_snapshots(const void *unused) {
    (void)unused;
    (void)readers_scope(value, hand_snapshot_on, (void *)value);
    if (gls_ensure_id(want_id, NULL) != 0)
        abort();
}

/* A module is loaded, which only the parent does: what the loader's own locks do to a child is not ours to say. */
static void load_module(const void *unused) {
    (void)unused;
    void *module = dlopen(TEST_PLUGINS "/calls_when_loaded.so", RTLD_NOW | RTLD_LOCAL);
    if (module == NULL)
        abort();
    (void)dlclose(module);
}

/*
 * Who is stopped in a scope leaves it behind in the child, where a new thread may get his id and his stack: it must see
 * nothing of it.
 */
static void stand(void *arg) {
    (void)arg;
    pass_lock("the beginning of a scope");
}

static void stand_in_scope(const struct ctx_strategy *strategy) {
    const struct ctx_job job = {.iterations = 1, .parameters = {1}, .threads = 1};
    for (size_t i = 0; i < strategy->kernel_count; i++) {
        const struct ctx_kernel *kernel = &strategy->kernels[i];
        if (kernel->innermost != NULL && kernel->store == NULL && strcmp(kernel->workload->name, "with") == 0)
            kernel->innermost(&job, false, stand, NULL);
    }
}

/* A scope, and what workloads rest on, with a strategy. */
static void use_strategy(const void *arg) {
    const struct ctx_strategy *strategy = arg;
    if (strategy->thread_begin != NULL)
        strategy->thread_begin();
    stand_in_scope(strategy);
    if (strategy->thread_end != NULL)
        strategy->thread_end();
    static const uint32_t ids[] = {CTX_SCENARIO_NEST, CTX_SCENARIO_PLAIN_CHILD, CTX_SCENARIO_INHERIT};
    for (size_t i = 0; i < strategy->scenario_count; i++) {
        const struct ctx_scenario *scenario = &strategy->scenarios[i];
        for (size_t j = 0; j < sizeof ids / sizeof *ids; j++) {
            const char *complaint = scenario->id == ids[j] ? scenario->run() : NULL;
            if (complaint == NULL)
                continue;
            (void)fprintf(stderr, "%s: %s: %s\n", strategy->name, scenario->name, complaint);
            abort();
        }
    }
}

enum { OPERATIONS_MAX = 64 };
static struct operation {
    const char *name;
    void (*run)(const void *arg);
    const void *arg;
    bool parent_only;
} operations[OPERATIONS_MAX] = {
    {"reading", read_stacks, NULL, false},
    {"interning a key", intern_keys, NULL, false},
    {"gls_go", inherit, NULL, false},
    {"a fiber", switch_fibers, NULL, false},
    {"a snapshot", take_snapshots, NULL, false},
    {"dlopen", load_module, NULL, true},
};
static size_t operation_count = 6;

static void add_strategies(void) {
    for (size_t i = 0; i < registry.count; i++) {
        const struct ctx_strategy *strategy = registry.entries[i].strategy;
        const bool is_out = (strategy->traits & CTX_TRAIT_REFERENCE) != 0 ||
                            (strategy->unavailable != NULL && strategy->unavailable() != NULL);
        if (is_out)
            continue;
        assert_true(operation_count < OPERATIONS_MAX);
        operations[operation_count++] = (struct operation){strategy->name, use_strategy, strategy, false};
    }
}

/* ---- Forks ---- */

static const char *_Atomic *child_is_at; /* shared with children */

_Noreturn static void do_everything(void) {
    atomic_store(&locks_to_go, 0);
    atomic_store(&readers_tally.wrong, 0);
    for (size_t i = 0; i < operation_count; i++) {
        atomic_store(child_is_at, operations[i].name);
        if (!operations[i].parent_only)
            operations[i].run(operations[i].arg);
    }
    if (atomic_load(&readers_tally.wrong) == 0)
        _exit(EXIT_SUCCESS);
    char text[512];
    readers_describe(text, sizeof text);
    (void)fprintf(stderr, "in the child: %s\n", text);
    _exit(EXIT_FAILURE);
}

/* The status of a child, which hangs with all signals blocked, perhaps; -1: it had to be killed. */
static int wait_for_child(pid_t child) {
    enum { PATIENCE_MS = 20000, PAUSE_US = 1000 };
    int status = 0;
    for (int waited_ms = 0; waitpid(child, &status, WNOHANG) == 0; waited_ms++) {
        if (waited_ms == PATIENCE_MS) {
            (void)kill(child, SIGKILL);
            (void)waitpid(child, &status, 0);
            return -1;
        }
        (void)usleep(PAUSE_US);
    }
    return status;
}

static void *run_operation(void *arg) {
    const struct operation *operation = arg;
    operation->run(operation->arg);
    atomic_store(&locks_to_go, 0);
    atomic_store(&stopped_in, NULL);
    (void)sem_post(&is_stopped);
    return NULL;
}

static unsigned long fork_count;

/* Forks while the operation stands behind that lock. False: it does not take so many. */
static bool fork_behind_lock(const struct operation *operation, unsigned lock) {
    pthread_t thread;
    atomic_store(&locks_to_go, lock);
    assert_int_equal(pthread_create(&thread, NULL, run_operation, (void *)operation), 0);
    (void)sem_wait(&is_stopped);
    const char *const where = atomic_load(&stopped_in);
    int status = 0;
    if (where != NULL) {
        const pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0)
            do_everything();
        fork_count++;
        status = wait_for_child(child);
        (void)sem_post(&may_go_on);
        (void)sem_wait(&is_stopped);
    }
    assert_int_equal(pthread_join(thread, NULL), 0);
    while (sem_trywait(&may_go_on) == 0)
        continue; /* it went on by itself */
    if (status != 0)
        fail_msg(
            "a thread stood in %s (lock %u of \"%s\") when the process forked; the child %s in \"%s\" (status %#x)",
            where, lock, operation->name, status == -1 ? "hung and was killed" : "failed", atomic_load(child_is_at),
            (unsigned)status);
    return where != NULL;
}

/* Each of the first locks, then ever fewer: operations that take many take the same ones. */
static void test_operation(void **state) {
    const struct operation *operation = *state;
    for (unsigned lock = 1; lock < 200 && fork_behind_lock(operation, lock); lock += 1 + lock / 4)
        continue;
    if (atomic_load(&readers_tally.reads) > 0)
        readers_judge();
}

static void test_locks_are_noticed(void **state) {
    (void)state;
    static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    atomic_store(&locks_to_go, 1);
    is_main = false;
    (void)sem_post(&may_go_on);
    (void)pthread_mutex_lock(&mutex);
    is_main = true;
    assert_int_equal(sem_trywait(&is_stopped), 0);
    assert_string_equal(atomic_load(&stopped_in), "pthread_mutex_lock");
    (void)pthread_mutex_unlock(&mutex);
}

static int set_up(void) {
    struct error error;
    is_main = true;
    (void)sem_init(&is_stopped, 0, 0);
    (void)sem_init(&may_go_on, 0, 0);
    child_is_at = mmap(NULL, sizeof *child_is_at, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (child_is_at == MAP_FAILED || !registry_init(&registry, &error))
        return -1;
    readers_init();
    return registry_load_modules(&registry, TEST_MODULES, stderr) ? 0 : -1;
}

int main(int argc, char **argv) {
    struct CMUnitTest tests[OPERATIONS_MAX + 1] = {cmocka_unit_test(test_locks_are_noticed)};
    if (set_up() != 0)
        return EXIT_FAILURE;
    add_strategies();
    for (size_t i = 0; i < operation_count; i++)
        tests[i + 1] = (struct CMUnitTest){operations[i].name, test_operation, NULL, NULL, &operations[i]};
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    const int failed = _cmocka_run_group_tests("fork", tests, operation_count + 1, NULL, NULL);
    (void)printf("%lu forks\n", fork_count);
    return failed;
}

#endif
