/*
 * A shared object for scenarios, built without frame pointers and carried inside the program (module.S): it is loaded
 * when the program has long started, as a plug-in would be. MODULE_FRAME_BYTES is what its function keeps on the stack.
 */
#include "conformance/peer.h"

ctx_peer_call ctx_module_call;

#if defined(MODULE_TLS_BYTES)
/* Takes of the static TLS block, which has room for little that is loaded later (glibc BZ 17090). */
__attribute__((tls_model("initial-exec"))) static _Thread_local volatile char module_data[MODULE_TLS_BYTES];
#define MODULE_TOUCH() (module_data[0] = 1)
#else
#define MODULE_TOUCH() (void)0
#endif

#if defined(MODULE_DESTRUCTOR)
/* What C++ compilers emit for objects of static storage duration (Itanium C++ ABI, 3.3.6). */
extern void *__dso_handle;
int __cxa_atexit(void (*function)(void *), void *arg, void *module);

void ctx_module_call(ctx_peer_function *fn, void *arg) {
    (void)__cxa_atexit(fn, arg, &__dso_handle);
}
#else
/* Sums on the stack before and after the call: neither a tail call nor an empty frame. */
void ctx_module_call(ctx_peer_function *fn, void *arg) {
    volatile unsigned char locals[MODULE_FRAME_BYTES] = {1};
    MODULE_TOUCH();
    fn(arg);
    locals[1] = locals[0];
}
#endif
