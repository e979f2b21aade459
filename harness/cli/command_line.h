/*
 * The command line. One table (option_table.h) drives parsing, --help, shell completion, the manual page and the
 * settings that a result records.
 */
#ifndef CTXBENCH_COMMAND_LINE_H
#define CTXBENCH_COMMAND_LINE_H

#include "base/error.h"
#include "cli/command.h"
#include "plan/options.h"

/*
 * Fills *options from argv, whose strings it keeps; `commands` are those that it may ask for. False with *error set on
 * wrong usage. options_free it in both cases. A resumed run parses the command line that its file records, and so gets
 * the settings it began with.
 */
bool options_parse(struct options *options, const struct command *const *commands, int argc, char *const *argv,
                   struct error *error);
void options_free(struct options *options);

#endif
