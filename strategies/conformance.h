/*
 * Part of kernels.h: what a strategy has to get right before anybody times it, and what else may stand between a scope
 * and its reader. The same operations that the workloads measure are proved here. A worker runs the scenarios that its
 * workload rests on; `bench conformance` runs them all, each in a process of its own, and compares the outcome with
 * what is expected of each strategy (harness/registry/expectations.c).
 *
 * A scenario runs its steps in functions of ctx_body's shape, so that strategies with a context parameter take part. It
 * stops at the first thing that is not as wanted and says what was found. To add one: write it into the file of its
 * topic, give it a row in the table below, and say in harness/registry/expectations.c whom it breaks.
 */
#include <errno.h>
#include <limits.h>
#include <semaphore.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "gls/fiber.h"

#include "conformance/peer.h"
#include "conformance/proof.h"

#include "conformance/callbacks.h"
#include "conformance/crowd.h"
#include "conformance/fibers.h"
#include "conformance/leaving.h"
#include "conformance/scopes.h"
#include "conformance/signals.h"

#include "conformance/stores.h"

#include "conformance/threads.h"

static const struct ctx_scenario ctx_scenarios[] = {
    {CTX_SCENARIO_NEST, "nest", "nested override and restore", .run = ctx_nest_root_prove},
    {CTX_SCENARIO_FAILING_BODY, "failing-body", "restore after a body that gives up", .run = ctx_failing_root_prove},
    {CTX_SCENARIO_THREE_ANSWERS, "three-answers", "unset, NULL and no context are told apart",
     .run = ctx_three_root_prove},
    {CTX_SCENARIO_TWO_MANAGERS, "two-managers", "the same key under two managers", .run = ctx_managers_root_prove},
    {CTX_SCENARIO_DEEP, "deep", "10,000 frames below the scope", .run = ctx_deep_root_prove},
    {CTX_SCENARIO_REUSE, "reuse", "ids and slots are reused without residue", .run = ctx_reuse_root_prove},
    CTX_EVERY_STORE(CTX_STORE_ROW){0, "million-scopes", "1,000,000 scopes open at once, on 100 threads",
                                   .run = ctx_crowd_root_prove},

    {CTX_SCENARIO_PLAIN_CHILD, "plain-child", "a plain thread sees nothing", .run = ctx_plain_root_prove},
    {CTX_SCENARIO_INHERIT, "inherit", "an inheriting thread sees the values at the call",
     .run = ctx_inherit_root_prove},
    {CTX_SCENARIO_HANDOFF, "handoff", "a queue carries contexts; a pool thread keeps no residue",
     .run = ctx_handoff_root_prove},
    {CTX_SCENARIO_MANY_THREADS, "many-threads", "threads do not see each other", .run = ctx_threads_root_prove},
    {0, "thread-end", "17,000 threads end and leave nothing behind", .run = ctx_ended_root_prove},
    {0, "thread-exit", "pthread_exit inside a scope", .run = ctx_exit_root_prove},
    {0, "thread-cancel", "cancellation inside a scope", .run = ctx_cancel_root_prove},
    {0, "fork", "fork inside a scope", .run = ctx_fork_root_prove},

    {CTX_SCENARIO_FIBER_SWITCH, "fiber-switch", "three fibers take turns on one thread", ctx_fibers_missing,
     ctx_turns_root_prove},
    {CTX_SCENARIO_FIBER_MIGRATION, "fiber-migration", "a fiber goes from thread to thread", ctx_fibers_missing,
     ctx_migration_root_prove},
    {0, "fiber-crowd", "1,000 fibers on 4 threads", ctx_fibers_missing, ctx_fiber_crowd_root_prove},

    {0, "qsort", "callback of qsort, which has no user pointer", .run = CTX_UNLESS_EXPLICIT(ctx_qsort_root_prove)},
    {0, "qsort-r", "callback of qsort_r, which has one", .run = ctx_qsort_r_root_prove},
    {0, "bsearch", "callback of bsearch, which has none", .run = CTX_UNLESS_EXPLICIT(ctx_bsearch_root_prove)},
    {0, "event-loop", "callbacks of libuv's loop", ctx_peer_loop_missing, ctx_loop_root_prove},
    {0, "modules", "scope and reader in two shared objects, loaded later", ctx_peer_module_missing,
     ctx_module_root_prove},

    {0, "signal", "a signal handler", .run = CTX_UNLESS_EXPLICIT(ctx_signal_root_prove)},
    {0, "signal-stack", "a signal handler on an alternate stack", .run = CTX_UNLESS_EXPLICIT(ctx_alternate_root_prove)},
    {0, "signal-moments", "signals at any moment, while scopes open and close",
     .run = CTX_UNLESS_EXPLICIT(ctx_moment_root_prove)},

    {0, "longjmp", "longjmp out of a scope", .run = ctx_jump_root_prove},
    {0, "longjmp-million", "a million of them leak nothing", .run = ctx_jumps_root_prove},
    {0, "exception", "a C++ exception through a scope", .run = ctx_throw_root_prove},
};
