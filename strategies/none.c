/* The workload with no context at all: what the harness and the workload themselves cost. */
#include "strategy.h"

CTX_OPERATION void none_with(void (*fn)(void *), void *arg) {
    fn(arg);
}

#define CTX_NAME "none"
#define CTX_SUMMARY "no context: what the workload itself costs"
#define CTX_TRAITS CTX_TRAIT_NO_CONTEXT
#define CTX_REFERENCE 1
#define CTX_YARDSTICK .label = "none", .legend = "times the same work without a context", .order = 2
#define CTX_OP_CURRENT(after) ((void)(after), (const struct ctx *)NULL)
#define CTX_OP_WITH(next, fn, arg) ((void)(next), none_with(fn, arg))
#include "kernels.h"
