/*
 * W2 `with`: enter and leave a scope whose body is empty, but for counting itself. Part of kernels.h.
 *
 * Filling the scope in is part of the work: whoever opens one has to. Inside another scope, finding the parent is, too.
 * Checksum: the number of bodies that ran. Floor: one call and return.
 */

enum { WITH_KEYS, WITH_INSIDE };

static uint64_t with_checksum(const struct ctx_job *job, uint32_t traits) {
    (void)traits;
    return job->iterations;
}

static const struct ctx_workload with_workload = {
    .name = "with",
    .summary = "enter and leave a scope with an empty body",
    .operation = "scope",
    .revision = 1,
    .requires = CTX_SCENARIO_NEST | CTX_SCENARIO_FAILING_BODY | CTX_SCENARIO_REUSE,
    .threads_min = 1,
    .threads_max = 0,
    .role = CTX_ROLE_SCOPE,
    .overview = 2,
    .section = &ctx_section_scopes,
    .threads_section = &ctx_section_threads,
    .parameters =
        {
            [WITH_KEYS] = {.name = "keys",
                           .summary = "keys that the scope binds",
                           .min = 1,
                           .max = CTX_KEYS_MAX,
                           .defaults = {1, 4, 16},
                           .default_count = 3},
            [WITH_INSIDE] = {.name = "inside",
                             .summary = "1: inside another scope, whose child it becomes; 0: outermost",
                             .min = 0,
                             .max = 1,
                             .defaults = {0, 1},
                             .default_count = 2},
        },
    .checksum = with_checksum,
};

struct with {
    const struct ctx_job *job;
    uint64_t bodies;
};

CTX_OPAQUE static void CTX_FN(with_body, void *arg) {
    struct with *with = arg;
    CTX_ENTER_OPAQUE();
    with->bodies++;
}

CTX_OPAQUE static void CTX_FN(with_loop, void *arg) {
    struct with *with = arg;
    const uint32_t keys = with->job->parameters[WITH_KEYS];
    const bool inside = with->job->parameters[WITH_INSIDE] == 1;
    CTX_ENTER_OPAQUE();
    for (uint64_t i = with->job->iterations; i > 0; i--) {
        struct ctx_binding bindings[CTX_KEYS_MAX];
        struct ctx scope;
        ctx_forget_memory();
        if (CTX_BINDS)
            scope = ctx_bench_scope(inside ? CTX_CURRENT(0) : NULL, bindings, keys);
        CTX_WITH(&scope, with_body, with);
    }
}

static uint64_t with_run(const struct ctx_job *job) {
    struct with with = {.job = job};
    struct ctx_binding binding[1];
    const struct ctx scope = ctx_bench_scope(NULL, binding, 1);
    if (job->parameters[WITH_INSIDE] == 1)
        CTX_WITH(&scope, with_loop, &with);
    else
        CTX_BARE(with_loop, &with);
    ctx_touch(&scope);
    return with.bodies;
}

static void with_innermost(const struct ctx_job *job, bool outside, void (*body)(void *arg), void *arg) {
    const uint32_t scopes = 1 + job->parameters[WITH_INSIDE];
    ctx_within_usual(outside ? scopes - 1 : scopes, job->parameters[WITH_KEYS], body, arg);
}

#define CTX_KERNELS_WITH                                                                                               \
    {.workload = &with_workload, .form = CTX_FORM_THROUGHPUT, .run = with_run, .innermost = with_innermost},
