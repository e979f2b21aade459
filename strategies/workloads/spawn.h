/*
 * W6 `spawn`: start threads that inherit the context as it is at the call, read it once each, and join them. Part of
 * kernels.h.
 *
 * Checksum: the sum of the values that the children read. Floor: the same threads with nothing to inherit.
 */

enum { SPAWN_FANOUT, SPAWN_FANOUT_MAX = 64 };

static uint64_t spawn_checksum(const struct ctx_job *job, uint32_t traits) {
    return job->iterations * job->parameters[SPAWN_FANOUT] * ctx_value_read(traits);
}

static const struct ctx_workload spawn_workload = {
    .name = "spawn",
    .summary = "start threads that inherit the context, read once in each, join them",
    .operation = "fan-out",
    .revision = 1,
    .requires = CTX_SCENARIO_PLAIN_CHILD | CTX_SCENARIO_INHERIT,
    .threads_min = 1,
    .threads_max = 1,
    .parameters =
        {
            [SPAWN_FANOUT] = {.name = "fanout",
                              .summary = "threads started, then joined, in one operation",
                              .min = 1,
                              .max = SPAWN_FANOUT_MAX,
                              .defaults = {1, 8},
                              .default_count = 2,
                              .quick = {1},
                              .quick_count = 1},
        },
    .checksum = spawn_checksum,
};

struct spawn {
    const struct ctx_job *job;
    uint64_t sum;
};

struct spawn_child {
    pthread_t thread;
    struct ctx_snapshot *inherited; /* owned by the child; NULL where there is nothing to inherit */
    uint64_t value;
};

CTX_OPAQUE static void CTX_FN(spawn_read, void *arg) {
    struct spawn_child *child = arg;
    void *value = NULL;
    CTX_ENTER_OPAQUE();
    CTX_BEFORE_READS();
    (void)CTX_GET(0, &ctx_bench_manager, &ctx_bench_keys[0], &value);
    child->value = (uintptr_t)value;
}

static void *spawn_main(void *arg) {
    struct spawn_child *child = arg;
    if (!CTX_BINDS) {
        CTX_BARE(spawn_read, child);
        return NULL;
    }
    ctx_thread_begin();
    CTX_WITH(ctx_snapshot_context(child->inherited), spawn_read, child);
    ctx_snapshot_release(child->inherited);
    ctx_thread_end();
    return NULL;
}

CTX_OPAQUE static void CTX_FN(spawn_loop, void *arg) {
    struct spawn *spawn = arg;
    const uint32_t fanout = spawn->job->parameters[SPAWN_FANOUT];
    struct spawn_child children[SPAWN_FANOUT_MAX];
    CTX_ENTER_OPAQUE();
    for (uint64_t i = spawn->job->iterations; i > 0; i--) {
        for (uint32_t c = 0; c < fanout; c++) {
            children[c].inherited = CTX_BINDS ? ctx_take_or_die(CTX_CURRENT(0)) : NULL;
            ctx_start_or_die(&children[c].thread, spawn_main, &children[c]);
        }
        for (uint32_t c = 0; c < fanout; c++) {
            (void)pthread_join(children[c].thread, NULL);
            spawn->sum += children[c].value;
        }
    }
}

static uint64_t spawn_run(const struct ctx_job *job) {
    struct spawn spawn = {.job = job};
    struct ctx_binding binding[1];
    const struct ctx scope = ctx_bench_scope(NULL, binding, 1);
    CTX_WITH(&scope, spawn_loop, &spawn);
    ctx_touch(&scope);
    return spawn.sum;
}

#define CTX_KERNELS_SPAWN {.workload = &spawn_workload, .form = CTX_FORM_THROUGHPUT, .run = spawn_run},
