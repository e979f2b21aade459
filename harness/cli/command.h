/*
 * Commands. Each is a file in cli/commands/ that defines command_NAME, found by the build; parsing, help, manual and
 * completion are made from it and from the table of options (option_table.h).
 */
#ifndef CTXBENCH_COMMAND_H
#define CTXBENCH_COMMAND_H

#include "machine/topology.h"
#include "plan/options.h"
#include "registry/registry.h"

/* An option that a command takes. */
struct command_option {
    const char *name;   /* of the row in the table of options */
    const char *help;   /* what it means here; NULL: what it means everywhere */
    const char *preset; /* its default here, before that of a suite; NULL: none */
};

/* What a command is called with. NULL stands for what it does not need. */
struct command_call {
    const struct command *const *commands; /* all that there are */
    const struct options *options;
    struct registry *registry;
    struct topology *topology;
    int argc; /* the command line, as a result file records it */
    char **argv;
};

enum { COMMAND_EXAMPLES_MAX = 3 };

struct command_example {
    const char *line; /* without the program's name */
    const char *what; /* it does; begins in lower case */
};

struct command {
    const char *name;            /* as it is typed; NULL: only an option starts it */
    const char *option;          /* without the dashes, which starts it, too; NULL: none does */
    const char *option_argument; /* what the option is given: goes to options.names; NULL: nothing */
    enum command_group {
        COMMAND_MEASURES,
        COMMAND_READS_RESULTS,
        COMMAND_SHOWS,
        COMMAND_HELPS,
        COMMAND_HIDDEN, /* for installation, and for the program itself */
        COMMAND_GROUP_COUNT
    } group;
    const char *help;     /* one line of 62 columns at most: begins in lower case, ends without a full stop */
    const char *operands; /* files that must follow it, as people see them: "BASE NEW"; NULL: none may */
    unsigned operands_min, operands_max;
    const struct command_option *options; /* ends with a row without a name; NULL: none */
    const char *(*format)(size_t i);      /* the name of the i-th format that it prints in; NULL beyond the last */
    const char *suite;                    /* whose settings are its defaults, where it does not take --suite */
    bool is_default;                      /* what is meant where no command is given */
    bool adds_references;                 /* see struct options */
    enum command_needs { COMMAND_NEEDS_NOTHING, COMMAND_NEEDS_TOPOLOGY, COMMAND_NEEDS_REGISTRY } needs;
    struct command_example examples[COMMAND_EXAMPLES_MAX]; /* ends with one without a line, or is full */
    /* Refuses what does not go together, once all is read; false with *error set. NULL: all does. */
    bool (*check)(const struct options *options, struct error *error);
    /* Returns the exit status, with what went wrong written to standard error. */
    int (*run)(const struct command_call *call);
};

/* The options by which a command that compares builds takes some of the cases, as elements of its list. */
#define COMMAND_CHOOSES_CASES                                                                                          \
    {.name = "strategy"}, {.name = "workload"}, {.name = "depth"}, {.name = "parameter"}, {.name = "threads"},         \
        {.name = "placement"}, {                                                                                       \
        .name = "plugin"                                                                                               \
    }

/* Defines format(), for a command that prints in these formats. */
#define COMMAND_FORMATS(...)                                                                                           \
    static const char *format(size_t i) {                                                                              \
        static const char *const names[] = {__VA_ARGS__};                                                              \
        return i < sizeof names / sizeof names[0] ? names[i] : NULL;                                                   \
    }

/*
 * All commands, by the names of their descriptors; ends with NULL. Made by the build, for main and for tests: all
 * others are given it.
 */
extern const struct command *const all_commands[];

/* The heading of a group. */
const char *command_group_title(enum command_group group);

/* "list", or "--version": as people know it. */
const char *command_shown(const struct command *command);

/* The command of this name. NULL with *error set when there is none. */
const struct command *command_find(const struct command *const *commands, const char *word, struct error *error);

/* The command that this option starts, in the first `length` characters of `word`; NULL if none is. */
const struct command *command_started_by(const struct command *const *commands, const char *word, size_t length);

/* What it has to say of an option; NULL where it does not take it. */
const struct command_option *command_option(const struct command *command, const char *name);

#endif
