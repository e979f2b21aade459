/*
 * A strategy in which a new thread begins with what the main thread has in force: it inherits a context, unasked. In
 * all else it does as a thread-local variable does, so it fails the same scenarios each time, and hangs in none.
 * HANDED_DOWN_NAME is what it is called; with HANDED_DOWN_ADMITS it states which scenarios it fails for that.
 */
#include <sys/syscall.h>
#include <unistd.h>

#include "strategy.h"

static const struct ctx *_Atomic handed_down_main;
static _Thread_local const struct ctx *handed_down_here;
static _Thread_local bool handed_down_begun;

/* Not inlined, so that the address of a thread-local variable does not outlive a switch of stacks. */
__attribute__((noinline)) static const struct ctx **handed_down_place(void) {
    if (!handed_down_begun)
        handed_down_here = handed_down_main;
    handed_down_begun = true;
    return &handed_down_here;
}

CTX_OPERATION void handed_down_set(const struct ctx *next) {
    *handed_down_place() = next;
    if (getpid() == (pid_t)syscall(SYS_gettid))
        handed_down_main = next;
}

CTX_OPERATION void handed_down_restore(const struct ctx *const *outer) {
    handed_down_set(*outer);
}

CTX_OPERATION void handed_down_with(const struct ctx *next, void (*fn)(void *), void *arg) {
    __attribute__((cleanup(handed_down_restore), unused)) const struct ctx *outer = *handed_down_place();
    handed_down_set(next);
    fn(arg);
}

#ifdef HANDED_DOWN_ADMITS
static const struct ctx_exception handed_down_exceptions[] = {
    {"plain-child", CTX_FAILS, "a new thread begins with what the main thread has in force"},
    {"thread-exit", CTX_FAILS, "a new thread begins with what the main thread has in force"},
    {"thread-cancel", CTX_FAILS, "a new thread begins with what the main thread has in force"},
};
#define CTX_EXCEPTIONS handed_down_exceptions
#endif

#define CTX_NAME HANDED_DOWN_NAME
#define CTX_SUMMARY "for tests: threads begin with what the main thread has"
#define CTX_TRAITS 0
#define CTX_OP_CURRENT(after) ((void)(after), *(const struct ctx *const *)handed_down_place())
#define CTX_OP_WITH(next, fn, arg) handed_down_with(next, fn, arg)
#include "kernels.h"
