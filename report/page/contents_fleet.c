#include "page/contents_fleet.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

#include "page/contents_fleet_costs.h"
#include "page/prose.h"
#include "text/format.h"

enum { ROWS_MAX = 200 };

static const char *text_of(const json_t *object, const char *key) {
    const char *text = json_string_value(json_object_get(object, key));
    return text != NULL ? text : "";
}

/* ---- What there is, and what is missing ---- */

static void add_answer(struct document *document, const struct fleet *fleet) {
    const size_t missing = json_array_size(fleet->missing);
    document_add(document, DOCUMENT_SECTION, "answer", "The answer");
    document_add(
        document, DOCUMENT_PARAGRAPH, NULL,
        "%zu machines of %zu kinds were measured%s. Times of different machines are not compared here: what is "
        "compared between kinds is the order of strategies within each.",
        fleet->measured_count, fleet->kind_count,
        missing > 0 ? document_text(document, "; %zu more were wanted and are missing", missing) : "");
    if (fleet->flip_count > 0)
        document_add(
            document, DOCUMENT_PARAGRAPH, NULL,
            "The order of two strategies is opposite on two kinds, and the intervals show it, in " DOCUMENT_STRONG
            "%zu pairs" DOCUMENT_STRONG ": which strategy is the faster one depends on the machine there.",
            fleet->flip_count);
    else
        document_add(document, DOCUMENT_PARAGRAPH, NULL,
                     "No two strategies are in opposite order on two kinds as far as intervals show it (by medians "
                     "alone, %zu pairs are).",
                     fleet->opposite_count);
    for (size_t i = 0; i < fleet->kind_count; i++)
        if (fleet->kinds[i].slow_count > 0)
            document_add(document, DOCUMENT_WARNING, NULL,
                         "%zu of the %zu machines of kind %s are slow for their kind.", fleet->kinds[i].slow_count,
                         fleet->kinds[i].machine_count, fleet->kinds[i].label);
    if (fleet->failure_count > 0)
        document_add(document, DOCUMENT_WARNING, NULL,
                     "%zu executions failed: each machine's own report names them (--machine=NAME).",
                     fleet->failure_count);
}

static void add_missing(struct document *document, const struct fleet *fleet) {
    static const struct document_column columns[] = {
        {.title = "machine"}, {.title = "kind", .minor = true}, {.title = "what"}, {.title = "why"}};
    const json_t *missing;
    size_t index;
    if (json_array_size(fleet->missing) == 0)
        return;
    document_add(document, DOCUMENT_SECTION, "missing", "Missing");
    struct document_table *table =
        document_add_table(document, "missing-machines", "Machines without a result", columns, 4);
    json_array_foreach(fleet->missing, index, missing) {
        struct document_cell *row = table != NULL && index < ROWS_MAX ? document_add_row(document, table) : NULL;
        if (row == NULL)
            continue;
        row[0].text = text_of(missing, "name");
        row[1].text = text_of(missing, "kind");
        row[2].text = text_of(missing, "state");
        row[3].text = text_of(missing, "reason");
    }
    if (json_array_size(fleet->missing) > ROWS_MAX)
        document_add(document, DOCUMENT_PARAGRAPH, NULL, "And %zu more: --format=json has all.",
                     json_array_size(fleet->missing) - ROWS_MAX);
}

/* ---- Kinds, and machines within them ---- */

static void add_count(struct document *document, struct document_cell *cell, size_t count) {
    cell->text = document_text(document, "%zu", count);
    cell->sort = (double)count;
}

static void add_factor(struct document *document, struct document_cell *cell, double factor) {
    char text[FORMAT_CELL_MAX];
    if (factor <= 0)
        return;
    format_change(factor, text);
    cell->text = document_text(document, "%s", text);
    cell->sort = factor;
}

static void add_kinds(struct document *document, const struct fleet *fleet) {
    static const struct document_column columns[] = {{.title = "kind"},
                                                     {.title = "processor"},
                                                     {.title = "shape", .minor = true},
                                                     {.title = "machines", .numeric = true},
                                                     {.title = "fastest machine", .numeric = true},
                                                     {.title = "slowest machine", .numeric = true},
                                                     {.title = "stand out", .numeric = true},
                                                     {.title = "id", .minor = true}};
    document_add(document, DOCUMENT_SECTION, "kinds", "Kinds of machine");
    document_add(
        document, DOCUMENT_PARAGRAPH, NULL,
        "Machines of one kind have the same processor and the same shape. A machine's time is held against that "
        "of its kind, case by case; the median of that is the machine's. One stands out that is slower than its "
        "kind by 5 %% and by three times the distance between the kind's quartiles beyond the upper one.");
    struct document_table *table = document_add_table(document, "kinds-table", "", columns, 8);
    for (size_t i = 0; table != NULL && i < fleet->kind_count; i++) {
        const struct fleet_kind *kind = &fleet->kinds[i];
        struct document_cell *row = document_add_row(document, table);
        if (row == NULL)
            return;
        row[0].text = kind->label;
        row[1].text = kind->cpu_model[0] != '\0' ? kind->cpu_model : "unknown";
        row[2].text = kind->shape;
        add_count(document, &row[3], kind->machine_count);
        add_factor(document, &row[4], kind->factor_min);
        add_factor(document, &row[5], kind->factor_max);
        add_count(document, &row[6], kind->slow_count);
        row[6].tone = kind->slow_count > 0 ? TONE_BAD : TONE_PLAIN;
        row[7].text = kind->id;
    }
}

