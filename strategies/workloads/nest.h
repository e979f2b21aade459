/*
 * W3 `nest`: open n scopes, one inside the other, and in each read the key of the innermost and that of the outermost,
 * some times. Part of kernels.h, included again for each store.
 *
 * Scope i, counted from outside, binds key i alone: an inner scope adds to what is in force and overrides nothing.
 * Checksum: the sum of the values read. Floor: n calls and as many dependent loads.
 */
#ifndef CTX_STORE

enum { NEST_SCOPES, NEST_READS, NEST_SCOPES_MAX = 64 };

/* In scope i: keys i and 0, `reads` times each. */
static uint64_t nest_checksum(const struct ctx_job *job, uint32_t traits) {
    uint64_t sum = 0;
    for (uint32_t i = 0; i < job->parameters[NEST_SCOPES]; i++)
        sum += ctx_key_read(traits, i) + ctx_key_read(traits, 0);
    return job->iterations * job->parameters[NEST_READS] * sum;
}

static const struct ctx_workload nest_workload = {
    .name = "nest",
    .summary = "open scopes inside each other; in each read its own and the outermost key",
    .operation = "nest",
    .revision = 1,
    .requires = CTX_SCENARIO_NEST | CTX_SCENARIO_THREE_ANSWERS | CTX_SCENARIO_TWO_MANAGERS | CTX_SCENARIO_REUSE,
    .threads_min = 1,
    .threads_max = 1,
    .section = &ctx_section_scopes,
    .parameters =
        {
            [NEST_SCOPES] = {.name = "nest",
                             .summary = "scopes inside each other",
                             .min = 1,
                             .max = NEST_SCOPES_MAX,
                             .defaults = {8, 1, 64},
                             .default_count = 3},
            [NEST_READS] = {.name = "reads",
                            .summary = "reads of each of the two keys in each scope",
                            .min = 1,
                            .max = 100,
                            .defaults = {1, 10, 100},
                            .default_count = 3},
        },
    .checksum = nest_checksum,
};

struct nest {
    const struct ctx_job *job;
    ctx_body *level;
    uint32_t depth; /* the scopes that are open */
    uint64_t sum;
    uintptr_t after; /* 0, once the last read of the latency form is there */
};

#define CTX_AGAIN "workloads/nest.h"
#include "each_store.h"

#define NEST_KERNELS(store_)                                                                                           \
    {.workload = &nest_workload,                                                                                       \
     .form = CTX_FORM_THROUGHPUT,                                                                                      \
     .run = nest_run_throughput_##store_,                                                                              \
     .innermost = nest_innermost_##store_,                                                                             \
     CTX_STORE_KERNEL(store_)},                                                                                        \
        {.workload = &nest_workload,                                                                                   \
         .form = CTX_FORM_LATENCY,                                                                                     \
         .run = nest_run_latency_##store_,                                                                             \
         .innermost = nest_innermost_##store_,                                                                         \
         CTX_STORE_KERNEL(store_)},
#define CTX_KERNELS_NEST CTX_EACH_STORE(NEST_KERNELS)

#else

/* Opens the next scope, which runs this level again; the innermost opens none. */
#define NEST_LEVEL_END(nest, own_level)                                                                                \
    do {                                                                                                               \
        if ((nest)->depth < (nest)->job->parameters[NEST_SCOPES]) {                                                    \
            const struct ctx_binding binding = ctx_bench_binding((nest)->depth++);                                     \
            CTX_SCOPE(&ctx_bench_manager, &binding, 1, own_level, nest);                                               \
            ctx_touch(&binding);                                                                                       \
        }                                                                                                              \
    } while (0)

CTX_OPAQUE static void CTX_FN(CTX_STORED(nest_throughput), void *arg) {
    struct nest *nest = arg;
    const struct ctx_key *const own = &ctx_bench_keys[nest->depth - 1], *const outermost = &ctx_bench_keys[0];
    uint64_t sum = 0;
    CTX_ENTER_OPAQUE();
    for (uint32_t i = nest->job->parameters[NEST_READS]; i > 0; i--) {
        void *value = NULL;
        ctx_forget_memory();
        (void)CTX_READ(0, &ctx_bench_manager, own, &value);
        sum += (uintptr_t)value;
        value = NULL;
        ctx_forget_memory();
        (void)CTX_READ(0, &ctx_bench_manager, outermost, &value);
        sum += (uintptr_t)value;
    }
    nest->sum += sum;
    NEST_LEVEL_END(nest, CTX_STORED(nest_throughput));
}

CTX_OPAQUE static void CTX_FN(CTX_STORED(nest_latency), void *arg) {
    struct nest *nest = arg;
    const struct ctx_key *const own = &ctx_bench_keys[nest->depth - 1], *const outermost = &ctx_bench_keys[0];
    uint64_t sum = 0;
    uintptr_t after = nest->after;
    CTX_ENTER_OPAQUE();
    for (uint32_t i = nest->job->parameters[NEST_READS]; i > 0; i--) {
        void *value = NULL;
        ctx_forget_memory();
        (void)CTX_READ(after, &ctx_bench_manager, own, &value);
        sum += (uintptr_t)value;
        after = ctx_after((uintptr_t)value);
        value = NULL;
        ctx_forget_memory();
        (void)CTX_READ(after, &ctx_bench_manager, outermost, &value);
        sum += (uintptr_t)value;
        after = ctx_after((uintptr_t)value);
    }
    nest->sum += sum;
    nest->after = after;
    NEST_LEVEL_END(nest, CTX_STORED(nest_latency));
}

#undef NEST_LEVEL_END

CTX_OPAQUE static void CTX_FN(CTX_STORED(nest_loop), void *arg) {
    struct nest *nest = arg;
    CTX_ENTER_OPAQUE();
    for (uint64_t i = nest->job->iterations; i > 0; i--) {
        const struct ctx_binding binding = ctx_bench_binding(0);
        nest->depth = 1;
        CTX_SCOPE(&ctx_bench_manager, &binding, 1, nest->level, nest);
        ctx_touch(&binding);
    }
}

static uint64_t CTX_STORED(nest_run_throughput)(const struct ctx_job *job) {
    struct nest nest = {.job = job, .level = CTX_STORED(nest_throughput)};
    CTX_BARE(CTX_STORED(nest_loop), &nest);
    return nest.sum;
}

static uint64_t CTX_STORED(nest_run_latency)(const struct ctx_job *job) {
    struct nest nest = {.job = job, .level = CTX_STORED(nest_latency)};
    CTX_BARE(CTX_STORED(nest_loop), &nest);
    return nest.sum;
}

static void CTX_STORED(nest_innermost)(const struct ctx_job *job, bool outside, void (*body)(void *arg), void *arg) {
    const uint32_t scopes = job->parameters[NEST_SCOPES];
    CTX_STORED(ctx_within)(outside ? scopes - 1 : scopes, 1, body, arg);
}

#endif
