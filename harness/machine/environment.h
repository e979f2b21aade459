/*
 * What surrounds a measurement and could explain it, captured once per run. Missing facts are empty strings or -1, and
 * stay out of the result file; nothing is made up.
 */
#ifndef CTXBENCH_ENVIRONMENT_H
#define CTXBENCH_ENVIRONMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "machine/process_facts.h"
#include "machine/topology.h"

enum { ENVIRONMENT_WARNINGS_MAX = 24, ENVIRONMENT_LIBRARIES_MAX = 8 };

struct environment_library {
    const char *name, *version; /* static storage */
};

struct environment {
    char host[128], kernel[128], architecture[65], cpu_model[128];
    char governor[64];    /* of all PUs; names joined by commas where they differ */
    int turbo, smt, aslr; /* 1 on, 0 off, -1 unknown; aslr as in randomize_va_space, 0 if switched off for us alone */
    char virtualisation[64]; /* the hypervisor; empty on bare metal */
    char container[64];
    char quota[64];            /* a CPU quota of the control group, if one is set: "1.50 CPUs" */
    double load_average[3];    /* -1 if unknown */
    double steal_percent;      /* of all PUs' time since boot, taken away by the hypervisor; -1 if unknown */
    double mhz;                /* nominal; -1 if unknown */
    char counters_absent[200]; /* why the processor's counters are; empty where they are not */
    char compiler[128], compiler_flags[512], build_type[32];
    bool optimised, sanitised; /* how this program was built */
    char source_revision[64];  /* with "-dirty" where the tree had changes; empty if not built from a repository */
    char source_revision_absent[256]; /* why it could not be read at build time; empty where nothing stood in the way */
    char version[32];
    struct process_facts process;
    struct environment_library libraries[ENVIRONMENT_LIBRARIES_MAX];
    size_t library_count;
    char fingerprint[17]; /* hash of what identifies the machine and never changes at boot */
    struct timespec started;
    char warnings[ENVIRONMENT_WARNINGS_MAX][400];
    size_t warning_count;
};

/* Reads everything, and adds the warnings. */
void environment_capture(struct environment *environment, const struct topology_facts *facts);

/* The parts of it: the facts of the machine whose /proc, /sys and /etc stand below `root` ("" for this one) ... */
void environment_read_machine(struct environment *environment, const struct topology_facts *facts, const char *root);

/* ... and one full sentence for each fact that could explain a number. */
void environment_add_warnings(struct environment *environment, const struct topology_facts *facts);

#endif
