/*
 * `task`: hand work and its context to a task that the same thread runs next, as an event loop does. Part of kernels.h.
 * What `handoff` is without a second thread: to capture, to put in force, to read once, to release.
 *
 * Checksum: the sum of the values that the tasks read. Floor: the same queue, whose tasks load a constant.
 */

static uint64_t task_checksum(const struct ctx_job *job, uint32_t traits) {
    return job->iterations * ctx_value_read(traits);
}

static const struct ctx_workload task_workload = {
    .name = "task",
    .summary = "hand work and its context to a task of the same thread, which reads and answers",
    .operation = "task",
    .revision = 1,
    .requires = CTX_SCENARIO_HANDOFF,
    .threads_min = 1,
    .threads_max = 1,
    .role = CTX_ROLE_TASK,
    .section = &ctx_section_handoff,
    .checksum = task_checksum,
};

struct task {
    struct ctx_snapshot *captured; /* owned by the task until it has run */
    uint64_t answer;
};

CTX_OPAQUE static void CTX_FN(task_read, void *arg) {
    struct task *task = arg;
    void *value = NULL;
    CTX_ENTER_OPAQUE();
    CTX_BEFORE_READS();
    (void)CTX_GET(0, &ctx_bench_manager, &ctx_bench_keys[0], &value);
    task->answer = (uintptr_t)value;
}

/* What the loop does with a task. It knows no context of its own. */
CTX_OPAQUE static void task_run_next(struct task *task) {
    if (CTX_BINDS) {
        CTX_WITH(ctx_snapshot_context(task->captured), task_read, task);
        ctx_snapshot_release(task->captured);
    } else {
        CTX_BARE(task_read, task);
    }
}

struct task_run {
    const struct ctx_job *job;
    uint64_t sum;
};

CTX_OPAQUE static void CTX_FN(task_loop, void *arg) {
    struct task_run *run = arg;
    CTX_ENTER_OPAQUE();
    for (uint64_t i = run->job->iterations; i > 0; i--) {
        struct task task = {.captured = CTX_BINDS ? ctx_take_or_die(CTX_CURRENT(0)) : NULL};
        task_run_next(&task);
        run->sum += task.answer;
    }
}

static uint64_t task_run(const struct ctx_job *job) {
    struct task_run run = {.job = job};
    struct ctx_binding binding[1];
    const struct ctx scope = ctx_bench_scope(NULL, binding, 1);
    CTX_WITH(&scope, task_loop, &run);
    ctx_touch(&scope);
    return run.sum;
}

#define CTX_KERNELS_TASK {.workload = &task_workload, .form = CTX_FORM_THROUGHPUT, .run = task_run},
