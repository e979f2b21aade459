#include "base/placements.h"

#include <string.h>

unsigned placement_rank(const char *name) {
    static const char *const names[] = {
        PLACEMENT_PU,
        PLACEMENT_SAME_PU,
        PLACEMENT_SMT,
        PLACEMENT_L2,
        PLACEMENT_L3,
        PLACEMENT_NUMA,
        PLACEMENT_PACKAGE,
        PLACEMENT_MACHINE,
        PLACEMENT_COMPACT,
        PLACEMENT_SCATTER,
        PLACEMENT_OVERSUBSCRIBED,
    };
    unsigned rank = 0;
    while (rank < sizeof names / sizeof *names && strcmp(names[rank], name) != 0)
        rank++;
    return rank;
}
