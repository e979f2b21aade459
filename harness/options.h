/*
 * The command line. One table drives parsing, --help, shell completion, the manual page and the settings that a result
 * records.
 */
#ifndef CTXBENCH_OPTIONS_H
#define CTXBENCH_OPTIONS_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "error.h"
#include "strategy.h"

enum command { COMMAND_RUN, COMMAND_LIST, COMMAND_TOPOLOGY, COMMAND_HELP, COMMAND_VERSION, COMMAND_WORKER };

/* Values given for one parameter of the workloads, as by --depth=0,16 or --parameter=keys=1,4. */
struct parameter_choice {
    char name[32];
    uint32_t values[32];
    size_t count;
};

struct options {
    enum command command;
    const char *strategies; /* patterns, default "*" */
    const char *workloads;  /* patterns, default "*" */
    struct parameter_choice choices[CTX_PARAMETERS_MAX * 2];
    size_t choice_count;
    struct parameter_choice threads; /* count 0: the default sweep */
    const char *placements;          /* patterns, default "*" */
    unsigned executions;
    double sample_seconds; /* --min-time */
    unsigned sample_count;
    uint64_t seed;
    bool seed_given;
    const char *out;    /* NULL: results/<host>-<date>-<time>.json; "-": standard output */
    const char *resume; /* result file or journal to go on with */
    const char **plugins;
    size_t plugin_count;
    const char *topology; /* NULL: this machine */
    bool quick, force, dry_run, quiet;
};

/* Fills *options from argv (whose strings it keeps). False with *error set on wrong usage. */
bool options_parse(struct options *options, int argc, char **argv, struct error *error);
void options_free(struct options *options);

void options_print_help(FILE *out);
void options_print_completion(FILE *out); /* a bash completion script */

/* Calls `visit` with each option's name and its value in this run, as text: what the result file records. */
void options_visit(const struct options *options, void (*visit)(const char *name, const char *value, void *arg),
                   void *arg);

#endif
