/* The suites that are built into the program; the build makes the table from the files in suites/. */
#ifndef CTXBENCH_BUILTIN_SUITES_H
#define CTXBENCH_BUILTIN_SUITES_H

struct builtin_suite {
    const char *name, *text;
};
extern const struct builtin_suite builtin_suites[]; /* ends with a row without a name */

#endif
