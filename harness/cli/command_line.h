/*
 * The command line. One table (option_table.h) drives parsing, --help, shell completion, the manual page and the
 * settings that a result records.
 */
#ifndef CTXBENCH_COMMAND_LINE_H
#define CTXBENCH_COMMAND_LINE_H

#include "base/error.h"
#include "plan/options.h"

/*
 * Fills *options from argv, whose strings it keeps. False with *error set on wrong usage. options_free it in both
 * cases. A resumed run parses the command line that its file records, and so gets the settings it began with.
 */
bool options_parse(struct options *options, int argc, char *const *argv, struct error *error);
void options_free(struct options *options);

#endif
