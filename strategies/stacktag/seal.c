#include "stacktag/seal.h"

#include "stacktag/scan_stacks.h"

__attribute__((no_sanitize("address", "thread"))) uint32_t seal_spelt(uintptr_t place, uintptr_t end) {
    uint32_t value = 0;
    uintptr_t at = place + SEAL_MARK_FRAME_BYTES;
    for (int digits = 0; digits <= MARK_DIGITS_MAX && at < end; digits++, at += SEAL_MARK_FRAME_BYTES) {
        const uintptr_t mark = mark_index(&mark_hexadecimal, *(const volatile uintptr_t *)at);
        if (mark >= mark_digits(&mark_hexadecimal))
            return mark == mark_S(&mark_hexadecimal) ? value : ID_NONE;
        value = value << mark_hexadecimal.digit_bits | (uint32_t)mark;
    }
    return ID_NONE;
}

/* Innermost where some scope may be open that is not known any more: it is never sealed. */
static struct id_slot unknown;

/* What a scope must know to end its seal. In its own frame: the slot may be another's by then, if it was broken. */
struct seal {
    struct id_slot *slot, *outer;
    struct known_stack *stack; /* that the scope is on, whichever thread runs on it by then; NULL: it has no seal */
};

/*
 * The record of the stack on which a tag at `place` is to be sealed; NULL if it is not. `opener` is an address in the
 * frame of who opens the scope: what is deeper is not in force. A scope on a stack that nobody knows may be between
 * those that are sealed on the thread's own and code that is called there: none is vouched for any more. The same goes
 * for a stack within a stack.
 */
static struct known_stack *find_stack(uintptr_t place, uintptr_t opener) {
    struct known_stack *const stack = scan_stack_running(0);
    if (stack_contains(stack, place) && !seal_is_behind(stack, opener))
        return stack;
    if (stack->bytes > 0)
        glsi_stack_forget(stack);
    return NULL;
}

/* Who is innermost is not known: not even that there is nobody. */
static void lose_track(struct known_stack *stack) {
    glsi_stack_forget(stack);
    atomic_signal_fence(memory_order_seq_cst);
    atomic_store_explicit(&stack->innermost, &unknown, memory_order_relaxed);
}

/* In this order: once it is the innermost, all that is said of it is true. */
static void put_seal(struct seal *seal, uintptr_t place) {
    seal->outer = atomic_load_explicit(&seal->stack->innermost, memory_order_relaxed);
    atomic_store_explicit(&seal->slot->outer, seal->outer, memory_order_relaxed);
    atomic_store_explicit(&seal->slot->epoch, atomic_load_explicit(&seal->stack->epoch, memory_order_relaxed),
                          memory_order_relaxed);
    atomic_signal_fence(memory_order_seq_cst);
    atomic_store_explicit(&seal->slot->place, place, memory_order_relaxed);
    atomic_signal_fence(memory_order_seq_cst);
    atomic_store_explicit(&seal->stack->innermost, seal->slot, memory_order_relaxed);
    atomic_signal_fence(memory_order_seq_cst);
}

/* Scopes end in the order in which they have begun, but for those that somebody has jumped out of unseen. */
static void end_seal(const struct seal *seal) {
    if (seal->stack == NULL)
        return;
    atomic_signal_fence(memory_order_seq_cst);
    atomic_store_explicit(&seal->slot->place, 0, memory_order_relaxed);
    atomic_signal_fence(memory_order_seq_cst);
    if (atomic_load_explicit(&seal->stack->innermost, memory_order_relaxed) == seal->slot)
        atomic_store_explicit(&seal->stack->innermost, seal->outer, memory_order_relaxed);
    else
        lose_track(seal->stack);
}

/* A function of its own, called by E: its return address is the word that makes the tag complete. */
__attribute__((noinline)) void seal_run_body(void *arg) {
    const struct seal_body *body = arg;
    const uintptr_t place = (uintptr_t)__builtin_frame_address(0) + SEAL_WORD_BYTES;
    /* It cannot be none: the tag is right here. */
    __attribute__((cleanup(end_seal))) struct seal seal = {.slot = ids_slot(seal_spelt(place, UINTPTR_MAX)),
                                                           .outer = &unknown,
                                                           .stack = find_stack(place, (uintptr_t)body)};
    if (seal.stack != NULL)
        put_seal(&seal, place);
    body->fn(body->arg);
}

/*
 * Follows the seals from the innermost on, up to one that is not vouched for. What is behind that one and deeper than
 * the target, too, is never the innermost again, and does not count. The loop ends: what it has met is broken.
 */
void seal_break_below(struct known_stack *stack, uintptr_t target) {
    struct id_slot *slot = atomic_load_explicit(&stack->innermost, memory_order_relaxed);
    while (slot != NULL && seal_place(stack, slot, stack->low, target) != 0) {
        atomic_store_explicit(&slot->place, 0, memory_order_relaxed);
        slot = atomic_load_explicit(&slot->outer, memory_order_relaxed);
    }
    atomic_signal_fence(memory_order_seq_cst);
    atomic_store_explicit(&stack->innermost, slot, memory_order_relaxed);
}

static bool open_sealed(const struct ctx *next, uint32_t root, void (*fn)(void *), void *arg) {
    return seal_with(next, root, fn, arg);
}

/* After the records (scan_stacks.c), and before other constructors, which may already open scopes. */
__attribute__((constructor(103))) static void seal_init(void) {
    glsi_open_scope = open_sealed;
}
