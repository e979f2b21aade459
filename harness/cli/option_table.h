/*
 * The table of options and commands: what parsing, help, completion and the manual page are made from.
 */
#ifndef CTXBENCH_OPTION_TABLE_H
#define CTXBENCH_OPTION_TABLE_H

#include "plan/options.h"

/* One row of the table. */
struct option_row {
    const char *name;     /* without the dashes */
    const char *argument; /* what people see for the value; NULL: a flag */
    const char *preset;   /* the default, as one would type it; NULL: none */
    const char *gate;     /* the default of check and calibrate, whose suite is small; NULL: the same */
    const char *help;     /* begins in lower case, ends without a full stop */
    enum option_group {
        OPTION_GROUP_WHAT,
        OPTION_GROUP_HOW,
        OPTION_GROUP_FILES,
        OPTION_GROUP_HELP,
        OPTION_GROUP_HIDDEN,
    } group;
    enum option_completion {
        OPTION_COMPLETES_NOTHING,
        OPTION_COMPLETES_FILES,
        OPTION_COMPLETES_NAMES, /* asks the program: `bench --names=<name of the option>` */
    } completion;
    unsigned commands;   /* mask of 1 << COMMAND_...; 0: the option is itself a command */
    bool in_suite;       /* may stand in a suite */
    bool repeatable;     /* may be given several times */
    bool beside_resume;  /* may be given with --resume, which takes all other settings from its file */
    enum command starts; /* the command that the option is, if it is one */
    size_t field;        /* where its value goes: offset in struct options */
    int64_t min, max;    /* of a number, in its own unit */
    bool (*parse)(struct options *options, const struct option_row *row, const char *text, struct error *error);
};
extern const struct option_row option_table[]; /* ends with a row without a name */

/* The commands that people type as words, and what each does. */
struct command_row {
    const char *name; /* NULL ends the table */
    enum command command;
    const char *help;
    const char *operands; /* the files that must follow it, as people see them: "BASE NEW"; NULL: none may */
    unsigned operands_min, operands_max;
};
extern const struct command_row command_table[];

/* The row for the option in the first `length` characters of `word`. NULL with *error set when there is none. */
const struct option_row *option_find(const char *word, size_t length, struct error *error);

/* The row for a command. NULL with *error set when there is none. */
const struct command_row *command_find(const char *word, struct error *error);

#endif
