/*
 * What scenarios need of the world outside of C: an exception, an event loop, code that is loaded later. Compiled once
 * and for itself, so that it is code of others to the compiler, too.
 */
#ifndef CTX_PEER_H
#define CTX_PEER_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef void ctx_peer_function(void *arg);

/* Throws a C++ exception, and calls fn(arg): true if that threw it. (exception.cc) */
__attribute__((noreturn)) void ctx_peer_throw(void);
bool ctx_peer_catch(ctx_peer_function *fn, void *arg);

/* Runs libuv's loop until each kind of its handles has called fn(arg). Aborts if it cannot. (event_loop.c) */
void ctx_peer_loop_run(ctx_peer_function *fn, void *arg);

/* NULL, or why there is no loop. */
const char *ctx_peer_loop_missing(void);

/*
 * Loads one more copy of a shared object that is built without frame pointers, and returns its function, which calls
 * fn(arg). It stays loaded. NULL with a reason: it cannot be loaded. (module.c, module_loader.c)
 */
typedef void ctx_peer_call(ctx_peer_function *fn, void *arg);
ctx_peer_call *ctx_peer_load_module(const char **why_not);

/* NULL, or why no module can be loaded. */
const char *ctx_peer_module_missing(void);

#ifdef __cplusplus
}
#endif

#endif
