/*
 * Part of kernels.h: what a strategy has to get right before anybody times it, and what else may stand between a scope
 * and its reader. The same operations that the workloads measure are proved here. A worker runs the scenarios that its
 * workload rests on; `bench conformance` runs them all, each in a process of its own, and compares the outcome with
 * what is expected of each strategy: what follows from its traits (the rules below), but for the exceptions that it
 * states itself (CTX_EXCEPTIONS).
 *
 * A scenario runs its steps in functions of ctx_body's shape, so that strategies with a context parameter take part. It
 * stops at the first thing that is not as wanted and says what was found. To add one: write it into the file of its
 * topic, and give it a row in the table below, with the condition that it decides and with what follows from traits.
 */
#include <errno.h>
#include <limits.h>
#include <semaphore.h>
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "gls/fiber.h"

#include "conformance/peer.h"
#include "conformance/proof.h"

#include "conformance/attaching.h"
#include "conformance/callbacks.h"
#include "conformance/coroutines.h"
#include "conformance/crowd.h"
#include "conformance/fibers.h"
#include "conformance/leaving.h"
#include "conformance/scopes.h"
#include "conformance/signals.h"

#include "conformance/stores.h"

#include "conformance/threads.h"

/* What code may have to live with (struct ctx_condition). */
static const struct ctx_condition ctx_condition_plain = {"Threads, scopes and queues, with nothing else in the way", 10,
                                                         NULL, "threads"};
static const struct ctx_condition ctx_condition_callbacks = {
    "Callbacks through code that you cannot change, and that hands nothing on", 20, NULL, "callbacks"};
static const struct ctx_condition ctx_condition_fibers = {"Fibers that take turns on a thread", 30, NULL, "fibers"};
static const struct ctx_condition ctx_condition_migration = {"Fibers that go from thread to thread", 40,
                                                             &ctx_condition_fibers, "migration"};
static const struct ctx_condition ctx_condition_signals = {"Signal handlers", 50, NULL, "signals"};
static const struct ctx_condition ctx_condition_signal_stacks = {"Signal handlers on a stack of their own", 60,
                                                                 &ctx_condition_signals, "signal-stacks"};
static const struct ctx_condition ctx_condition_longjmp = {"Scopes that longjmp leaves", 70, NULL, "longjmp"};
static const struct ctx_condition ctx_condition_exceptions = {"C++ exceptions through scopes", 80, NULL, "exceptions"};
static const struct ctx_condition ctx_condition_fork = {"Scopes that a forked child goes on with", 90, NULL, "fork"};
static const struct ctx_condition ctx_condition_thread_ends = {"Threads that end or are cancelled inside a scope", 100,
                                                               NULL, "thread-ends"};
static const struct ctx_condition ctx_condition_modules = {"Modules that are loaded and unloaded", 110, NULL,
                                                           "modules"};
static const struct ctx_condition ctx_condition_attach = {"Contexts attached in one callback, detached in another", 120,
                                                          NULL, "attach"};
static const struct ctx_condition ctx_condition_coroutines = {
    "Coroutines without a stack, whose resumption can be wrapped", 130, NULL, "coroutines"};
static const struct ctx_condition ctx_condition_lasting = {
    "Scopes that such a coroutine opens itself and keeps while it is suspended", 140, &ctx_condition_coroutines,
    "coroutine-scopes"};
static const struct ctx_condition ctx_condition_code = {"Code that nothing describes, as a JIT makes it", 150, NULL,
                                                        "jit"};

/* What follows from traits. */
/* NOLINTBEGIN(bugprone-macro-parentheses): texts */
#define CTX_ARGUMENT_HAS_NO_WAY(why)                                                                                   \
    { .having = CTX_TRAIT_EXPLICIT_ARGUMENT, .expected = CTX_DOES_NOT_APPLY, .reason = why }
#define CTX_THREADS_FAIL_ON_FIBERS(why)                                                                                \
    { .lacking = CTX_TRAITS_OF_FIBERS, .expected = CTX_FAILS, .reason = why }
#define CTX_NO_PLACE_TO_ATTACH(why)                                                                                    \
    { .lacking = CTX_TRAIT_ATTACHES, .expected = CTX_DOES_NOT_APPLY, .reason = why }
