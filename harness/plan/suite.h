/*
 * A suite: a declared list of cases with the settings that suit them, in a file that people can copy and change. Those
 * that come with the program are built into it. It is JSON:
 *
 *   {
 *     "ctxbench_suite": 1,
 *     "summary": "what it is for",
 *     "strategy": ["tls", "stacktag*"], "executions": 9, "samples": 3, "min-time": "1ms", "budget": "30s",
 *     "cases": [
 *       {"workload": "get", "form": "latency", "parameters": {"depth": [0, 16], "up": 1}, "threads": [1, 2]},
 *       {"workload": "handoff", "placement": ["closest", "farthest"]}
 *     ]
 *   }
 *
 * Beside "summary" and "cases" stand options of `bench run`, which the command line overrides. A case names a workload,
 * or several by a glob, or by "others" those that no other case names; what it leaves out is as without a suite: every
 * form, the workload's own values of its parameters, its own numbers of threads, every placement. Wherever a list may
 * stand, so may one value.
 */
#ifndef CTXBENCH_SUITE_H
#define CTXBENCH_SUITE_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "strategy.h"

#define SUITE_VERSION 1

/* The suite of a run that names none. */
#define SUITE_DEFAULT "default"

/* The one whose cases are those of check and calibrate. */
#define SUITE_GATE "gate"

/*
 * Values given for one parameter of the workloads, as by --depth=0,16 or --parameter=keys=1,4. Any numbers: the plan
 * compares them with the ranges, which the workloads know.
 */
enum { PARAMETER_VALUES_MAX = 32 };
struct parameter_choice {
    char name[32];
    int64_t values[PARAMETER_VALUES_MAX];
    size_t count;
    bool preset; /* nobody gave it: where no chosen workload has it, it means nothing */
};

/* One element of "cases". Patterns are names and globs, separated by commas; NULL: all. */
struct suite_case {
    const char *workload;
    const char *forms, *placements;
    struct parameter_choice threads; /* count 0: as without a suite */
    struct parameter_choice choices[CTX_PARAMETERS_MAX * 2];
    size_t choice_count;
};

/* A member that is an option, and its value as one would type it. */
struct suite_setting {
    const char *name, *value;
};

struct suite {
    const char *name; /* of a built-in one; the path of a file otherwise */
    const char *text; /* the file as it stands */
    const char *summary;
    struct suite_setting *settings;
    size_t setting_count;
    struct suite_case *cases;
    size_t case_count;
    struct suite_strings *strings; /* what all of the above points into */
};

/*
 * Reads a suite: a built-in one by its name, or a file (anything with a '/' or that ends in ".json"). NULL with *error
 * set when there is no such suite, or it is not as it should be; what its options and its cases name is compared with
 * what there is by whoever uses them. Free with suite_free.
 */
struct suite *suite_load(const char *name, struct error *error);

/* The same from a text in memory. */
struct suite *suite_parse(const char *name, const char *text, size_t length, struct error *error);
void suite_free(struct suite *suite);

/* The value of an option, or NULL if the suite does not set it. */
const char *suite_setting(const struct suite *suite, const char *option);

/* Puts "suite NAME: " in front of a message. Returns false, as error_set. */
bool suite_error(const struct suite *suite, struct error *error);

/* The names of the built-in suites, by alphabet; ends with NULL. */
const char *const *suite_names(void);

#endif
