/* Part of conformance.h: what threads see of each other, and what they leave behind. */

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
CTX_SCENARIO(ctx_plain_root)

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
CTX_SCENARIO(ctx_inherit_root)

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
CTX_SCENARIO(ctx_handoff_root)

/* ---- Many threads at once ---- */

enum { CTX_THREADS = 4 };

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
CTX_SCENARIO(ctx_threads_root)

/* ---- Threads that end leave nothing behind ---- */

/* More than the table of any strategy holds at once. */
enum { CTX_ENDED_THREADS = 17000 };

CTX_OPAQUE static void CTX_FN(ctx_ended_read, void *arg) {
    struct ctx_proof *proof = arg;
    CTX_WANT(proof, "in one of many threads that come and go", 0, 1);
}

CTX_OPAQUE static void CTX_FN(ctx_ended_thread, void *arg) {
    struct ctx_proof *proof = arg;
    CTX_WANT_NO_CONTEXT(proof, "in a new thread, after others have ended");
    CTX_WITH_ONE(0, 1, ctx_ended_read, proof);
}

static void *ctx_ended_main(void *arg) {
    ctx_thread_begin();
    CTX_BARE(ctx_ended_thread, arg);
    ctx_thread_end();
    return NULL;
}

CTX_OPAQUE static void CTX_FN(ctx_ended_root, void *arg) {
    struct ctx_proof *proof = arg;
    CTX_ENTER_OPAQUE();
    for (int i = 0; i < CTX_ENDED_THREADS && !proof->failed; i++) {
        pthread_t thread;
        ctx_start_or_die(&thread, ctx_ended_main, proof);
        (void)pthread_join(thread, NULL);
    }
}
CTX_SCENARIO(ctx_ended_root)

/* ---- Threads that end inside a scope ---- */

/* One after the other: the next gets the stack, and so the identity, of the one before. */
enum { CTX_LEAVERS = 500 };

struct ctx_leaver {
    struct ctx_proof *proof;
    pthread_key_t ends; /* whose destructor runs when the thread has unwound its stack */
    bool is_cancelled;  /* otherwise it calls pthread_exit */
    bool has_read;      /* in its scope */
};

/* AddressSanitizer is not told when a cancelled thread's frames go; what it kept of this one would confuse it later. */
CTX_OPAQUE __attribute__((no_sanitize("address"))) static void CTX_FN(ctx_leaver_body, void *arg) {
    struct ctx_leaver *leaver = arg;
    CTX_WANT(leaver->proof, "in a thread that will end inside its scope", 0, 1);
    leaver->has_read = true;
    if (leaver->is_cancelled)
        pthread_testcancel();
    pthread_exit(NULL);
}

/* The cancellation is pending from the start: it must take effect where the body asks for it, and at no read. */
CTX_OPAQUE static void CTX_FN(ctx_leaver_thread, void *arg) {
    struct ctx_leaver *leaver = arg;
    if (leaver->is_cancelled)
        (void)pthread_cancel(pthread_self());
    CTX_WANT_NO_CONTEXT(leaver->proof, "in a new thread, after others have ended inside their scopes");
    /* Opened right here, in the thread's outermost function: what AddressSanitizer keeps of its frame is in nobody's
     * way. */
    const struct ctx_binding binding = ctx_bind(0, 1);
    const struct ctx scope = ctx_child(CTX_CURRENT(0), &binding);
    CTX_WITH(&scope, ctx_leaver_body, leaver);
    ctx_touch(&scope);
    ctx_complain(leaver->proof, "found that a thread went on behind its end, wanted it gone");
}

static void ctx_leaver_ends(void *arg) {
    (void)arg;
    ctx_thread_end();
}

static void *ctx_leaver_main(void *arg) {
    struct ctx_leaver *leaver = arg;
    ctx_thread_begin();
    if (pthread_setspecific(leaver->ends, leaver) != 0)
        ctx_die("out of memory for a thread's own data");
    CTX_BARE(ctx_leaver_thread, leaver);
    return NULL;
}

static void ctx_run_leavers(struct ctx_leaver *leaver) {
    if (pthread_key_create(&leaver->ends, ctx_leaver_ends) != 0)
        ctx_die("no key is left for threads' own data");
    for (int i = 0; i < CTX_LEAVERS && !leaver->proof->failed; i++) {
        pthread_t thread;
        leaver->has_read = false;
        ctx_start_or_die(&thread, ctx_leaver_main, leaver);
        (void)pthread_join(thread, NULL);
        if (!leaver->has_read)
            ctx_complain(leaver->proof, "found a thread cancelled by a read or a scope, wanted neither to do so");
    }
    (void)pthread_key_delete(leaver->ends);
}

CTX_OPAQUE static void CTX_FN(ctx_exit_scope, void *arg) {
    struct ctx_leaver leaver = {.proof = arg, .is_cancelled = false};
    ctx_run_leavers(&leaver);
    CTX_WANT(leaver.proof, "in the parent of threads that ended inside their scopes", 0, 2);
}

