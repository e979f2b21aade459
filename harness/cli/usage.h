/* Commands and options, rendered: for a terminal, for bash, for man. */
#ifndef CTXBENCH_USAGE_H
#define CTXBENCH_USAGE_H

#include <stdio.h>

#include "cli/command.h"
#include "cli/option_table.h"

/*
 * What the program does, on one screen of 80 by 24; or with a command, what that takes. Names the program as it was
 * called: bench in a build, ctxbench once it is installed.
 */
void usage_print_help(const struct command *const *commands, const struct command *command, FILE *out);

/* A bash completion script. Names are completed by asking the program, so that plug-ins and new files are included. */
void usage_print_completion(const struct command *const *commands, FILE *out);

/* ctxbench(1), for man. */
void usage_print_manual(const struct command *const *commands, FILE *out);

/* "." where a sentence does not end by itself. */
const char *usage_full_stop(const char *sentence);

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
