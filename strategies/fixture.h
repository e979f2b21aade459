/* Part of kernels.h: the manager, the keys and the values that workloads bind and read. */

/* Most scopes bind few of them; a thousand, and one that is not set, is what `keys` wants. */
enum { CTX_KEYS_MAX = 16, CTX_BENCH_KEYS = 1001 };

static struct ctx_manager ctx_bench_manager = {.registered = true};
static struct ctx_key ctx_bench_keys[CTX_BENCH_KEYS];

/* What every workload binds to the key that it reads: no digit of it is 0, so that a lost part changes a checksum. */
#define CTX_BENCH_VALUE ((uintptr_t)0x1234567)

/* What a read adds to a checksum: the value, or nothing where there is no context by design. */
static inline uint64_t ctx_value_read(uint32_t traits) {
    return (traits & CTX_TRAIT_NO_CONTEXT) != 0 ? 0 : CTX_BENCH_VALUE;
}

/* What a read of key `number` adds, where key n is bound to CTX_BENCH_VALUE + n. References always read the first. */
static inline uint64_t ctx_key_read(uint32_t traits, uint32_t number) {
    return ctx_value_read(traits) + ((traits & CTX_TRAIT_REFERENCE) != 0 ? 0 : number);
}

static inline struct ctx_binding ctx_bench_binding(uint32_t number) {
    return (struct ctx_binding){.key = &ctx_bench_keys[number],
                                .value = (void *)(CTX_BENCH_VALUE + number)}; /* NOLINT */
}

/* Fills in a scope that binds `count` keys; the first is the one that is read. */
static inline struct ctx ctx_bench_scope(const struct ctx *parent, struct ctx_binding bindings[static 1],
                                         uint32_t count) {
    for (uint32_t i = 0; i < count; i++)
        bindings[i] = ctx_bench_binding(i);
    return (struct ctx){.parent = parent, .manager = &ctx_bench_manager, .bindings = bindings, .count = count};
}

/* A measurement that cannot go on ends its worker, which the supervisor records with these words. */
_Noreturn static inline void ctx_die(const char *reason) {
    (void)fprintf(stderr, "%s: %s\n", CTX_NAME, reason);
    abort();
}

/* What a child or another thread is to see: the context as it is now. */
static inline struct ctx_snapshot *ctx_take_or_die(const struct ctx *ctx) {
    struct ctx_snapshot *snapshot = ctx_snapshot_take(ctx, CTX_SNAPSHOT_REGISTERED);
    if (snapshot == NULL)
        ctx_die("out of memory for a snapshot");
    return snapshot;
}

static inline void ctx_start_or_die(pthread_t *thread, void *(*start)(void *), void *arg) {
    if (pthread_create(thread, NULL, start, arg) != 0)
        ctx_die("cannot start another thread");
}

/* The strategy's hooks, for threads that a workload starts itself. */
static inline void ctx_thread_begin(void) {
#ifdef CTX_OP_THREAD_BEGIN
    CTX_OP_THREAD_BEGIN();
#endif
}

static inline void ctx_thread_end(void) {
#ifdef CTX_OP_THREAD_END
    CTX_OP_THREAD_END();
#endif
}

/* Spins for about a microsecond, then lets others run: who is waited for may share the PU. */
static inline void ctx_wait(unsigned spins) {
    enum { SPINS_BEFORE_YIELD = 64 };
    if (spins < SPINS_BEFORE_YIELD)
        ctx_relax();
    else
        (void)sched_yield();
}

static inline void ctx_await(const _Atomic uint64_t *counter, uint64_t wanted) {
    for (unsigned spins = 0; atomic_load_explicit(counter, memory_order_acquire) < wanted; spins++)
        ctx_wait(spins);
}

/* NULL where there are fibers (gls/fiber.h). */
static inline const char *ctx_fibers_missing(void) {
    struct fiber fiber;
    const int error = fiber_init(&fiber, 0, NULL, NULL);
    if (error == 0)
        fiber_destroy(&fiber);
    return error == ENOSYS ? "this program was built without Boost.Context, and so without fibers" : NULL;
}
