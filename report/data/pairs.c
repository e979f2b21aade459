#include "data/pairs.h"

#include <stdio.h>

bool pairs_is_pair(const struct result_case *c, unsigned *a, unsigned *b) {
    int length = 0;
    return sscanf(c->placement, "pu%u-pu%u%n", a, b, &length) == 2 && c->placement[length] == '\0';
}
