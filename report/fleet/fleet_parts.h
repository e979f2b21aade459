/* What the parts of the fleet's reader share. */
#ifndef CTXBENCH_FLEET_PARTS_H
#define CTXBENCH_FLEET_PARTS_H

#include "fleet/fleet.h"

/* One execution: the median of its samples. */
struct fleet_row {
    uint32_t comparison, label; /* tags of names, in the order of the file */
    uint32_t machine;
    double ns;
};

struct fleet_rows {
    struct fleet_row *list;
    size_t count, capacity;
    const char **comparisons; /* by tag */
    size_t comparison_count, comparison_capacity;
    struct fleet_strategy {
        const char *strategy, *store, *label;
        bool reference;
    } * labels; /* by tag */
    size_t label_count, label_capacity;
};

/* Fills in comparisons, cells, flips and factors from the rows. False when out of memory. */
bool fleet_summarise(struct fleet *fleet, struct fleet_rows *rows);
bool fleet_find_flips(struct fleet *fleet);
bool fleet_find_factors(struct fleet *fleet, const struct fleet_rows *rows);

#endif
