#include "figure/names.h"

#include <math.h>

static void move_inside(struct name *name, double low, double high) {
    const double half = name->extent / 2;
    name->middle = fmax(low + half, fmin(name->middle, high - half));
}

/* Shows what fits into this many rows, turn by turn, beginning with the last. True if that is all. */
static bool arrange_in(struct name *names, size_t count, unsigned rows, double gap) {
    double limits[2] = {INFINITY, INFINITY};
    bool all = true;
    unsigned row = 0;
    for (size_t i = count; i > 0; i--) {
        struct name *name = &names[i - 1];
        const double half = name->extent / 2;
        name->row = row;
        name->shown = name->middle + half + gap <= limits[row];
        all &= name->shown;
        if (!name->shown)
            continue;
        limits[row] = name->middle - half;
        row = (row + 1) % rows;
    }
    return all;
}

unsigned names_arrange(struct name *names, size_t count, double low, double high, double gap) {
    for (size_t i = 0; i < count; i++)
        move_inside(&names[i], low, high);
    if (arrange_in(names, count, 1, gap))
        return 1;
    (void)arrange_in(names, count, 2, gap);
    return 2;
}
