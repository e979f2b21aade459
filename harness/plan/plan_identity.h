/* What makes two plans the same. */
#ifndef CTXBENCH_PLAN_IDENTITY_H
#define CTXBENCH_PLAN_IDENTITY_H

#include "plan/plan.h"

enum { PLAN_IDENTITY_SIZE = 17 };

/*
 * Writes a hash, in hexadecimal digits, of the cases and the revisions of their workloads, the order of the executions
 * and how each is done. Entries of a journal mean the same for two plans whose identities are equal.
 */
void plan_identity(const struct plan *plan, const struct options *options, char identity[static PLAN_IDENTITY_SIZE]);

#endif
