/* Part of conformance.h: a million scopes open at once. */

enum { CTX_CROWD_THREADS = 100, CTX_CROWD_LEVELS = 10000, CTX_CROWD_STACK_BYTES = 64 << 20 };

/* How many levels lie between two reads on the way back: each read costs the more the deeper it is. */
enum { CTX_CROWD_READS = 5000 };

struct ctx_crowd_member {
    pthread_t thread;
    pthread_barrier_t *all_open;
    uintptr_t first_value;
    uint32_t level;
    struct ctx_proof proof;
};

/* Each scope stands for itself: to ask for the outer one would be a read at every level. */
CTX_OPAQUE static void CTX_FN(ctx_crowd_level, void *arg) {
    struct ctx_crowd_member *member = arg;
    const uint32_t level = member->level++;
    const struct ctx_binding binding = ctx_bind(0, member->first_value + member->level);
    const struct ctx scope = ctx_child(NULL, &binding);
    CTX_ENTER_OPAQUE();
    if (member->level < CTX_CROWD_LEVELS)
        CTX_WITH(&scope, ctx_crowd_level, member);
    else
        (void)pthread_barrier_wait(member->all_open);
    ctx_touch(&scope);
    if (level % CTX_CROWD_READS == 0 || level == CTX_CROWD_LEVELS - 1)
        CTX_WANT(&member->proof, "among a million open scopes", 0, member->first_value + level);
}

CTX_OPAQUE static void CTX_FN(ctx_crowd_thread, void *arg) {
    struct ctx_crowd_member *member = arg;
    CTX_WITH_ONE(0, member->first_value, ctx_crowd_level, member);
    CTX_WANT_NO_CONTEXT(&member->proof, "behind ten thousand scopes");
}

static void *ctx_crowd_main(void *arg) {
    ctx_thread_begin();
    CTX_BARE(ctx_crowd_thread, arg);
    ctx_thread_end();
    return NULL;
}

CTX_OPAQUE static void CTX_FN(ctx_crowd_root, void *arg) {
    static struct ctx_crowd_member members[CTX_CROWD_THREADS];
    struct ctx_proof *proof = arg;
    pthread_barrier_t all_open;
    pthread_attr_t attributes;
    CTX_ENTER_OPAQUE();
    if (pthread_barrier_init(&all_open, NULL, CTX_CROWD_THREADS) != 0 || pthread_attr_init(&attributes) != 0 ||
        pthread_attr_setstacksize(&attributes, CTX_CROWD_STACK_BYTES) != 0)
        ctx_die("cannot prepare a hundred threads");
    for (uintptr_t i = 0; i < CTX_CROWD_THREADS; i++) {
        members[i] = (struct ctx_crowd_member){.all_open = &all_open, .first_value = 1 + i * CTX_CROWD_LEVELS};
        if (pthread_create(&members[i].thread, &attributes, ctx_crowd_main, &members[i]) != 0)
            ctx_die("cannot start a hundred threads");
    }
    for (int i = 0; i < CTX_CROWD_THREADS; i++) {
        (void)pthread_join(members[i].thread, NULL);
        if (members[i].proof.failed)
            *proof = members[i].proof;
    }
    (void)pthread_attr_destroy(&attributes);
    (void)pthread_barrier_destroy(&all_open);
}
CTX_SCENARIO(ctx_crowd_root)
