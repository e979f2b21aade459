/*
 * A result file of several machines as its report needs it: what each strategy costs on each kind of machine. Cases of
 * different machines are the same where their names are; of a machine whose cores differ, its fastest kind of core (the
 * highest pu-kindN) stands for "pu". Nothing here compares times of two machines beyond which strategy is before which.
 */
#ifndef CTXBENCH_FLEET_H
#define CTXBENCH_FLEET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/names.h"
#include "data/matrix.h"

struct json_t; /* jansson's */

/* Fewer units than this give no 95 % interval of a median, and so show no order. */
enum { FLEET_UNITS_MIN = 6 };

struct fleet_machine {
    const char *name, *host, *fingerprint, *date;
    size_t kind;
    size_t row_count;
    double factor; /* median over its cases of its time over its kind's; 0: nothing to compare with */
};

struct fleet_kind {
    const char *label; /* "K1", the one with most machines first */
    const char *id;    /* what its machines have in common: topology.kind, or a fingerprint in older files */
    const char *cpu_model, *shape;
    size_t core_kinds;
    size_t machine_count; /* that have rows */
    double factor_min, factor_max;
    size_t slow_count;           /* machines that stand out */
    const struct matrix *matrix; /* of one of its machines; NULL: none */
    const char *matrix_from;
};

/* What a strategy costs in one case on one kind. */
struct fleet_cell {
    double median_ns, low_ns, high_ns; /* low and high 0: no interval */
    size_t machine_count;              /* 0: not measured there */
    size_t unit_count;                 /* machines, where there are six or more; else executions */
    size_t rank;                       /* 1: lowest median of its comparison on this kind; 0: a reference */
};

/* A strategy in one comparison, on all kinds. */
struct fleet_case {
    const char *strategy, *store;
    const char *label; /* the strategy, with its store if that is not the chain */
    bool reference;
    struct fleet_cell *cells; /* by kind */
};

/* Cases that compare: one workload, form, parameters, placement. References last. */
struct fleet_comparison {
    const char *name;
    struct fleet_case *cases;
    size_t case_count;
};

/* Two strategies whose order on two kinds is opposite, and the intervals show both. */
struct fleet_flip {
    const struct fleet_comparison *comparison;
    const struct fleet_case *a, *b; /* a is before b on kind `first`, and behind it on `second` */
    size_t first, second;
    double strength; /* the smaller of the two ratios */
};

struct fleet {
    struct fleet_machine *machines;
    size_t machine_count, measured_count;
    struct fleet_kind *kinds; /* those with most machines first */
    size_t kind_count;
    struct fleet_comparison *comparisons; /* in the order of the file */
    size_t comparison_count;
    struct fleet_flip *flips; /* the strongest first */
    size_t flip_count;
    size_t opposite_count; /* pairs in opposite order by their medians alone */
    size_t failure_count;
    struct json_t *missing; /* NULL: none is listed */
    struct json_t *context; /* of the first machine */
    struct arena arena;
    struct names names;
    struct json_t **kept; /* contexts that matrices refer to */
    size_t kept_count;
};

/* Whether a file holds several machines, as far as can be told; a file that cannot be read holds none. */
bool fleet_is_one(const char *path);

/* NULL with *error set. */
struct fleet *fleet_load(const char *path, struct error *error);
void fleet_free(struct fleet *fleet);

/* Whether a is before b on this kind, and the intervals show it. */
bool fleet_is_before(const struct fleet_case *a, const struct fleet_case *b, size_t kind);

/* The limit beyond which a machine's factor stands out from those of its kind: 5 %, and far out by Tukey's rule. */
double fleet_slow_limit(const struct fleet *fleet, size_t kind);

#endif
