/*
 * A hash table from thread ids to contexts, for the strategies that look a thread up by its id. Include it once.
 *
 * Open addressing with linear probing. Only its own thread ever reads or writes an entry's context, so reads need no
 * ordering. An entry is claimed at a thread's first scope and given back when the thread ends; its place is then a
 * grave that may be claimed again, and past which searches go on.
 *
 * In the child of a fork there is one thread. The entries of the others go: a new thread may get the id of one of them,
 * and would find its context. A strategy registers handlers that call threadid_before_fork and threadid_in_child.
 */
#ifndef CTX_THREADID_TABLE_H
#define CTX_THREADID_TABLE_H

#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "strategy.h"

enum { THREADID_ENTRIES_BITS = 14, THREADID_ENTRIES = 1 << THREADID_ENTRIES_BITS, THREADID_LINE_BYTES = 64 };

#define THREADID_EMPTY ((uintptr_t)0)
#define THREADID_GRAVE ((uintptr_t)1)
#define THREADID_LOST ((uintptr_t)2) /* its thread has another id since it forked: found no more, nor claimed */

struct threadid_entry {
    alignas(THREADID_LINE_BYTES) _Atomic uintptr_t thread; /* one of the above, or a thread's id */
    const struct ctx *context;
};
static struct threadid_entry threadid_table[THREADID_ENTRIES];
static atomic_bool threadid_has_entries; /* once it has had one */

/* Stacks lie a constant stride apart, kernel ids follow each other; Fibonacci hashing spreads such progressions evenly.
 */
static inline size_t threadid_home(uintptr_t thread) {
    return (size_t)((uint64_t)thread * UINT64_C(0x9e3779b97f4a7c15) >> (64 - THREADID_ENTRIES_BITS));
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
    atomic_store_explicit(&threadid_has_entries, true, memory_order_relaxed);
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

/* The entry of `thread`, made at its first scope. */
CTX_OPERATION struct threadid_entry *threadid_find_or_claim(uintptr_t thread) {
    struct threadid_entry *entry = threadid_find(thread);
    return entry != NULL ? entry : threadid_claim(thread);
}

/* The context of `thread`; NULL while it has no entry. */
CTX_OPERATION const struct ctx *threadid_context(uintptr_t thread) {
    const struct threadid_entry *entry = threadid_find(thread);
    return entry == NULL ? NULL : entry->context;
}

/* The entry of the thread that forks, which an open scope may refer to; it goes by another id in the child, perhaps. */
static _Thread_local struct threadid_entry *threadid_of_forking;

CTX_OPERATION void threadid_before_fork(uintptr_t self) {
    threadid_of_forking = threadid_find(self);
}

CTX_OPERATION void threadid_in_child(uintptr_t self) {
    if (!atomic_load_explicit(&threadid_has_entries, memory_order_relaxed))
        return; /* and spares the child the pages of an empty table */
    for (size_t i = 0; i < THREADID_ENTRIES; i++) {
        struct threadid_entry *entry = &threadid_table[i];
        const uintptr_t thread = atomic_load_explicit(&entry->thread, memory_order_relaxed);
        if (thread <= THREADID_LOST || thread == self)
            continue;
        const bool is_own = entry == threadid_of_forking;
        if (!is_own)
            entry->context = NULL;
        atomic_store_explicit(&entry->thread, is_own ? THREADID_LOST : THREADID_GRAVE, memory_order_relaxed);
    }
}

/* Gives the entry of a thread that ends back. */
CTX_OPERATION void threadid_give_back(uintptr_t thread) {
    struct threadid_entry *entry = threadid_find(thread);
    if (entry != NULL)
        atomic_store_explicit(&entry->thread, THREADID_GRAVE, memory_order_release);
}

/* Puts a context in force for `thread` until something else is. */
CTX_OPERATION void threadid_put(uintptr_t thread, const struct ctx *context) {
    threadid_find_or_claim(thread)->context = context;
}

struct threadid_scope {
    struct threadid_entry *entry;
    const struct ctx *outer;
};

/* Restores also when the body throws a C++ exception or ends its thread. */
CTX_OPERATION void threadid_restore(const struct threadid_scope *scope) {
    scope->entry->context = scope->outer;
}

CTX_OPERATION void threadid_run(uintptr_t thread, const struct ctx *next, void (*fn)(void *), void *arg) {
    struct threadid_entry *entry = threadid_find_or_claim(thread);
    __attribute__((cleanup(threadid_restore), unused)) const struct threadid_scope scope = {entry, entry->context};
    entry->context = next;
    fn(arg);
}

#endif
