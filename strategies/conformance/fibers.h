/*
 * Part of conformance.h: several stacks on one thread, and stacks that go from thread to thread (gls/fiber.h).
 *
 * Every fiber has a scope of its own. It lies in the fiber's record, which outlives all fibers: a strategy that takes
 * one stack's context for another's finds a wrong value, and not a frame that is gone.
 */

struct ctx_fiber {
    struct fiber fiber;
    struct ctx_proof *proof;
    struct ctx_binding binding;
    struct ctx scope;
    uintptr_t value;
    unsigned switches;     /* how often it gives the thread back inside its scope, twice each time */
    atomic_uint *finished; /* counts the fibers that are about to end */
};

/* A switch, with what the strategy does around it. */
static inline void ctx_yield(void) {
    CTX_AROUND_SWITCH((void)fiber_yield());
}

/* Does nothing with a fiber that another thread has in hand, or that has ended. */
static inline void ctx_resume(struct ctx_fiber *fiber) {
    CTX_AROUND_SWITCH((void)fiber_resume(&fiber->fiber));
}

/* Both reads in one function: a compiler may want to use the address of the first one's storage for the second. */
CTX_OPAQUE static void CTX_FN(ctx_fiber_read_twice, struct ctx_fiber *fiber) {
    void *before = NULL, *after = NULL;
    (void)CTX_GET(0, &ctx_bench_manager, &ctx_bench_keys[0], &before);
    ctx_yield();
    if (!fiber->proof->failed)
        (void)CTX_GET(0, &ctx_bench_manager, &ctx_bench_keys[0], &after);
    if (before != after || (uintptr_t)before != fiber->value)
        ctx_complain(fiber->proof, "in a fiber, on both sides of a switch: found %#zx and %#zx, wanted %#zx twice",
                     (size_t)(uintptr_t)before, (size_t)(uintptr_t)after, (size_t)fiber->value);
}

CTX_OPAQUE static void CTX_FN(ctx_fiber_scope, void *arg) {
    struct ctx_fiber *fiber = arg;
    CTX_WANT(fiber->proof, "in a fiber's scope", 0, fiber->value);
    for (unsigned i = 0; i < fiber->switches && !fiber->proof->failed; i++) {
        ctx_yield();
        CTX_WANT(fiber->proof, "in a fiber's scope, after a switch", 0, fiber->value);
        CTX_CALL(ctx_fiber_read_twice, fiber);
    }
}

CTX_OPAQUE static void CTX_FN(ctx_fiber_body, void *arg) {
    struct ctx_fiber *fiber = arg;
    CTX_WANT_NO_CONTEXT(fiber->proof, "in a new fiber");
    CTX_WITH(&fiber->scope, ctx_fiber_scope, fiber);
    CTX_WANT_NO_CONTEXT(fiber->proof, "in a fiber, behind its scope");
}

static void *ctx_fiber_main(void *arg) {
    struct ctx_fiber *fiber = arg;
    CTX_NEW_STACK();
    CTX_BARE(ctx_fiber_body, fiber);
    atomic_fetch_add(fiber->finished, 1);
    return NULL;
}

static void ctx_fiber_prepare(struct ctx_fiber *fiber, struct ctx_proof *proof, uintptr_t value, unsigned switches,
                              atomic_uint *finished) {
    fiber->finished = finished;
    fiber->proof = proof;
    fiber->binding = ctx_bind(0, value);
    fiber->scope = ctx_child(NULL, &fiber->binding);
    fiber->value = value;
    fiber->switches = switches;
    if (fiber_init(&fiber->fiber, 0, ctx_fiber_main, fiber) != 0)
        ctx_die("cannot make a fiber");
}

/* ---- On one thread ---- */

enum { CTX_FIBERS_TAKING_TURNS = 3, CTX_FIBER_SWITCHES = 5 };

CTX_OPAQUE static void CTX_FN(ctx_turns_scope, void *arg) {
    static struct ctx_fiber fibers[CTX_FIBERS_TAKING_TURNS];
    struct ctx_proof *proof = arg;
    atomic_uint finished = 0;
    for (uintptr_t i = 0; i < CTX_FIBERS_TAKING_TURNS; i++)
        ctx_fiber_prepare(&fibers[i], proof, 2 + i, CTX_FIBER_SWITCHES, &finished);
    for (unsigned turn = 0; atomic_load(&finished) < CTX_FIBERS_TAKING_TURNS; turn++) {
        ctx_resume(&fibers[turn % CTX_FIBERS_TAKING_TURNS]);
        CTX_WANT(proof, "between two fibers, in the scope of the thread", 0, 1);
    }
    for (int i = 0; i < CTX_FIBERS_TAKING_TURNS; i++)
        fiber_destroy(&fibers[i].fiber);
}

CTX_OPAQUE static void CTX_FN(ctx_turns_root, void *arg) {
    CTX_WITH_ONE(0, 1, ctx_turns_scope, arg);
}
CTX_SCENARIO(ctx_turns_root)

/* ---- From one thread to the next ---- */

CTX_OPAQUE static void CTX_FN(ctx_migration_scope, void *arg) {
    struct ctx_fiber *fiber = arg;
    CTX_WANT(fiber->proof, "in a thread, before it resumes a fiber of another's", 0, 1);
    ctx_resume(fiber);
    CTX_WANT(fiber->proof, "in a thread, after it resumed a fiber of another's", 0, 1);
}

CTX_OPAQUE static void CTX_FN(ctx_migration_step, void *arg) {
    CTX_WITH_ONE(0, 1, ctx_migration_scope, arg);
}

static void *ctx_migration_main(void *arg) {
    ctx_thread_begin();
    CTX_BARE(ctx_migration_step, arg);
    ctx_thread_end();
    return NULL;
}

