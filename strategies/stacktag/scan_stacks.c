#include "stacktag/scan_stacks.h"

#include <pthread.h>

#include "gls/fiber.h"

intptr_t scan_own_stack_offset;

/* At the same distance from the thread pointer in all threads, which initial-exec makes sure of. */
__attribute__((tls_model("initial-exec"))) static _Thread_local struct scan_stack own_stack;

void scan_stacks_thread_begin(void) {
    pthread_attr_t attributes;
    void *low = NULL;
    size_t bytes = 0;
    if (pthread_getattr_np(pthread_self(), &attributes) != 0)
        return; /* slower, and as right as before */
    if (pthread_attr_getstack(&attributes, &low, &bytes) == 0) {
        /* The C library keeps what belongs to the thread at the top of the stack, from the thread pointer on. */
        const uintptr_t above = ids_thread_pointer() - (uintptr_t)low;
        own_stack = (struct scan_stack){.low = (uintptr_t)low, .bytes = above < bytes ? above : bytes};
    }
    (void)pthread_attr_destroy(&attributes);
}

struct scan_stack scan_fiber_stack_of(uintptr_t address) {
    const struct fiber *fiber = fiber_current();
    if (fiber == NULL)
        return (struct scan_stack){0};
    const struct scan_stack stack = {.low = (uintptr_t)fiber->stack.base + fiber->stack.guard_bytes,
                                     .bytes = fiber->stack.bytes};
    return address - stack.low < stack.bytes ? stack : (struct scan_stack){0};
}

/* Before other constructors, which may already open scopes. */
__attribute__((constructor(102))) static void scan_stacks_init(void) {
    scan_own_stack_offset = (intptr_t)((uintptr_t)&own_stack - ids_thread_pointer());
    scan_stacks_thread_begin();
}
