/* What executions on several machines say together: cells by comparison, strategy and kind, with ranks. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fleet/fleet_parts.h"
#include "statistics/statistics.h"

enum { RESAMPLES = 400 };

/* ---- Kinds ---- */

static int compare_kinds(const void *left, const void *right) {
    const struct fleet_kind *a = left, *b = right;
    if (a->machine_count != b->machine_count)
        return a->machine_count > b->machine_count ? -1 : 1;
    const int order = strcmp(a->cpu_model, b->cpu_model);
    return order != 0 ? order : strcmp(a->id, b->id);
}

/* Those with most machines first, and labels by that order. */
static bool order_kinds(struct fleet *fleet) {
    const char **old = calloc(fleet->kind_count + 1, sizeof *old);
    if (old == NULL)
        return false;
    for (size_t i = 0; i < fleet->machine_count; i++) {
        fleet->kinds[fleet->machines[i].kind].machine_count += fleet->machines[i].row_count > 0;
        fleet->measured_count += fleet->machines[i].row_count > 0;
    }
    for (size_t i = 0; i < fleet->kind_count; i++)
        old[i] = fleet->kinds[i].id;
    qsort(fleet->kinds, fleet->kind_count, sizeof *fleet->kinds, compare_kinds);
    bool ordered = true;
    for (size_t i = 0; i < fleet->kind_count; i++) {
        fleet->kinds[i].label = arena_printf(&fleet->arena, "K%zu", i + 1);
        ordered = ordered && fleet->kinds[i].label != NULL;
    }
    for (size_t i = 0; i < fleet->machine_count; i++) {
        const char *id = old[fleet->machines[i].kind];
        size_t kind = 0;
        while (fleet->kinds[kind].id != id)
            kind++;
        fleet->machines[i].kind = kind;
    }
    free(old);
    return ordered;
}

/* ---- Cells ---- */

static const struct fleet *sorted_fleet; /* whose machines tell the kinds of rows, while they are sorted */

static size_t kind_of(const struct fleet_row *row) {
    return sorted_fleet->machines[row->machine].kind;
}

static int order(size_t a, size_t b) {
    return (a > b) - (a < b);
}

/* By comparison, strategy, kind, machine. */
static int compare_rows(const void *left, const void *right) {
    const struct fleet_row *a = left, *b = right;
    const int orders[] = {order(a->comparison, b->comparison), order(a->label, b->label), order(kind_of(a), kind_of(b)),
                          order(a->machine, b->machine)};
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++)
        if (orders[i] != 0)
            return orders[i];
    return (a->ns > b->ns) - (a->ns < b->ns);
}

/* Rows of one case on one kind. */
static bool summarise_cell(const struct fleet_row *rows, size_t count, struct fleet_cell *cell) {
    double *samples = malloc(count * sizeof *samples);
    size_t *counts = calloc(count, sizeof *counts), machines = 0;
    if (samples == NULL || counts == NULL) {
        free(samples);
        free(counts);
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        machines += i == 0 || rows[i].machine != rows[i - 1].machine;
        samples[i] = rows[i].ns;
        counts[machines - 1]++;
    }
    const bool of_machines = machines >= FLEET_UNITS_MIN;
    const size_t units = of_machines ? machines : count;
    for (size_t i = 0; !of_machines && i < count; i++)
        counts[i] = 1;
    const struct statistics_interval interval =
        statistics_bootstrap_median(samples, counts, units, STATISTICS_CONFIDENCE, RESAMPLES, 1);
    free(samples);
    free(counts);
    *cell = (struct fleet_cell){.median_ns = interval.estimate, .machine_count = machines, .unit_count = units};
    if (units >= FLEET_UNITS_MIN) {
        cell->low_ns = interval.low;
        cell->high_ns = interval.high;
    }
    return !isnan(interval.estimate);
}

/* The rows of one case, on all kinds. */
static bool summarise_case(struct fleet *fleet, const struct fleet_row *rows, size_t count,
                           const struct fleet_strategy *strategy, struct fleet_case *made) {
    *made = (struct fleet_case){strategy->strategy, strategy->store, strategy->label, strategy->reference,
                                arena_take(&fleet->arena, fleet->kind_count * sizeof *made->cells)};
    bool good = made->cells != NULL;
    for (size_t i = 0, next; good && i < count; i = next) {
        for (next = i + 1; next < count && kind_of(&rows[next]) == kind_of(&rows[i]);)
            next++;
        good = summarise_cell(&rows[i], next - i, &made->cells[kind_of(&rows[i])]);
    }
    return good;
}

static int compare_cases(const void *left, const void *right) {
    const struct fleet_case *a = left, *b = right;
    return a->reference != b->reference ? (int)a->reference - (int)b->reference : strverscmp(a->label, b->label);
}

static void rank_cases(struct fleet_comparison *comparison, size_t kind_count) {
    for (size_t kind = 0; kind < kind_count; kind++)
        for (size_t i = 0; i < comparison->case_count; i++) {
            struct fleet_cell *cell = &comparison->cases[i].cells[kind];
            if (comparison->cases[i].reference || cell->machine_count == 0)
                continue;
            cell->rank = 1;
            for (size_t j = 0; j < comparison->case_count; j++) {
                const struct fleet_cell *other = &comparison->cases[j].cells[kind];
                cell->rank +=
                    !comparison->cases[j].reference && other->machine_count > 0 && other->median_ns < cell->median_ns;
            }
        }
}

