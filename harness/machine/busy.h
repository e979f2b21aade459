/* Processes that keep PUs busy while others are measured. They do not outlive this one. */
#ifndef CTXBENCH_BUSY_H
#define CTXBENCH_BUSY_H

#include <stddef.h>
#include <sys/types.h>

#include "machine/topology.h"

enum busy_regime {
    BUSY_IDLE, /* none */
    BUSY_ONE,  /* one, wherever the scheduler puts it */
    BUSY_ALL,  /* one on each PU that we may use */
    BUSY_COUNT
};

extern const char *const busy_names[BUSY_COUNT];

struct busy {
    pid_t *pids; /* owned */
    size_t count;
};

/* False with *error set; busy_end it in both cases. */
bool busy_begin(struct busy *busy, enum busy_regime regime, const struct topology *topology, struct error *error);
void busy_end(struct busy *busy);

#endif
