/* What a command was asked for: the command line, read (cli/command_line.h), with what its suite and defaults add. */
#ifndef CTXBENCH_OPTIONS_H
#define CTXBENCH_OPTIONS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/error.h"
#include "plan/suite.h"
#include "strategy.h"

struct command; /* cli/command.h */

/* Below 2^53, so that every reader of JSON keeps a seed exactly. */
#define OPTIONS_SEED_MAX ((INT64_C(1) << 53) - 1)

/* What check compares; a mask. */
enum metric { METRIC_TIME = 1u << 0, METRIC_INSTRUCTIONS = 1u << 1 };

struct option_given; /* which row of the table of options was given which text: cli/command_line.c */

/* An option and its value, as text. */
struct option_setting {
    const char *name; /* static storage */
    char *value;      /* owned */
};
struct option_settings {
    struct option_setting *list; /* owned */
    size_t count;
};

struct options {
    const struct command *command;
    const char *format;       /* one of the command's; NULL: what suits it */
    const char *command_text; /* as typed, "list" or "--list"; NULL: none was */
    bool wants_help;          /* of the command, or of the program when none was typed */
    bool adds_references;     /* yardsticks are measured beside what was chosen */
    const char *strategies;   /* patterns, default "*" */
    const char *scenarios;    /* patterns, default "*" */
    const char *workloads;    /* patterns; NULL: those of the suite */
    const char *stores;       /* patterns, default "*" */
    struct parameter_choice choices[CTX_PARAMETERS_MAX * 2];
    size_t choice_count;
    struct parameter_choice threads; /* count 0: the default sweep */
    const char *placements;          /* patterns; NULL: those of the suite */
    const char *suite_name;
    struct suite *suite;   /* owned; NULL where the command has none */
    double budget_seconds; /* what it may take; 0: whatever it takes */
    double sample_seconds; /* --min-time */
    unsigned executions;   /* at most */
    unsigned sample_count;
    uint64_t seed;
    const char *out;     /* NULL: results/<host>-<date>-<time>.json; "-": standard output */
    const char *machine; /* of a result file of several; NULL: it has to be of one */
    const char *missing; /* a list of machines that have no result; NULL: none */
    const char *resume;  /* result file or journal to go on with */
    const char **plugins;
    size_t plugin_count;
    const char *topology;           /* NULL: this machine */
    const char *against, *baseline; /* what check compares with: another build, a file */
    unsigned metrics;               /* mask of enum metric */
    double threshold;               /* 0.03: three per cent */
    const char *figures;            /* folder for them; NULL: none are written */
    bool full_table;                /* each case, without what is asked first */
    const char *needs;              /* of a program that advice is for: a list of names; NULL: none */
    const char *program;            /* the preset of its numbers, which are among the choices */
    char **operands;                /* words that are neither option nor command: files */
    size_t operand_count;
    bool seed_given, threshold_given, budget_given, strict, force, dry_run, quiet, verify, anonymous;
    const char *names; /* of which option the names are asked for */
    /*
     * All settings that this command has: what a result file records. An option that was given several times has its
     * values joined by blanks; an empty text means "not set".
     */
    struct option_settings settings;
    struct option_settings asked; /* options that were given and say what is measured, as they were given */
    struct option_given *given;
    size_t given_count;
};

/* Whether this format was asked for. */
static inline bool options_want_format(const struct options *options, const char *name) {
    return options->format != NULL && strcmp(options->format, name) == 0;
}

/* The value of an option that was given and says what is measured; NULL if it was not given. */
static inline const char *options_asked(const struct options *options, const char *name) {
    for (size_t i = 0; i < options->asked.count; i++) {
        if (strcmp(options->asked.list[i].name, name) == 0)
            return options->asked.list[i].value;
    }
    return NULL;
}

#endif
