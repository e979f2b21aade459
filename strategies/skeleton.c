/*
 * A strategy, explained. Copy this file, give it a name of your own, and either put it into strategies/, where the
 * build finds it, or build it as a plug-in. Where ctxbench is installed:
 *
 *     cc $(pkg-config --cflags ctxbench) -O2 -shared -fPIC -o skeleton.so skeleton.c
 *     ctxbench --plugin=skeleton.so --strategy=skeleton
 *
 * In its source, once ./bench has built it:
 *
 *     cc -std=c17 -D_GNU_SOURCE -O2 -shared -fPIC -fno-omit-frame-pointer -fexceptions -Istrategies \
 *        -Istrategies/gls -Ibuild/release/strategies -o skeleton.so strategies/skeleton.c
 *     ./bench --plugin=skeleton.so --strategy=skeleton
 *
 * This one keeps the context in a C11 thread-local variable. In a plug-in that is another TLS model than in the
 * program, and another cost; results record which it was.
 */
#include <ctxbench/strategy.h>

/* 1. Wherever the strategy keeps the context. */
static _Thread_local const struct ctx *skeleton_here;

/*
 * 2. The read. `after` is always 0; in the latency form it depends on the value that was read before. Adding it to the
 *    address that the read starts from makes the processor wait as a real program would.
 */
CTX_OPERATION const struct ctx *skeleton_current(uintptr_t after) {
    return *(const struct ctx *const *)((const char *)&skeleton_here + after);
}

/*
 * 3. The scope: run fn(arg) with `next` in force, then restore what was in force before. Built with -fexceptions, the
 *    cleanup runs as well when the body throws a C++ exception or ends its thread.
 */
CTX_OPERATION void skeleton_restore(const struct ctx *const *outer) {
    skeleton_here = *outer;
}

CTX_OPERATION void skeleton_with(const struct ctx *next, void (*fn)(void *), void *arg) {
    __attribute__((cleanup(skeleton_restore), unused)) const struct ctx *outer = skeleton_here;
    skeleton_here = next;
    fn(arg);
}

/* 4. Who it is, and what it can do (enum ctx_trait in strategy.h). CTX_EXCEPTIONS would say what else it fails. */
#define CTX_NAME "skeleton"
#define CTX_SUMMARY "an example: a C11 thread-local variable"
#define CTX_TRAITS 0

/* 5. The operations, and the template that makes workloads, proofs and the descriptor of them. */
#define CTX_OP_CURRENT(after) skeleton_current(after)
#define CTX_OP_WITH(next, fn, arg) skeleton_with(next, fn, arg)
#include <ctxbench/kernels.h>
