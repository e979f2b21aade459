/*
 * A walk up a stack, from call to call, by the unwind tables: the one that works in every code that has them.
 *
 * It takes no lock, allocates nothing, opens nothing and remembers nothing of code that may be unloaded; signal
 * handlers and the child of a fork may walk like everyone else. A step is never guessed: where no table describes a
 * function the walk is lost. It does not go on for ever, and what lies far from where the stack should be is asked of
 * the kernel before it is read.
 */
#ifndef GLS_WALK_H
#define GLS_WALK_H

#include <stdbool.h>
#include <stdint.h>

#include "gls/processor.h"

/* Where a walk has come to: a function that has made a call, or was interrupted, and its registers. */
struct walk {
    uintptr_t code; /* the address that the call returns to, or of the interrupted instruction */
    uintptr_t registers[CFI_REGISTERS];
    uint32_t known;      /* a bit for each register whose value is known */
    uint32_t turns_left; /* steps that do not lead up the stack, as out of a signal handler: so many may come */
    bool is_interrupted;
    bool is_doubtful; /* no call returns there: perhaps this is no stack any more */
    bool is_whole;    /* it began with all registers, and has kept them */
};

enum walk_step {
    WALK_STEPPED,
    WALK_ENDED, /* there is no caller */
    WALK_LOST,  /* nothing is known of this function, or not enough */
    WALK_LACKS, /* a register is needed that only a walk with all of them knows */
};

/* On to the caller. A walk that is not whole keeps only the frame pointer and the stack pointer, and is much faster. */
enum walk_step glsi_walk_step(struct walk *walk);

/* Does a stack end at this return address: by the tables, or as that of a context of makecontext does? */
bool glsi_walk_is_stack_end(uintptr_t return_address);
bool glsi_walk_is_end_of_context(uintptr_t return_address);

/* What contexts of makecontext return to at their end. */
uintptr_t glsi_walk_end_of_context(void);

/* Is a step from this address, of a call or an interruption, one that is known and not guessed? */
bool glsi_walk_describes(uintptr_t code);

/* For constructors: from then on it is known where contexts of makecontext end. */
void glsi_walk_begin(void);

enum { WALK_TURNS_MAX = 1000 };

/* A walk with all registers, from the function that this is inlined into. */
__attribute__((always_inline)) static inline void walk_from_here(struct walk *walk) {
    /* Here is between two instructions, not behind a call. */
    *walk = (struct walk){
        .known = (uint32_t)PROCESSOR_CAPTURED, .turns_left = WALK_TURNS_MAX, .is_interrupted = true, .is_whole = true};
    walk->code = processor_capture(walk->registers);
}

/* Moves a walk that is not whole to a call with this frame pointer and this stack pointer. */
static inline void walk_to_call(struct walk *walk, uintptr_t return_address, uintptr_t stack, uintptr_t frame) {
    walk->code = return_address;
    walk->known = 1u << REGISTER_FP | 1u << REGISTER_SP;
    walk->registers[REGISTER_FP] = frame;
    walk->registers[REGISTER_SP] = stack;
    walk->is_interrupted = false;
}

/* A walk that is not whole, from there. */
static inline struct walk walk_from_call(uintptr_t return_address, uintptr_t stack, uintptr_t frame) {
    struct walk
        walk; /* of the registers, those that are not known are left as they are: a read in a hot path starts so */
    walk.turns_left = WALK_TURNS_MAX;
    walk.is_whole = walk.is_doubtful = false;
    walk_to_call(&walk, return_address, stack, frame);
    return walk;
}

static inline bool walk_knows(const struct walk *walk, uint64_t reg) {
    return reg < CFI_REGISTERS && (walk->known >> reg & 1) != 0;
}

#endif
