/*
 * Part of conformance.h: what a signal handler finds. Nothing can be handed to one, so that an explicit context has no
 * way into it.
 */
#if !(defined(CTX_EXPLICIT) && CTX_EXPLICIT)

enum { CTX_SIGNAL = SIGUSR1, CTX_SIGNAL_DEPTH = 40, CTX_SIGNAL_STACK_BYTES = 256 * 1024 };

static struct ctx_proof *ctx_signal_proof;
static atomic_int ctx_signals_handled;

/* Handles CTX_SIGNAL by `handler`; returns how it was handled before. */
static struct sigaction ctx_handle_signals(void (*handler)(int number), int flags) {
    struct sigaction before, action = {.sa_handler = handler, .sa_flags = flags};
    (void)sigemptyset(&action.sa_mask);
    if (sigaction(CTX_SIGNAL, &action, &before) != 0)
        ctx_die("cannot handle signals");
    atomic_store(&ctx_signals_handled, 0);
    return before;
}

/* ---- A handler reads, and opens a scope of its own ---- */

CTX_OPAQUE static void ctx_signal_inner(void *arg) {
    struct ctx_proof *proof = arg;
    CTX_WANT(proof, "in a scope that a signal handler has opened", 0, 2);
}

static void ctx_signal_handler(int number) {
    (void)number;
    atomic_fetch_add(&ctx_signals_handled, 1);
    CTX_WANT(ctx_signal_proof, "in a signal handler", 0, 1);
    CTX_WITH_ONE(0, 2, ctx_signal_inner, ctx_signal_proof);
    CTX_WANT(ctx_signal_proof, "in a signal handler, behind its own scope", 0, 1);
}

CTX_OPAQUE static void ctx_signal_leaf(void *arg) {
    struct ctx_proof *proof = arg;
    (void)raise(CTX_SIGNAL);
    CTX_WANT(proof, "behind a signal", 0, 1);
}

/* The signal comes right below the scope, and some frames deeper. */
CTX_OPAQUE static void ctx_signal_scope(void *arg) {
    struct ctx_descent descent = {.frames_left = CTX_SIGNAL_DEPTH, .leaf = ctx_signal_leaf, .leaf_arg = arg};
    void *next_arg = NULL;
    ctx_body *next = ctx_descend(&descent, &next_arg);
    ctx_signal_leaf(arg);
    next(next_arg);
}

static void ctx_signal_prove(struct ctx_proof *proof, int flags) {
    ctx_signal_proof = proof;
    const struct sigaction before = ctx_handle_signals(ctx_signal_handler, flags);
    CTX_WITH_ONE(0, 1, ctx_signal_scope, proof);
    if (atomic_load(&ctx_signals_handled) != 2)
        ctx_complain(proof, "found %d signals handled, wanted 2", atomic_load(&ctx_signals_handled));
    (void)sigaction(CTX_SIGNAL, &before, NULL);
}

CTX_OPAQUE static void ctx_signal_root(void *arg) {
    ctx_signal_prove(arg, 0);
}
CTX_SCENARIO(ctx_signal_root)

CTX_OPAQUE static void ctx_alternate_root(void *arg) {
    stack_t before, alternate = {.ss_sp = malloc(CTX_SIGNAL_STACK_BYTES), .ss_size = CTX_SIGNAL_STACK_BYTES};
    if (alternate.ss_sp == NULL || sigaltstack(&alternate, &before) != 0)
        ctx_die("cannot make an alternate signal stack");
    ctx_signal_prove(arg, SA_ONSTACK);
    (void)sigaltstack(&before, NULL);
    free(alternate.ss_sp);
}
CTX_SCENARIO(ctx_alternate_root)

/* ---- At any moment, also while a scope is being opened or closed ---- */

enum { CTX_MOMENTS = 2000, CTX_MOMENT_SCALES = 10 };
enum { CTX_LOOK_NS = 20 * 1000 * 1000, CTX_SLEEPS_STUCK = 50, CTX_WORK_STUCK_S = 10 };

/* Scopes opened so far. Whoever reads may wait for ever for what it has interrupted: a watch notices. */
static atomic_int ctx_moment_scopes;

struct ctx_watch {
    pthread_t thread;
    sem_t over;
    pid_t watched;
    clockid_t work; /* the processor time of the watched thread */
};

