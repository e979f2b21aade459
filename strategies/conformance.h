/*
 * Part of kernels.h: what a strategy has to get right before anybody times it. The same operations that the workloads
 * measure are proved here; a worker runs the scenarios that its workload rests on, and the tests run them all, under
 * the sanitizers too.
 *
 * A scenario runs its steps in functions of ctx_body's shape, so that strategies with a context parameter take part. It
 * stops at the first thing that is not as wanted and says what was found.
 */

struct ctx_proof {
    bool failed;
    char complaint[200];
};

static const char *ctx_answer_name(enum ctx_answer answer) {
    switch (answer) {
    case CTX_NO_CONTEXT:
        return "no context";
    case CTX_NOT_SET:
        return "not set";
    case CTX_SET:
        return "set";
    }
    return "nonsense";
}

/* What a read at some point must give. */
struct ctx_wanted {
    const char *where;
    const struct ctx_manager *manager;
    const struct ctx_key *key;
    enum ctx_answer answer;
    uintptr_t value; /* with CTX_SET */
};

CTX_OPAQUE static void CTX_FN(ctx_want, struct ctx_proof *proof, const struct ctx_wanted *wanted) {
    void *value = NULL;
    CTX_ENTER_OPAQUE();
    const enum ctx_answer answer = CTX_GET(0, wanted->manager, wanted->key, &value);
    if (proof->failed || (answer == wanted->answer && (uintptr_t)value == wanted->value))
        return;
    proof->failed = true;
    (void)snprintf(proof->complaint, sizeof proof->complaint,
                   "%s: found \"%s\" with value %#zx, wanted \"%s\" with %#zx", wanted->where, ctx_answer_name(answer),
                   (size_t)(uintptr_t)value, ctx_answer_name(wanted->answer), (size_t)wanted->value);
}

/* Shorthands. The first manager and the first key unless something else is said. */
#define CTX_WANT_AT(proof, where_, manager_, key_, answer_, value_)                                                    \
    CTX_CALL(ctx_want, proof,                                                                                          \
             &(const struct ctx_wanted){                                                                               \
                 .where = (where_), .manager = (manager_), .key = (key_), .answer = (answer_), .value = (value_)})
#define CTX_WANT(proof, where, key, value)                                                                             \
    CTX_WANT_AT(proof, where, &ctx_bench_manager, &ctx_bench_keys[key], CTX_SET, value)
#define CTX_WANT_UNSET(proof, where, key)                                                                              \
    CTX_WANT_AT(proof, where, &ctx_bench_manager, &ctx_bench_keys[key], CTX_NOT_SET, 0)
#define CTX_WANT_NO_CONTEXT(proof, where)                                                                              \
    CTX_WANT_AT(proof, where, &ctx_bench_manager, &ctx_bench_keys[0], CTX_NO_CONTEXT, 0)

/* Runs `fn` with one more binding in force: key `number` of the first manager is `value`. */
static inline struct ctx_binding ctx_bind(uint32_t number, uintptr_t value) {
    return (struct ctx_binding){.key = &ctx_bench_keys[number], .value = (void *)value}; /* NOLINT */
}

static inline struct ctx ctx_child(const struct ctx *parent, const struct ctx_binding *binding) {
    return (struct ctx){.parent = parent, .manager = &ctx_bench_manager, .bindings = binding, .count = 1};
}

#define CTX_WITH_ONE(number, value, fn, arg)                                                                           \
    do {                                                                                                               \
        const struct ctx_binding ctx_one = ctx_bind(number, value);                                                    \
        const struct ctx ctx_scope = ctx_child(CTX_CURRENT(0), &ctx_one);                                              \
        CTX_WITH(&ctx_scope, fn, arg);                                                                                 \
        ctx_touch(&ctx_scope);                                                                                         \
    } while (0)

/* ---- Nested override and restore ---- */

CTX_OPAQUE static void CTX_FN(ctx_nest_inner, void *arg) {
    struct ctx_proof *proof = arg;
    CTX_WANT(proof, "in the inner scope, its own key", 0, 3);
    CTX_WANT(proof, "in the inner scope, the outer's other key", 1, 2);
}

