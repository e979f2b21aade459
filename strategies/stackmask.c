/*
 * The context lies at the top of the stack, and stacks are aligned to their size: setting the low bits of the stack
 * pointer gives its address. One instruction, and one load. What LinuxThreads did to find its descriptors (glibc 2.1,
 * linuxthreads/internals.h, thread_self), and Linux for thread_info.
 *
 * The stacks have to be the strategy's own, and threads and fibers bring theirs along. So the outermost scope on such a
 * stack runs its body on one of ours, which nested scopes share. The context belongs to the stack: there is none in
 * thread-local storage, nothing to be done when fibers are switched, and none to be found where the reader stands on
 * yet another stack, as a signal handler on its alternate one does.
 *
 * Ours lie in one range of addresses, and who reads elsewhere is in no scope. (Code that takes the bounds of its stack
 * from the system, such as a conservative garbage collector, does not expect to stand here.)
 */
#include "instructions.h"
#include "strategy.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "gls/fiber_tools.h"

enum { STACKMASK_STACK_BITS = 24, STACKMASK_STACK_BYTES = 1 << STACKMASK_STACK_BITS, STACKMASK_RANGE_BITS = 35 };
enum { STACKMASK_COUNT = 1 << (STACKMASK_RANGE_BITS - STACKMASK_STACK_BITS), STACKMASK_LINE_BYTES = 64 };

/* The highest bytes of each stack. */
struct stackmask_top {
    _Alignas(STACKMASK_LINE_BYTES) const struct ctx *context;
    _Atomic uint32_t next_free; /* while it is free: the number of another one, or 0 */
};

static uintptr_t stackmask_range; /* of all stacks: its start; the stack at its start, number 0, is never used */

