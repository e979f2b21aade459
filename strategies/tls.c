/* POSIX thread-specific data: pthread_getspecific and a key. */
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "strategy.h"

static pthread_key_t tls_key;

/* A key of its own for each copy of this file, made before anything can ask for it. */
__attribute__((constructor)) static void tls_init(void) {
    if (pthread_key_create(&tls_key, NULL) != 0) {
        (void)fputs("tls: no pthread key left; PTHREAD_KEYS_MAX is 1024 on Linux\n", stderr);
        abort();
    }
}

CTX_OPERATION const struct ctx *tls_current(uintptr_t after) {
    return pthread_getspecific(tls_key + (pthread_key_t)after);
}

CTX_OPERATION void tls_set(const struct ctx *ctx) {
    /* Fails only on a first use of a high key, when memory is out. */
    if (pthread_setspecific(tls_key, ctx) != 0)
        abort();
}

/* Restores also when the body throws a C++ exception or ends its thread. */
CTX_OPERATION void tls_restore(const struct ctx *const *outer) {
    tls_set(*outer);
}

CTX_OPERATION void tls_with(const struct ctx *next, void (*fn)(void *), void *arg) {
    __attribute__((cleanup(tls_restore), unused)) const struct ctx *outer = pthread_getspecific(tls_key);
    tls_set(next);
    fn(arg);
}

/* Store `native`: a key of their own for each of the workloads' keys, made when the first scope of that kind opens. */
enum { TLS_SLOTS_MAX = PTHREAD_KEYS_MAX };
static pthread_key_t tls_slots[TLS_SLOTS_MAX];
static pthread_once_t tls_slots_once = PTHREAD_ONCE_INIT;
static void tls_make_slots(void);

CTX_OPERATION void *tls_slot_read(uintptr_t after, size_t slot) {
    return pthread_getspecific(tls_slots[slot] + (pthread_key_t)after);
}

CTX_OPERATION void tls_slot_write(size_t slot, const void *pointer) {
    /* Fails only on a first use of a high key, when memory is out. */
    if (pthread_setspecific(tls_slots[slot], pointer) != 0)
        abort();
}

#define CTX_NAME "tls"
#define CTX_SUMMARY "pthread_getspecific: a POSIX thread-specific key"
#define CTX_TRAITS 0
#define CTX_OP_CURRENT(after) tls_current(after)
#define CTX_OP_WITH(next, fn, arg) tls_with(next, fn, arg)
#define CTX_OP_PUT(context) tls_set(context)
#define CTX_OP_SLOTS_BEGIN() ((void)pthread_once(&tls_slots_once, tls_make_slots))
#define CTX_OP_SLOT_READ(after, slot) tls_slot_read(after, slot)
#define CTX_OP_SLOT_WRITE(slot, pointer) tls_slot_write(slot, pointer)
#include "kernels.h"

static void tls_make_slots(void) {
    _Static_assert((int)NATIVE_SLOTS <= (int)TLS_SLOTS_MAX, "there are not so many pthread keys");
    for (size_t i = 0; i < NATIVE_SLOTS; i++)
        if (pthread_key_create(&tls_slots[i], NULL) != 0)
            ctx_die("no pthread key left for the store native; PTHREAD_KEYS_MAX is 1024 on Linux");
}
