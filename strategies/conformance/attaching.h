/*
 * Part of conformance.h: contexts that are attached in one callback and detached in another (attach.h). What is
 * attached lies in the root's frame, which outlives all of it.
 */
#ifdef CTX_OP_PUT
#define CTX_IF_IT_ATTACHES(prove) prove

struct ctx_attachment {
    struct ctx_binding binding;
    struct ctx context;
    struct ctx_token token;
};

struct ctx_attaching {
    struct ctx_proof *proof;
    struct ctx_attachment first, second; /* key 0 is 1 in the one, 2 in the other */
};

static void ctx_attachment_prepare(struct ctx_attachment *attachment, uintptr_t value) {
    attachment->binding = ctx_bind(0, value);
    attachment->context = ctx_child(NULL, &attachment->binding);
}

static void ctx_attaching_prepare(struct ctx_attaching *attaching, struct ctx_proof *proof) {
    attaching->proof = proof;
    ctx_attachment_prepare(&attaching->first, 1);
    ctx_attachment_prepare(&attaching->second, 2);
}

static const char *ctx_detached_name(enum ctx_detached detached) {
    static const char *const names[] = {
        [CTX_DETACHED] = "detached",
        [CTX_NOT_INNERMOST] = "refused: not the innermost",
        [CTX_ELSEWHERE] = "refused: attached elsewhere",
    };
    return names[detached];
}

/* Each a callback of its own: nothing of the one that attached is on the stack when another reads or detaches. */
CTX_OPAQUE static void ctx_attach_callback(struct ctx_attachment *attachment) {
    ctx_attach(&attachment->token, &attachment->context);
}

CTX_OPAQUE static void ctx_detach_callback(struct ctx_proof *proof, const char *where,
                                           const struct ctx_attachment *attachment, enum ctx_detached wanted) {
    if (proof->failed)
        return; /* tokens may be gone by now */
    const enum ctx_detached found = ctx_detach(&attachment->token);
    if (found != wanted)
        ctx_complain(proof, "%s: found \"%s\", wanted \"%s\"", where, ctx_detached_name(found),
                     ctx_detached_name(wanted));
}

/* ---- One after the other ---- */

CTX_OPAQUE static void ctx_attach_inner(void *arg) {
    struct ctx_proof *proof = arg;
    CTX_WANT(proof, "in a scope within what is attached", 0, 3);
}

CTX_OPAQUE static void ctx_attach_root(void *arg) {
    struct ctx_attaching attaching;
    struct ctx_token none;
    ctx_attaching_prepare(&attaching, arg);
    struct ctx_proof *proof = attaching.proof;
    ctx_attach_callback(&attaching.first);
    CTX_WANT(proof, "after one callback has attached", 0, 1);
    CTX_WITH_ONE(0, 3, ctx_attach_inner, proof);
    CTX_WANT(proof, "behind a scope within what is attached", 0, 1);
    ctx_attach(&none, NULL);
    CTX_WANT_NO_CONTEXT(proof, "where no context was attached");
    if (!proof->failed)
        (void)ctx_detach(&none);
    CTX_WANT(proof, "after that was detached", 0, 1);
    ctx_detach_callback(proof, "in a later callback", &attaching.first, CTX_DETACHED);
    CTX_WANT_NO_CONTEXT(proof, "after a later callback has detached");
    ctx_detach_callback(proof, "detaching it once more", &attaching.first, CTX_NOT_INNERMOST);
    CTX_WANT_NO_CONTEXT(proof, "after it was detached twice");
}
CTX_SCENARIO(ctx_attach_root)

/* ---- A attached, B attached, A detached, B detached ---- */

CTX_OPAQUE static void ctx_overlap_root(void *arg) {
    struct ctx_attaching attaching;
    ctx_attaching_prepare(&attaching, arg);
    struct ctx_proof *proof = attaching.proof;
    ctx_attach_callback(&attaching.first);
    ctx_attach_callback(&attaching.second);
    ctx_detach_callback(proof, "detaching the outer one first", &attaching.first, CTX_NOT_INNERMOST);
    CTX_WANT(proof, "after the outer one was refused", 0, 2);
    ctx_detach_callback(proof, "detaching the inner one", &attaching.second, CTX_DETACHED);
    CTX_WANT(proof, "after the inner one was detached", 0, 1);
    attaching.second.context = attaching.first.context; /* an equal context, and another token */
    ctx_attach_callback(&attaching.second);
    ctx_detach_callback(proof, "detaching the outer of two that attached equal contexts", &attaching.first,
                        CTX_NOT_INNERMOST);
    ctx_detach_callback(proof, "detaching the inner of them", &attaching.second, CTX_DETACHED);
    ctx_detach_callback(proof, "detaching the outer one at last", &attaching.first, CTX_DETACHED);
    CTX_WANT_NO_CONTEXT(proof, "after both were detached");
}
CTX_SCENARIO(ctx_overlap_root)

/* ---- Detached on another thread, or another fiber ---- */

CTX_OPAQUE static void ctx_elsewhere_try(struct ctx_attaching *attaching, enum ctx_detached wanted) {
    struct ctx_proof *proof = attaching->proof;
    ctx_detach_callback(proof, "detaching elsewhere", &attaching->first, wanted);
    CTX_WANT_NO_CONTEXT(proof, "elsewhere, after a token was refused");
    ctx_attach_callback(&attaching->second);
    CTX_WANT(proof, "elsewhere, after it has attached its own", 0, 2);
    ctx_detach_callback(proof, "elsewhere, detaching its own", &attaching->second, CTX_DETACHED);
}

static void *ctx_elsewhere_thread(void *arg) {
    ctx_thread_begin();
    ctx_elsewhere_try(arg, CTX_ELSEWHERE);
    ctx_thread_end();
    return NULL;
}

static void *ctx_elsewhere_fiber(void *arg) {
    CTX_NEW_STACK();
    ctx_elsewhere_try(arg, CTX_NOT_INNERMOST);
    return NULL;
}

static void ctx_elsewhere_on_a_fiber(struct ctx_attaching *attaching) {
    struct fiber fiber;
    if (!ctx_is_right_on_fibers(CTX_ALL_TRAITS) || ctx_fibers_missing() != NULL)
        return;
    if (fiber_init(&fiber, 0, ctx_elsewhere_fiber, attaching) != 0)
        ctx_die("cannot make a fiber");
    CTX_AROUND_SWITCH((void)fiber_resume(&fiber));
    fiber_destroy(&fiber);
}

CTX_OPAQUE static void ctx_elsewhere_root(void *arg) {
    struct ctx_attaching attaching;
    pthread_t thread;
    ctx_attaching_prepare(&attaching, arg);
    ctx_attach_callback(&attaching.first);
    ctx_start_or_die(&thread, ctx_elsewhere_thread, &attaching);
    (void)pthread_join(thread, NULL);
    CTX_WANT(attaching.proof, "after another thread tried to detach it", 0, 1);
    ctx_elsewhere_on_a_fiber(&attaching);
    CTX_WANT(attaching.proof, "after a fiber tried to detach it", 0, 1);
    ctx_detach_callback(attaching.proof, "where it was attached", &attaching.first, CTX_DETACHED);
    CTX_WANT_NO_CONTEXT(attaching.proof, "after it was detached where it was attached");
}
CTX_SCENARIO(ctx_elsewhere_root)

#else
#define CTX_IF_IT_ATTACHES(prove) NULL
#endif
