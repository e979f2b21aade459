/*
 * Part of kernels.h: the loops of workloads that differ in where they read, and not in what. Each reads the first key,
 * as often as the job says, right where it is called: independent reads, or each waiting for the one before.
 */

/* The argument of both. */
struct ctx_reads {
    const struct ctx_job *job;
    uint64_t sum; /* of the values read, when they have returned */
};

CTX_OPAQUE static void CTX_FN(ctx_reads_throughput, void *arg) {
    struct ctx_reads *reads = arg;
    const struct ctx_key *const key = &ctx_bench_keys[0];
    const struct ctx_manager *const manager = &ctx_bench_manager;
    uint64_t sum = 0;
    CTX_ENTER_OPAQUE();
    CTX_BEFORE_READS();
    for (uint64_t i = reads->job->iterations; i > 0; i--) {
        void *value = NULL;
        ctx_forget_memory();
        (void)CTX_GET(0, manager, key, &value);
        sum += (uintptr_t)value;
    }
    reads->sum = sum;
}

CTX_OPAQUE static void CTX_FN(ctx_reads_latency, void *arg) {
    struct ctx_reads *reads = arg;
    const struct ctx_key *const key = &ctx_bench_keys[0];
    const struct ctx_manager *const manager = &ctx_bench_manager;
    uint64_t sum = 0;
    uintptr_t after = 0;
    CTX_ENTER_OPAQUE();
    CTX_BEFORE_READS();
    for (uint64_t i = reads->job->iterations; i > 0; i--) {
        void *value = NULL;
        ctx_forget_memory();
        (void)CTX_GET(after, manager, key, &value);
        sum += (uintptr_t)value;
        after = ctx_after((uintptr_t)value);
    }
    reads->sum = sum;
}
