/*
 * Fibers: functions that run on stacks of their own and give the thread back before they have ended. The switch is
 * in switch.h; the stack, who may run when, and what debugging tools must be told, are here.
 *
 * A fiber runs within the call of fiber_resume, on the thread that calls it, until it yields or ends. It may be resumed
 * by another thread than before, but not by two at once. The context of gls needs no care at a switch: it is found in
 * the stack, and each fiber has its own. A walk of a fiber's stack ends at the fiber's entry (fiber_entry.S).
 *
 * None of this may be called from signal handlers. A fiber's function must return: an exception that leaves it, and a
 * thread that ends on it (pthread_exit, cancellation), end the process with a message.
 */
#ifndef GLS_FIBER_H
#define GLS_FIBER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "gls/fcontext.h"
#include "gls/fiber_tools.h"
#include "gls/stacks.h"

/* The least that reading a stack through libunwind, or a signal handler that does, gets along with. */
enum { FIBER_STACK_BYTES_MIN = 32 << 10 };

enum fiber_state {
    FIBER_SUSPENDED, /* before its start, too */
    FIBER_RUNNING,   /* or waiting for a fiber that it has resumed */
    FIBER_DONE,
};

/* Addresses from `base` on: a guard page, at which an overflow faults, then the stack. One that was given has none. */
struct fiber_stack {
    char *base;
    size_t bytes, guard_bytes;
};

/* What C++ keeps for a thread though it belongs to a stack: the exceptions being handled, the number being thrown. */
struct fiber_exceptions {
    void *handled;
    unsigned int thrown;
};

struct fiber {
    _Atomic enum fiber_state state;
    fcontext next;    /* where the fiber goes on */
    fcontext resumer; /* where its resumer goes on, while it runs */
    struct fiber_stack stack;
    struct fiber_exceptions exceptions; /* while it does not run */
    struct fiber_tools tools;
    void *(*fn)(void *arg);
    void *arg, *result;
    struct known_stack known_stack; /* the same stack, and the scopes on it */
};

/*
 * Prepares a fiber that will run fn(arg) when it is first resumed. Its stack has at least `stack_bytes`, rounded up to
 * whole pages and to what a reader of the stack needs; 0 chooses a size. Memory is used as the stack is touched.
 * ENOMEM: memory is out, or mappings are, of which a fiber takes two (sysctl vm.max_map_count). ENOSYS: built without
 * Boost.Context.
 */
int fiber_init(struct fiber *fiber, size_t stack_bytes, void *(*fn)(void *arg), void *arg);

/*
 * The same on a stack of the caller's, of whole pages and FIBER_STACK_BYTES_MIN at least, which must outlive the fiber.
 * It costs no mapping, and has no guard: an overflow writes over whatever lies below. EINVAL: it is too small.
 */
int fiber_init_on(struct fiber *fiber, void *stack, size_t stack_bytes, void *(*fn)(void *arg), void *arg);

/*
 * Frees the stack, unless it was given; nothing on it runs any more. A suspended fiber may be destroyed: no cleanup
 * runs, and the ids of scopes that were open on it come back as after a longjmp. Aborts if the fiber is running.
 */
void fiber_destroy(struct fiber *fiber);

/* Runs the fiber until it yields or ends. EBUSY: it is running, here or on another thread. ESRCH: it has ended. */
int fiber_resume(struct fiber *fiber);

/* Gives the thread back to whoever resumed this fiber; returns when it is resumed. EPERM: not on a fiber. */
int fiber_yield(void);

/* Has the fiber's function returned? Then `result` is what it returned. */
static inline bool fiber_is_done(const struct fiber *fiber) {
    return atomic_load_explicit(&fiber->state, memory_order_acquire) == FIBER_DONE;
}

/* The fiber that this runs on, or NULL. */
struct fiber *fiber_current(void);

#endif
