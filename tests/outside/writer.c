/*
 * A program to be watched from outside (watch.c), which says at each moment what is in force.
 *
 *   writer steps [LIBRARY]    opens, nests, throws, forks, once; stops itself before
 *   writer loops [LIBRARY]    the same on four threads for ever, without forks; writes a byte when they run
 *
 * LIBRARY has the scopes (scopes.c), and is loaded late; else they are linked.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "conformance/peer.h"
#include "context/context.h"

enum { THREADS = 4, TRUTHS = 8 };

/* While `phase` is even `expected` is in force; else `from`, and then `next`. 0: none. */
struct truth {
    volatile uint64_t thread, phase, expected, from, next;
};
extern struct truth writer_truth[TRUTHS];
struct truth writer_truth[TRUTHS];

static void (*begin)(void);
static void (*with)(const struct ctx *next, void (*fn)(void *), void *arg);

#if !defined(WRITER_LOADS_LATE)
extern void writer_begin(void);
extern void writer_with(const struct ctx *next, void (*fn)(void *), void *arg);
#endif

struct work {
    struct truth *truth;
    bool may_fork;
    struct ctx outer, inner;
};

static void change(struct truth *truth, const struct ctx *from, const struct ctx *next) {
    truth->from = (uintptr_t)from;
    truth->next = (uintptr_t)next;
    truth->phase = truth->phase + 1;
}

static void settle(struct truth *truth) {
    truth->expected = truth->next;
    truth->phase = truth->phase + 1;
}

static void run_inner(void *arg) {
    struct work *work = arg;
    settle(work->truth);
    change(work->truth, &work->inner, &work->outer);
}

static void run_none(void *arg) {
    struct work *work = arg;
    settle(work->truth);
    change(work->truth, NULL, &work->outer);
}

static void run_throwing(void *arg) {
    struct work *work = arg;
    settle(work->truth);
    change(work->truth, &work->inner, &work->outer);
    ctx_peer_throw();
}

static void open_throwing(void *arg) {
    struct work *work = arg;
    with(&work->inner, run_throwing, work);
}

static void open_inner(struct work *work) {
    change(work->truth, &work->outer, &work->inner);
    with(&work->inner, run_inner, work);
    settle(work->truth);
}

static void fork_in_scope(struct work *work) {
    int status = 0;
    const pid_t child = fork();
    if (child == 0) {
        open_inner(work);
        _exit(0);
    }
    if (child < 0 || waitpid(child, &status, 0) != child || status != 0)
        abort();
}

static void run_outer(void *arg) {
    struct work *work = arg;
    settle(work->truth);
    open_inner(work);
    open_inner(work);
    change(work->truth, &work->outer, NULL);
    with(NULL, run_none, work);
    settle(work->truth);
    change(work->truth, &work->outer, &work->inner);
    if (!ctx_peer_catch(open_throwing, work))
        abort();
    settle(work->truth);
    if (work->may_fork)
        fork_in_scope(work);
    change(work->truth, &work->outer, NULL);
}

static void open_outer(struct work *work) {
    change(work->truth, NULL, &work->outer);
    with(&work->outer, run_outer, work);
    settle(work->truth);
}

static void *loop(void *arg) {
    struct work *work = arg;
    work->truth->thread = (uint64_t)gettid();
    begin();
    for (;;)
        open_outer(work);
}

static void run_loops(void) {
    static struct work works[THREADS];
    pthread_t thread;
    for (int i = 0; i < THREADS; i++) {
        works[i].truth = &writer_truth[i];
        if (pthread_create(&thread, NULL, loop, &works[i]) != 0)
            abort();
    }
    for (int i = 0; i < THREADS; i++) /* one of them publishes for all, and may be the last to be done */
        while (writer_truth[i].phase == 0)
            usleep(1000);
    (void)!write(STDOUT_FILENO, "r", 1);
    for (;;)
        pause();
}

static void load(const char *library) {
    void *module = dlopen(library, RTLD_NOW);
    if (module == NULL) {
        fprintf(stderr, "writer: %s\n", dlerror());
        exit(2);
    }
    *(void **)&begin = dlsym(module, "writer_begin");
    *(void **)&with = dlsym(module, "writer_with");
}

int main(int argc, char **argv) {
    static struct work work = {.truth = &writer_truth[0], .may_fork = true};
#if !defined(WRITER_LOADS_LATE)
    begin = writer_begin;
    with = writer_with;
#endif
    if (argc == 3)
        load(argv[2]);
    if (argc < 2 || begin == NULL || with == NULL)
        return 2;
    if (strcmp(argv[1], "loops") == 0)
        run_loops();
    begin();
    raise(SIGSTOP);
    open_outer(&work);
    return 0;
}
