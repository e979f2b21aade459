/* Part of conformance.h: code of others, built without frame pointers, between a scope and its reader. */

enum { CTX_SORTED = 200 };

struct ctx_numbers {
    int of[CTX_SORTED];
};

/* In an order that makes sorting work. */
static inline void ctx_shuffle(struct ctx_numbers *numbers) {
    for (int i = 0; i < CTX_SORTED; i++)
        numbers->of[i] = i * 73 % CTX_SORTED;
}

static inline int ctx_compare_numbers(const void *a, const void *b) {
    const int left = *(const int *)a, right = *(const int *)b;
    return (left > right) - (left < right);
}

CTX_OPAQUE static void CTX_FN(ctx_callback_read, struct ctx_luggage *luggage) {
    luggage->calls++;
    CTX_WANT(luggage->proof, "in a callback", 0, 1);
}

CTX_OPAQUE static void CTX_FN(ctx_callback_over, struct ctx_luggage *luggage) {
    if (luggage->calls == 0)
        ctx_complain(luggage->proof, "found that the callback was never called, wanted it called");
    CTX_WANT(luggage->proof, "behind the callbacks", 0, 1);
}

/* ---- qsort and bsearch hand nothing on ---- */

#if !(defined(CTX_EXPLICIT) && CTX_EXPLICIT)
static struct ctx_luggage ctx_sort_luggage;

static int ctx_compare_plain(const void *a, const void *b) {
    CTX_CALL(ctx_callback_read, &ctx_sort_luggage);
    return ctx_compare_numbers(a, b);
}

CTX_OPAQUE static void CTX_FN(ctx_qsort_scope, void *arg) {
    struct ctx_numbers numbers;
    ctx_shuffle(&numbers);
    ctx_sort_luggage = (struct ctx_luggage){.proof = arg};
    qsort(numbers.of, CTX_SORTED, sizeof numbers.of[0], ctx_compare_plain);
    CTX_CALL(ctx_callback_over, &ctx_sort_luggage);
}

CTX_OPAQUE static void CTX_FN(ctx_qsort_root, void *arg) {
    CTX_WITH_ONE(0, 1, ctx_qsort_scope, arg);
}
CTX_SCENARIO(ctx_qsort_root)

CTX_OPAQUE static void CTX_FN(ctx_bsearch_scope, void *arg) {
    struct ctx_numbers numbers;
    for (int i = 0; i < CTX_SORTED; i++)
        numbers.of[i] = i;
    ctx_sort_luggage = (struct ctx_luggage){.proof = arg};
    for (int i = 0; i < CTX_SORTED; i++) {
        if (bsearch(&i, numbers.of, CTX_SORTED, sizeof numbers.of[0], ctx_compare_plain) != &numbers.of[i])
            ctx_complain(arg, "found that bsearch misses %d, wanted it found", i);
    }
    CTX_CALL(ctx_callback_over, &ctx_sort_luggage);
}

CTX_OPAQUE static void CTX_FN(ctx_bsearch_root, void *arg) {
    CTX_WITH_ONE(0, 1, ctx_bsearch_scope, arg);
}
CTX_SCENARIO(ctx_bsearch_root)
#endif

/* ---- qsort_r hands a user pointer on ---- */

static int ctx_compare_with_luggage(const void *a, const void *b, void *arg) {
    struct ctx_luggage *luggage = arg;
    CTX_PASS(luggage->here, ctx_callback_read, luggage);
    return ctx_compare_numbers(a, b);
}

CTX_OPAQUE static void CTX_FN(ctx_qsort_r_scope, void *arg) {
    struct ctx_numbers numbers;
    struct ctx_luggage luggage = {.proof = arg, .here = CTX_CURRENT(0)};
    ctx_shuffle(&numbers);
    qsort_r(numbers.of, CTX_SORTED, sizeof numbers.of[0], ctx_compare_with_luggage, &luggage);
    CTX_CALL(ctx_callback_over, &luggage);
}

CTX_OPAQUE static void CTX_FN(ctx_qsort_r_root, void *arg) {
    CTX_WITH_ONE(0, 1, ctx_qsort_r_scope, arg);
}
CTX_SCENARIO(ctx_qsort_r_root)

/* ---- An event loop, run inside a scope ---- */

static void ctx_loop_callback(void *arg) {
    struct ctx_luggage *luggage = arg;
    CTX_PASS(luggage->here, ctx_callback_read, luggage);
}

CTX_OPAQUE static void CTX_FN(ctx_loop_scope, void *arg) {
    struct ctx_luggage luggage = {.proof = arg, .here = CTX_CURRENT(0)};
    ctx_peer_loop_run(ctx_loop_callback, &luggage);
    CTX_CALL(ctx_callback_over, &luggage);
}

CTX_OPAQUE static void CTX_FN(ctx_loop_root, void *arg) {
    CTX_WITH_ONE(0, 1, ctx_loop_scope, arg);
}
CTX_SCENARIO(ctx_loop_root)

/* ---- Modules that were loaded later: one opens the scope, another reads ---- */

struct ctx_module_use {
    struct ctx_luggage luggage;
    struct ctx_peer_module opener, reader;
};

static void ctx_load_or_die(struct ctx_peer_module *module, enum ctx_peer_kind kind) {
    const char *why_not = NULL;
    if (!ctx_peer_load_module(module, kind, &why_not))
        ctx_die(why_not);
}

static void ctx_module_callback(void *arg) {
    struct ctx_luggage *luggage = arg;
    CTX_PASS(luggage->here, ctx_callback_read, luggage);
}