/* Does this thread wait for something, rather than work or wait for a processor? No, where the system does not say. */
static bool ctx_is_asleep(pid_t thread) {
    char path[64], line[256] = "";
    (void)snprintf(path, sizeof path, "/proc/self/task/%d/stat", thread);
    FILE *stat = fopen(path, "re");
    if (stat == NULL)
        return false;
    const bool is_read = fgets(line, sizeof line, stat) != NULL;
    (void)fclose(stat);
    const char *name_end = strrchr(line, ')');
    return is_read && name_end != NULL && strncmp(name_end, ") S", 3) == 0;
}

/* How far the watched thread has come. */
static unsigned ctx_moment_progress(void) {
    return (unsigned)atomic_load(&ctx_signals_handled) + (unsigned)atomic_load(&ctx_moment_scopes);
}

static double ctx_work_seconds(const struct ctx_watch *watch) {
    struct timespec time = {.tv_sec = 0};
    (void)clock_gettime(watch->work, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/*
 * Stuck is who gets nowhere and sleeps at every look, or works all the while: a busy machine makes threads late, but
 * then they do neither.
 */
static void *ctx_watch_main(void *arg) {
    struct ctx_watch *watch = arg;
    const struct timespec pause = {.tv_nsec = CTX_LOOK_NS};
    unsigned progress_before = UINT_MAX;
    double work_before = 0;
    int sleeps = 0;
    while (sem_trywait(&watch->over) != 0) {
        const unsigned progress = ctx_moment_progress();
        if (progress != progress_before)
            work_before = ctx_work_seconds(watch);
        sleeps = progress == progress_before && ctx_is_asleep(watch->watched) ? sleeps + 1 : 0;
        progress_before = progress;
        if (sleeps >= CTX_SLEEPS_STUCK || ctx_work_seconds(watch) - work_before > (double)CTX_WORK_STUCK_S)
            ctx_die("found a signal handler, or what it interrupted, waiting for ever; wanted both to go on");
        (void)nanosleep(&pause, NULL);
    }
    return NULL;
}

/* The signals are for the thread that is watched. */
static void ctx_watch_begin(struct ctx_watch *watch) {
    sigset_t signals, before;
    (void)sigemptyset(&signals);
    (void)sigaddset(&signals, CTX_SIGNAL);
    (void)pthread_sigmask(SIG_BLOCK, &signals, &before);
    watch->watched = gettid();
    if (sem_init(&watch->over, 0, 0) != 0 || pthread_getcpuclockid(pthread_self(), &watch->work) != 0)
        ctx_die("cannot watch a thread");
    ctx_start_or_die(&watch->thread, ctx_watch_main, watch);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static void ctx_watch_end(struct ctx_watch *watch) {
    (void)sem_post(&watch->over);
    (void)pthread_join(watch->thread, NULL);
    (void)sem_destroy(&watch->over);
}

/* The inner value or the outer one: which of them is in force depends on the moment. Nothing else ever is. */
static void ctx_moment_handler(int number) {
    const int errno_before = errno;
    void *found = NULL;
    (void)number;
    const enum ctx_answer answer = CTX_GET(0, &ctx_bench_manager, &ctx_bench_keys[0], &found);
    const uintptr_t value = (uintptr_t)found;
    atomic_fetch_add(&ctx_signals_handled, 1);
    if (answer != CTX_SET || (value != 1 && value != 2))
        ctx_complain(ctx_signal_proof, "in a signal handler: found \"%s\" with value %#zx, wanted \"set\" with 1 or 2",
                     ctx_answer_name(answer), (size_t)value);
    errno = errno_before;
}

/*
 * How long the next signal takes: up to a microsecond, up to two, ... up to half a millisecond, each as often, since
 * opening and closing a scope takes a few nanoseconds with one strategy and many microseconds with another.
 * (Marsaglia's xorshift.)
 */
static long ctx_moment_delay_ns(uint64_t *random) {
    *random ^= *random << 13;
    *random ^= *random >> 7;
    *random ^= *random << 17;
    return 1 + (long)(*random % (UINT64_C(1000) << (*random >> 32) % CTX_MOMENT_SCALES));
}

CTX_OPAQUE static void ctx_moment_inner(void *arg) {
    struct ctx_proof *proof = arg;
    CTX_WANT(proof, "in a scope that signals interrupt", 0, 2);
}

/* One signal at a time: with a steady timer a slow handler would find the next one pending, and keep us from work. */
static void ctx_await_signal(timer_t timer, uint64_t *random, struct ctx_proof *proof) {
    const struct itimerspec once = {.it_value.tv_nsec = ctx_moment_delay_ns(random)};
    const int handled = atomic_load(&ctx_signals_handled);
    if (timer_settime(timer, 0, &once, NULL) != 0)
        ctx_die("cannot set a timer");
    do {
        CTX_WITH_ONE(0, 2, ctx_moment_inner, proof);
        atomic_fetch_add(&ctx_moment_scopes, 1);
    } while (atomic_load(&ctx_signals_handled) == handled && !proof->failed);
}

CTX_OPAQUE static void ctx_moment_scope(void *arg) {
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = CTX_SIGNAL};
    struct ctx_proof *proof = arg;
    uint64_t random = 1;
    timer_t timer;
    if (timer_create(CLOCK_MONOTONIC, &event, &timer) != 0)
        ctx_die("cannot make a timer");
    while (atomic_load(&ctx_signals_handled) < CTX_MOMENTS && !proof->failed)
        ctx_await_signal(timer, &random, proof);
    (void)timer_delete(timer);
    CTX_WANT(proof, "behind all signals", 0, 1);
}

CTX_OPAQUE static void ctx_moment_root(void *arg) {
    ctx_signal_proof = arg;
    const struct sigaction before = ctx_handle_signals(ctx_moment_handler, 0);
    struct ctx_watch watch;
    ctx_watch_begin(&watch);
    CTX_WITH_ONE(0, 1, ctx_moment_scope, arg);
    ctx_watch_end(&watch);
    (void)sigaction(CTX_SIGNAL, &before, NULL);
}
CTX_SCENARIO(ctx_moment_root)

/* A strategy that says that no handler may interrupt its scopes is not tried: what it would find is undefined. */
#if defined(CTX_UNSAFE_IN_HANDLERS)
#define CTX_UNLESS_UNSAFE(prove) (false ? (prove) : NULL)
#else
#define CTX_UNLESS_UNSAFE(prove) prove
#endif

/* ---- While modules are loaded and unloaded ---- */

#if defined(CTX_MAY_WAIT_FOR_LOADER)
#define CTX_UNLESS_IT_WAITS(prove) NULL
#else
#define CTX_UNLESS_IT_WAITS(prove) prove

enum { CTX_LOADS = 1000, CTX_LOADS_NS = 30 * 1000 };

struct ctx_loading {
    struct ctx_proof *proof;
    pthread_t loader;
    atomic_bool is_over;
};

/* The signals interrupt the thread that holds the loader's lock. */
static void *ctx_loading_main(void *arg) {
    struct ctx_loading *loading = arg;
    const struct timespec pause = {.tv_nsec = CTX_LOADS_NS};
    while (!atomic_load(&loading->is_over)) {
        (void)pthread_kill(loading->loader, CTX_SIGNAL);
        (void)nanosleep(&pause, NULL);
    }
    return NULL;
}

CTX_OPAQUE static void ctx_loading_scope(void *arg) {
    struct ctx_loading *loading = arg;
    pthread_t thread;
    ctx_start_or_die(&thread, ctx_loading_main, loading);
    for (int i = 0; i < CTX_LOADS && !loading->proof->failed; i++) {
        struct ctx_peer_module module;
        ctx_load_or_die(&module, i % 2 == 0 ? CTX_PEER_SMALL_FRAMES : CTX_PEER_LARGE_FRAMES);
        ctx_peer_unload_module(&module);
    }
    atomic_store(&loading->is_over, true);
    (void)pthread_join(thread, NULL);
}

CTX_OPAQUE static void ctx_loading_root(void *arg) {
    struct ctx_loading loading = {.proof = arg, .loader = pthread_self()};
    ctx_signal_proof = arg;
    const struct sigaction before = ctx_handle_signals(ctx_moment_handler, 0);
    CTX_WITH_ONE(0, 1, ctx_loading_scope, &loading);
    (void)sigaction(CTX_SIGNAL, &before, NULL);
    if (atomic_load(&ctx_signals_handled) == 0)
        ctx_complain(loading.proof, "found no signal handled, wanted some while modules are loaded");
}
CTX_SCENARIO(ctx_loading_root)
#endif

#endif