#define CTX_ENDS_WITH_A_CALL                                                                                           \
    CTX_NO_PLACE_TO_ATTACH(                                                                                            \
        "the context is an argument or lies in frames of the stack, and ends with the call that put it there")

/* What is attached to a thread stays with it; what ends with a call cannot last. */
#if defined(CTX_OP_PUT)
#define CTX_SCOPE_OF_A_COROUTINE                                                                                       \
    {                                                                                                                  \
        .lacking = CTX_TRAITS_OF_FIBERS, .expected = CTX_FAILS,                                                        \
        .reason =                                                                                                      \
            "what a coroutine attached stays in force on its thread while it is suspended, for all that runs there"    \
    }
#else
#define CTX_SCOPE_OF_A_COROUTINE                                                                                       \
    {                                                                                                                  \
        .lacking = CTX_TRAIT_EXPLICIT_ARGUMENT, .expected = CTX_DOES_NOT_APPLY,                                        \
        .reason = "a scope is a call, and a coroutine that suspends returns from all of them; wrap each resumption"    \
    }
#endif
/* NOLINTEND(bugprone-macro-parentheses) */

#define CTX_NOTHING_RESTORES                                                                                           \
    {                                                                                                                  \
        .lacking = CTX_TRAIT_EXPLICIT_ARGUMENT | CTX_TRAIT_READS_STACK, .expected = CTX_FAILS,                         \
        .reason = "nothing restores the context when longjmp passes over the scope"                                    \
    }
#define CTX_NO_HANDLER_IS_GIVEN_IT                                                                                     \
    CTX_ARGUMENT_HAS_NO_WAY("the system calls a handler, and hands it nothing of what it interrupts")