CTX_OPAQUE static void CTX_FN(ctx_exit_root, void *arg) {
    CTX_WITH_ONE(0, 2, ctx_exit_scope, arg);
}
CTX_SCENARIO(ctx_exit_root)

CTX_OPAQUE static void CTX_FN(ctx_cancel_scope, void *arg) {
    struct ctx_leaver leaver = {.proof = arg, .is_cancelled = true};
    ctx_run_leavers(&leaver);
    CTX_WANT(leaver.proof, "in the parent of threads that were cancelled inside their scopes", 0, 2);
}

CTX_OPAQUE static void CTX_FN(ctx_cancel_root, void *arg) {
    CTX_WITH_ONE(0, 2, ctx_cancel_scope, arg);
}
CTX_SCENARIO(ctx_cancel_root)

/* ---- A task that had no context, after one that had ---- */

CTX_OPAQUE static void CTX_FN(ctx_absent_task, void *arg) {
    struct ctx_proof *proof = arg;
    CTX_WANT_NO_CONTEXT(proof, "in a task that had no context, run within the scope of another");
}

CTX_OPAQUE static void CTX_FN(ctx_absent_scope, void *arg) {
    struct ctx_task *task = arg;
    CTX_WANT(task->proof, "in a task that had a context", 0, 1);
    struct ctx_snapshot *nothing = ctx_take_or_die(NULL);
    CTX_WITH(ctx_snapshot_context(nothing), ctx_absent_task, task->proof);
    ctx_snapshot_release(nothing);
    CTX_WANT(task->proof, "in a task that had a context, behind one that had none", 0, 1);
}

/* A worker that takes tasks as they come: with a context, without one, and with one again. */
CTX_OPAQUE static void CTX_FN(ctx_absent_worker, void *arg) {
    struct ctx_task *task = arg;
    for (int i = 0; i < 3; i++) {
        CTX_WITH_ONE(0, 1, ctx_absent_scope, task);
        CTX_CALL(ctx_absent_task, task->proof);
    }
}

static void *ctx_absent_main(void *arg) {
    ctx_thread_begin();
    CTX_BARE(ctx_absent_worker, arg);
    ctx_thread_end();
    return NULL;
}

CTX_OPAQUE static void CTX_FN(ctx_absent_root, void *arg) {
    struct ctx_task task = {.proof = arg};
    pthread_t thread;
    CTX_ENTER_OPAQUE();
    ctx_start_or_die(&thread, ctx_absent_main, &task);
    (void)pthread_join(thread, NULL);
}
CTX_SCENARIO(ctx_absent_root)

/* ---- Destructors of thread-specific data ---- */

enum { CTX_DESTRUCTORS = 20 };

struct ctx_last_words {
    struct ctx_proof *proof;
    pthread_key_t key;
    unsigned calls;
};

CTX_OPAQUE static void CTX_FN(ctx_last_read, void *arg) {
    struct ctx_last_words *words = arg;
    words->calls++;
    CTX_WANT(words->proof, "in a scope that a destructor has opened", 0, 2);
}

CTX_OPAQUE static void CTX_FN(ctx_last_scope, void *arg) {
    struct ctx_last_words *words = arg;
    CTX_WANT_NO_CONTEXT(words->proof, "in a destructor of a thread that has ended");
    CTX_WITH_ONE(0, 2, ctx_last_read, words);
    CTX_WANT_NO_CONTEXT(words->proof, "in a destructor, behind its scope");
}

/* Runs when the thread's function has returned, or its scopes are unwound. */
static void ctx_last_destructor(void *arg) {
    CTX_BARE(ctx_last_scope, arg);
    ctx_thread_end();
}

CTX_OPAQUE static void CTX_FN(ctx_last_body, void *arg) {
    struct ctx_last_words *words = arg;
    CTX_WANT(words->proof, "in a thread with a destructor", 0, 1);
}

CTX_OPAQUE static void CTX_FN(ctx_last_thread, void *arg) {
    CTX_WITH_ONE(0, 1, ctx_last_body, arg);
}

static void *ctx_last_main(void *arg) {
    struct ctx_last_words *words = arg;
    ctx_thread_begin();
    if (pthread_setspecific(words->key, words) != 0)
        ctx_die("out of memory for a thread's own data");
    CTX_BARE(ctx_last_thread, words);
    return NULL;
}

CTX_OPAQUE static void CTX_FN(ctx_last_root, void *arg) {
    struct ctx_last_words words = {.proof = arg};
    CTX_ENTER_OPAQUE();
    if (pthread_key_create(&words.key, ctx_last_destructor) != 0)
        ctx_die("no key is left for threads' own data");
    for (int i = 0; i < CTX_DESTRUCTORS && !words.proof->failed; i++) {
        pthread_t thread;
        ctx_start_or_die(&thread, ctx_last_main, &words);
        (void)pthread_join(thread, NULL);
    }
    (void)pthread_key_delete(words.key);
    if (words.calls != CTX_DESTRUCTORS)
        ctx_complain(words.proof, "found %u destructors run, wanted %d", words.calls, CTX_DESTRUCTORS);
}
CTX_SCENARIO(ctx_last_root)
