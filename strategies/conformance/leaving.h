/* Part of conformance.h: scopes that are left by other ways than by returning, and processes that part inside one. */

/*
 * A scope to be left. It lies in the frame that goes on afterwards: a strategy that keeps it in force for too long
 * finds a value that is wrong, and not a frame that is gone.
 */
struct ctx_leaving {
    struct ctx_luggage luggage;
    jmp_buf way_out;
    struct ctx_binding binding;
    struct ctx scope;
    ctx_body *body;
};

/* Fills in the scope: key 0 is 2 in it, and 1 around it. */
static void ctx_leaving_prepare(struct ctx_leaving *leaving, struct ctx_proof *proof, const struct ctx *outer,
                                ctx_body *body) {
    leaving->luggage = (struct ctx_luggage){.proof = proof, .here = outer};
    leaving->binding = ctx_bind(0, 2);
    leaving->scope = ctx_child(outer, &leaving->binding);
    leaving->body = body;
}

/* A function of its own: nothing of it is needed again when the scope is left. */
CTX_OPAQUE static void CTX_FN(ctx_leaving_open, void *arg) {
    struct ctx_leaving *leaving = arg;
    CTX_ENTER_OPAQUE();
    CTX_WITH(&leaving->scope, leaving->body, leaving);
    ctx_touch(leaving);
}

/* ---- longjmp ---- */

CTX_OPAQUE static void CTX_FN(ctx_jump_body, void *arg) {
    struct ctx_leaving *leaving = arg;
    CTX_WANT(leaving->luggage.proof, "in a scope that will be left by longjmp", 0, 2);
    longjmp(leaving->way_out, 1);
}

CTX_OPAQUE static void CTX_FN(ctx_jump_scope, void *arg) {
    struct ctx_leaving leaving;
    struct ctx_proof *proof = arg;
    ctx_leaving_prepare(&leaving, proof, CTX_CURRENT(0), ctx_jump_body);
    if (setjmp(leaving.way_out) == 0)
        CTX_CALL(ctx_leaving_open, &leaving);
    CTX_WANT(leaving.luggage.proof, "behind a scope that was left by longjmp", 0, 1);
}

CTX_OPAQUE static void CTX_FN(ctx_jump_root, void *arg) {
    struct ctx_proof *proof = arg;
    CTX_WITH_ONE(0, 1, ctx_jump_scope, proof);
    CTX_WANT_NO_CONTEXT(proof, "behind the scope around the one that was left by longjmp");
}
CTX_SCENARIO(ctx_jump_root)

/* ---- A million of them ---- */

enum { CTX_JUMPS = 1000000, CTX_JUMPS_KIB_MAX = 16 * 1024 };

struct ctx_jumps {
    struct ctx_leaving leaving;
    int count; /* in memory, where longjmp cannot take it back */
};

CTX_OPAQUE static void CTX_FN(ctx_jumps_body, void *arg) {
    struct ctx_leaving *leaving = arg;
    CTX_ENTER_OPAQUE();
    longjmp(leaving->way_out, 1);
}

CTX_OPAQUE static void CTX_FN(ctx_jumps_scope, void *arg) {
    struct ctx_jumps jumps = {.count = 0};
    ctx_leaving_prepare(&jumps.leaving, arg, CTX_CURRENT(0), ctx_jumps_body);
    (void)setjmp(jumps.leaving.way_out);
    if (jumps.count++ < CTX_JUMPS)
        CTX_CALL(ctx_leaving_open, &jumps.leaving);
    CTX_WANT(jumps.leaving.luggage.proof, "behind a million scopes that were left by longjmp", 0, 1);
}

CTX_OPAQUE static void CTX_FN(ctx_jumps_root, void *arg) {
    struct ctx_proof *proof = arg;
    const long before_kib = ctx_resident_kib();
    CTX_WITH_ONE(0, 1, ctx_jumps_scope, proof);
    const long more_kib = ctx_resident_kib() - before_kib;
    if (more_kib > CTX_JUMPS_KIB_MAX)
        ctx_complain(proof, "after a million scopes that were left by longjmp: found %ld KiB more in use, wanted %d",
                     more_kib, CTX_JUMPS_KIB_MAX);
    CTX_WANT_NO_CONTEXT(proof, "behind the scope around them");
}
CTX_SCENARIO(ctx_jumps_root)