static const struct ctx_scenario ctx_scenarios[] = {
    {CTX_SCENARIO_NEST, "nest", "nested override and restore", .run = ctx_nest_root_prove,
     .condition = &ctx_condition_plain},
    {CTX_SCENARIO_FAILING_BODY, "failing-body", "restore after a body that gives up", .run = ctx_failing_root_prove},
    {CTX_SCENARIO_THREE_ANSWERS, "three-answers", "unset, NULL and no context are told apart",
     .run = ctx_three_root_prove, .condition = &ctx_condition_plain},
    {CTX_SCENARIO_TWO_MANAGERS, "two-managers", "the same key under two managers", .run = ctx_managers_root_prove,
     .condition = &ctx_condition_plain},
    {CTX_SCENARIO_DEEP, "deep", "10,000 frames below the scope", .run = ctx_deep_root_prove},
    {CTX_SCENARIO_REUSE, "reuse", "ids and slots are reused without residue", .run = ctx_reuse_root_prove},
    CTX_EVERY_STORE(CTX_STORE_ROW){0, "million-scopes", "1,000,000 scopes open at once, on 100 threads",
                                   .run = ctx_crowd_root_prove},

    {CTX_SCENARIO_PLAIN_CHILD, "plain-child", "a plain thread sees nothing", .run = ctx_plain_root_prove,
     .condition = &ctx_condition_plain},
    {CTX_SCENARIO_INHERIT, "inherit", "an inheriting thread sees the values at the call", .run = ctx_inherit_root_prove,
     .condition = &ctx_condition_plain},
    {CTX_SCENARIO_HANDOFF, "handoff", "a queue carries contexts; a pool thread keeps no residue",
     .run = ctx_handoff_root_prove, .condition = &ctx_condition_plain},
    {CTX_SCENARIO_MANY_THREADS, "many-threads", "threads do not see each other", .run = ctx_threads_root_prove,
     .condition = &ctx_condition_plain},
    {0, "restore-absence", "a task without a context, after and within one that had one", .run = ctx_absent_root_prove,
     .condition = &ctx_condition_plain, .story = "folly#2017, opentelemetry-cpp#3300"},
    {0, "thread-end", "17,000 threads end and leave nothing behind", .run = ctx_ended_root_prove},
    {0, "thread-exit", "pthread_exit inside a scope", .run = ctx_exit_root_prove,
     .condition = &ctx_condition_thread_ends},
    {0, "thread-cancel", "cancellation inside a scope", .run = ctx_cancel_root_prove,
     .condition = &ctx_condition_thread_ends},
    {0, "key-destructor", "a destructor of thread-specific data reads and opens a scope", .run = ctx_last_root_prove,
     .condition = &ctx_condition_thread_ends, .story = "brpc#1776"},
    {0, "fork", "fork inside a scope", .run = ctx_fork_root_prove, .condition = &ctx_condition_fork},
    {0, "fork-busy", "fork while other threads open scopes and read", .run = ctx_busy_root_prove,
     .condition = &ctx_condition_fork, .story = "netdata#19374"},
    {0, "vfork", "the child of vfork reads, before it turns into another program", .run = ctx_vfork_root_prove,
     .condition = &ctx_condition_fork},
    {0, "posix-spawn", "posix_spawn inside a scope", .run = ctx_spawned_root_prove, .condition = &ctx_condition_fork},

    {CTX_SCENARIO_FIBER_SWITCH, "fiber-switch", "three fibers take turns on one thread",
     .unavailable = ctx_fibers_missing, .run = ctx_turns_root_prove, .condition = &ctx_condition_fibers,
     .implied = CTX_THREADS_FAIL_ON_FIBERS("the context belongs to the thread, and stays when the stack changes")},
    {CTX_SCENARIO_FIBER_MIGRATION, "fiber-migration", "a fiber goes from thread to thread",
     .unavailable = ctx_fibers_missing, .run = ctx_migration_root_prove, .condition = &ctx_condition_migration,
     .implied = CTX_THREADS_FAIL_ON_FIBERS("the context belongs to the thread, and does not go along with the stack")},
    {0, "fiber-crowd", "1,000 fibers on 4 threads", .unavailable = ctx_fibers_missing,
     .run = ctx_fiber_crowd_root_prove, .condition = &ctx_condition_migration,
     .implied =
         CTX_THREADS_FAIL_ON_FIBERS("the context belongs to the thread, and neither stays with nor follows a stack")},

    {0, "owner-ends", "the thread ends on which a fiber opened its scope; the fiber goes on",
     .unavailable = ctx_fibers_missing, .run = ctx_owner_root_prove, .condition = &ctx_condition_migration,
     .implied = CTX_THREADS_FAIL_ON_FIBERS("the context belongs to the thread, and does not go along with the stack"),
     .story = "DataDog/java-profiler 94686da, 22c3a7efe"},

    {0, "attach-detach", "attached in one callback, detached in a later one",
     .run = CTX_IF_IT_ATTACHES(ctx_attach_root_prove), .condition = &ctx_condition_attach,
     .implied = CTX_ENDS_WITH_A_CALL, .story = "the form of every OpenTelemetry SDK"},
    {0, "attach-overlap", "the outer of two is detached first: refused and told",
     .run = CTX_IF_IT_ATTACHES(ctx_overlap_root_prove), .condition = &ctx_condition_attach,
     .implied = CTX_ENDS_WITH_A_CALL, .story = "opentelemetry-cpp (pops what lies above), opentelemetry-rust#1887"},
    {0, "attach-elsewhere", "detached on another thread or fiber: refused and told",
     .run = CTX_IF_IT_ATTACHES(ctx_elsewhere_root_prove), .condition = &ctx_condition_attach,
     .implied = CTX_ENDS_WITH_A_CALL, .story = "opentelemetry-python#2606, tracing#394"},
    {0, "coroutine", "C++20 coroutines take turns; a scope around each resumption", .run = ctx_resumed_root_prove,
     .condition = &ctx_condition_coroutines, .story = "tokio#2396"},
    {0, "coroutine-migration", "the same, resumed by another thread each time", .run = ctx_moved_root_prove,
     .condition = &ctx_condition_coroutines, .story = "brpc#2918, brpc#3520"},
    {0, "coroutine-scope", "a coroutine opens a scope itself, and is suspended inside",
     .run = CTX_COROUTINE_SCOPE(ctx_lasting_root_prove), .condition = &ctx_condition_lasting,
     .implied = CTX_SCOPE_OF_A_COROUTINE, .story = "tokio#2396, llvm#98479"},

    {0, "qsort", "callback of qsort, which has no user pointer", .run = CTX_UNLESS_EXPLICIT(ctx_qsort_root_prove),
     .condition = &ctx_condition_callbacks,
     .implied = CTX_ARGUMENT_HAS_NO_WAY("qsort hands no user pointer to its callback; qsort_r does")},
    {0, "qsort-r", "callback of qsort_r, which has one", .run = ctx_qsort_r_root_prove},
    {0, "bsearch", "callback of bsearch, which has none", .run = CTX_UNLESS_EXPLICIT(ctx_bsearch_root_prove),
     .condition = &ctx_condition_callbacks,
     .implied = CTX_ARGUMENT_HAS_NO_WAY("bsearch hands no user pointer to its callback")},
    {0, "event-loop", "callbacks of libuv's loop", .unavailable = ctx_peer_loop_missing, .run = ctx_loop_root_prove},
    {0, "modules", "scope and reader in two shared objects, loaded later", .unavailable = ctx_peer_module_missing,
     .run = ctx_module_root_prove, .condition = &ctx_condition_modules},

    {0, "unload", "a module is unloaded, and another build of it loaded in its place",
     .unavailable = ctx_peer_module_missing, .run = ctx_unload_root_prove, .condition = &ctx_condition_modules,
     .story = "HPCToolkit#321, libunwind PR 153"},
    {0, "unload-destructor", "a static object of a module that is unloaded reads as it ends",
     .unavailable = ctx_peer_module_missing, .run = ctx_unloaded_root_prove, .condition = &ctx_condition_modules,
     .implied = {.having = CTX_TRAIT_READS_STACK,
                 .expected = CTX_FAILS,
                 .reason = "what ends a module (__do_global_dtors_aux of crtbeginS.o) has neither unwind tables nor "
                           "frame pointers: unreadable"}},
    {0, "tls-exhausted", "modules are loaded when the static TLS block is used up",
     .unavailable = ctx_peer_module_missing, .run = ctx_full_root_prove, .condition = &ctx_condition_modules,
     .story = "glibc BZ 31372, ctx-sharing-demo"},
    {0, "jit", "code without unwind tables or frame pointers between scope and reader",
     .unavailable = ctx_peer_code_missing, .run = ctx_code_root_prove, .condition = &ctx_condition_code,
     .implied = {.having = CTX_TRAIT_READS_STACK,
                 .expected = CTX_FAILS,
                 .reason = "a reader of the stack cannot pass code that nothing describes; it says so"}},

    {0, "signal", "a signal handler", .run = CTX_UNLESS_EXPLICIT(ctx_signal_root_prove),
     .condition = &ctx_condition_signals, .implied = CTX_NO_HANDLER_IS_GIVEN_IT},
    {0, "signal-stack", "a signal handler on an alternate stack", .run = CTX_UNLESS_EXPLICIT(ctx_alternate_root_prove),
     .condition = &ctx_condition_signal_stacks, .implied = CTX_NO_HANDLER_IS_GIVEN_IT},
    {0, "signal-moments", "signals at any moment, while scopes open and close",
     .run = CTX_UNLESS_EXPLICIT(CTX_UNLESS_UNSAFE(ctx_moment_root_prove)), .condition = &ctx_condition_signals,
     .implied = CTX_NO_HANDLER_IS_GIVEN_IT},

    {0, "signal-dlopen", "a signal handler reads while modules are loaded and unloaded",
     .unavailable = ctx_peer_module_missing, .run = CTX_UNLESS_EXPLICIT(CTX_UNLESS_IT_WAITS(ctx_loading_root_prove)),
     .condition = &ctx_condition_modules, .implied = CTX_NO_HANDLER_IS_GIVEN_IT,
     .story = "libunwind#580, dd-trace-dotnet#5660"},

    {0, "longjmp", "longjmp out of a scope", .run = ctx_jump_root_prove, .condition = &ctx_condition_longjmp,
     .implied = CTX_NOTHING_RESTORES},
    {0, "longjmp-million", "a million of them leak nothing", .run = ctx_jumps_root_prove,
     .condition = &ctx_condition_longjmp, .implied = CTX_NOTHING_RESTORES},
    {0, "exception", "a C++ exception through a scope", .run = ctx_throw_root_prove,
     .condition = &ctx_condition_exceptions},
};
