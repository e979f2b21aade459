/*
 * Part of conformance.h: coroutines without a stack of their own (C++20). One that suspends returns to whoever resumed
 * it, so no call that it made is open meanwhile: a scope that is a call cannot last over a suspension. What can: a
 * scope around each resumption, with the context in the coroutine's frame; an argument; or what is attached (attach.h).
 */

enum { CTX_COROUTINES = 3, CTX_SUSPENSIONS = 4 };

struct ctx_coroutine {
    struct ctx_peer_coroutine *coroutine;
    struct ctx_proof *proof;
    struct ctx_binding binding;
    struct ctx scope; /* in its frame, as its promise would have it */
    uintptr_t value;
    const struct ctx *here; /* for a strategy whose contexts are passed: that of the coroutine */
    bool is_unfinished;
#ifdef CTX_OP_PUT
    struct ctx_token token;
    const struct ctx *kept; /* while it is suspended, where a strategy saves and restores */
#endif
};

static void ctx_coroutine_prepare(struct ctx_coroutine *coroutine, struct ctx_proof *proof, uintptr_t value,
                                  ctx_peer_step *step) {
    coroutine->proof = proof;
    coroutine->binding = ctx_bind(0, value);
    coroutine->scope = ctx_child(NULL, &coroutine->binding);
    coroutine->value = value;
    coroutine->here = &coroutine->scope;
    coroutine->is_unfinished = true;
    coroutine->coroutine = ctx_peer_coroutine_new(step, coroutine, CTX_SUSPENSIONS);
    if (coroutine->coroutine == NULL)
        ctx_die("out of memory for a coroutine");
}

CTX_OPAQUE static void CTX_FN(ctx_coroutine_read, struct ctx_coroutine *coroutine) {
    CTX_WANT(coroutine->proof, "in a coroutine", 0, coroutine->value);
}

/* ---- A scope around each resumption ---- */

static void ctx_coroutine_step(void *arg, unsigned step) {
    struct ctx_coroutine *coroutine = arg;
    (void)step;
    CTX_PASS(coroutine->here, ctx_coroutine_read, coroutine);
}

CTX_OPAQUE static void CTX_FN(ctx_coroutine_resume_in_scope, void *arg) {
    struct ctx_coroutine *coroutine = arg;
    CTX_ENTER_OPAQUE();
    coroutine->is_unfinished = ctx_peer_coroutine_resume(coroutine->coroutine);
}

CTX_OPAQUE static void CTX_FN(ctx_coroutine_resume, struct ctx_coroutine *coroutine) {
    CTX_ENTER_OPAQUE();
    CTX_WITH(&coroutine->scope, ctx_coroutine_resume_in_scope, coroutine);
}

CTX_OPAQUE static void CTX_FN(ctx_resumed_scope, void *arg) {
    struct ctx_coroutine coroutines[CTX_COROUTINES];
    struct ctx_proof *proof = arg;
    for (uintptr_t i = 0; i < CTX_COROUTINES; i++)
        ctx_coroutine_prepare(&coroutines[i], proof, 2 + i, ctx_coroutine_step);
    for (int turn = 0; turn < CTX_COROUTINES * (CTX_SUSPENSIONS + 1); turn++) {
        CTX_CALL(ctx_coroutine_resume, &coroutines[turn % CTX_COROUTINES]);
        CTX_WANT(proof, "between two coroutines, in the scope of the thread", 0, 1);
    }
    for (int i = 0; i < CTX_COROUTINES; i++) {
        if (coroutines[i].is_unfinished)
            ctx_complain(proof, "found a coroutine that is suspended, wanted its end");
        ctx_peer_coroutine_free(coroutines[i].coroutine);
    }
}

CTX_OPAQUE static void CTX_FN(ctx_resumed_root, void *arg) {
    CTX_WITH_ONE(0, 1, ctx_resumed_scope, arg);
}
CTX_SCENARIO(ctx_resumed_root)

/* ---- The same, by another thread each time, which has a scope of its own and has ended before the next begins ---- */