/* ---- A C++ exception ---- */

CTX_OPAQUE static void CTX_FN(ctx_throw_body, void *arg) {
    struct ctx_leaving *leaving = arg;
    CTX_WANT(leaving->luggage.proof, "in a scope that an exception will leave", 0, 2);
    leaving->luggage.calls++;
    ctx_peer_throw();
}

static void ctx_throw_called(void *arg) {
    struct ctx_leaving *leaving = arg;
    CTX_PASS(leaving->luggage.here, ctx_leaving_open, leaving);
}

CTX_OPAQUE static void CTX_FN(ctx_throw_scope, void *arg) {
    struct ctx_leaving leaving;
    struct ctx_proof *proof = arg;
    ctx_leaving_prepare(&leaving, proof, CTX_CURRENT(0), ctx_throw_body);
    if (!ctx_peer_catch(ctx_throw_called, &leaving) || leaving.luggage.calls != 1)
        ctx_complain(proof, "found no exception from the scope, wanted the one that was thrown");
    CTX_WANT(proof, "behind a scope that an exception has left", 0, 1);
}

CTX_OPAQUE static void CTX_FN(ctx_throw_root, void *arg) {
    struct ctx_proof *proof = arg;
    CTX_WITH_ONE(0, 1, ctx_throw_scope, proof);
    CTX_WANT_NO_CONTEXT(proof, "behind the scope around the one that an exception has left");
}
CTX_SCENARIO(ctx_throw_root)

/* ---- fork ---- */

CTX_OPAQUE static void CTX_FN(ctx_fork_inner, void *arg) {
    struct ctx_proof *proof = arg;
    CTX_WANT(proof, "in a scope that a forked process has opened", 0, 2);
}

CTX_OPAQUE static void CTX_FN(ctx_fork_child, struct ctx_proof *proof) {
    CTX_WANT(proof, "in a forked process", 0, 1);
    CTX_WITH_ONE(0, 2, ctx_fork_inner, proof);
    CTX_WANT(proof, "in a forked process, behind its own scope", 0, 1);
}

/* What a child complains of is to reach us. */
static struct ctx_proof *ctx_share_proof(void) {
    struct ctx_proof *shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        ctx_die("out of memory for what two processes share");
    return shared;
}

/* Waits for the child, and takes over what it complained of; gives back what the two shared. */
static void ctx_take_over(struct ctx_proof *proof, struct ctx_proof *shared, pid_t child) {
    int status = 0;
    if (waitpid(child, &status, 0) != child || status != 0)
        ctx_complain(shared, "found that a child ended with status %#x, wanted 0", (unsigned)status);
    if (shared->failed && !proof->failed)
        *proof = *shared;
    (void)munmap(shared, sizeof *shared);
}

/* A child that waits for ever, for a lock that nobody holds there, ends by the alarm. */
enum { CTX_FORK_PATIENCE_S = 20 };

CTX_OPAQUE static void CTX_FN(ctx_fork_once, struct ctx_proof *proof) {
    struct ctx_proof *shared = ctx_share_proof();
    const pid_t child = fork();
    if (child < 0)
        ctx_die("cannot fork");
    if (child == 0) {
        (void)alarm(CTX_FORK_PATIENCE_S);
        CTX_CALL(ctx_fork_child, shared);
        _exit(0);
    }
    ctx_take_over(proof, shared, child);
}

CTX_OPAQUE static void CTX_FN(ctx_fork_scope, void *arg) {
    struct ctx_proof *proof = arg;
    CTX_CALL(ctx_fork_once, proof);
    CTX_WANT(proof, "in the process that forked", 0, 1);
}