CTX_OPAQUE static void CTX_FN(ctx_nest_middle, void *arg) {
    struct ctx_proof *proof = arg;
    CTX_WANT(proof, "before the inner scope", 0, 1);
    CTX_WITH_ONE(0, 3, ctx_nest_inner, proof);
    CTX_WANT(proof, "after the inner scope", 0, 1);
    CTX_WITH_ONE(0, 3, ctx_nest_inner, proof);
    CTX_WANT(proof, "after the inner scope's second time", 1, 2);
}

CTX_OPAQUE static void CTX_FN(ctx_nest_outer, void *arg) {
    struct ctx_proof *proof = arg;
    CTX_WITH_ONE(1, 2, ctx_nest_middle, proof);
    CTX_WANT_UNSET(proof, "after the middle scope, its key", 1);
}

CTX_OPAQUE static void CTX_FN(ctx_nest_root, void *arg) {
    struct ctx_proof *proof = arg;
    CTX_WANT_NO_CONTEXT(proof, "before any scope");
    CTX_WITH_ONE(0, 1, ctx_nest_outer, proof);
    CTX_WANT_NO_CONTEXT(proof, "after all scopes");
}

/* ---- Restore after a body that gives up half-way ---- */

enum { CTX_FAILING_LEVELS = 5 };

struct ctx_failing {
    struct ctx_proof *proof;
    uint32_t level;
    bool failed;
};

/* Every level binds key 0 to its number; the innermost fails and all return early, checking what they return to. */
CTX_OPAQUE static void CTX_FN(ctx_failing_body, void *arg) {
    struct ctx_failing *failing = arg;
    const uint32_t level = failing->level;
    if (level == CTX_FAILING_LEVELS) {
        failing->failed = true;
        CTX_ENTER_OPAQUE();
        return;
    }
    failing->level++;
    CTX_WITH_ONE(0, level + 1, ctx_failing_body, failing);
    if (failing->failed) {
        CTX_WANT(failing->proof, "behind a body that failed", 0, level);
        return;
    }
    failing->level = 0;
}

CTX_OPAQUE static void CTX_FN(ctx_failing_root, void *arg) {
    struct ctx_failing failing = {.proof = arg, .level = 1};
    CTX_WITH_ONE(0, 1, ctx_failing_body, &failing);
    CTX_WANT_NO_CONTEXT(failing.proof, "behind the outermost scope, whose body failed");
}

/* ---- Unset, NULL and no context ---- */

CTX_OPAQUE static void CTX_FN(ctx_three_none, void *arg) {
    struct ctx_proof *proof = arg;
    CTX_WANT_NO_CONTEXT(proof, "inside a scope whose context is NULL");
}

CTX_OPAQUE static void CTX_FN(ctx_three_empty, void *arg) {
    struct ctx_proof *proof = arg;
    CTX_WANT_UNSET(proof, "in the empty context", 0);
}

CTX_OPAQUE static void CTX_FN(ctx_three_scope, void *arg) {
    struct ctx_proof *proof = arg;
    CTX_WANT(proof, "a key bound to NULL", 0, 0);
    CTX_WANT_UNSET(proof, "a key that is not bound", 1);
    CTX_WITH(NULL, ctx_three_none, proof);
    CTX_WANT(proof, "behind a scope whose context is NULL", 0, 0);
}

CTX_OPAQUE static void CTX_FN(ctx_three_root, void *arg) {
    struct ctx_proof *proof = arg;
    CTX_WANT_NO_CONTEXT(proof, "outside of all scopes");
    CTX_WITH(&ctx_empty, ctx_three_empty, proof);
    CTX_WITH_ONE(0, 0, ctx_three_scope, proof);
}

/* ---- Two managers with the same key ---- */

static struct ctx_manager ctx_other_manager = {.registered = true};

CTX_OPAQUE static void CTX_FN(ctx_managers_inner, void *arg) {
    struct ctx_proof *proof = arg;
    CTX_WANT(proof, "the first manager's key", 0, 1);
    CTX_WANT_AT(proof, "the second manager's key", &ctx_other_manager, &ctx_bench_keys[0], CTX_SET, 2);
    CTX_WANT_AT(proof, "a key of the first manager asked of the second", &ctx_other_manager, &ctx_bench_keys[1],
                CTX_NOT_SET, 0);
}

