/*
 * The worker: one execution in a fresh process. Reads a request from standard input, finds the kernel by name, proves
 * the scenarios that its workload rests on, measures, and writes the answer to standard output, which belongs to the
 * protocol: what a kernel prints there makes the answer nonsense.
 */
#ifndef CTXBENCH_WORKER_H
#define CTXBENCH_WORKER_H

/* What `bench --worker` does. Returns the exit status: 0 once it has answered, be it with a failure. */
int worker_main(void);

#endif
