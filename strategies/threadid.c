/*
 * The thread's id (pthread_self) is looked up in a hash table; reading takes no lock. What a program does that parses a
 * goroutine id and keeps a map from it, as tylerb/gls does, done as well as it can be.
 *
 * Open addressing with linear probing. Only its own thread ever reads or writes an entry's context, so reads need no
 * ordering. An entry is claimed at a thread's first scope and given back when the thread ends; its place is then a
 * grave that may be claimed again, and past which searches go on.
 */
#include <pthread.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "strategy.h"

enum { THREADID_ENTRIES_BITS = 14, THREADID_ENTRIES = 1 << THREADID_ENTRIES_BITS, THREADID_LINE_BYTES = 64 };

#define THREADID_EMPTY ((uintptr_t)0)
#define THREADID_GRAVE ((uintptr_t)1)

struct threadid_entry {
    alignas(THREADID_LINE_BYTES) _Atomic uintptr_t thread; /* THREADID_EMPTY, THREADID_GRAVE or a pthread_t */
    const struct ctx *context;
};
static struct threadid_entry threadid_table[THREADID_ENTRIES];

/*
 * pthread_self by another name. <pthread.h> declares it `const`, so that a compiler calls it once, in front of the loop
 * that measures, while code that reads a context now and then asks each time.
 */
extern pthread_t threadid_pthread_self(void) __asm__("pthread_self");

CTX_OPERATION uintptr_t threadid_self(void) {
    return (uintptr_t)threadid_pthread_self();
}

/* Stacks lie a constant stride apart; Fibonacci hashing spreads such progressions evenly. */
static inline size_t threadid_home(uintptr_t thread) {
    return (size_t)((uint64_t)(thread >> 6) * UINT64_C(0x9e3779b97f4a7c15) >> (64 - THREADID_ENTRIES_BITS));
}

/* The entry of `thread`, or NULL: an empty entry, or a table full of others, ends the search. */
CTX_OPERATION struct threadid_entry *threadid_find(uintptr_t thread) {
    size_t i = threadid_home(thread);
    for (size_t tries = 0; tries < THREADID_ENTRIES; tries++, i = (i + 1) % THREADID_ENTRIES) {
        const uintptr_t found = atomic_load_explicit(&threadid_table[i].thread, memory_order_relaxed);
        if (__builtin_expect(found == thread, 1))
            return &threadid_table[i];
        if (found == THREADID_EMPTY)
            return NULL;
    }
    return NULL;
}

/* Claims an entry for a thread that has none. */
__attribute__((noinline)) static struct threadid_entry *threadid_claim(uintptr_t thread) {
    size_t i = threadid_home(thread);
    for (size_t tries = 0; tries < THREADID_ENTRIES; tries++, i = (i + 1) % THREADID_ENTRIES) {
        struct threadid_entry *entry = &threadid_table[i];
        uintptr_t found = atomic_load_explicit(&entry->thread, memory_order_relaxed);
        if (found > THREADID_GRAVE)
            continue;
        /* Acquire: the context that the entry's last owner left is seen to be NULL. */
        if (atomic_compare_exchange_strong_explicit(&entry->thread, &found, thread, memory_order_acquire,
                                                    memory_order_relaxed))
            return entry;
    }
    (void)fprintf(stderr, "threadid: more than %d threads hold a context at once\n", (int)THREADID_ENTRIES);
    abort();
}

CTX_OPERATION const struct ctx *threadid_current(uintptr_t after) {
    const struct threadid_entry *entry = threadid_find(threadid_self() + after);
    return entry == NULL ? NULL : entry->context;
}

struct threadid_scope {
    struct threadid_entry *entry;
    const struct ctx *outer;
};

/* Restores also when the body throws a C++ exception or ends its thread. */
CTX_OPERATION void threadid_restore(const struct threadid_scope *scope) {
    scope->entry->context = scope->outer;
}

CTX_OPERATION void threadid_with(const struct ctx *next, void (*fn)(void *), void *arg) {
    const uintptr_t self = threadid_self();
    struct threadid_entry *entry = threadid_find(self);
    if (entry == NULL)
        entry = threadid_claim(self);
    __attribute__((cleanup(threadid_restore), unused)) const struct threadid_scope scope = {entry, entry->context};
    entry->context = next;
    fn(arg);
}

/* Gives the entry of a thread that ends back. */
static void threadid_thread_end(void) {
    struct threadid_entry *entry = threadid_find(threadid_self());
    if (entry != NULL)
        atomic_store_explicit(&entry->thread, THREADID_GRAVE, memory_order_release);
}

#define CTX_NAME "threadid"
#define CTX_SUMMARY "pthread_self() looked up in a lock-free hash table"
#define CTX_TRAITS 0
#define CTX_OP_CURRENT(after) threadid_current(after)
#define CTX_OP_WITH(next, fn, arg) threadid_with(next, fn, arg)
#define CTX_OP_THREAD_END threadid_thread_end
#include "kernels.h"
