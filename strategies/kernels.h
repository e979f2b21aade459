/*
 * The template that turns a strategy's operations into its descriptor. A strategy defines, before it includes this:
 *
 *   CTX_NAME, CTX_SUMMARY   strings
 *   CTX_TRAITS              mask of enum ctx_trait
 *   CTX_OP_CURRENT(after)   the context in force here, or NULL
 *   CTX_OP_WITH(next, fn, arg)
 *                           runs fn(arg) with `next` in force, then restores
 *
 * and, where it has them:
 *
 *   CTX_EXPLICIT            defined as 1: the context is a parameter; neither operation above is needed
 *   CTX_OP_GET(after, manager, key, value)
 *                           the whole read, where it is more or less than current() and a look-up
 *   CTX_OP_BEFORE_READS     declarations in front of a loop of reads, in the frame that reads
 *   CTX_OP_SAVE(), CTX_OP_RESTORE(context)
 *                           what to keep when the thread turns to another stack, and to put back when it returns
 *   CTX_OP_PUT(context)     puts a context, or NULL, in force here until something else is: what attach.h rests on, for
 *                           strategies with a place that outlives a call
 *   CTX_OP_THREAD_BEGIN, CTX_OP_THREAD_END, CTX_OP_UNAVAILABLE
 *                           names of functions for the descriptor
 *   CTX_STACKS_MAX          on how many stacks a scope can be open at once, where there is a limit
 *   CTX_OP_HOLD_IDS(count), CTX_OP_LET_GO_OF_IDS(held)
 *                           takes ids until so many are in use (workloads/ids.h), and gives back what that returned
 *   CTX_OP_COLD_LINES(note) calls note(address, bytes) for each object of its own that a read needs (workloads/cold.h)
 *   CTX_EXCEPTIONS          an array of struct ctx_exception: scenarios in which something else is to be expected than
 *                           follows from the traits
 *   CTX_UNSAFE_IN_HANDLERS  defined as 1: no signal handler may read while a scope opens or closes; that is not tried
 *   CTX_REFERENCE           defined as 1: a yardstick and no way to propagate
 *   CTX_YARDSTICK           the initialisers of a reference's struct ctx_yardstick
 *   CTX_ONLY                defined as 1: takes part in those workloads alone that it names (CTX_ONLY_GET, ...)
 *
 * `after` is always 0. In the latency form it depends on the value that the read before loaded: add it to the address
 * that the read starts from, so that the processor cannot start before it has that value.
 *
 * The same text of workloads/ and conformance.h serves strategies with and without a context parameter:
 *
 *   CTX_FN(name, void *arg)    ->  name(void *arg)   or  name(const struct ctx *here, void *arg)
 *   CTX_CALL(name, arg)        ->  name(arg)         or  name(here, arg)
 *   CTX_CURRENT(after)         ->  the operation     or  here
 *   CTX_WITH(next, fn, arg)    ->  the operation     or  fn(next, arg)
 *   CTX_BARE(fn, arg)          ->  fn(arg)           or  fn(NULL, arg): called where no context is in force
 *   CTX_AROUND_SWITCH(switch)  ->  switch            or  the same between save and restore
 *   CTX_NEW_STACK()            ->  nothing           or  restores NULL: a stack begins with no context
 *   CTX_ENTER_OPAQUE()         ->  at the start of a function that does not read its context itself: to a compiler it
 *                                  looks as if it might, and might change memory. clang, which knows no noipa, would
 *                                  otherwise see that nobody reads a scope, and not fill it in
 */
#ifndef CTX_NAME
#error "define CTX_NAME and the operations before including kernels.h"
#endif
#ifdef CTX_KERNELS_H
#error "kernels.h makes one strategy and may be included once"
#endif
#define CTX_KERNELS_H

/*
 * Each strategy begins with a page. A processor's predictors go by the lower bits of addresses; this way they are the
 * same wherever a linker puts a strategy, and its times change when it does and not when its neighbours do: without,
 * linking the same objects in another order moved a scope of stacktag with a read by 8 to 10 % (link_order.sh in
 * tests/variants).
 */
__asm__(".text\n\t.balign 4096");

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gls/fiber.h"
#include "opaque.h"
#include "sections.h"
#include "strategy.h"

#if !__has_include("found_workloads.h")
#error "found_workloads.h is missing, which the build makes: run ./bench once, and add -Ibuild/release/strategies"
#endif

#if defined(CTX_EXPLICIT) && CTX_EXPLICIT
#define CTX_FN(name, ...) name(const struct ctx *here, __VA_ARGS__)
#define CTX_CALL(name, ...) name(here, __VA_ARGS__)
#define CTX_CURRENT(after) ((void)here, (const struct ctx *)((uintptr_t)here + (after))) /* NOLINT */
#define CTX_WITH(next, fn, arg) fn(next, arg)
#define CTX_BARE(fn, arg) fn(NULL, arg)
#define CTX_ENTER_OPAQUE() ctx_touch(here)
#else
#define CTX_FN(name, ...) name(__VA_ARGS__)
#define CTX_CALL(name, ...) name(__VA_ARGS__)
#define CTX_CURRENT(after) CTX_OP_CURRENT(after)
#define CTX_WITH(next, fn, arg) CTX_OP_WITH(next, fn, arg)
#define CTX_BARE(fn, arg) fn(arg)
#define CTX_ENTER_OPAQUE() ctx_forget_memory()
#endif

