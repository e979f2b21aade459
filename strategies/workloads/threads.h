/*
 * W10 `threads`: as many threads as there are PUs, and twice as many (or more, with --threads), read or open scopes at
 * once. None has anything to do with another; what one costs the other is a strategy's lock, or a line that they share.
 * Part of kernels.h.
 *
 * With more threads than PUs they take turns, so that an operation lasts the longer for it (not in CPU time, which
 * result files have beside it): the ratio to `floor` shows what remains, and whether a thread that was stopped inside a
 * lock stops others. Throughput only. Checksum: on each thread, the sum of the values read. Floor: a load, or a call
 * and a load.
 */

enum { THREADS_SCOPES };

static uint64_t threads_checksum(const struct ctx_job *job, uint32_t traits) {
    return job->iterations * ctx_value_read(traits);
}

static const struct ctx_workload threads_workload = {
    .name = "threads",
    .summary = "read, or open a scope and read in it, on many threads at once",
    .operation = "operation",
    .revision = 1,
    .requires = CTX_SCENARIO_NEST | CTX_SCENARIO_REUSE | CTX_SCENARIO_MANY_THREADS,
    .threads_min = 1,
    .threads_max = 0,
    .oversubscribes = true,
    .section = &ctx_section_threads,
    .threads_section = &ctx_section_threads,
    .parameters =
        {
            [THREADS_SCOPES] = {.name = "scopes",
                                .summary = "1: each read in a scope opened for it; 0: all in one scope a thread",
                                .min = 0,
                                .max = 1,
                                .defaults = {0, 1},
                                .default_count = 2},
        },
    .checksum = threads_checksum,
};

CTX_OPAQUE static void CTX_FN(threads_read, void *arg) {
    struct ctx_reads *reads = arg;
    void *value = NULL;
    CTX_ENTER_OPAQUE();
    CTX_BEFORE_READS();
    (void)CTX_GET(0, &ctx_bench_manager, &ctx_bench_keys[0], &value);
    reads->sum += (uintptr_t)value;
}

CTX_OPAQUE static void CTX_FN(threads_scopes, void *arg) {
    struct ctx_reads *reads = arg;
    CTX_ENTER_OPAQUE();
    for (uint64_t i = reads->job->iterations; i > 0; i--) {
        struct ctx_binding binding;
        struct ctx scope;
        ctx_forget_memory();
        if (CTX_BINDS)
            scope = ctx_bench_scope(NULL, &binding, 1);
        CTX_WITH(&scope, threads_read, reads);
        ctx_touch(&scope);
    }
}

static uint64_t threads_run(const struct ctx_job *job) {
    struct ctx_reads reads = {.job = job};
    struct ctx_binding binding[1];
    const struct ctx scope = ctx_bench_scope(NULL, binding, 1);
    if (job->parameters[THREADS_SCOPES] == 1)
        CTX_BARE(threads_scopes, &reads);
    else
        CTX_WITH(&scope, ctx_reads_throughput, &reads);
    ctx_touch(&scope);
    return reads.sum;
}

#define CTX_KERNELS_THREADS {.workload = &threads_workload, .form = CTX_FORM_THROUGHPUT, .run = threads_run},
