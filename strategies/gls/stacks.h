/*
 * What is known of a stack by whoever started it: where it ends, and which scope on it was opened last.
 *
 * The library itself only gives each fiber such a record, and has its scopes opened by whoever keeps these records. Who
 * does, and what follows from them, is told in stacktag/seal.h.
 */
#ifndef GLS_STACKS_H
#define GLS_STACKS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ctx;
struct id_slot;

/* Only the thread that runs on the stack, or in a signal handler above it, uses its record. */
struct known_stack {
    uintptr_t low;
    size_t bytes; /* 0: unknown */
    /* What is sealed under another epoch is not vouched for. Never the same twice in a process, whichever the stack. */
    _Atomic uint64_t epoch;
    struct id_slot *_Atomic innermost; /* the scope that was opened last, NULL: none is open */
};

/* A stack of these bounds on which nothing has been opened so far, whatever an earlier one has left in its place. */
void glsi_stack_begin(struct known_stack *stack, uintptr_t low, size_t bytes);

/* Vouches for no scope any more that is open on it now. */
void glsi_stack_forget(struct known_stack *stack);

static inline bool stack_contains(const struct known_stack *stack, uintptr_t address) {
    return address - stack->low < stack->bytes;
}

/*
 * Opens the scopes of the public interface: as tag_with (tag.h) is called, and does. Whoever answers from records has
 * to see each scope that is opened, and puts himself in its place before any is.
 */
typedef bool scope_opener(const struct ctx *next, uint32_t root, void (*fn)(void *arg), void *arg);
extern scope_opener *glsi_open_scope;

#endif
