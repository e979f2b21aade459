/*
 * W1m `miss`: read a key that is not set, or read where no context is in force at all. Part of kernels.h.
 *
 * Checksum: the answers, counted so that each of the three adds something else. Throughput only: the answer "not set"
 * is reached by comparisons, so that no value is loaded that the next read could wait for.
 */

enum { MISS_DEPTH, MISS_SCOPE };

/* References that always find something answer CTX_SET. */
static uint64_t miss_checksum(const struct ctx_job *job, uint32_t traits) {
    uint64_t answer = job->parameters[MISS_SCOPE] == 1 ? CTX_NOT_SET : CTX_NO_CONTEXT;
    if ((traits & CTX_TRAIT_REFERENCE) != 0)
        answer = (traits & CTX_TRAIT_NO_CONTEXT) != 0 ? CTX_NO_CONTEXT : CTX_SET;
    return job->iterations * (answer + 1);
}

static const struct ctx_workload miss_workload = {
    .name = "miss",
    .summary = "read a key that is not set, or without any context",
    .operation = "read",
    .revision = 1,
    .requires = CTX_SCENARIO_THREE_ANSWERS,
    .threads_min = 1,
    .threads_max = 1,
    .section = &ctx_section_depth,
    .parameters =
        {
            [MISS_DEPTH] = {.name = "depth",
                            .summary = "calls between the scope (or the thread's start) and the read",
                            .min = 0,
                            .max = 10000,
                            .defaults = {0, 16, 256},
                            .default_count = 3},
            [MISS_SCOPE] = {.name = "scope",
                            .summary = "1: in a scope that does not bind the key; 0: no context in force",
                            .min = 0,
                            .max = 1,
                            .defaults = {1, 0},
                            .default_count = 2},
        },
    .checksum = miss_checksum,
};

struct miss {
    const struct ctx_job *job;
    uint64_t sum;
};

CTX_OPAQUE static void CTX_FN(miss_read, void *arg) {
    struct miss *miss = arg;
    const struct ctx_key *const key = &ctx_bench_keys[CTX_KEYS_MAX - 1];
    const struct ctx_manager *const manager = &ctx_bench_manager;
    uint64_t sum = 0;
    CTX_ENTER_OPAQUE();
    for (uint64_t i = miss->job->iterations; i > 0; i--) {
        void *value = NULL;
        ctx_forget_memory();
        sum += (uint64_t)CTX_GET(0, manager, key, &value) + 1;
    }
    miss->sum = sum;
}

static uint64_t miss_run(const struct ctx_job *job) {
    struct miss miss = {.job = job};
    struct ctx_descent descent = {.frames_left = job->parameters[MISS_DEPTH], .leaf = miss_read, .leaf_arg = &miss};
    void *arg = NULL;
    ctx_body *body = ctx_descend(&descent, &arg);
    struct ctx_binding binding[1];
    const struct ctx scope = ctx_bench_scope(NULL, binding, 1);
    if (job->parameters[MISS_SCOPE] == 1)
        CTX_WITH(&scope, body, arg);
    else
        CTX_BARE(body, arg);
    ctx_touch(&scope);
    return miss.sum;
}

#define CTX_KERNELS_MISS {.workload = &miss_workload, .form = CTX_FORM_THROUGHPUT, .run = miss_run},
