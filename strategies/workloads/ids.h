/*
 * W5 `ids`: read while m ids are in use, the reader's own among them. Part of kernels.h.
 *
 * The more ids are in use, the more digits has the reader's, and the more frames its tag: two of 16 digits up to 256
 * ids, four at 65536, five at 1048576. (One digit is what ids have that no measuring thread may use; tag_strategy.h.)
 * They are taken outside of the clock. A strategy without ids is measured for one context alone: it has nothing that
 * grew with their number. Checksum: the sum of the values read. Floor: one dependent load a read; walk-floor: the
 * dependent loads over as many frames.
 */

enum { IDS_LIVE };

static uint64_t ids_checksum(const struct ctx_job *job, uint32_t traits) {
    return job->iterations * ctx_value_read(traits);
}

static const char *ids_inapplicable(const struct ctx_job *job, uint32_t traits) {
#ifdef CTX_OP_HOLD_IDS
    (void)job;
    (void)traits;
    return NULL;
#else
    return job->parameters[IDS_LIVE] == 1 || (traits & CTX_TRAIT_REFERENCE) != 0
               ? NULL
               : "its contexts have no ids, so that a read cannot tell how many there are";
#endif
}

static const struct ctx_workload ids_workload = {
    .name = "ids",
    .summary = "read while many ids are in use",
    .operation = "read",
    .revision = 1,
    .requires = CTX_SCENARIO_NEST | CTX_SCENARIO_THREE_ANSWERS | CTX_SCENARIO_REUSE,
    .threads_min = 1,
    .threads_max = 1,
    .section = &ctx_section_ids,
    .parameters =
        {
            [IDS_LIVE] = {.name = "ids",
                          .summary = "ids in use, the reader's included",
                          .min = 1,
                          .max = 1048576,
                          .defaults = {1, 16, 256, 65536, 1048576},
                          .default_count = 5,
                          .section = &ctx_section_ids},
        },
    .inapplicable = ids_inapplicable,
    .checksum = ids_checksum,
};

#ifdef CTX_OP_HOLD_IDS
static void *ids_prepare(const struct ctx_job *job) {
    void *held = CTX_OP_HOLD_IDS(job->parameters[IDS_LIVE]);
    if (held == NULL)
        ctx_die("out of memory for ids");
    return held;
}

static void ids_finish(void *held) {
    CTX_OP_LET_GO_OF_IDS(held);
}
#else
#define ids_prepare NULL
#define ids_finish NULL
#endif

static uint64_t ids_run(const struct ctx_job *job, ctx_body *reader) {
    struct ctx_reads reads = {.job = job};
    struct ctx_binding binding[1];
    const struct ctx scope = ctx_bench_scope(NULL, binding, 1);
    CTX_WITH(&scope, reader, &reads);
    ctx_touch(&scope);
    return reads.sum;
}

static uint64_t ids_run_throughput(const struct ctx_job *job) {
    return ids_run(job, ctx_reads_throughput);
}

static uint64_t ids_run_latency(const struct ctx_job *job) {
    return ids_run(job, ctx_reads_latency);
}

#define CTX_KERNELS_IDS                                                                                                \
    {.workload = &ids_workload,                                                                                        \
     .form = CTX_FORM_THROUGHPUT,                                                                                      \
     .prepare = ids_prepare,                                                                                           \
     .run = ids_run_throughput,                                                                                        \
     .finish = ids_finish},                                                                                            \
        {.workload = &ids_workload,                                                                                    \
         .form = CTX_FORM_LATENCY,                                                                                     \
         .prepare = ids_prepare,                                                                                       \
         .run = ids_run_latency,                                                                                       \
         .finish = ids_finish},
