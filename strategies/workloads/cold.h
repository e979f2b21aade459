/*
 * W11 `cold`: what a first read costs: on a thread that has just been started, or when the lines that it needs have
 * left the caches. Part of kernels.h.
 *
 * A fresh thread opens a scope and reads in it once; one operation is its whole life, from start to join. Evicted: the
 * reader flushes its stack up to the scope, the scope, the start of the thread's block, and what the strategy says that
 * it keeps elsewhere (CTX_OP_COLD_LINES), waits until that is done, and reads once. What is left in the caches are
 * instructions, and tables of the dynamic linker's and of libunwind's. The flushes are part of the operation: what a
 * read costs is the difference to `floor`, which flushes as much and loads once, or starts the same thread. Throughput
 * only: every read waits for the flushes before it. Checksum: the sum of the values read.
 */

enum { COLD_EVICTED };
enum {
    COLD_LINE_BYTES = 64,
    COLD_THREAD_BLOCK_BYTES = 1536,  /* glibc's struct pthread, with the values of the first 32 pthread keys */
    COLD_STACK_BYTES_MAX = 64 << 10, /* farther away than this a scope is not on the reader's stack */
    COLD_OBJECTS_MAX = 8,
};

static uint64_t cold_checksum(const struct ctx_job *job, uint32_t traits) {
    return job->iterations * ctx_value_read(traits);
}

static const struct ctx_workload cold_workload = {
    .name = "cold",
    .summary = "a thread's first read, or one whose lines have left the caches",
    .operation = "operation",
    .revision = 1,
    .requires = CTX_SCENARIO_NEST | CTX_SCENARIO_PLAIN_CHILD,
    .threads_min = 1,
    .threads_max = 1,
    .parameters =
        {
            [COLD_EVICTED] = {.name = "evicted",
                              .summary = "1: lines flushed before each read; 0: a fresh thread for each",
                              .min = 0,
                              .max = 1,
                              .defaults = {1, 0},
                              .default_count = 2},
        },
    .checksum = cold_checksum,
};

/* On lines of its own: what the loop of flushes uses stays in the caches. */
struct cold {
    _Alignas(COLD_LINE_BYTES) const struct ctx_job *job;
    const struct ctx *scope;
    struct {
        uintptr_t start, end;
    } objects[COLD_OBJECTS_MAX]; /* what each read has to find outside of the caches */
    size_t object_count;
    uint64_t sum;
};

/* NULL: there is no such object. */
static inline void cold_note(struct cold *cold, const volatile void *address, size_t bytes) {
    if (address == NULL)
        return;
    if (cold->object_count == COLD_OBJECTS_MAX)
        ctx_die("a read needs more objects than cold can flush");
    cold->objects[cold->object_count].start = (uintptr_t)address / COLD_LINE_BYTES * COLD_LINE_BYTES;
    cold->objects[cold->object_count].end = (uintptr_t)address + bytes;
    cold->object_count++;
}

/* To be called in the frame that reads. */
CTX_OPERATION void cold_note_all(struct cold *cold) {
    const char *const own_frame = __builtin_frame_address(0), *const scope = (const char *)cold->scope;
    if ((uintptr_t)scope - (uintptr_t)own_frame < COLD_STACK_BYTES_MAX)
        cold_note(cold, own_frame, (size_t)(scope - own_frame));
    cold_note(cold, scope, sizeof *cold->scope);
    cold_note(cold, cold->scope->bindings, sizeof *cold->scope->bindings);
    cold_note(cold, (const void *)pthread_self(), COLD_THREAD_BLOCK_BYTES); /* NOLINT: an address, in glibc */
#ifdef CTX_OP_COLD_LINES
#define COLD_NOTE(address, bytes) cold_note(cold, address, bytes)
    CTX_OP_COLD_LINES(COLD_NOTE);
#undef COLD_NOTE
#endif
}

/* When it returns, all is flushed. */
static inline void cold_flush(const struct cold *cold) {
    for (size_t i = 0; i < cold->object_count; i++) {
        for (uintptr_t line = cold->objects[i].start; line < cold->objects[i].end; line += COLD_LINE_BYTES)
            ctx_flush_line(line);
    }
    ctx_wait_for_flushes();
}

CTX_OPAQUE static void CTX_FN(cold_reads, void *arg) {
    struct cold *cold = arg;
    uint64_t sum = 0;
    CTX_ENTER_OPAQUE();
    CTX_BEFORE_READS();
    cold_note_all(cold);
    for (uint64_t i = cold->job->iterations; i > 0; i--) {
        void *value = NULL;
        cold_flush(cold);
        (void)CTX_GET(0, &ctx_bench_manager, &ctx_bench_keys[0], &value);
        sum += (uintptr_t)value;
    }
    cold->sum = sum;
}

CTX_OPAQUE static void CTX_FN(cold_read_once, void *arg) {
    struct cold *cold = arg;
    void *value = NULL;
    CTX_ENTER_OPAQUE();
    CTX_BEFORE_READS();
    (void)CTX_GET(0, &ctx_bench_manager, &ctx_bench_keys[0], &value);
    cold->sum += (uintptr_t)value;
}

static void *cold_main(void *arg) {
    struct ctx_binding binding[1];
    const struct ctx scope = ctx_bench_scope(NULL, binding, 1);
    ctx_thread_begin();
    CTX_WITH(&scope, cold_read_once, arg);
    ctx_thread_end();
    ctx_touch(&scope);
    return NULL;
}

static uint64_t cold_run(const struct ctx_job *job) {
    struct ctx_binding binding[1];
    const struct ctx scope = ctx_bench_scope(NULL, binding, 1);
    struct cold cold = {.job = job, .scope = &scope};
    if (job->parameters[COLD_EVICTED] == 1) {
        CTX_WITH(&scope, cold_reads, &cold);
        ctx_touch(&scope);
        return cold.sum;
    }
    for (uint64_t i = job->iterations; i > 0; i--) {
        pthread_t thread;
        ctx_start_or_die(&thread, cold_main, &cold);
        (void)pthread_join(thread, NULL);
    }
    return cold.sum;
}

#define CTX_KERNELS_COLD {.workload = &cold_workload, .form = CTX_FORM_THROUGHPUT, .run = cold_run},
