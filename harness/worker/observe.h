/*
 * What samples do not show: how long single operations take, and what operations and scopes take of memory. It is
 * looked at when the samples have been taken, so that it cannot disturb them.
 */
#ifndef CTXBENCH_OBSERVE_H
#define CTXBENCH_OBSERVE_H

struct gbench_work;

/* Fills in the answer's recording, where the workload records, and its footprint. A failure is noted in `work`. */
void observe(struct gbench_work *work);

#endif
