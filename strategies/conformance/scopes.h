/* Part of conformance.h: what scopes are on one thread. */

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
CTX_SCENARIO(ctx_nest_root)

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
CTX_SCENARIO(ctx_failing_root)

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
CTX_SCENARIO(ctx_three_root)

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
CTX_SCENARIO(ctx_managers_root)

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
CTX_SCENARIO(ctx_deep_root)

/* ---- Reuse of ids and slots ---- */

enum { CTX_REUSE_ROUNDS = 300 };

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
CTX_SCENARIO(ctx_reuse_root)
