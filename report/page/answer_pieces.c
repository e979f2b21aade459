/* Pieces of sentences. */
#include <string.h>

#include "page/answer_parts.h"
#include "text/format.h"

static void add_ratio(struct prose *prose, double ratio, const char *separator, const char *to) {
    char cell[FORMAT_CELL_MAX];
    if (ratio <= 0)
        return;
    format_number(ratio, cell);
    prose_add(prose, "%s%s x %s", separator, cell, to);
}

/* "2.79 ns (2.77..2.92), 1.99 x floor, 10.0 x none" */
static void add_cost(struct prose *prose, const struct run *run, const struct summary_case *c) {
    char cell[FORMAT_CELL_MAX];
    format_time(c->median_ns, cell);
    prose_add(prose, "%s", cell);
    if (c->low_ns > 0) {
        format_range(c->low_ns, c->high_ns, c->median_ns, cell);
        prose_add(prose, " (%s)", cell);
    }
    for (size_t i = 0; i < run->report->yardsticks.count; i++)
        if (!run->report->yardsticks.list[i].reads_stack)
            add_ratio(prose, c->ratios[i], ", ", run->report->yardsticks.list[i].label);
}

void answer_add_median(struct prose *prose, const struct summary_case *c) {
    char cell[FORMAT_CELL_MAX];
    format_time(c->median_ns, cell);
    prose_add(prose, "%s", cell);
}

void answer_add_names(struct prose *prose, const struct summary_case *const *cases, size_t count) {
    const size_t shown = count <= NAMES_SHOWN + 1 ? count : NAMES_SHOWN, parts = shown + (shown < count);
    for (size_t i = 0; i < shown; i++) {
        prose_join(prose, i, parts);
        prose_add_name(prose, cases[i]->of->label);
    }
    if (shown < count)
        prose_add(prose, " and %zu more", count - shown);
}

void answer_add_value(struct prose *prose, const struct survey_sweep *sweep, size_t value) {
    if (sweep->axis[0] == '\0')
        return;
    if (strcmp(sweep->axis, AXIS_THREADS) == 0)
        prose_add(prose, "%s thread%s", sweep->labels[value], strcmp(sweep->labels[value], "1") == 0 ? "" : "s");
    else
        prose_add(prose, "%s %s", sweep->axis, sweep->labels[value]);
}

void answer_add_fastest(struct prose *prose, const struct run *run, const struct ranking *ranking) {
    const size_t ties = ranking_count_ties(ranking);
    const struct summary_case *best = ranking->cases[0];
    prose_add_name(prose, best->of->label);
    prose_add(prose, ", ");
    add_cost(prose, run, best);
    if (ranking->count == 1)
        return;
    if (best->low_ns <= 0) {
        prose_add(prose, " (a single execution, which tells nothing apart)");
    } else if (ties > 0) {
        const struct summary_case *tied[RANKING_MAX];
        size_t count = 0;
        for (size_t i = 1; i < ranking->count; i++)
            if (!ranking_is_faster(best, ranking->cases[i]))
                tied[count++] = ranking->cases[i];
        prose_add(prose, "; no significant difference to it: ");
        answer_add_names(prose, tied, count);
    } else {
        prose_add(prose, "; next ");
        prose_add_name(prose, ranking->cases[1]->of->label);
        prose_add(prose, ", ");
        answer_add_median(prose, ranking->cases[1]);
    }
}

void answer_add_fastest_and_slowest(struct prose *prose, const struct run *run, const struct ranking *all) {
    if (all->count == 0)
        return;
    answer_add_fastest(prose, run, all);
    if (all->count > 2) {
        prose_add(prose, "; slowest ");
        prose_add_name(prose, all->cases[all->count - 1]->of->label);
        prose_add(prose, ", ");
        answer_add_median(prose, all->cases[all->count - 1]);
    }
    prose_add(prose, ".");
}