__attribute__((constructor)) static void stackmask_init(void) {
    const size_t bytes = (size_t)1 << STACKMASK_RANGE_BITS;
    void *range =
        mmap(NULL, bytes + STACKMASK_STACK_BYTES, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (range != MAP_FAILED)
        stackmask_range = ((uintptr_t)range + STACKMASK_STACK_BYTES - 1) & ~(uintptr_t)(STACKMASK_STACK_BYTES - 1);
}

static const char *stackmask_unavailable(void) {
    return stackmask_range == 0 ? "32 GiB of addresses for its stacks are not to be had (ulimit -v?)" : NULL;
}

CTX_OPERATION struct stackmask_top *stackmask_top_of(uintptr_t address) {
    return (struct stackmask_top *)((address | (STACKMASK_STACK_BYTES - 1)) + 1) - 1; /* NOLINT: addresses */
}

/* The top of the stack that this runs on; NULL where that is none of ours. */
CTX_OPERATION struct stackmask_top *stackmask_own(uintptr_t after) {
    const uintptr_t address = (uintptr_t)__builtin_frame_address(0) + after;
    if (__builtin_expect((address - stackmask_range) >> STACKMASK_RANGE_BITS != 0, 0))
        return NULL;
    return stackmask_top_of(address);
}

CTX_OPERATION const struct ctx *stackmask_current(uintptr_t after) {
    const struct stackmask_top *own = stackmask_own(after);
    return __builtin_expect(own != NULL, 1) ? own->context : NULL;
}

/* ---- Stacks that are free: one that the thread keeps at hand, and a list of all others ---- */

static _Thread_local _Atomic(struct stackmask_top *) stackmask_at_hand;

/* The number of the list's first stack; above it a count of changes, so that a list never looks as it once did. */
static _Atomic uint64_t stackmask_free;
static _Atomic uint32_t stackmask_last_used;

static struct stackmask_top *stackmask_numbered(uint32_t number) {
    return stackmask_top_of(stackmask_range + ((uintptr_t)number << STACKMASK_STACK_BITS));
}

static void stackmask_push(struct stackmask_top *top) {
    const uint32_t number = (uint32_t)(((uintptr_t)top - stackmask_range) >> STACKMASK_STACK_BITS);
    uint64_t first = atomic_load(&stackmask_free);
    do
        atomic_store_explicit(&top->next_free, (uint32_t)first, memory_order_relaxed);
    while (!atomic_compare_exchange_weak(&stackmask_free, &first, ((first >> 32) + 1) << 32 | number));
}

/* NULL: none is free. */
static struct stackmask_top *stackmask_pop(void) {
    uint64_t first = atomic_load(&stackmask_free);
    for (;;) {
        if ((uint32_t)first == 0)
            return NULL;
        struct stackmask_top *top = stackmask_numbered((uint32_t)first);
        const uint32_t next = atomic_load_explicit(&top->next_free, memory_order_relaxed);
        if (atomic_compare_exchange_weak(&stackmask_free, &first, ((first >> 32) + 1) << 32 | next))
            return top;
    }
}

/* Its lowest page stays out of reach: an overflow faults. */
static struct stackmask_top *stackmask_make(void) {
    const uint32_t number = atomic_fetch_add(&stackmask_last_used, 1) + 1;
    const size_t guard_bytes = (size_t)sysconf(_SC_PAGESIZE);
    char *const base = (char *)stackmask_range + ((uintptr_t)number << STACKMASK_STACK_BITS); /* NOLINT: addresses */
    if (number >= STACKMASK_COUNT ||
        mprotect(base + guard_bytes, STACKMASK_STACK_BYTES - guard_bytes, PROT_READ | PROT_WRITE) != 0) {
        (void)fputs("stackmask: no stack is left: 2,047 are in use, or memory or mappings are out\n", stderr);
        abort();
    }
#if defined(FIBER_ASAN)
    __lsan_register_root_region(base + guard_bytes, STACKMASK_STACK_BYTES - guard_bytes);
#endif
#if defined(FIBER_VALGRIND)
    (void)VALGRIND_STACK_REGISTER(base + guard_bytes, base + STACKMASK_STACK_BYTES);
#endif
    return stackmask_numbered(number);
}

/*
 * Functions of their own: a body may come back on another thread, whose variable is another one. A signal handler that
 * opens a scope between the two accesses puts back what it takes.
 */
__attribute__((noinline)) static struct stackmask_top *stackmask_take(void) {
    struct stackmask_top *top = atomic_load_explicit(&stackmask_at_hand, memory_order_relaxed);
    atomic_store_explicit(&stackmask_at_hand, NULL, memory_order_relaxed);
    if (top == NULL)
        top = stackmask_pop();
    return top != NULL ? top : stackmask_make();
}

__attribute__((noinline)) static void stackmask_give_back(struct stackmask_top *top) {
    struct stackmask_top *other = atomic_exchange_explicit(&stackmask_at_hand, top, memory_order_relaxed);
    if (other != NULL)
        stackmask_push(other);
}

static void stackmask_thread_end(void) {
    struct stackmask_top *top = atomic_exchange_explicit(&stackmask_at_hand, NULL, memory_order_relaxed);
    if (top != NULL)
        stackmask_push(top);
}

/* ---- Scopes ---- */

/*
 * Runs fn(arg) on the stack below `top`. Unwinders, and chains of frame pointers, come back through it. In assembly of
 * its own, and not in a function without a prologue, which gcc does not know on aarch64.
 */
__attribute__((visibility("hidden"))) extern void stackmask_call(struct stackmask_top *top, void (*fn)(void *),
                                                                 void *arg);
__asm__(
    "\t.pushsection .text.stackmask_call, \"ax\", %progbits\n"
    "\t.globl stackmask_call\n"
    "\t.hidden stackmask_call\n"
    "\t.type stackmask_call, %function\n"
    "\t.balign 16\n"
    "stackmask_call:\n"
    "\t.cfi_startproc\n" CTX_CALL_ON_STACK
    "\t.cfi_endproc\n"
    "\t.size stackmask_call, . - stackmask_call\n"
    "\t.popsection");

/* A scope that has moved to a stack of ours. */
struct stackmask_move {
    struct stackmask_top *top;
    void (*fn)(void *);
    void *arg;
    bool has_returned;
#if defined(FIBER_ASAN)
    const void *outer_base;
    size_t outer_bytes;
    void *fake_stack;
#endif
};

#if defined(FIBER_ASAN)
/* AddressSanitizer must know which stack it is that it sees. */
static void stackmask_leave(struct stackmask_move *const *move) {
    __sanitizer_start_switch_fiber(NULL, (*move)->outer_base, (*move)->outer_bytes);
}

static void stackmask_enter(void *arg) {
    __attribute__((cleanup(stackmask_leave))) struct stackmask_move *move = arg;
    __sanitizer_finish_switch_fiber(NULL, &move->outer_base, &move->outer_bytes);
    move->fn(move->arg);
}

static char *stackmask_base(const struct stackmask_top *top) {
    return (char *)(top + 1) - STACKMASK_STACK_BYTES;
}

static void stackmask_run(struct stackmask_move *move) {
    __sanitizer_start_switch_fiber(&move->fake_stack, stackmask_base(move->top), STACKMASK_STACK_BYTES);
    stackmask_call(move->top, stackmask_enter, move);
}

/* Frames that did not return may have left their marks. */
static void stackmask_moved_back(struct stackmask_move *move) {
    __sanitizer_finish_switch_fiber(move->fake_stack, NULL, NULL);
    if (!move->has_returned)
        __asan_unpoison_memory_region(stackmask_base(move->top), STACKMASK_STACK_BYTES);
}
#else
CTX_OPERATION void stackmask_run(struct stackmask_move *move) {
    stackmask_call(move->top, move->fn, move->arg);
}

CTX_OPERATION void stackmask_moved_back(struct stackmask_move *move) {
    (void)move;
}
#endif

/* Also when the body throws a C++ exception or ends its thread. */
CTX_OPERATION void stackmask_move_end(struct stackmask_move *move) {
    stackmask_moved_back(move);
    stackmask_give_back(move->top);
}

CTX_OPERATION void stackmask_with_moved(const struct ctx *next, void (*fn)(void *), void *arg) {
    __attribute__((cleanup(stackmask_move_end))) struct stackmask_move move = {
        .top = stackmask_take(), .fn = fn, .arg = arg};
    move.top->context = next;
    stackmask_run(&move);
    move.has_returned = true;
}

struct stackmask_scope {
    struct stackmask_top *own;
    const struct ctx *outer;
};

CTX_OPERATION void stackmask_restore(const struct stackmask_scope *scope) {
    scope->own->context = scope->outer;
}

CTX_OPERATION void stackmask_with(const struct ctx *next, void (*fn)(void *), void *arg) {
    struct stackmask_top *own = stackmask_own(0);
    if (own == NULL) {
        stackmask_with_moved(next, fn, arg);
        return;
    }
    __attribute__((cleanup(stackmask_restore), unused)) const struct stackmask_scope scope = {own, own->context};
    own->context = next;
    fn(arg);
}

#define CTX_OP_UNAVAILABLE stackmask_unavailable
#define CTX_OP_CURRENT(after) stackmask_current(after)
#define CTX_OP_WITH(next, fn, arg) stackmask_with(next, fn, arg)
#define CTX_OP_THREAD_END stackmask_thread_end
#define CTX_OP_COLD_LINES(note) note(stackmask_own(0), sizeof(struct stackmask_top))
#define CTX_STACKS_MAX (STACKMASK_COUNT - 1)

#define STACKMASK_MOVES_BY_A_CALL "its place is on a stack of its own, which only a call can move to"

static const struct ctx_exception stackmask_exceptions[] = {
    {"signal-stack", CTX_FAILS, "the handler stands on a stack that is not the strategy's, where no scope is open"},
    {"attach-detach", CTX_DOES_NOT_APPLY, STACKMASK_MOVES_BY_A_CALL},
    {"attach-overlap", CTX_DOES_NOT_APPLY, STACKMASK_MOVES_BY_A_CALL},
    {"attach-elsewhere", CTX_DOES_NOT_APPLY, STACKMASK_MOVES_BY_A_CALL},
};

#define CTX_NAME "stackmask"
#define CTX_SUMMARY "at the top of an aligned stack: one mask, one load"
#define CTX_TRAITS CTX_TRAIT_SURVIVES_FIBER_SWITCH
#define CTX_EXCEPTIONS stackmask_exceptions
#include "kernels.h"
