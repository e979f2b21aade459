/*
 * Child processes from spawn to end: their input is given, their output and the last of their complaints are collected,
 * and none outlives its deadline, an interruption, or what it started itself.
 */
#ifndef CTXBENCH_CHILD_H
#define CTXBENCH_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>

#include "base/error.h"

struct progress;

enum {
    CHILD_OUTPUT_MAX = 256 * 1024, /* more is taken for a flood, and ends the child */
    CHILD_COMPLAINT_MAX = 1024,    /* the last of what it wrote to standard error */
    CHILD_TOGETHER_MAX = 2,
};

struct child_plan {
    const char *program; /* a path, or a name that is looked for along PATH */
    char *const *argv;
    char *const *environment; /* all of it; NULL: ours, but for Google Benchmark's variables, and the pad */
    bool fixed_layout;        /* without address-space randomisation, where the system lets us */
    const char *input;        /* what it reads from standard input */
    size_t input_length;
    int *socket;         /* handed to it, and -1 from then on; NULL: none */
    const unsigned *pus; /* OS indices of those that all its threads are bound to; NULL: it binds itself */
    size_t pu_count;
    size_t pad_bytes; /* length of a variable in its environment that moves its stack */
    double deadline_seconds;
    struct progress *progress; /* kept fitting the terminal while the child runs; may be NULL */
};

enum child_fate {
    CHILD_ENDED,
    CHILD_TIMED_OUT,   /* killed at its deadline */
    CHILD_FLOODED,     /* killed when its output passed CHILD_OUTPUT_MAX */
    CHILD_INTERRUPTED, /* killed when the program was asked to finish */
};

struct child_end {
    enum child_fate fate;
    int status; /* as by wait(2) */
    struct rusage usage;
    double wall_seconds; /* from before the spawn until its end was seen */
    size_t output_length;
    char output[CHILD_OUTPUT_MAX + 1]; /* ended by a zero */
    size_t complaint_length;
    char complaint[CHILD_COMPLAINT_MAX + 1]; /* ended by a zero */
};

/* Runs one child. False with *error set: not started. */
bool child_run(const struct child_plan *plan, struct child_end *end, struct error *error);

/* Runs up to CHILD_TOGETHER_MAX at the same time. False with *error set: not all could be started, and none is left. */
bool child_run_together(const struct child_plan *plans, struct child_end *const *ends, size_t count,
                        struct error *error);

#endif
