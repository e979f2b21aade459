/*
 * Part of kernels.h: a logger that knows nothing but its context. It is a function that nobody inlines, as loggers are,
 * and keeps what it has read; so a read here costs what one costs in a program, and not what it costs in a loop of
 * reads.
 */

enum { CTX_LOG_LINES = 64 };

/* The last lines of a thread, in binary: to write a number out costs more than most ways to find it. */
struct ctx_log {
    _Alignas(128) uint64_t sum;
    uint64_t count;
    uintptr_t ids[CTX_LOG_LINES];
};

__attribute__((unused)) CTX_OPAQUE static void CTX_FN(ctx_log_line, struct ctx_log *log) {
    void *id = NULL;
    CTX_ENTER_OPAQUE();
    CTX_BEFORE_READS();
    (void)CTX_GET(0, &ctx_bench_manager, &ctx_bench_keys[0], &id);
    log->ids[log->count++ % CTX_LOG_LINES] = (uintptr_t)id;
    log->sum += (uintptr_t)id;
}
