/* Where two strategies stand in one order on one kind of machine, and in the other on another. */
#include <stdlib.h>

#include "fleet/fleet_parts.h"

bool fleet_is_before(const struct fleet_case *a, const struct fleet_case *b, size_t kind) {
    const struct fleet_cell *first = &a->cells[kind], *second = &b->cells[kind];
    return first->high_ns > 0 && second->low_ns > 0 && first->high_ns < second->low_ns;
}

struct search {
    struct fleet *fleet;
    struct fleet_flip *flips;
    size_t count, capacity;
    bool out_of_memory;
};

static bool are_measured(const struct fleet_case *a, const struct fleet_case *b, size_t kind) {
    return a->cells[kind].machine_count > 0 && b->cells[kind].machine_count > 0;
}

/* The kind on which a is before b by the largest ratio, and the intervals show it; kind_count if there is none. */
static size_t strongest(const struct fleet *fleet, const struct fleet_case *a, const struct fleet_case *b,
                        double *ratio) {
    size_t found = fleet->kind_count;
    *ratio = 0;
    for (size_t kind = 0; kind < fleet->kind_count; kind++) {
        const double here = are_measured(a, b, kind) ? b->cells[kind].median_ns / a->cells[kind].median_ns : 0;
        if (here > *ratio && fleet_is_before(a, b, kind)) {
            *ratio = here;
            found = kind;
        }
    }
    return found;
}

static bool differ_by_medians(const struct fleet *fleet, const struct fleet_case *a, const struct fleet_case *b) {
    bool before = false, behind = false;
    for (size_t kind = 0; kind < fleet->kind_count; kind++)
        if (are_measured(a, b, kind)) {
            before = before || a->cells[kind].median_ns < b->cells[kind].median_ns;
            behind = behind || a->cells[kind].median_ns > b->cells[kind].median_ns;
        }
    return before && behind;
}

static void add_flip(struct search *search, const struct fleet_flip *flip) {
    if (search->count == search->capacity) {
        const size_t capacity = 2 * search->capacity + 64;
        struct fleet_flip *moved = reallocarray(search->flips, capacity, sizeof *moved);
        search->out_of_memory |= moved == NULL;
        if (moved == NULL)
            return;
        search->flips = moved;
        search->capacity = capacity;
    }
    search->flips[search->count++] = *flip;
}

static void try_pair(struct search *search, const struct fleet_comparison *comparison, const struct fleet_case *a,
                     const struct fleet_case *b) {
    struct fleet *fleet = search->fleet;
    double before, behind;
    if (a->reference || b->reference || !differ_by_medians(fleet, a, b))
        return;
    fleet->opposite_count++;
    const size_t first = strongest(fleet, a, b, &before), second = strongest(fleet, b, a, &behind);
    if (first == fleet->kind_count || second == fleet->kind_count)
        return;
    const struct fleet_flip flip = {comparison, a, b, first, second, before < behind ? before : behind};
    add_flip(search, &flip);
}

static int compare_flips(const void *left, const void *right) {
    const struct fleet_flip *a = left, *b = right;
    return (a->strength < b->strength) - (a->strength > b->strength);
}

bool fleet_find_flips(struct fleet *fleet) {
    struct search search = {.fleet = fleet};
    for (size_t c = 0; c < fleet->comparison_count; c++) {
        const struct fleet_comparison *comparison = &fleet->comparisons[c];
        for (size_t i = 0; i < comparison->case_count; i++)
            for (size_t j = i + 1; j < comparison->case_count; j++)
                try_pair(&search, comparison, &comparison->cases[i], &comparison->cases[j]);
    }
    if (search.count > 0)
        qsort(search.flips, search.count, sizeof *search.flips, compare_flips);
    fleet->flip_count = search.count;
    fleet->flips = arena_take(&fleet->arena, (search.count + 1) * sizeof *fleet->flips);
    for (size_t i = 0; fleet->flips != NULL && i < search.count; i++)
        fleet->flips[i] = search.flips[i];
    free(search.flips);
    return fleet->flips != NULL && !search.out_of_memory;
}
