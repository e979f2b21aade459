/*
 * `frames`: read one key below frames that are all of one size, in the latency form. Part of kernels.h. What it is for:
 * a reader that follows frame pointers pays for each frame, and one that looks at every word for each byte; where does
 * the second stop being the faster one?
 *
 * Checksum: the sum of the values read. Floor: one dependent load a read; walk-floor: those over the same frames. One
 * function recurs here, unlike in `get`, so that libunwind's cache always hits.
 */

enum { FRAMES_DEPTH, FRAMES_BYTES };

static uint64_t frames_checksum(const struct ctx_job *job, uint32_t traits) {
    return job->iterations * ctx_value_read(traits);
}

static const struct ctx_workload frames_workload = {
    .name = "frames",
    .summary = "read one key below frames of one size",
    .operation = "read",
    .revision = 1,
    .requires = CTX_SCENARIO_NEST | CTX_SCENARIO_THREE_ANSWERS | CTX_SCENARIO_DEEP,
    .threads_min = 1,
    .threads_max = 1,
    .parameters =
        {
            [FRAMES_DEPTH] = {.name = "depth",
                              .summary = "calls between the scope and the read",
                              .min = 0,
                              .max = 1000,
                              .defaults = {64},
                              .default_count = 1,
                              .section = &ctx_section_depth},
            [FRAMES_BYTES] = {.name = "bytes",
                              .summary = "bytes of locals in each frame, beside what the compiler keeps there",
                              .min = 16,
                              .max = 4096,
                              .defaults = {32, 128, 512, 2048},
                              .default_count = 4},
        },
    .checksum = frames_checksum,
};

struct frames {
    uint32_t bytes, frames_left;
    struct ctx_reads reads;
};

CTX_OPAQUE static void CTX_FN(frames_go_down, void *arg) {
    struct frames *frames = arg;
    void *locals = __builtin_alloca(frames->bytes);
    ctx_touch(locals);
    if (--frames->frames_left > 0)
        CTX_CALL(frames_go_down, frames);
    else
        CTX_CALL(ctx_reads_latency, &frames->reads);
    ctx_touch(locals);
}

static uint64_t frames_run(const struct ctx_job *job) {
    struct frames frames = {
        .bytes = job->parameters[FRAMES_BYTES], .frames_left = job->parameters[FRAMES_DEPTH], .reads = {.job = job}};
    struct ctx_binding binding[1];
    const struct ctx scope = ctx_bench_scope(NULL, binding, 1);
    if (frames.frames_left > 0)
        CTX_WITH(&scope, frames_go_down, &frames);
    else
        CTX_WITH(&scope, ctx_reads_latency, &frames.reads);
    ctx_touch(&scope);
    return frames.reads.sum;
}

#define CTX_KERNELS_FRAMES {.workload = &frames_workload, .form = CTX_FORM_LATENCY, .run = frames_run},