CTX_OPAQUE static void CTX_FN(ctx_fork_root, void *arg) {
    CTX_WITH_ONE(0, 1, ctx_fork_scope, arg);
}
CTX_SCENARIO(ctx_fork_root)

/* ---- fork, while other threads are busy ---- */

enum { CTX_BUSY_THREADS = 2, CTX_BUSY_FORKS = 40 };

struct ctx_busy {
    struct ctx_proof *proof;
    atomic_bool is_over;
};

CTX_OPAQUE static void CTX_FN(ctx_busy_inner, void *arg) {
    struct ctx_proof *proof = arg;
    CTX_WANT(proof, "in a thread that is busy while another forks", 0, 3);
}

CTX_OPAQUE static void CTX_FN(ctx_busy_thread, void *arg) {
    struct ctx_busy *busy = arg;
    struct ctx_proof proof = {.failed = false};
    while (!atomic_load(&busy->is_over))
        CTX_WITH_ONE(0, 3, ctx_busy_inner, &proof);
}

static void *ctx_busy_main(void *arg) {
    ctx_thread_begin();
    CTX_BARE(ctx_busy_thread, arg);
    ctx_thread_end();
    return NULL;
}

CTX_OPAQUE static void CTX_FN(ctx_busy_scope, void *arg) {
    struct ctx_busy busy = {.proof = arg};
    pthread_t threads[CTX_BUSY_THREADS];
    for (int i = 0; i < CTX_BUSY_THREADS; i++)
        ctx_start_or_die(&threads[i], ctx_busy_main, &busy);
    for (int i = 0; i < CTX_BUSY_FORKS && !busy.proof->failed; i++)
        CTX_CALL(ctx_fork_once, busy.proof);
    atomic_store(&busy.is_over, true);
    for (int i = 0; i < CTX_BUSY_THREADS; i++)
        (void)pthread_join(threads[i], NULL);
    CTX_WANT(busy.proof, "in the process that forked", 0, 1);
}

CTX_OPAQUE static void CTX_FN(ctx_busy_root, void *arg) {
    CTX_WITH_ONE(0, 1, ctx_busy_scope, arg);
}
CTX_SCENARIO(ctx_busy_root)

/* ---- Children before they turn into another program ---- */

/* Reads alone: a child of vfork uses its parent's stack, and opens no scope on it (gls(3)). */
CTX_OPAQUE static void CTX_FN(ctx_vfork_scope, void *arg) {
    struct ctx_proof *proof = arg, *shared = ctx_share_proof();
    const pid_t child = vfork(); /* NOLINT(clang-analyzer-security.insecureAPI.vfork): it is what is proved */
    if (child < 0)
        ctx_die("cannot vfork");
    if (child == 0) {
        CTX_WANT(shared, "in the child of a vfork", 0, 1);
        _exit(0);
    }
    ctx_take_over(proof, shared, child);
    CTX_WANT(proof, "in the parent of a vfork", 0, 1);
}

CTX_OPAQUE static void CTX_FN(ctx_vfork_root, void *arg) {
    CTX_WITH_ONE(0, 1, ctx_vfork_scope, arg);
}
CTX_SCENARIO(ctx_vfork_root)

enum { CTX_SPAWNED = 4 };

CTX_OPAQUE static void CTX_FN(ctx_spawned_scope, void *arg) {
    static char program[] = "/bin/true";
    struct ctx_proof *proof = arg;
    char *const argv[] = {program, NULL};
    for (int i = 0; i < CTX_SPAWNED; i++) {
        pid_t child;
        int status = 0;
        if (posix_spawn(&child, program, NULL, NULL, argv, environ) != 0 || waitpid(child, &status, 0) != child)
            ctx_die("cannot start /bin/true");
        CTX_WANT(proof, "behind posix_spawn", 0, 1);
    }
}

CTX_OPAQUE static void CTX_FN(ctx_spawned_root, void *arg) {
    CTX_WITH_ONE(0, 1, ctx_spawned_scope, arg);
}
CTX_SCENARIO(ctx_spawned_root)
