/*
 * Stacks that somebody else has started, in assembly. Each of these runs fn(arg), on the stack that ends at `top` where
 * it takes one, and returns when that has returned.
 */
#ifndef FOREIGN_STACKS_H
#define FOREIGN_STACKS_H

#if defined(__x86_64__)

/*
 * fn returns to the first byte of a function, as it does on a stack of makecontext's. Unwind tables say that the stack
 * ends there; what lies in front of that byte is in none, or belongs to another function. Or they say nothing.
 */
void on_stack_after_gap(void *top, void (*fn)(void *), void *arg);
void on_stack_after_function(void *top, void (*fn)(void *), void *arg);
void on_stack_undescribed(void *top, void (*fn)(void *), void *arg);

/* fn must call leave_stack instead of returning to that address. */
void on_stack_below(void *top, void (*fn)(void *), void *arg, void *return_address);
_Noreturn void leave_stack(void);

/* In a task of clone(2), with these flags; returns what that returns to the caller. */
long on_stack_cloned(void *top, void (*fn)(void *), void *arg, unsigned long flags);

/* For pthread_create: what they are handed points to a `struct readers_body`. The second is in no unwind table. */
void *thread_in_assembly(void *body);
void *thread_undescribed(void *body);

#endif
#endif
