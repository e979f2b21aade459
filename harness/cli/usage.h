/*
 * The table of options, rendered: for a terminal, for bash, for man.
 */
#ifndef CTXBENCH_USAGE_H
#define CTXBENCH_USAGE_H

#include <stdio.h>

#include "cli/option_table.h"

/* At most 80 columns. Names the program as it was called: bench in a build, ctxbench once it is installed. */
void usage_print_help(FILE *out);

/* A bash completion script. Names are completed by asking the program, so that plug-ins and new files are included. */
void usage_print_completion(FILE *out);

/* ctxbench(1), for man. */
void usage_print_manual(FILE *out);

/* "default 9, check 6"; empty where an option has no default. */
void usage_defaults(const struct option_row *row, char *text, size_t size);

/* The heading of a group of options. */
const char *usage_group_title(enum option_group group);

/* What the program is for, and what its exit statuses mean: the same sentences in help and manual. */
extern const char usage_summary[];
struct usage_status {
    int status;
    const char *meaning; /* NULL ends the table */
};
extern const struct usage_status usage_statuses[];

#endif
