/* What a program does to its contexts while it serves one request. */
#ifndef CTXBENCH_PROGRAM_H
#define CTXBENCH_PROGRAM_H

#include <stddef.h>

struct program {
    double depth;    /* calls, one in another */
    double reads;    /* spread over them */
    double scopes;   /* spread over them, one in another; those beyond a scope a call lie in none of the others */
    double handoffs; /* to another thread, which answers */
};

/* The number of calls that lie between a read, on average, and the scope around it. */
double program_distance(const struct program *program);

/* The number of scopes that are opened within another, so many calls further in. */
double program_layers_within(const struct program *program);
double program_layer_depth(const struct program *program);

enum program_number { PROGRAM_READS, PROGRAM_SCOPES, PROGRAM_HANDOFFS, PROGRAM_DEPTH, PROGRAM_NUMBERS };

/* No number is larger. */
enum { PROGRAM_NUMBER_MAX = 1000000 };

struct program_preset {
    const char *name; /* lower case, '-' */
    const char *about;
    struct program program;
};

enum { PROGRAM_PRESETS = 3 };
extern const struct program_preset program_presets[PROGRAM_PRESETS]; /* the first is what is meant if nothing is said */

/* NULL if there is none of this name. */
const struct program_preset *program_preset_named(const char *name);

#endif