/* Each step on a thread of its own, which has ended before the next begins. */
CTX_OPAQUE static void CTX_FN(ctx_migration_root, void *arg) {
    static struct ctx_fiber fiber;
    atomic_uint finished = 0;
    CTX_ENTER_OPAQUE();
    ctx_fiber_prepare(&fiber, arg, 2, CTX_FIBER_SWITCHES, &finished);
    while (atomic_load(&finished) == 0) {
        pthread_t thread;
        ctx_start_or_die(&thread, ctx_migration_main, &fiber);
        (void)pthread_join(thread, NULL);
    }
    fiber_destroy(&fiber.fiber);
}
CTX_SCENARIO(ctx_migration_root)

/* ---- A thousand of them on four threads ---- */

enum { CTX_FIBERS = 1000, CTX_FIBER_THREADS = 4 };

struct ctx_fiber_crowd {
    struct ctx_fiber fibers[CTX_FIBERS];
    struct ctx_proof proofs[CTX_FIBERS];
    atomic_uint last_threads[CTX_FIBERS]; /* which thread had the fiber last: 1 to 4 */
    atomic_uint threads, next, finished;
};

/* Leaves a fiber that it had last to another thread: every switch is a migration. */
static void *ctx_fiber_crowd_main(void *arg) {
    struct ctx_fiber_crowd *crowd = arg;
    const unsigned self = atomic_fetch_add(&crowd->threads, 1) + 1;
    ctx_thread_begin();
    while (atomic_load(&crowd->finished) < CTX_FIBERS) {
        const unsigned index = atomic_fetch_add(&crowd->next, 1) % CTX_FIBERS;
        if (atomic_exchange(&crowd->last_threads[index], self) == self)
            (void)sched_yield();
        else
            ctx_resume(&crowd->fibers[index]);
    }
    ctx_thread_end();
    return NULL;
}

CTX_OPAQUE static void CTX_FN(ctx_fiber_crowd_root, void *arg) {
    static struct ctx_fiber_crowd crowd;
    struct ctx_proof *proof = arg;
    pthread_t threads[CTX_FIBER_THREADS];
    CTX_ENTER_OPAQUE();
    atomic_init(&crowd.threads, 0);
    atomic_init(&crowd.next, 0);
    atomic_init(&crowd.finished, 0);
    for (uintptr_t i = 0; i < CTX_FIBERS; i++) {
        atomic_init(&crowd.last_threads[i], 0);
        crowd.proofs[i] = (struct ctx_proof){.failed = false};
        ctx_fiber_prepare(&crowd.fibers[i], &crowd.proofs[i], 1 + i, CTX_FIBER_SWITCHES, &crowd.finished);
    }
    for (int i = 0; i < CTX_FIBER_THREADS; i++)
        ctx_start_or_die(&threads[i], ctx_fiber_crowd_main, &crowd);
    for (int i = 0; i < CTX_FIBER_THREADS; i++)
        (void)pthread_join(threads[i], NULL);
    for (int i = 0; i < CTX_FIBERS; i++) {
        if (crowd.proofs[i].failed)
            *proof = crowd.proofs[i];
        fiber_destroy(&crowd.fibers[i].fiber);
    }
}
CTX_SCENARIO(ctx_fiber_crowd_root)

/* ---- The thread ends on which a fiber has opened its scope; another gets its memory ---- */

struct ctx_owner {
    struct ctx_fiber fiber;
    atomic_bool may_end;
    atomic_bool is_in_scope;
    struct ctx_proof proof; /* the successor's */
};

static void *ctx_owner_main(void *arg) {
    struct ctx_owner *owner = arg;
    ctx_thread_begin();
    ctx_resume(&owner->fiber);
    ctx_thread_end();
    return NULL;
}

/* Holds a scope of its own while the fiber closes the one that it opened on the thread before. */
CTX_OPAQUE static void CTX_FN(ctx_successor_scope, void *arg) {
    struct ctx_owner *owner = arg;
    CTX_ENTER_OPAQUE();
    atomic_store(&owner->is_in_scope, true);
    while (!atomic_load(&owner->may_end))
        (void)sched_yield();
    CTX_WANT(&owner->proof, "in a thread that got the memory of one that ended", 0, 3);
}

CTX_OPAQUE static void CTX_FN(ctx_successor, void *arg) {
    CTX_WITH_ONE(0, 3, ctx_successor_scope, arg);
}

static void *ctx_successor_main(void *arg) {
    ctx_thread_begin();
    CTX_BARE(ctx_successor, arg);
    ctx_thread_end();
    return NULL;
}

CTX_OPAQUE static void CTX_FN(ctx_owner_root, void *arg) {
    static struct ctx_owner owner;
    struct ctx_proof *proof = arg;
    atomic_uint finished = 0;
    pthread_t thread;
    CTX_ENTER_OPAQUE();
    ctx_fiber_prepare(&owner.fiber, proof, 2, 1, &finished);
    atomic_store(&owner.may_end, false);
    atomic_store(&owner.is_in_scope, false);
    ctx_start_or_die(&thread, ctx_owner_main, &owner);
    (void)pthread_join(thread, NULL);
    ctx_start_or_die(&thread, ctx_successor_main, &owner);
    while (!atomic_load(&owner.is_in_scope))
        (void)sched_yield();
    while (atomic_load(&finished) == 0)
        ctx_resume(&owner.fiber);
    atomic_store(&owner.may_end, true);
    (void)pthread_join(thread, NULL);
    if (owner.proof.failed && !proof->failed)
        *proof = owner.proof;
    CTX_WANT_NO_CONTEXT(proof, "in the thread that ran a fiber of one that ended");
    fiber_destroy(&owner.fiber.fiber);
}
CTX_SCENARIO(ctx_owner_root)
