#include "gls/fiber.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "gls/switch.h"
#include "gls/thread.h"

/* ---- Which fiber runs on this thread ---- */

struct fiber *fiber_current(void) {
    return thread_record()->fiber;
}

/* Itanium C++ ABI, 2.2.2. Absent from a program without C++. */
__attribute__((weak)) struct fiber_exceptions *exceptions_of_thread(void) __asm__("__cxa_get_globals");

/* Where this thread keeps its own; NULL in a program without C++. */
static struct fiber_exceptions *find_exceptions(struct thread_record *thread) {
    if (thread->exceptions == NULL && exceptions_of_thread != NULL)
        thread->exceptions = exceptions_of_thread();
    return thread->exceptions;
}

static void exchange_exceptions(struct fiber_exceptions *here, struct fiber_exceptions *other) {
    if (here == NULL)
        return;
    const struct fiber_exceptions out = *here;
    *here = *other;
    *other = out;
}

/* ---- Stacks ---- */

enum { STACK_BYTES_DEFAULT = 256 << 10 };

/* Maps a stack with a guard page below, where it would grow to. */
static int map_stack(struct fiber_stack *stack, size_t wanted_bytes) {
    const size_t page_bytes = (size_t)sysconf(_SC_PAGESIZE);
    if (wanted_bytes == 0)
        wanted_bytes = STACK_BYTES_DEFAULT;
    if (wanted_bytes < FIBER_STACK_BYTES_MIN)
        wanted_bytes = FIBER_STACK_BYTES_MIN;
    if (wanted_bytes > SIZE_MAX - 2 * page_bytes)
        return ENOMEM;
    stack->guard_bytes = page_bytes;
    stack->bytes = (wanted_bytes + page_bytes - 1) / page_bytes * page_bytes;
    const size_t all_bytes = stack->guard_bytes + stack->bytes;
    stack->base = mmap(NULL, all_bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
    if (stack->base == MAP_FAILED)
        return ENOMEM;
    if (mprotect(stack->base + stack->guard_bytes, stack->bytes, PROT_READ | PROT_WRITE) == 0)
        return 0;
    (void)munmap(stack->base, all_bytes);
    return ENOMEM;
}

static char *lowest_byte(const struct fiber_stack *stack) {
    return stack->base + stack->guard_bytes;
}

/* ---- On the fiber ---- */

/* Switches to the resumer, which learns from the pointer whether the fiber has ended. */
static void leave(struct fiber *fiber, bool for_good) {
    fiber_tools_leave(&fiber->tools, for_good);
    fiber->resumer = glsi_switch(fiber->resumer, for_good ? NULL : fiber).from;
    fiber_tools_entered(&fiber->tools);
}

/*
 * C++ itself ends the process when an exception finds no handler; here come pthread_exit and cancellation. The compiler
 * does not see that this never returns: AddressSanitizer's preparation for a call that does not return trips over what
 * a cancelled thread's frames have left in its books.
 */
static void die_unwinding(struct fiber *const *fiber) {
    void (*volatile end)(void) = abort;
    (void)fiber;
    (void)fputs("gls: a thread ended (pthread_exit, cancellation) while it ran a fiber, whose function must return\n",
                stderr);
    end();
}

/* Called by glsi_fiber_entry, once for each fiber, and never returns. */
_Noreturn void glsi_fiber_main(struct fcontext_transfer first);
_Noreturn void glsi_fiber_main(struct fcontext_transfer first) {
    __attribute__((cleanup(die_unwinding))) struct fiber *const fiber = first.data;
    fiber->resumer = first.from;
    fiber_tools_entered(&fiber->tools);
    fiber->result = fiber->fn(fiber->arg);
    leave(fiber, true);
    abort(); /* who has ended is not resumed */
}

int fiber_yield(void) {
    struct fiber *const fiber = fiber_current();
    if (fiber == NULL)
        return EPERM;
    leave(fiber, false);
    return 0;
}

/* ---- On its resumer ---- */

void glsi_fiber_entry(struct fcontext_transfer first);

/* On the stack that it has. */
static void prepare(struct fiber *fiber) {
    fiber_tools_begin(&fiber->tools, lowest_byte(&fiber->stack), fiber->stack.bytes);
    glsi_stack_begin(&fiber->known_stack, (uintptr_t)lowest_byte(&fiber->stack), fiber->stack.bytes);
    fiber->next = switch_make(lowest_byte(&fiber->stack) + fiber->stack.bytes, fiber->stack.bytes, glsi_fiber_entry);
}

int fiber_init(struct fiber *fiber, size_t stack_bytes, void *(*fn)(void *), void *arg) {
    *fiber = (struct fiber){.fn = fn, .arg = arg};
    const int error = map_stack(&fiber->stack, stack_bytes);
    if (error == 0)
        prepare(fiber);
    return error;
}

int fiber_init_on(struct fiber *fiber, void *stack, size_t stack_bytes, void *(*fn)(void *), void *arg) {
    *fiber = (struct fiber){.fn = fn, .arg = arg, .stack = {.base = stack, .bytes = stack_bytes}};
    if (stack_bytes < FIBER_STACK_BYTES_MIN)
        return EINVAL;
    prepare(fiber);
    return 0;
}

void fiber_destroy(struct fiber *fiber) {
    if (atomic_load_explicit(&fiber->state, memory_order_acquire) == FIBER_RUNNING) {
        (void)fputs("gls: a fiber was freed while it was running; it must have yielded or ended\n", stderr);
        abort();
    }
    fiber_tools_end(&fiber->tools, lowest_byte(&fiber->stack), fiber->stack.bytes);
    if (fiber->stack.guard_bytes > 0)
        (void)munmap(fiber->stack.base, fiber->stack.guard_bytes + fiber->stack.bytes);
}

int fiber_resume(struct fiber *fiber) {
    enum fiber_state state = FIBER_SUSPENDED;
    if (!atomic_compare_exchange_strong_explicit(&fiber->state, &state, FIBER_RUNNING, memory_order_acquire,
                                                 memory_order_relaxed))
        return state == FIBER_DONE ? ESRCH : EBUSY;
    /* The same before and after: the fiber gives back the thread that it was given, whatever it does itself. */
    struct thread_record *const thread = thread_record();
    struct fiber_exceptions *const exceptions = find_exceptions(thread);
    struct fiber *const resumer = thread->fiber;
    void *fake_stack = NULL;
    exchange_exceptions(exceptions, &fiber->exceptions);
    thread->fiber = fiber;
    fiber_tools_resume(&fiber->tools, lowest_byte(&fiber->stack), fiber->stack.bytes, &fake_stack);
    const struct fcontext_transfer back = glsi_switch(fiber->next, fiber);
    fiber_tools_resumed(fake_stack);
    thread->fiber = resumer;
    exchange_exceptions(exceptions, &fiber->exceptions);
    fiber->next = back.from;
    /* Only now that nothing runs on its stack may others resume or destroy it. */
    atomic_store_explicit(&fiber->state, back.data == NULL ? FIBER_DONE : FIBER_SUSPENDED, memory_order_release);
    return 0;
}