CTX_OPAQUE static void CTX_FN(ctx_managers_outer, void *arg) {
    const struct ctx_binding binding = ctx_bind(0, 2);
    const struct ctx scope = {CTX_CURRENT(0), &ctx_other_manager, &binding, 1};
    CTX_WITH(&scope, ctx_managers_inner, arg);
    CTX_WANT_AT((struct ctx_proof *)arg, "the second manager's key after its scope", &ctx_other_manager,
                &ctx_bench_keys[0], CTX_NOT_SET, 0);
}

CTX_OPAQUE static void CTX_FN(ctx_managers_root, void *arg) {
    const struct ctx_binding bindings[] = {ctx_bind(0, 1), ctx_bind(1, 5)};
    const struct ctx scope = {CTX_CURRENT(0), &ctx_bench_manager, bindings, 2};
    CTX_WITH(&scope, ctx_managers_outer, arg);
    ctx_touch(&scope);
}

/* ---- Threads: plain and inheriting children ---- */

struct ctx_child_thread {
    struct ctx_proof *proof;
    struct ctx_snapshot *inherited;
    atomic_bool may_read;
};

CTX_OPAQUE static void CTX_FN(ctx_plain_read, void *arg) {
    struct ctx_proof *proof = arg;
    CTX_WANT_NO_CONTEXT(proof, "in a thread that inherits nothing");
}

static void *ctx_plain_main(void *arg) {
    ctx_thread_begin();
    CTX_BARE(ctx_plain_read, arg);
    ctx_thread_end();
    return NULL;
}

CTX_OPAQUE static void CTX_FN(ctx_plain_scope, void *arg) {
    pthread_t thread;
    ctx_start_or_die(&thread, ctx_plain_main, arg);
    (void)pthread_join(thread, NULL);
    CTX_WANT((struct ctx_proof *)arg, "in the parent of a plain thread", 0, 1);
}

CTX_OPAQUE static void CTX_FN(ctx_plain_root, void *arg) {
    CTX_WITH_ONE(0, 1, ctx_plain_scope, arg);
}

CTX_OPAQUE static void CTX_FN(ctx_inherit_read, void *arg) {
    struct ctx_child_thread *child = arg;
    CTX_WANT(child->proof, "in a thread that inherits, after its parent went on", 0, 1);
}

/* The child waits until its parent has changed its own context. */
static void *ctx_inherit_main(void *arg) {
    struct ctx_child_thread *child = arg;
    ctx_thread_begin();
    while (!atomic_load(&child->may_read))
        (void)sched_yield();
    CTX_WITH(ctx_snapshot_context(child->inherited), ctx_inherit_read, child);
    ctx_thread_end();
    return NULL;
}

CTX_OPAQUE static void CTX_FN(ctx_inherit_changed, void *arg) {
    struct ctx_child_thread *child = arg;
    CTX_ENTER_OPAQUE();
    atomic_store(&child->may_read, true);
}

CTX_OPAQUE static void CTX_FN(ctx_inherit_scope, void *arg) {
    struct ctx_child_thread child = {.proof = arg, .inherited = ctx_take_or_die(CTX_CURRENT(0))};
    pthread_t thread;
    ctx_start_or_die(&thread, ctx_inherit_main, &child);
    CTX_WITH_ONE(0, 2, ctx_inherit_changed, &child);
    (void)pthread_join(thread, NULL);
    ctx_snapshot_release(child.inherited);
}

CTX_OPAQUE static void CTX_FN(ctx_inherit_root, void *arg) {
    CTX_WITH_ONE(0, 1, ctx_inherit_scope, arg);
}

/* ---- Hand-off through a queue ---- */

enum { CTX_HANDOFF_TASKS = 32 };

struct ctx_task {
    struct ctx_proof *proof;
    struct ctx_snapshot *captured;
    uintptr_t wanted;
};

struct ctx_task_queue {
    struct ctx_proof *proof;
    struct ctx_task tasks[CTX_HANDOFF_TASKS];
    atomic_uint ready;
};

CTX_OPAQUE static void CTX_FN(ctx_task_read, void *arg) {
    struct ctx_task *task = arg;
    CTX_WANT(task->proof, "in a task on another thread", 0, task->wanted);
}

