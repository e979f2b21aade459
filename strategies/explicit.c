/* The context is the first argument of every function, as Go's `context` package has it. */
#include "strategy.h"

#define CTX_NAME "explicit"
#define CTX_SUMMARY "an argument of every function, as Go's context"
#define CTX_TRAITS (CTX_TRAIT_EXPLICIT_ARGUMENT | CTX_TRAIT_SURVIVES_FIBER_SWITCH)
#define CTX_EXPLICIT 1
#include "kernels.h"
