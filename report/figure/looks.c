#include "figure/looks.h"

#include <string.h>

struct named_look {
    struct figure_look look; /* colour FIGURE_SERIES_MAX: not yet assigned */
    const char *name;
    struct named_look *next;
};

const struct figure_look *looks_named(struct looks *looks, struct arena *arena, const char *name) {
    for (struct named_look *known = looks->first; known != NULL; known = known->next)
        if (strcmp(known->name, name) == 0)
            return &known->look;
    struct named_look *added = arena_take(arena, sizeof *added);
    if (added == NULL)
        return NULL;
    added->name = name;
    added->look.colour = FIGURE_SERIES_MAX;
    if (looks->last != NULL)
        looks->last->next = added;
    else
        looks->first = added;
    looks->last = added;
    return &added->look;
}

static bool draws(const struct figure *figure, const struct figure_look *look) {
    for (size_t s = 0; s < figure->series_count; s++)
        if (figure->series[s].look == look)
            return true;
    return false;
}

/* Counts, by colour, the assigned looks that this one meets in the figure. */
static void count_meetings(const struct figure *figure, const struct figure_look *look,
                           size_t met[static FIGURE_SERIES_MAX]) {
    if (!draws(figure, look))
        return;
    for (size_t s = 0; s < figure->series_count; s++) {
        const struct figure_look *other = figure->series[s].look;
        if (other != NULL && other != look && other->colour < FIGURE_SERIES_MAX)
            met[other->colour]++;
    }
}

/* The colour that the look meets least; of these, its own, or the one that fewest looks have. */
static unsigned least_met(const size_t met[static FIGURE_SERIES_MAX], const unsigned used[static FIGURE_SERIES_MAX],
                          unsigned own) {
    unsigned best = own < FIGURE_SERIES_MAX ? own : 0;
    for (unsigned i = 0; i < FIGURE_SERIES_MAX; i++)
        if (met[i] < met[best] || (met[i] == met[best] && best != own && used[i] < used[best]))
            best = i;
    return best;
}

/* Gives each look the colour that it meets least. Returns whether one changed. */
static bool choose_colours(const struct looks *looks, const struct figure *const *figures, size_t figure_count) {
    unsigned used[FIGURE_SERIES_MAX] = {0};
    bool changed = false;
    for (struct named_look *one = looks->first; one != NULL; one = one->next) {
        size_t met[FIGURE_SERIES_MAX] = {0};
        for (size_t f = 0; f < figure_count; f++)
            count_meetings(figures[f], &one->look, met);
        const unsigned colour = least_met(met, used, one->look.colour);
        changed |= colour != one->look.colour;
        one->look.colour = colour;
        used[colour]++;
    }
    return changed;
}

/* Marks differ among looks of a colour, and as far as that allows among neighbours. */
static void choose_marks(const struct looks *looks) {
    unsigned used[FIGURE_SERIES_MAX] = {0};
    for (struct named_look *one = looks->first; one != NULL; one = one->next)
        one->look.mark = (one->look.colour + used[one->look.colour]++) % MARK_COUNT;
}

/* Each pass lets fewer looks of one colour meet. */
void looks_assign(struct looks *looks, const struct figure *const *figures, size_t figure_count) {
    enum { PASSES_MAX = 20 };
    int pass = 0;
    while (choose_colours(looks, figures, figure_count) && ++pass < PASSES_MAX)
        continue;
    choose_marks(looks);
}