CTX_OPAQUE static void CTX_FN(ctx_task_between, void *arg) {
    struct ctx_proof *proof = arg;
    CTX_WANT_NO_CONTEXT(proof, "on a pool thread, between its tasks");
}

static void *ctx_task_main(void *arg) {
    struct ctx_task_queue *queue = arg;
    ctx_thread_begin();
    for (unsigned i = 0; i < CTX_HANDOFF_TASKS; i++) {
        while (atomic_load(&queue->ready) <= i)
            (void)sched_yield();
        struct ctx_task *task = &queue->tasks[i];
        CTX_WITH(ctx_snapshot_context(task->captured), ctx_task_read, task);
        CTX_BARE(ctx_task_between, queue->proof);
        ctx_snapshot_release(task->captured);
    }
    ctx_thread_end();
    return NULL;
}

CTX_OPAQUE static void CTX_FN(ctx_task_enqueue, void *arg) {
    struct ctx_task_queue *queue = arg;
    const unsigned index = atomic_load(&queue->ready);
    CTX_ENTER_OPAQUE();
    queue->tasks[index].captured = ctx_take_or_die(CTX_CURRENT(0));
    atomic_store(&queue->ready, index + 1);
}

CTX_OPAQUE static void CTX_FN(ctx_handoff_root, void *arg) {
    struct ctx_task_queue queue = {.proof = arg};
    pthread_t thread;
    ctx_start_or_die(&thread, ctx_task_main, &queue);
    for (uint32_t i = 0; i < CTX_HANDOFF_TASKS; i++) {
        queue.tasks[i].proof = arg;
        queue.tasks[i].wanted = i + 1;
        CTX_WITH_ONE(0, i + 1, ctx_task_enqueue, &queue);
    }
    (void)pthread_join(thread, NULL);
}

/* ---- 10,000 frames deep ---- */

enum { CTX_DEEP_FRAMES = 10000 };

CTX_OPAQUE static void CTX_FN(ctx_deep_leaf, void *arg) {
    struct ctx_proof *proof = arg;
    CTX_WANT(proof, "10,000 frames below the scope", 0, 1);
}

CTX_OPAQUE static void CTX_FN(ctx_deep_root, void *arg) {
    struct ctx_descent descent = {.frames_left = CTX_DEEP_FRAMES, .leaf = ctx_deep_leaf, .leaf_arg = arg};
    void *next_arg = NULL;
    ctx_body *next = ctx_descend(&descent, &next_arg);
    CTX_WITH_ONE(0, 1, next, next_arg);
}

/* ---- Reuse of ids and slots; many threads ---- */

enum { CTX_REUSE_ROUNDS = 300, CTX_THREADS = 4 };

struct ctx_reuse {
    struct ctx_proof *proof;
    uintptr_t value; /* odd; the next round's is 2 more */
};

/* Rounds take turns with two keys: what one binds must be unset in the next. */
static inline uint32_t ctx_reuse_key(uintptr_t value) {
    return 2 + (uint32_t)(value / 2 % 2);
}

CTX_OPAQUE static void CTX_FN(ctx_reuse_inner, void *arg) {
    struct ctx_reuse *reuse = arg;
    CTX_WANT(reuse->proof, "in a scope opened again and again", 0, reuse->value);
    CTX_WANT(reuse->proof, "around it", 1, reuse->value + 1);
    CTX_WANT_UNSET(reuse->proof, "a key of the round before", ctx_reuse_key(reuse->value + 2));
}

CTX_OPAQUE static void CTX_FN(ctx_reuse_outer, void *arg) {
    struct ctx_reuse *reuse = arg;
    const struct ctx_binding bindings[] = {ctx_bind(0, reuse->value), ctx_bind(ctx_reuse_key(reuse->value), 7)};
    const struct ctx scope = {CTX_CURRENT(0), &ctx_bench_manager, bindings, 2};
    CTX_WITH(&scope, ctx_reuse_inner, reuse);
    ctx_touch(&scope);
}

CTX_OPAQUE static void CTX_FN(ctx_reuse_rounds, void *arg) {
    struct ctx_reuse *reuse = arg;
    for (int i = 0; i < CTX_REUSE_ROUNDS; i++) {
        CTX_WITH_ONE(1, reuse->value + 1, ctx_reuse_outer, reuse);
        reuse->value += 2;
    }
}

