/*
 * W1 `get`: read one key at call depth d below the scope. Part of kernels.h.
 *
 * Checksum: the sum of the values read. Floor: one dependent load a read; walk-floor for stack readers: the dependent
 * loads over the same frames.
 */

enum { GET_DEPTH, GET_UP };

static uint64_t get_checksum(const struct ctx_job *job, uint32_t traits) {
    return job->iterations * ctx_value_read(traits);
}

static const struct ctx_workload get_workload = {
    .name = "get",
    .summary = "read one key, some calls below the scope that binds it",
    .operation = "read",
    .revision = 1,
    .requires = CTX_SCENARIO_NEST | CTX_SCENARIO_THREE_ANSWERS | CTX_SCENARIO_DEEP,
    .threads_min = 1,
    .threads_max = 0,
    .role = CTX_ROLE_READ,
    .overview = 1,
    .section = &ctx_section_depth,
    .threads_section = &ctx_section_threads,
    .parameters =
        {
            [GET_DEPTH] = {.name = "depth",
                           .summary = "calls between the scope and the read",
                           .min = 0,
                           .max = 10000,
                           .defaults = {0, 1, 4, 16, 64, 256, 1024},
                           .default_count = 7,
                           .section = &ctx_section_depth},
            [GET_UP] = {.name = "up",
                        .summary = "scopes between the read and the one that binds the key",
                        .min = 1,
                        .max = 64,
                        .defaults = {1, 8},
                        .default_count = 2},
        },
    .checksum = get_checksum,
};

struct get {
    uint32_t scopes_left;
    struct ctx_descent descent;
};

static void CTX_FN(get_open_scope, void *arg);

/* What the next scope runs: another scope, or the way down to the reader. */
static ctx_body *get_body(struct get *get, void **arg) {
    if (get->scopes_left == 0)
        return ctx_descend(&get->descent, arg);
    get->scopes_left--;
    *arg = get;
    return get_open_scope;
}

/* Opens one of the scopes between the binding and the reader; it binds another key. */
CTX_OPAQUE static void CTX_FN(get_open_scope, void *arg) {
    void *next_arg = NULL;
    ctx_body *next = get_body(arg, &next_arg);
    const struct ctx_binding binding = {.key = &ctx_bench_keys[1], .value = arg};
    const struct ctx scope = {CTX_CURRENT(0), &ctx_bench_manager, &binding, 1};
    CTX_WITH(&scope, next, next_arg);
    ctx_touch(&scope);
}

static uint64_t get_run(const struct ctx_job *job, ctx_body *reader) {
    struct ctx_reads reads = {.job = job};
    struct get get = {.scopes_left = job->parameters[GET_UP] - 1,
                      .descent = {.frames_left = job->parameters[GET_DEPTH], .leaf = reader, .leaf_arg = &reads}};
    void *arg = NULL;
    ctx_body *body = get_body(&get, &arg);
    struct ctx_binding binding[1];
    const struct ctx scope = ctx_bench_scope(NULL, binding, 1);
    CTX_WITH(&scope, body, arg);
    ctx_touch(&scope);
    return reads.sum;
}

static uint64_t get_run_throughput(const struct ctx_job *job) {
    return get_run(job, ctx_reads_throughput);
}

static uint64_t get_run_latency(const struct ctx_job *job) {
    return get_run(job, ctx_reads_latency);
}

#define CTX_KERNELS_GET                                                                                                \
    {.workload = &get_workload, .form = CTX_FORM_THROUGHPUT, .run = get_run_throughput},                               \
        {.workload = &get_workload, .form = CTX_FORM_LATENCY, .run = get_run_latency},