/* The rows of one comparison. */
static bool summarise_comparison(struct fleet *fleet, const struct fleet_rows *rows, size_t first, size_t count) {
    const struct fleet_row *list = &rows->list[first];
    struct fleet_comparison *comparison = &fleet->comparisons[fleet->comparison_count++];
    size_t strategies = 0;
    for (size_t i = 0; i < count; i++)
        strategies += i == 0 || list[i].label != list[i - 1].label;
    comparison->name = rows->comparisons[list[0].comparison];
    comparison->cases = arena_take(&fleet->arena, strategies * sizeof *comparison->cases);
    bool good = comparison->cases != NULL;
    for (size_t i = 0, next; good && i < count; i = next) {
        for (next = i + 1; next < count && list[next].label == list[i].label;)
            next++;
        good = summarise_case(fleet, &list[i], next - i, &rows->labels[list[i].label],
                              &comparison->cases[comparison->case_count++]);
    }
    if (good) {
        qsort(comparison->cases, comparison->case_count, sizeof *comparison->cases, compare_cases);
        rank_cases(comparison, fleet->kind_count);
    }
    return good;
}

bool fleet_summarise(struct fleet *fleet, struct fleet_rows *rows) {
    if (!order_kinds(fleet))
        return false;
    fleet->comparisons = arena_take(&fleet->arena, (rows->comparison_count + 1) * sizeof *fleet->comparisons);
    if (fleet->comparisons == NULL)
        return false;
    sorted_fleet = fleet;
    if (rows->count > 0)
        qsort(rows->list, rows->count, sizeof *rows->list, compare_rows);
    bool good = true;
    for (size_t i = 0, next; good && i < rows->count; i = next) {
        for (next = i + 1; next < rows->count && rows->list[next].comparison == rows->list[i].comparison;)
            next++;
        good = summarise_comparison(fleet, rows, i, next - i);
    }
    good = good && fleet_find_factors(fleet, rows) && fleet_find_flips(fleet);
    sorted_fleet = NULL;
    return good;
}

/* ---- Machines within a kind ---- */

struct share {
    uint32_t machine;
    double factor;
};

static int compare_shares(const void *left, const void *right) {
    const struct share *a = left, *b = right;
    return a->machine != b->machine ? order(a->machine, b->machine) : (a->factor > b->factor) - (a->factor < b->factor);
}

/* The case of a row; rows are sorted, so that each comparison is searched once in a row. */
static const struct fleet_case *case_of(const struct fleet_comparison *comparison, const char *label) {
    for (size_t i = 0; i < comparison->case_count; i++)
        if (comparison->cases[i].label == label)
            return &comparison->cases[i];
    return NULL;
}

/* Of each execution its time over that of its kind. */
static void collect_shares(const struct fleet *fleet, const struct fleet_rows *rows, struct share *shares) {
    const struct fleet_comparison *comparison = fleet->comparisons;
    const struct fleet_case *of = NULL;
    for (size_t i = 0; i < rows->count; i++) {
        const struct fleet_row *row = &rows->list[i];
        while (comparison->name != rows->comparisons[row->comparison]) {
            comparison++;
            of = NULL;
        }
        const char *label = rows->labels[row->label].label;
        if (of == NULL || of->label != label)
            of = case_of(comparison, label);
        shares[i] = (struct share){row->machine, row->ns / of->cells[fleet->machines[row->machine].kind].median_ns};
    }
}

static void note_factor(struct fleet *fleet, struct fleet_machine *machine, double factor) {
    struct fleet_kind *kind = &fleet->kinds[machine->kind];
    machine->factor = factor;
    kind->factor_min = kind->factor_min > 0 && kind->factor_min < factor ? kind->factor_min : factor;
    kind->factor_max = kind->factor_max > factor ? kind->factor_max : factor;
}

static void count_slow(struct fleet *fleet) {
    for (size_t kind = 0; kind < fleet->kind_count; kind++) {
        const double limit = fleet_slow_limit(fleet, kind);
        for (size_t i = 0; i < fleet->machine_count; i++)
            fleet->kinds[kind].slow_count += fleet->machines[i].kind == kind && fleet->machines[i].factor > limit;
    }
}

bool fleet_find_factors(struct fleet *fleet, const struct fleet_rows *rows) {
    struct share *shares = malloc((rows->count + 1) * sizeof *shares);
    double *factors = malloc((rows->count + 1) * sizeof *factors);
    const bool good = shares != NULL && factors != NULL;
    if (good) {
        collect_shares(fleet, rows, shares);
        qsort(shares, rows->count, sizeof *shares, compare_shares);
        for (size_t i = 0; i < rows->count; i++)
            factors[i] = shares[i].factor;
        for (size_t i = 0, next; i < rows->count; i = next) {
            for (next = i + 1; next < rows->count && shares[next].machine == shares[i].machine;)
                next++;
            note_factor(fleet, &fleet->machines[shares[i].machine], statistics_median(&factors[i], next - i));
        }
        count_slow(fleet);
    }
    free(shares);
    free(factors);
    return good;
}

static int compare_numbers(const void *left, const void *right) {
    const double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

double fleet_slow_limit(const struct fleet *fleet, size_t kind) {
    double *factors = malloc((fleet->machine_count + 1) * sizeof *factors);
    double limit = INFINITY;
    size_t count = 0;
    for (size_t i = 0; factors != NULL && i < fleet->machine_count; i++)
        if (fleet->machines[i].kind == kind && fleet->machines[i].factor > 0)
            factors[count++] = fleet->machines[i].factor;
    if (count >= 3) {
        qsort(factors, count, sizeof *factors, compare_numbers);
        const double q1 = statistics_quantile(factors, count, 0.25), q3 = statistics_quantile(factors, count, 0.75);
        limit = fmax(1.05, q3 + 3 * (q3 - q1));
    }
    free(factors);
    return limit;
}