CTX_OPAQUE static void CTX_FN(ctx_module_body, void *arg) {
    struct ctx_module_use *use = arg;
    use->luggage.here = CTX_CURRENT(0);
    use->reader.call(ctx_module_callback, &use->luggage);
    CTX_CALL(ctx_callback_over, &use->luggage);
}

CTX_OPAQUE static void CTX_FN(ctx_module_scope, void *arg) {
    CTX_WITH_ONE(0, 1, ctx_module_body, arg);
}

static void ctx_module_opens(void *arg) {
    struct ctx_module_use *use = arg;
    CTX_PASS(use->luggage.here, ctx_module_scope, use);
}

CTX_OPAQUE static void CTX_FN(ctx_module_root, void *arg) {
    struct ctx_module_use use = {.luggage = {.proof = arg}};
    CTX_ENTER_OPAQUE();
    ctx_load_or_die(&use.opener, CTX_PEER_SMALL_FRAMES);
    ctx_load_or_die(&use.reader, CTX_PEER_SMALL_FRAMES);
    use.opener.call(ctx_module_opens, &use);
    CTX_WANT_NO_CONTEXT(use.luggage.proof, "behind the module that opened the scope");
}
CTX_SCENARIO(ctx_module_root)

/* ---- A module that is unloaded, and another build of it loaded where it lay ---- */

enum { CTX_RELOADS = 16 };

CTX_OPAQUE static void CTX_FN(ctx_unload_inner, void *arg) {
    struct ctx_module_use *use = arg;
    use->luggage.here = CTX_CURRENT(0);
    use->reader.call(ctx_module_callback, &use->luggage);
}

/* The inner scope, key 0 is 1, is opened below the module: who takes one build's frames for the other's misses it. */
CTX_OPAQUE static void CTX_FN(ctx_unload_opens, struct ctx_module_use *use) {
    CTX_WITH_ONE(0, 1, ctx_unload_inner, use);
}

static void ctx_unload_callback(void *arg) {
    struct ctx_module_use *use = arg;
    CTX_PASS(use->luggage.here, ctx_unload_opens, use);
}

CTX_OPAQUE static void CTX_FN(ctx_unload_scope, void *arg) {
    struct ctx_module_use use = {.luggage = {.proof = arg}};
    for (int i = 0; i < CTX_RELOADS && !use.luggage.proof->failed; i++) {
        ctx_load_or_die(&use.reader, i % 2 == 0 ? CTX_PEER_SMALL_FRAMES : CTX_PEER_LARGE_FRAMES);
        use.luggage.here = CTX_CURRENT(0);
        use.reader.call(ctx_unload_callback, &use);
        CTX_WANT(use.luggage.proof, "behind a module that was loaded in another's place", 0, 2);
        ctx_peer_unload_module(&use.reader);
    }
    if (use.luggage.calls != CTX_RELOADS)
        ctx_complain(use.luggage.proof, "found %u callbacks, wanted %d", use.luggage.calls, CTX_RELOADS);
}

CTX_OPAQUE static void CTX_FN(ctx_unload_root, void *arg) {
    CTX_WITH_ONE(0, 2, ctx_unload_scope, arg);
}
CTX_SCENARIO(ctx_unload_root)

/* ---- A static object of a module ends ---- */

CTX_OPAQUE static void CTX_FN(ctx_unloaded_scope, void *arg) {
    struct ctx_luggage luggage = {.proof = arg, .here = CTX_CURRENT(0)};
    struct ctx_peer_module module;
    ctx_load_or_die(&module, CTX_PEER_DESTRUCTOR);
    module.call(ctx_module_callback, &luggage);
    ctx_peer_unload_module(&module);
    CTX_CALL(ctx_callback_over, &luggage);
}

CTX_OPAQUE static void CTX_FN(ctx_unloaded_root, void *arg) {
    CTX_WITH_ONE(0, 1, ctx_unloaded_scope, arg);
}
CTX_SCENARIO(ctx_unloaded_root)

/* ---- Code that nothing describes ---- */

CTX_OPAQUE static void CTX_FN(ctx_code_scope, void *arg) {
    struct ctx_luggage luggage = {.proof = arg, .here = CTX_CURRENT(0)};
    ctx_peer_call *code = ctx_peer_make_code();
    if (code == NULL)
        ctx_die("the system does not let a program make code");
    code(ctx_module_callback, &luggage);
    CTX_CALL(ctx_callback_over, &luggage);
}

CTX_OPAQUE static void CTX_FN(ctx_code_root, void *arg) {
    CTX_WITH_ONE(0, 1, ctx_code_scope, arg);
}
CTX_SCENARIO(ctx_code_root)

/* ---- No room for thread-local variables of modules that are loaded late ---- */

enum { CTX_FILLERS = 64 };

static void *ctx_full_main(void *arg) {
    ctx_thread_begin();
    CTX_BARE(ctx_module_root, arg);
    ctx_thread_end();
    return NULL;
}

/* Fills it, then loads modules with code of others', on a new thread. */
CTX_OPAQUE static void CTX_FN(ctx_full_root, void *arg) {
    struct ctx_peer_module filler;
    const char *why_not = NULL;
    pthread_t thread;
    int loaded = 0;
    CTX_ENTER_OPAQUE();
    while (loaded < CTX_FILLERS && ctx_peer_load_module(&filler, CTX_PEER_STATIC_TLS, &why_not))
        loaded++;
    if (loaded == CTX_FILLERS)
        ctx_complain(arg, "found room for %d modules with static TLS, wanted it used up", loaded);
    ctx_start_or_die(&thread, ctx_full_main, arg);
    (void)pthread_join(thread, NULL);
}
CTX_SCENARIO(ctx_full_root)
