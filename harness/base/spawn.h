/* Starts another program, with the signals that this one has changed as they were. */
#ifndef CTXBENCH_SPAWN_H
#define CTXBENCH_SPAWN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct spawn_plan {
    char *const *argv;
    char *const *environment; /* NULL: ours */
    const char *program;      /* a path, or a name that is looked for along PATH */
    const char *directory;    /* where it runs; NULL: where we do */
    const int *descriptors;   /* of ours: number i becomes the child's descriptor i */
    size_t descriptor_count;
    bool own_group; /* a process group of its own: a Ctrl-C at the terminal does not reach it */
};

/* Returns 0 with *pid written, or an error's number. What is not among the descriptors has to close itself on exec. */
int spawn_program(const struct spawn_plan *plan, pid_t *pid);

#endif
