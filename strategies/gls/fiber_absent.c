/* In place of fiber.c and fiber_entry.S where the build found no Boost.Context. */
#include <errno.h>

#include "gls/fiber.h"

int fiber_init(struct fiber *fiber, size_t stack_bytes, void *(*fn)(void *), void *arg) {
    (void)fiber, (void)stack_bytes, (void)fn, (void)arg;
    return ENOSYS;
}

int fiber_init_on(struct fiber *fiber, void *stack, size_t stack_bytes, void *(*fn)(void *arg), void *arg) {
    (void)fiber, (void)stack, (void)stack_bytes, (void)fn, (void)arg;
    return ENOSYS;
}

void fiber_destroy(struct fiber *fiber) {
    (void)fiber;
}

int fiber_resume(struct fiber *fiber) {
    (void)fiber;
    return ENOSYS;
}

int fiber_yield(void) {
    return ENOSYS;
}

struct fiber *fiber_current(void) {
    return NULL;
}
