/*
 * The table of options: what each is called, how its value is read and where that goes, and what it means everywhere.
 * Which command takes it, and what it means there, is that command's to say (command.h).
 */
#ifndef CTXBENCH_OPTION_TABLE_H
#define CTXBENCH_OPTION_TABLE_H

#include "cli/command.h"
#include "plan/options.h"

/* One row of the table. */
struct option_row {
    const char *name;     /* without the dashes */
    const char *argument; /* what people see for the value; NULL: a flag */
    const char *preset;   /* the default, as one would type it; NULL: none */
    const char *help;     /* begins in lower case, ends without a full stop */
    enum option_group { OPTION_GROUP_WHAT, OPTION_GROUP_HOW, OPTION_GROUP_FILES, OPTION_GROUP_COUNT } group;
    enum option_completion {
        OPTION_COMPLETES_NOTHING,
        OPTION_COMPLETES_FILES,
        OPTION_COMPLETES_NAMES, /* asks the program: `bench --names=NAME-OF-THE-OPTION` */
    } completion;
    bool in_suite;      /* may stand in a suite */
    bool repeatable;    /* may be given several times */
    bool beside_resume; /* may be given with --resume, which takes all other settings from its file */
    size_t field;       /* where its value goes: offset in struct options */
    int64_t min, max;   /* of a number, in its own unit */
    bool (*parse)(struct options *options, const struct option_row *row, const char *text, struct error *error);
};
extern const struct option_row option_table[]; /* ends with a row without a name */

/* The row for the option in the first `length` characters of `word`; `commands` may be what was meant. NULL with *error
 * set when there is none. */
const struct option_row *option_find(const struct command *const *commands, const char *word, size_t length,
                                     struct error *error);

/* The row of this name; NULL when there is none. */
const struct option_row *option_named(const char *name);

#endif
