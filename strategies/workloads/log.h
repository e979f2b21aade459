/*
 * `log`: write a line whose logger (logger.h) reads the id of the request, some calls below the scope that binds it.
 * Part of kernels.h. What a read costs in a program: between an independent read of `get`, which the processor overlaps
 * with the next ones, and one in the latency form, which waits for the one before.
 *
 * Checksum: the sum of the values read. Floor: the same logger, which loads a constant.
 */

enum { LOG_DEPTH };

static uint64_t log_checksum(const struct ctx_job *job, uint32_t traits) {
    return job->iterations * ctx_value_read(traits);
}

static const struct ctx_workload log_workload = {
    .name = "log",
    .summary = "log a line: a function that nobody inlines reads one key",
    .operation = "line",
    .revision = 1,
    .requires = CTX_SCENARIO_NEST | CTX_SCENARIO_THREE_ANSWERS | CTX_SCENARIO_DEEP,
    .threads_min = 1,
    .threads_max = 1,
    .role = CTX_ROLE_LINE,
    .section = &ctx_section_depth,
    .parameters =
        {
            [LOG_DEPTH] = {.name = "depth",
                           .summary = "calls between the scope and the function that logs",
                           .min = 0,
                           .max = 10000,
                           .defaults = {0, 4, 16, 64, 256, 1024},
                           .default_count = 6,
                           .section = &ctx_section_depth},
        },
    .checksum = log_checksum,
};

struct log_run {
    const struct ctx_job *job;
    struct ctx_log log;
};

CTX_OPAQUE static void CTX_FN(log_lines, void *arg) {
    struct log_run *run = arg;
    CTX_ENTER_OPAQUE();
    for (uint64_t i = run->job->iterations; i > 0; i--)
        CTX_CALL(ctx_log_line, &run->log);
}

static uint64_t log_run(const struct ctx_job *job) {
    struct log_run run = {.job = job};
    struct ctx_descent descent = {.frames_left = job->parameters[LOG_DEPTH], .leaf = log_lines, .leaf_arg = &run};
    void *arg = NULL;
    ctx_body *body = ctx_descend(&descent, &arg);
    struct ctx_binding binding[1];
    const struct ctx scope = ctx_bench_scope(NULL, binding, 1);
    CTX_WITH(&scope, body, arg);
    ctx_touch(&scope);
    return run.log.sum;
}

#define CTX_KERNELS_LOG {.workload = &log_workload, .form = CTX_FORM_THROUGHPUT, .run = log_run},