CTX_OPAQUE static void CTX_FN(ctx_reuse_root, void *arg) {
    struct ctx_reuse reuse = {.proof = arg, .value = 1};
    CTX_CALL(ctx_reuse_rounds, &reuse);
}

/* One of several threads that differ in every value they bind, and go through their rounds at the same time. */
struct ctx_rival {
    pthread_t thread;
    struct ctx_proof proof;
    struct ctx_reuse reuse;
    atomic_uint *missing; /* how many have not started yet */
};

static void *ctx_rival_main(void *arg) {
    struct ctx_rival *rival = arg;
    ctx_thread_begin();
    atomic_fetch_sub(rival->missing, 1);
    while (atomic_load(rival->missing) > 0)
        (void)sched_yield();
    CTX_BARE(ctx_reuse_rounds, &rival->reuse);
    ctx_thread_end();
    return NULL;
}

CTX_OPAQUE static void CTX_FN(ctx_threads_root, void *arg) {
    struct ctx_proof *proof = arg;
    struct ctx_rival rivals[CTX_THREADS];
    atomic_uint missing = CTX_THREADS;
    CTX_ENTER_OPAQUE();
    for (uint32_t i = 0; i < CTX_THREADS; i++) {
        struct ctx_rival *rival = &rivals[i];
        rival->proof = (struct ctx_proof){.failed = false};
        rival->reuse = (struct ctx_reuse){.proof = &rival->proof, .value = 1 + 2 * CTX_REUSE_ROUNDS * i};
        rival->missing = &missing;
        ctx_start_or_die(&rival->thread, ctx_rival_main, rival);
    }
    for (uint32_t i = 0; i < CTX_THREADS; i++) {
        (void)pthread_join(rivals[i].thread, NULL);
        if (rivals[i].proof.failed)
            *proof = rivals[i].proof;
    }
}

/* ---- The table ---- */

static const char *ctx_prove(ctx_body *root) {
    static struct ctx_proof proof; /* its words outlive the call; scenarios run one at a time */
    proof = (struct ctx_proof){.failed = false};
    ctx_thread_begin();
    CTX_BARE(root, &proof);
    ctx_thread_end();
    return proof.failed ? proof.complaint : NULL;
}

#define CTX_SCENARIO(root)                                                                                             \
    static const char *root##_prove(void) {                                                                            \
        return ctx_prove(root);                                                                                        \
    }
CTX_SCENARIO(ctx_nest_root)
CTX_SCENARIO(ctx_failing_root)
CTX_SCENARIO(ctx_three_root)
CTX_SCENARIO(ctx_managers_root)
CTX_SCENARIO(ctx_plain_root)
CTX_SCENARIO(ctx_inherit_root)
CTX_SCENARIO(ctx_handoff_root)
CTX_SCENARIO(ctx_deep_root)
CTX_SCENARIO(ctx_reuse_root)
CTX_SCENARIO(ctx_threads_root)

static const struct ctx_scenario ctx_scenarios[] = {
    {CTX_SCENARIO_NEST, "nest", "nested override and restore", ctx_nest_root_prove},
    {CTX_SCENARIO_FAILING_BODY, "failing-body", "restore after a body that gives up", ctx_failing_root_prove},
    {CTX_SCENARIO_THREE_ANSWERS, "three-answers", "unset, NULL and no context are told apart", ctx_three_root_prove},
    {CTX_SCENARIO_TWO_MANAGERS, "two-managers", "the same key under two managers", ctx_managers_root_prove},
    {CTX_SCENARIO_PLAIN_CHILD, "plain-child", "a plain thread sees nothing", ctx_plain_root_prove},
    {CTX_SCENARIO_INHERIT, "inherit", "an inheriting thread sees the values at the call", ctx_inherit_root_prove},
    {CTX_SCENARIO_HANDOFF, "handoff", "a queue carries contexts and leaves no residue", ctx_handoff_root_prove},
    {CTX_SCENARIO_DEEP, "deep", "10,000 frames below the scope", ctx_deep_root_prove},
    {CTX_SCENARIO_REUSE, "reuse", "ids and slots are reused without residue", ctx_reuse_root_prove},
    {CTX_SCENARIO_MANY_THREADS, "many-threads", "threads do not see each other", ctx_threads_root_prove},
};
