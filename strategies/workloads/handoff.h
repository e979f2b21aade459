/*
 * W7 `handoff`: capture the context, enqueue work, restore the context on another thread, read, answer. Part of
 * kernels.h.
 *
 * Thread 0 asks, thread 1 serves. One operation is the round trip of a whole batch. Checksum: the sum of the answers on
 * thread 0, the number of messages served on thread 1. Floor: the same queue with nothing to carry. Both threads' times
 * span the same work; the mean of the two is reported. Single round trips are noted by who asks.
 */

enum { HANDOFF_BATCH, HANDOFF_BATCH_MAX = 64 };
enum { HANDOFF_ASKER, HANDOFF_SERVER, HANDOFF_THREADS };

static uint64_t handoff_checksum(const struct ctx_job *job, uint32_t traits) {
    const uint64_t messages = job->iterations * job->parameters[HANDOFF_BATCH];
    return job->thread == HANDOFF_ASKER ? messages * ctx_value_read(traits) : messages;
}

static const struct ctx_workload handoff_workload = {
    .name = "handoff",
    .summary = "hand work and its context to another thread, which reads and answers",
    .operation = "round trip",
    .revision = 1,
    .requires = CTX_SCENARIO_HANDOFF,
    .threads_min = HANDOFF_THREADS,
    .threads_max = HANDOFF_THREADS,
    .communicates = true,
    .records = true,
    .role = CTX_ROLE_HANDOFF,
    .overview = 4,
    .section = &ctx_section_handoff,
    .parameters =
        {
            [HANDOFF_BATCH] = {.name = "batch",
                               .summary = "messages enqueued before the answers are awaited",
                               .min = 1,
                               .max = HANDOFF_BATCH_MAX,
                               .defaults = {1, 16},
                               .default_count = 2},
        },
    .checksum = handoff_checksum,
};

struct handoff_message {
    struct ctx_snapshot *captured; /* owned by the message until it is served */
    uint64_t answer;
};

/* A ring for one writer on each side; the counters never wrap and have cache lines of their own. */
struct handoff_queue {
    _Alignas(128) _Atomic uint64_t asked;
    _Alignas(128) _Atomic uint64_t served;
    _Alignas(128) struct handoff_message messages[HANDOFF_BATCH_MAX];
};

static void *handoff_prepare(const struct ctx_job *job) {
    (void)job;
    struct handoff_queue *queue = aligned_alloc(_Alignof(struct handoff_queue), sizeof *queue);
    if (queue == NULL)
        ctx_die("out of memory for the queue");
    atomic_init(&queue->asked, 0);
    atomic_init(&queue->served, 0);
    return queue;
}

static void handoff_finish(void *shared) {
    free(shared);
}

CTX_OPAQUE static void CTX_FN(handoff_read, void *arg) {
    struct handoff_message *message = arg;
    void *value = NULL;
    CTX_ENTER_OPAQUE();
    CTX_BEFORE_READS();
    (void)CTX_GET(0, &ctx_bench_manager, &ctx_bench_keys[0], &value);
    message->answer = (uintptr_t)value;
}

static uint64_t handoff_serve(const struct ctx_job *job) {
    struct handoff_queue *queue = job->shared;
    const uint64_t total = job->iterations * job->parameters[HANDOFF_BATCH];
    for (uint64_t i = 0; i < total; i++) {
        struct handoff_message *message = &queue->messages[i % HANDOFF_BATCH_MAX];
        ctx_await(&queue->asked, i + 1);
        if (CTX_BINDS) {
            CTX_WITH(ctx_snapshot_context(message->captured), handoff_read, message);
            ctx_snapshot_release(message->captured);
        } else {
            CTX_BARE(handoff_read, message);
        }
        atomic_store_explicit(&queue->served, i + 1, memory_order_release);
    }
    return total;
}

struct handoff {
    const struct ctx_job *job;
    uint64_t sum;
};

CTX_OPERATION void CTX_FN(handoff_go, struct ctx_recorder *recorder, struct handoff *handoff) {
    struct handoff_queue *queue = handoff->job->shared;
    const uint32_t batch = handoff->job->parameters[HANDOFF_BATCH];
    uint64_t asked = 0;
    CTX_RECORD_START(recorder);
    for (uint64_t i = handoff->job->iterations; i > 0; i--) {
        const uint64_t first = asked;
        for (uint32_t b = 0; b < batch; b++) {
            struct handoff_message *message = &queue->messages[asked % HANDOFF_BATCH_MAX];
            message->captured = CTX_BINDS ? ctx_take_or_die(CTX_CURRENT(0)) : NULL;
            atomic_store_explicit(&queue->asked, ++asked, memory_order_release);
        }
        ctx_await(&queue->served, asked);
        for (uint64_t b = first; b < asked; b++)
            handoff->sum += queue->messages[b % HANDOFF_BATCH_MAX].answer;
        CTX_RECORD(recorder);
    }
}

CTX_OPAQUE static void CTX_FN(handoff_ask, void *arg) {
    struct handoff *handoff = arg;
    CTX_ENTER_OPAQUE();
    CTX_CALL_RECORDED(handoff_go, handoff->job, handoff);
}

static uint64_t handoff_run(const struct ctx_job *job) {
    if (job->thread == HANDOFF_SERVER)
        return handoff_serve(job);
    struct handoff handoff = {.job = job};
    struct ctx_binding binding[1];
    const struct ctx scope = ctx_bench_scope(NULL, binding, 1);
    CTX_WITH(&scope, handoff_ask, &handoff);
    ctx_touch(&scope);
    return handoff.sum;
}

#define CTX_KERNELS_HANDOFF                                                                                            \
    {.workload = &handoff_workload,                                                                                    \
     .form = CTX_FORM_THROUGHPUT,                                                                                      \
     .prepare = handoff_prepare,                                                                                       \
     .run = handoff_run,                                                                                               \
     .finish = handoff_finish},
