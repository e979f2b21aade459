/*
 * What surrounds a measurement and could explain it, captured once per run. Missing facts are empty strings or -1, and
 * stay out of the result file; nothing is made up.
 */
#ifndef CTXBENCH_ENVIRONMENT_H
#define CTXBENCH_ENVIRONMENT_H

#include <stddef.h>
#include <time.h>

#include "topology.h"

enum { ENVIRONMENT_WARNINGS_MAX = 16 };

struct environment {
    char host[128], kernel[128], architecture[32], cpu_model[128];
    char governor[32];
    int turbo, smt, aslr; /* 1 on, 0 off, -1 unknown; aslr as in randomize_va_space */
    char virtualisation[64];
    char quota[64]; /* a CPU quota of the control group, if one is set */
    double load_average[3];
    double mhz; /* nominal; 0 if unknown */
    char compiler[128], compiler_flags[512], build_type[32];
    char source_revision[64]; /* with "-dirty" where the tree had changes */
    char version[32];
    char libraries[256];  /* "hwloc 2.9.0, benchmark 1.7.1, ..." */
    char fingerprint[17]; /* hash of what identifies the machine and never changes at boot */
    struct timespec started;
    char warnings[ENVIRONMENT_WARNINGS_MAX][200];
    size_t warning_count;
};

void environment_capture(struct environment *environment, const struct topology_facts *facts);

#endif
