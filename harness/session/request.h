/* What a worker is asked for on behalf of a case. */
#ifndef CTXBENCH_REQUEST_H
#define CTXBENCH_REQUEST_H

#include "plan/case.h"
#include "protocol/execution.h"
#include "registry/registry.h"

/*
 * The request for one execution of a case called `name`. How many iterations and samples is left to the caller;
 * pointers lead into the arguments.
 */
struct execution_request request_for_case(const struct bench_case *c, const char *name,
                                          const struct registry *registry);

#endif