CTX_OPAQUE static void CTX_FN(ctx_coroutine_moved_scope, void *arg) {
    struct ctx_coroutine *coroutine = arg;
    CTX_WANT(coroutine->proof, "in a thread, before it resumes a coroutine", 0, 1);
    CTX_CALL(ctx_coroutine_resume, coroutine);
    CTX_WANT(coroutine->proof, "in a thread, after it resumed a coroutine", 0, 1);
}

CTX_OPAQUE static void CTX_FN(ctx_coroutine_moved, void *arg) {
    CTX_WITH_ONE(0, 1, ctx_coroutine_moved_scope, arg);
}

static void *ctx_coroutine_moved_main(void *arg) {
    ctx_thread_begin();
    CTX_BARE(ctx_coroutine_moved, arg);
    ctx_thread_end();
    return NULL;
}

CTX_OPAQUE static void CTX_FN(ctx_moved_root, void *arg) {
    struct ctx_coroutine coroutine;
    CTX_ENTER_OPAQUE();
    ctx_coroutine_prepare(&coroutine, arg, 2, ctx_coroutine_step);
    while (coroutine.is_unfinished) {
        pthread_t thread;
        ctx_start_or_die(&thread, ctx_coroutine_moved_main, &coroutine);
        (void)pthread_join(thread, NULL);
    }
    ctx_peer_coroutine_free(coroutine.coroutine);
}
CTX_SCENARIO(ctx_moved_root)

/* ---- A scope that the coroutine itself opens, and that lasts over its suspensions ---- */

#if defined(CTX_EXPLICIT) && CTX_EXPLICIT
/* A local variable of the coroutine. */
#define CTX_COROUTINE_SCOPE(prove) prove
#define ctx_lasting_step ctx_coroutine_step
#elif defined(CTX_OP_PUT)
#define CTX_COROUTINE_SCOPE(prove) prove
/* As an object would that attaches where it is made, and detaches where it ends. */
static void ctx_lasting_step(void *arg, unsigned step) {
    struct ctx_coroutine *coroutine = arg;
    if (step == 0)
        ctx_attach(&coroutine->token, &coroutine->scope);
#ifdef CTX_OP_SAVE
    else
        CTX_OP_RESTORE(coroutine->kept);
#endif
    CTX_CALL(ctx_coroutine_read, coroutine);
    if (step == CTX_SUSPENSIONS && !coroutine->proof->failed && ctx_detach(&coroutine->token) != CTX_DETACHED)
        ctx_complain(coroutine->proof, "found that a coroutine cannot detach its context, wanted it detached");
#ifdef CTX_OP_SAVE
    coroutine->kept = CTX_OP_SAVE();
#endif
}
#else
#define CTX_COROUTINE_SCOPE(prove) NULL
#endif

#if (defined(CTX_EXPLICIT) && CTX_EXPLICIT) || defined(CTX_OP_PUT)
CTX_OPAQUE static void CTX_FN(ctx_lasting_scope, void *arg) {
    struct ctx_coroutine coroutines[CTX_COROUTINES];
    struct ctx_proof *proof = arg;
    for (uintptr_t i = 0; i < CTX_COROUTINES; i++)
        ctx_coroutine_prepare(&coroutines[i], proof, 2 + i, ctx_lasting_step);
    for (int turn = 0; turn < CTX_COROUTINES * (CTX_SUSPENSIONS + 1) && !proof->failed; turn++) {
        CTX_AROUND_SWITCH((void)ctx_peer_coroutine_resume(coroutines[turn % CTX_COROUTINES].coroutine));
        CTX_WANT(proof, "beside coroutines that are suspended in their scopes", 0, 1);
    }
    for (int i = 0; i < CTX_COROUTINES; i++)
        ctx_peer_coroutine_free(coroutines[i].coroutine);
}

CTX_OPAQUE static void CTX_FN(ctx_lasting_root, void *arg) {
    CTX_WITH_ONE(0, 1, ctx_lasting_scope, arg);
}
CTX_SCENARIO(ctx_lasting_root)
#endif
