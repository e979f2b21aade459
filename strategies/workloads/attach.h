/*
 * `attach`: one callback attaches a context, a later one detaches it (attach.h), as the two ends of a span or of a
 * request do. Part of kernels.h.
 *
 * Filling the context in is part of the work, as in `with`; so is the token's check. Both callbacks are functions of
 * their own. Strategies without a place that outlives a call have no such case.
 *
 * Checksum: the number of tokens that were detached. Floor: the two calls.
 */

enum { ATTACH_KEYS, ATTACH_INSIDE };

static uint64_t attach_checksum(const struct ctx_job *job, uint32_t traits) {
    (void)traits;
    return job->iterations;
}

static const char *attach_inapplicable(const struct ctx_job *job, uint32_t traits) {
    (void)job;
    return (traits & (CTX_TRAIT_ATTACHES | CTX_TRAIT_REFERENCE)) != 0
               ? NULL
               : "the context ends with the call that put it in force, so that no later call could detach it";
}

static const struct ctx_workload attach_workload = {
    .name = "attach",
    .summary = "attach a context in one callback, detach it in another",
    .operation = "pair",
    .revision = 1,
    .requires = CTX_SCENARIO_NEST | CTX_SCENARIO_FAILING_BODY | CTX_SCENARIO_REUSE,
    .threads_min = 1,
    .threads_max = 1,
    .section = &ctx_section_scopes,
    .parameters =
        {
            [ATTACH_KEYS] = {.name = "keys",
                             .summary = "keys that the context binds",
                             .min = 1,
                             .max = CTX_KEYS_MAX,
                             .defaults = {1, 4, 16},
                             .default_count = 3},
            [ATTACH_INSIDE] = {.name = "inside",
                               .summary = "1: inside a scope, whose child it becomes; 0: outermost",
                               .min = 0,
                               .max = 1,
                               .defaults = {0, 1},
                               .default_count = 2},
        },
    .inapplicable = attach_inapplicable,
    .checksum = attach_checksum,
};

/* What a program would keep of its request between the two callbacks. */
struct attach {
    const struct ctx_job *job;
    uint64_t detached;
    struct ctx_binding bindings[CTX_KEYS_MAX];
    struct ctx context;
#ifdef CTX_OP_PUT
    struct ctx_token token;
#endif
};

CTX_OPAQUE static void CTX_FN(attach_begin, struct attach *attach) {
    CTX_ENTER_OPAQUE();
#ifdef CTX_OP_PUT
    const struct ctx *outer = attach->job->parameters[ATTACH_INSIDE] == 1 ? CTX_CURRENT(0) : NULL;
    attach->context = ctx_bench_scope(outer, attach->bindings, attach->job->parameters[ATTACH_KEYS]);
    ctx_attach(&attach->token, &attach->context);
#endif
    ctx_touch(attach);
}

CTX_OPAQUE static void CTX_FN(attach_end, struct attach *attach) {
    CTX_ENTER_OPAQUE();
#ifdef CTX_OP_PUT
    attach->detached += ctx_detach(&attach->token) == CTX_DETACHED;
#else
    attach->detached++;
#endif
}

CTX_OPAQUE static void CTX_FN(attach_loop, void *arg) {
    struct attach *attach = arg;
    CTX_ENTER_OPAQUE();
    for (uint64_t i = attach->job->iterations; i > 0; i--) {
        CTX_CALL(attach_begin, attach);
        CTX_CALL(attach_end, attach);
    }
}

static uint64_t attach_run(const struct ctx_job *job) {
    struct attach attach = {.job = job};
    struct ctx_binding binding[1];
    const struct ctx scope = ctx_bench_scope(NULL, binding, 1);
    if (job->parameters[ATTACH_INSIDE] == 1)
        CTX_WITH(&scope, attach_loop, &attach);
    else
        CTX_BARE(attach_loop, &attach);
    ctx_touch(&scope);
    return attach.detached;
}

#define CTX_KERNELS_ATTACH {.workload = &attach_workload, .form = CTX_FORM_THROUGHPUT, .run = attach_run},
