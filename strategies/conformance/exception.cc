// Throws and catches for the scenarios, which are C.
#include "conformance/peer.h"

namespace {
struct thrown {};
} // namespace

extern "C" void ctx_peer_throw(void) {
    throw thrown();
}

extern "C" bool ctx_peer_catch(ctx_peer_function *fn, void *arg) {
    try {
        fn(arg);
    } catch (const thrown &) {
        return true;
    }
    return false;
}
