/*
 * W6 `spawn`: start threads that inherit the context as it is at the call, read it once each, and join them; or fibers.
 * Part of kernels.h.
 *
 * A fiber is started by its first turn, which ends inside its scope, as one does that has to wait; to join it is to let
 * it go on, read, and end. All fibers of an operation are inside their scopes at once.
 *
 * Checksum: the sum of the values that the children read. Floor: the same threads with nothing to inherit.
 */

enum { SPAWN_FANOUT, SPAWN_FIBERS, SPAWN_FANOUT_MAX = 64, SPAWN_STACK_BYTES = 64 << 10 };

static uint64_t spawn_checksum(const struct ctx_job *job, uint32_t traits) {
    return job->iterations * job->parameters[SPAWN_FANOUT] * ctx_value_read(traits);
}

static const char *spawn_inapplicable(const struct ctx_job *job, uint32_t traits) {
    if (job->parameters[SPAWN_FIBERS] == 0)
        return NULL;
    return ctx_is_right_on_fibers(traits)
               ? ctx_fibers_missing()
               : "with fibers the context would have to be saved and restored when the stack changes, and nothing does";
}

static const struct ctx_workload spawn_workload = {
    .name = "spawn",
    .summary = "start threads (or fibers) that inherit the context, read once in each, join them",
    .operation = "fan-out",
    .revision = 2,
    .requires = CTX_SCENARIO_PLAIN_CHILD | CTX_SCENARIO_INHERIT | CTX_SCENARIO_FIBER_SWITCH,
    .threads_min = 1,
    .threads_max = 1,
    .records = true,
    .role = CTX_ROLE_START,
    .overview = 3,
    .section = &ctx_section_scopes,
    .parameters =
        {
            [SPAWN_FANOUT] = {.name = "fanout",
                              .summary = "threads or fibers started, then joined, in one operation",
                              .min = 1,
                              .max = SPAWN_FANOUT_MAX,
                              .defaults = {1, 8, 64},
                              .default_count = 3},
            [SPAWN_FIBERS] = {.name = "fibers",
                              .summary = "1: fibers; 0: threads",
                              .min = 0,
                              .max = 1,
                              .defaults = {0, 1},
                              .default_count = 2},
        },
    .inapplicable = spawn_inapplicable,
    .checksum = spawn_checksum,
};

struct spawn {
    const struct ctx_job *job;
    uint64_t sum;
};

struct spawn_child {
    union {
        pthread_t thread;
        struct fiber fiber;
    };
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

CTX_OPAQUE static void CTX_FN(spawn_wait_and_read, void *arg) {
    CTX_ENTER_OPAQUE();
    CTX_AROUND_SWITCH((void)fiber_yield());
    CTX_CALL(spawn_read, arg);
}

static void *spawn_fiber_main(void *arg) {
    struct spawn_child *child = arg;
    CTX_NEW_STACK();
    if (!CTX_BINDS) {
        CTX_BARE(spawn_wait_and_read, child);
        return NULL;
    }
    CTX_WITH(ctx_snapshot_context(child->inherited), spawn_wait_and_read, child);
    ctx_snapshot_release(child->inherited);
    return NULL;
}

static inline void spawn_start(struct spawn_child *child, bool is_fiber) {
    if (!is_fiber) {
        ctx_start_or_die(&child->thread, spawn_main, child);
        return;
    }
    if (fiber_init(&child->fiber, SPAWN_STACK_BYTES, spawn_fiber_main, child) != 0)
        ctx_die("cannot make a fiber");
    CTX_AROUND_SWITCH((void)fiber_resume(&child->fiber));
}

static inline void spawn_join(struct spawn_child *child, bool is_fiber) {
    if (!is_fiber) {
        (void)pthread_join(child->thread, NULL);
        return;
    }
    CTX_AROUND_SWITCH((void)fiber_resume(&child->fiber));
    fiber_destroy(&child->fiber);
}

CTX_OPERATION void CTX_FN(spawn_go, struct ctx_recorder *recorder, struct spawn *spawn) {
    const uint32_t fanout = spawn->job->parameters[SPAWN_FANOUT];
    const bool are_fibers = spawn->job->parameters[SPAWN_FIBERS] == 1;
    struct spawn_child children[SPAWN_FANOUT_MAX];
    CTX_RECORD_START(recorder);
    for (uint64_t i = spawn->job->iterations; i > 0; i--) {
        for (uint32_t c = 0; c < fanout; c++) {
            children[c].inherited = CTX_BINDS ? ctx_take_or_die(CTX_CURRENT(0)) : NULL;
            spawn_start(&children[c], are_fibers);
        }
        for (uint32_t c = 0; c < fanout; c++) {
            spawn_join(&children[c], are_fibers);
            spawn->sum += children[c].value;
        }
        CTX_RECORD(recorder);
    }
}

CTX_OPAQUE static void CTX_FN(spawn_loop, void *arg) {
    struct spawn *spawn = arg;
    CTX_ENTER_OPAQUE();
    CTX_CALL_RECORDED(spawn_go, spawn->job, spawn);
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
