/*
 * The table of threadid behind a reader-writer lock, as tylerb/gls keeps its map: what the lock costs, and how it
 * scales.
 */
#include <pthread.h>

#include "threadid_table.h"

static pthread_rwlock_t threadid_rwlock = PTHREAD_RWLOCK_INITIALIZER;

CTX_OPERATION const struct ctx *threadid_rwlock_current(uintptr_t after) {
    (void)pthread_rwlock_rdlock((pthread_rwlock_t *)((char *)&threadid_rwlock + after));
    const struct ctx *context = threadid_context((uintptr_t)pthread_self());
    (void)pthread_rwlock_unlock(&threadid_rwlock);
    return context;
}

/* Sets this thread's context and returns the one before. */
CTX_OPERATION const struct ctx *threadid_rwlock_exchange(const struct ctx *next) {
    (void)pthread_rwlock_wrlock(&threadid_rwlock);
    struct threadid_entry *entry = threadid_find_or_claim((uintptr_t)pthread_self());
    const struct ctx *before = entry->context;
    entry->context = next;
    (void)pthread_rwlock_unlock(&threadid_rwlock);
    return before;
}

/* Restores also when the body throws a C++ exception or ends its thread. */
CTX_OPERATION void threadid_rwlock_restore(const struct ctx *const *outer) {
    (void)threadid_rwlock_exchange(*outer);
}

CTX_OPERATION void threadid_rwlock_with(const struct ctx *next, void (*fn)(void *), void *arg) {
    __attribute__((cleanup(threadid_rwlock_restore), unused)) const struct ctx *outer = threadid_rwlock_exchange(next);
    fn(arg);
}

/* Before anything can fork. */
static void threadid_rwlock_before_fork(void) {
    threadid_before_fork((uintptr_t)pthread_self());
}

static void threadid_rwlock_in_child(void) {
    /* Another thread may have held it, which is not here any more. What it guards is whole at any moment. */
    threadid_rwlock = (pthread_rwlock_t)PTHREAD_RWLOCK_INITIALIZER;
    threadid_in_child((uintptr_t)pthread_self());
}

__attribute__((constructor)) static void threadid_rwlock_init(void) {
    if (pthread_atfork(threadid_rwlock_before_fork, NULL, threadid_rwlock_in_child) != 0)
        abort();
}

static void threadid_rwlock_thread_end(void) {
    (void)pthread_rwlock_wrlock(&threadid_rwlock);
    threadid_give_back((uintptr_t)pthread_self());
    (void)pthread_rwlock_unlock(&threadid_rwlock);
}

static const struct ctx_exception threadid_rwlock_exceptions[] = {
    {"signal-moments", CTX_FAILS, "the handler waits for the lock that the code it interrupts holds"},
};

#define CTX_NAME "threadid-rwlock"
#define CTX_SUMMARY "the same table behind a reader-writer lock, as tylerb/gls"
#define CTX_TRAITS 0
#define CTX_EXCEPTIONS threadid_rwlock_exceptions
#define CTX_OP_CURRENT(after) threadid_rwlock_current(after)
#define CTX_OP_WITH(next, fn, arg) threadid_rwlock_with(next, fn, arg)
#define CTX_OP_PUT(context) ((void)threadid_rwlock_exchange(context))
#define CTX_OP_THREAD_END threadid_rwlock_thread_end
#define CTX_OP_COLD_LINES(note)                                                                                        \
    do {                                                                                                               \
        note(&threadid_rwlock, sizeof threadid_rwlock);                                                                \
        note(threadid_find((uintptr_t)pthread_self()), sizeof(struct threadid_entry));                                 \
    } while (0)
#include "kernels.h"