#ifdef CTX_OP_GET
#define CTX_GET(after, manager, key, value) CTX_OP_GET(after, manager, key, value)
#else
#define CTX_GET(after, manager, key, value) ctx_lookup(CTX_CURRENT(after), manager, key, value)
#endif

#ifdef CTX_OP_SAVE
#define CTX_AROUND_SWITCH(switch_)                                                                                     \
    do {                                                                                                               \
        const struct ctx *ctx_kept = CTX_OP_SAVE();                                                                    \
        switch_;                                                                                                       \
        CTX_OP_RESTORE(ctx_kept);                                                                                      \
    } while (0)
#define CTX_NEW_STACK() CTX_OP_RESTORE(NULL)
#else
#define CTX_AROUND_SWITCH(switch_) switch_
#define CTX_NEW_STACK() (void)0
#endif

#ifdef CTX_OP_BEFORE_READS
#define CTX_BEFORE_READS() CTX_OP_BEFORE_READS
#else
#define CTX_BEFORE_READS() (void)0
#endif

#ifdef CTX_OP_SAVE
#define CTX_SWITCH_TRAITS CTX_TRAIT_SWAPS_AT_SWITCH
#else
#define CTX_SWITCH_TRAITS 0u
#endif

#ifdef CTX_OP_PUT
#define CTX_ATTACH_TRAITS CTX_TRAIT_ATTACHES
#else
#define CTX_ATTACH_TRAITS 0u
#endif

/* What the store `native` needs. */
#if (defined(CTX_EXPLICIT) && CTX_EXPLICIT) || defined(CTX_OP_SLOT_READ)
#define CTX_SLOT_TRAITS CTX_TRAIT_HAS_SLOTS
#else
#define CTX_SLOT_TRAITS 0u
#endif

/* A reference only stands for a cost: it has no scope to fill in, and nothing to prove. */
#ifdef CTX_REFERENCE
#define CTX_BINDS false
#define CTX_ALL_TRAITS ((CTX_TRAITS) | CTX_SWITCH_TRAITS | CTX_TRAIT_REFERENCE)
#define CTX_SCENARIOS NULL
#define CTX_SCENARIO_COUNT 0
#else
#define CTX_BINDS true
#define CTX_ALL_TRAITS ((CTX_TRAITS) | CTX_SWITCH_TRAITS | CTX_SLOT_TRAITS | CTX_ATTACH_TRAITS)
#define CTX_SCENARIOS ctx_scenarios
#define CTX_SCENARIO_COUNT (sizeof ctx_scenarios / sizeof *ctx_scenarios)
#endif

/* Inlines `go` twice: for a job with a recorder, and for one without, in which nothing of it is left (recorder.h). */
#define CTX_CALL_RECORDED(go, job, arg)                                                                                \
    do {                                                                                                               \
        if ((job)->recorder == NULL)                                                                                   \
            CTX_CALL(go, NULL, arg);                                                                                   \
        else                                                                                                           \
            CTX_CALL(go, (job)->recorder, arg);                                                                        \
    } while (0)

/* The body of a scope. */
typedef void CTX_FN(ctx_body, void *arg);

/* In this order: the ones below use what the ones above define. */
#include "fixture.h"

#include "descent.h"

#include "reads.h"

#include "logger.h"

#include "store.h"

#include "within.h"

#include "attach.h"

#ifndef CTX_REFERENCE
#include "conformance.h"
#endif

/* All of workloads/, as the build has found them (strategies/CMakeLists.txt). */
#include "found_workloads.h"

static const struct ctx_kernel ctx_kernels[] = {CTX_KERNELS};

const struct ctx_strategy CTX_STRATEGY_ENTRY = {
    .abi = CTX_STRATEGY_ABI,
    .struct_size = sizeof(struct ctx_strategy),
    .name = CTX_NAME,
    .summary = CTX_SUMMARY,
    .traits = CTX_ALL_TRAITS,
#ifdef CTX_OP_UNAVAILABLE
    .unavailable = CTX_OP_UNAVAILABLE,
#endif
#ifdef CTX_OP_THREAD_BEGIN
    .thread_begin = CTX_OP_THREAD_BEGIN,
#endif
#ifdef CTX_OP_THREAD_END
    .thread_end = CTX_OP_THREAD_END,
#endif
    .kernels = ctx_kernels,
    .kernel_count = sizeof ctx_kernels / sizeof *ctx_kernels,
    .scenarios = CTX_SCENARIOS,
    .scenario_count = CTX_SCENARIO_COUNT,
#ifdef CTX_EXCEPTIONS
    .exceptions = CTX_EXCEPTIONS,
    .exception_count = sizeof CTX_EXCEPTIONS / sizeof *CTX_EXCEPTIONS,
#endif
#ifdef CTX_YARDSTICK
    .yardstick = {CTX_YARDSTICK},
#endif
};
