/*
 * A shared object for scenarios, built without frame pointers and carried inside the program (module.S): it is loaded
 * when the program has long started, as a plug-in would be.
 */
#include "conformance/peer.h"

ctx_peer_call ctx_module_call;

/* Sums on the stack before and after the call: neither a tail call nor an empty frame. */
void ctx_module_call(ctx_peer_function *fn, void *arg) {
    volatile unsigned char locals[72] = {1};
    fn(arg);
    locals[1] = locals[0];
}
