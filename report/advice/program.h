/* What a program does to its contexts while it serves one request. */
#ifndef CTXBENCH_PROGRAM_H
#define CTXBENCH_PROGRAM_H

#include <stddef.h>

struct program {
    double depth;    /* calls between a read and the scope that binds what it reads */
    double reads;    /* in a request, as the following */
    double scopes;   /* entered and left */
    double handoffs; /* to another thread, which answers */
};

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
