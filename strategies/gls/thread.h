/* What each thread keeps for itself, and how it is found. */
#ifndef GLS_THREAD_H
#define GLS_THREAD_H

#include <stdbool.h>
#include <stdint.h>

#include "gls/stacks.h"

struct fiber;
struct fiber_exceptions;
struct id_shard;

struct thread_record {
    struct fiber *fiber;                 /* that it runs, or NULL */
    struct known_stack stack;            /* that it was started with */
    struct fiber_exceptions *exceptions; /* where C++ keeps its own; NULL: not known yet */
    bool was_asked;                      /* for the bounds of that, which may be unknown nevertheless */
    /* Whose magazine is its own (ids.h), and which ids belong there: for them, id & home_mask is home_ids - 1. */
    struct id_shard *home; /* NULL: none */
    uint32_t home_mask, home_ids;
};

/* Accessed by thread_record() alone. */
extern __attribute__((tls_model("initial-exec"))) _Thread_local struct thread_record glsi_thread_record;

/*
 * Asked anew each time: a compiler may keep __builtin_thread_pointer over a call, on whose other side a fiber runs on
 * another thread, and a benchmark's loop would hash it once. On x86-64 the first word of a thread's block is its own
 * address.
 */
static inline uintptr_t thread_pointer(void) {
    uintptr_t pointer;
#if defined(__x86_64__)
    __asm__ volatile("mov %%fs:0, %0" : "=r"(pointer));
#else
    __asm__ volatile("mrs %0, tpidr_el0" : "=r"(pointer));
#endif
    return pointer;
}

/*
 * Where to find the record is found out anew each time, too. It is in the static block of each thread (initial-exec):
 * no access allocates, so that signal handlers may read.
 */
static inline struct thread_record *thread_record(void) {
    struct thread_record *record;
#if defined(__x86_64__)
    __asm__ volatile("mov glsi_thread_record@gottpoff(%%rip), %0\n\tadd %%fs:0, %0" : "=r"(record) : : "cc");
#else
    uintptr_t distance;
    __asm__ volatile(
        "adrp %1, :gottprel:glsi_thread_record\n\t"
        "ldr %1, [%1, :gottprel_lo12:glsi_thread_record]\n\t"
        "mrs %0, tpidr_el0\n\t"
        "add %0, %0, %1"
        : "=&r"(record), "=&r"(distance));
#endif
    return record;
}

#endif
