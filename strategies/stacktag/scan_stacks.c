#include "stacktag/scan_stacks.h"

#include <pthread.h>

intptr_t scan_own_stack_offset, scan_fiber_offset;

/* At the same distance from the thread pointer in all threads, which initial-exec makes sure of. */
__attribute__((tls_model("initial-exec"))) static _Thread_local struct known_stack own_stack;

void scan_stacks_thread_begin(void) {
    pthread_attr_t attributes;
    void *low = NULL;
    size_t bytes = 0;
    if (own_stack.bytes != 0 || pthread_getattr_np(pthread_self(), &attributes) != 0)
        return; /* known; or slower, and as right as before */
    if (pthread_attr_getstack(&attributes, &low, &bytes) == 0) {
        /* The C library keeps what belongs to the thread at the top of the stack, from the thread pointer on. */
        const uintptr_t above = ids_thread_pointer() - (uintptr_t)low;
        glsi_stack_begin(&own_stack, (uintptr_t)low, above < bytes ? above : bytes);
    }
    (void)pthread_attr_destroy(&attributes);
}

/* Both lie in the program's own block, at a distance that is the same in all threads. Before other constructors, which
 * may already open scopes. */
__attribute__((constructor(102))) static void scan_stacks_init(void) {
    scan_own_stack_offset = (intptr_t)((uintptr_t)&own_stack - ids_thread_pointer());
    scan_fiber_offset = (intptr_t)((uintptr_t)&glsi_fiber_current - ids_thread_pointer());
    scan_stacks_thread_begin();
}
