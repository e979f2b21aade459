/*
 * What scenarios need of the world outside of C: an exception, an event loop, code that is loaded later or made while
 * the program runs, a coroutine. Compiled once and for itself, so that it is code of others to the compiler, too.
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

/* A function of others' that calls fn(arg). */
typedef void ctx_peer_call(ctx_peer_function *fn, void *arg);

/*
 * Shared objects that the program carries (module.c, module_loader.c). Each load is a copy of its own, which lies where
 * the last one lay that was unloaded, if that had as many pages.
 */
enum ctx_peer_kind {
    CTX_PEER_SMALL_FRAMES, /* without frame pointers */
    CTX_PEER_LARGE_FRAMES, /* the same function in another build: its frames differ, its addresses do not */
    CTX_PEER_DESTRUCTOR, /* its function has fn(arg) called when the module is unloaded, as a static object's end is */
    CTX_PEER_STATIC_TLS, /* takes of the room that there is for thread-local variables beside the program's own */
};
struct ctx_peer_module {
    void *handle;
    int file;
    ctx_peer_call *call;
};

/* False with *why_not (static storage, the last one's) where it cannot be loaded. */
bool ctx_peer_load_module(struct ctx_peer_module *module, enum ctx_peer_kind kind, const char **why_not);
void ctx_peer_unload_module(struct ctx_peer_module *module);

/* NULL, or why no module can be loaded. */
const char *ctx_peer_module_missing(void);

/*
 * A function made while the program runs, as a just-in-time compiler makes them: nothing describes its frame, and it
 * uses the frame pointer's register for itself. It lives as long as the process. NULL: the system forbids it. (jit.c)
 */
ctx_peer_call *ctx_peer_make_code(void);

/* NULL, or why no code can be made. */
const char *ctx_peer_code_missing(void);

/*
 * A C++20 coroutine: step(arg, 0), suspension, step(arg, 1), ..., step(arg, suspensions), each step on the stack of
 * whoever resumes it; UINT_MAX: for ever. NULL: memory is out. (coroutine.cc)
 */
typedef void ctx_peer_step(void *arg, unsigned step);
struct ctx_peer_coroutine *ctx_peer_coroutine_new(ctx_peer_step *step, void *arg, unsigned suspensions);
bool ctx_peer_coroutine_resume(struct ctx_peer_coroutine *coroutine); /* false once it has ended */
void ctx_peer_coroutine_free(struct ctx_peer_coroutine *coroutine);

#ifdef __cplusplus
}
#endif

#endif