static void add_slow(struct document *document, const struct fleet *fleet) {
    static const struct document_column columns[] = {
        {.title = "machine"}, {.title = "kind"}, {.title = "against its kind", .numeric = true}, {.title = "measured"}};
    struct document_table *table = NULL;
    size_t count = 0;
    for (size_t kind = 0; kind < fleet->kind_count; kind++) {
        const double limit = fleet->kinds[kind].slow_count > 0 ? fleet_slow_limit(fleet, kind) : INFINITY;
        for (size_t i = 0; i < fleet->machine_count; i++) {
            const struct fleet_machine *machine = &fleet->machines[i];
            if (machine->kind != kind || !(machine->factor > limit) || count++ >= ROWS_MAX)
                continue;
            if (table == NULL)
                table = document_add_table(document, "slow-machines", "Machines that stand out", columns, 4);
            struct document_cell *row = table != NULL ? document_add_row(document, table) : NULL;
            if (row == NULL)
                return;
            row[0].text = machine->name;
            row[1].text = fleet->kinds[kind].label;
            add_factor(document, &row[2], machine->factor);
            row[3].text = machine->date;
        }
    }
}

/* ---- Flips ---- */

static const char *pair_on_kind(struct document *document, const struct fleet *fleet, const struct fleet_case *first,
                                const struct fleet_case *second, size_t kind) {
    char a[FORMAT_CELL_MAX], b[FORMAT_CELL_MAX];
    format_time(first->cells[kind].median_ns, a);
    format_time(second->cells[kind].median_ns, b);
    return document_text(document, "%s: %s, %s", fleet->kinds[kind].label, a, b);
}

static void add_flips(struct document *document, const struct fleet *fleet) {
    static const struct document_column columns[] = {{.title = "case"},      {.title = "first"},
                                                     {.title = "second"},    {.title = "the first is faster on"},
                                                     {.title = "slower on"}, {.title = "by at least", .numeric = true}};
    if (fleet->flip_count == 0)
        return;
    document_add(document, DOCUMENT_SECTION, "flips", "Where the order flips");
    struct document_table *table =
        document_add_table(document, "flips-table", "Two strategies in opposite order on two kinds", columns, 6);
    for (size_t i = 0; table != NULL && i < fleet->flip_count && i < ROWS_MAX; i++) {
        const struct fleet_flip *flip = &fleet->flips[i];
        struct document_cell *row = document_add_row(document, table);
        if (row == NULL)
            return;
        row[0].text = flip->comparison->name;
        row[1].text = flip->a->label;
        row[2].text = flip->b->label;
        row[3].text = pair_on_kind(document, fleet, flip->a, flip->b, flip->first);
        row[4].text = pair_on_kind(document, fleet, flip->a, flip->b, flip->second);
        add_factor(document, &row[5], flip->strength);
    }
    if (fleet->flip_count > ROWS_MAX)
        document_add(document, DOCUMENT_PARAGRAPH, NULL, "And %zu weaker ones: --format=json has all.",
                     fleet->flip_count - ROWS_MAX);
}

/* ---- How ---- */

static void add_method(struct document *document) {
    document_add(document, DOCUMENT_SECTION, "method", "Method");
    document_add(document, DOCUMENT_PARAGRAPH, NULL,
                 "A time is the median over the machines of a kind of the median over each one's executions. Its 95 %% "
                 "interval resamples machines where a kind has %d or more, and executions where it has fewer; below %d "
                 "of either there is none, and no order is called shown.",
                 FLEET_UNITS_MIN, FLEET_UNITS_MIN);
    document_add(
        document, DOCUMENT_PARAGRAPH, NULL,
        "Placements have the same names on all machines: the closest thing that the threads share. Where cores "
        "differ, the fastest kind of core stands for pu; slower ones keep names of their own.");
}

bool contents_fleet_make(struct document *document, const struct fleet *fleet) {
    document->title = "Carrying a context on many machines";
    document->subtitle =
        document_text(document, "%zu machine%s of %zu kind%s", fleet->measured_count,
                      fleet->measured_count == 1 ? "" : "s", fleet->kind_count, fleet->kind_count == 1 ? "" : "s");
    add_answer(document, fleet);
    add_missing(document, fleet);
    add_kinds(document, fleet);
    add_slow(document, fleet);
    contents_fleet_add_ranks(document, fleet);
    add_flips(document, fleet);
    contents_fleet_add_costs(document, fleet);
    contents_fleet_add_conformance(document, fleet);
    add_method(document);
    return !document->out_of_memory;
}
