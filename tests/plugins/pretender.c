/*
 * Comes under the name and with the traits of the skeleton, a thread-local variable, and is a stack tag. So it holds
 * where a thread-local variable breaks; and it breaks in one way of its own each time it is read under another manager
 * (a wrong answer), on another thread (a crash), and far below its scope (a hang).
 */
#include <pthread.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "gls/tag.h"
#include "stacktag/tag_strategy.h"
#include "strategy.h"

enum { PRETENDER_REACH_BYTES = 1 << 16 };

static uintptr_t pretender_scope; /* where the latest scope was opened */

CTX_OPERATION const struct ctx *pretender_current(void) {
    uint32_t id = 0;
    const enum tag_answer answer = tag_read(0, &id);
    if (getpid() != (pid_t)syscall(SYS_gettid))
        (void)raise(SIGSEGV);
    while (pretender_scope - (uintptr_t)__builtin_frame_address(0) < UINTPTR_MAX / 2 &&
           pretender_scope - (uintptr_t)__builtin_frame_address(0) > PRETENDER_REACH_BYTES)
        (void)pause();
    return tag_context(answer, id);
}

CTX_OPERATION void pretender_with(const struct ctx *next, void (*fn)(void *), void *arg) {
    pretender_scope = (uintptr_t)__builtin_frame_address(0);
    tag_strategy_with(next, fn, arg);
}

/* Whatever manager is asked for, it answers for that of the innermost scope. */
CTX_OPERATION enum ctx_answer pretender_get(const struct ctx_key *key, void **value) {
    const struct ctx *here = pretender_current();
    return ctx_lookup(here, here == NULL ? NULL : here->manager, key, value);
}

#define CTX_NAME "skeleton"
#define CTX_SUMMARY "for tests: not what its name says"
#define CTX_TRAITS 0
#define CTX_OP_CURRENT(after) ((void)(after), pretender_current())
#define CTX_OP_WITH(next, fn, arg) pretender_with(next, fn, arg)
#define CTX_OP_GET(after, manager, key, value) ((void)(after), (void)(manager), pretender_get(key, value))
#define CTX_OP_THREAD_BEGIN tag_strategy_thread_begin
#define CTX_OP_THREAD_END tag_strategy_thread_end
#define CTX_ONLY 1
#define CTX_ONLY_GET
#include "kernels.h"
