/*
 * Several runs, case by case. Runs of one machine are judged against the first of them; those of several machines stand
 * side by side, since times of two machines have no difference that would mean anything.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "contents_parts.h"
#include "prose.h"
#include "verdict.h"

enum { ROWS_MAX = 1500 };

/* The case of a run with this name; NULL if it has none. */
static const struct report_case *case_named(const struct run *run, const char *name) {
    const struct result_case *found = result_file_case(run->file, name);
    return found != NULL ? &run->report->cases[found - run->file->cases] : NULL;
}

/* ---- Two runs of one machine ---- */

struct pair {
    const struct run *base, *other;
    struct verdict_case *judged;
    const struct report_case **base_cases, **other_cases; /* what each verdict is of */
    double *values;                                       /* of all executions */
    size_t count, alone; /* alone: cases that one side lacks, or that are another revision there */
};

static bool are_comparable(const struct report_case *a, const struct report_case *b) {
    return b != NULL && a->of->workload_revision == b->of->workload_revision;
}

static struct verdict_side make_side(const struct report_case *c, double *values) {
    for (size_t i = 0; i < c->of->execution_count; i++)
        values[i] = c->of->executions[i].median_ns;
    return (struct verdict_side){.execution_ns = values, .count = c->of->execution_count};
}

static bool allocate_pair(struct pair *pair) {
    const size_t room = pair->base->file->case_count + 1;
    pair->judged = calloc(room, sizeof *pair->judged);
    pair->base_cases = calloc(room, sizeof *pair->base_cases);
    pair->other_cases = calloc(room, sizeof *pair->other_cases);
    pair->values =
        calloc(pair->base->file->execution_count + pair->other->file->execution_count + 1, sizeof *pair->values);
    return pair->judged != NULL && pair->base_cases != NULL && pair->other_cases != NULL && pair->values != NULL;
}

static void free_pair(struct pair *pair) {
    free(pair->judged);
    free(pair->base_cases);
    free(pair->other_cases);
    free(pair->values);
}

static void match_cases(struct pair *pair) {
    double *values = pair->values;
    for (size_t i = 0; i < pair->base->file->case_count; i++) {
        const struct report_case *a = &pair->base->report->cases[i], *b = case_named(pair->other, a->of->name);
        if (!are_comparable(a, b)) {
            pair->alone++;
            continue;
        }
        pair->base_cases[pair->count] = a;
        pair->other_cases[pair->count] = b;
        pair->judged[pair->count++] =
            (struct verdict_case){.base = make_side(a, values), .other = make_side(b, values + a->of->execution_count)};
        values += a->of->execution_count + b->of->execution_count;
    }
    pair->alone += pair->other->file->case_count - pair->count;
}

enum { PAIR_CASE, PAIR_BASE, PAIR_OTHER, PAIR_RATIO, PAIR_INTERVAL, PAIR_VERDICT, PAIR_COLUMNS };

static const struct document_column *pair_columns(struct document *document, const struct pair *pair) {
    struct document_column *columns = arena_take(&document->arena, PAIR_COLUMNS * sizeof *columns);
    document->out_of_memory |= columns == NULL;
    if (columns == NULL)
        return NULL;
    columns[PAIR_CASE] = (struct document_column){.title = "case"};
    columns[PAIR_BASE] = (struct document_column){.title = pair->base->label, .numeric = true, .minor = true};
    columns[PAIR_OTHER] = (struct document_column){.title = pair->other->label, .numeric = true, .minor = true};
    columns[PAIR_RATIO] = (struct document_column){.title = "ratio", .numeric = true};
    columns[PAIR_INTERVAL] = (struct document_column){.title = "interval", .numeric = true};
    columns[PAIR_VERDICT] = (struct document_column){.title = "verdict"};
    return columns;
}

static const char *interval_text(struct document *document, const struct statistics_interval *interval) {
    char low[FORMAT_CELL_MAX], high[FORMAT_CELL_MAX];
    if (!isfinite(interval->high) || interval->low <= 0)
        return "unknown";
    format_number(interval->low, low);
    format_number(interval->high, high);
    return document_text(document, "%s..%s", low, high);
}

static void add_pair_row(struct document *document, struct document_table *table, const struct pair *pair, size_t i) {
    static const enum tone tones[VERDICT_COUNT] = {[VERDICT_EQUIVALENT] = TONE_PLAIN,
                                                   [VERDICT_IMPROVED] = TONE_GOOD,
                                                   [VERDICT_INCONCLUSIVE] = TONE_DIM,
                                                   [VERDICT_REGRESSED] = TONE_BAD};
    const struct verdict_case *judged = &pair->judged[i];
    struct document_cell *row = document_add_row(document, table);
    if (row == NULL)
        return;
    row[PAIR_CASE].text = pair->base_cases[i]->of->name;
    contents_time(document, &row[PAIR_BASE], pair->base_cases[i]);
    contents_time(document, &row[PAIR_OTHER], pair->other_cases[i]);
    contents_ratio(document, &row[PAIR_RATIO], judged->ratio.estimate);
    row[PAIR_INTERVAL].text = interval_text(document, &judged->joint);
    row[PAIR_INTERVAL].sort = judged->joint.low;
    row[PAIR_VERDICT].text = verdict_name(judged->verdict);
    row[PAIR_VERDICT].tone = tones[judged->verdict];
}

/* The worst verdicts first, each in the order of the cases. */
static void add_pair_rows(struct document *document, struct document_table *table, const struct pair *pair) {
    size_t shown = 0;
    for (int verdict = VERDICT_COUNT; verdict > 0; verdict--)
        for (size_t i = 0; i < pair->count && shown < ROWS_MAX; i++)
            if ((int)pair->judged[i].verdict == verdict - 1) {
                add_pair_row(document, table, pair, i);
                shown++;
            }
    if (shown < pair->count)
        document_add(document, DOCUMENT_PARAGRAPH, NULL, "And %zu more cases.", pair->count - shown);
}

static void add_tally(struct document *document, const struct pair *pair) {
    size_t tally[VERDICT_COUNT] = {0};
    struct prose prose;
    for (size_t i = 0; i < pair->count; i++)
        tally[pair->judged[i].verdict]++;
    prose_begin(&prose, document);
    prose_add(&prose,
              DOCUMENT_STRONG "%s" DOCUMENT_STRONG " against " DOCUMENT_STRONG "%s" DOCUMENT_STRONG ", %zu %s: ",
              pair->other->label, pair->base->label, pair->count, pair->count == 1 ? "case" : "cases");
    for (int verdict = VERDICT_COUNT; verdict > 0; verdict--)
        prose_add(&prose, "%s%zu %s", verdict == VERDICT_COUNT ? "" : ", ", tally[verdict - 1],
                  verdict_name((enum verdict)(verdict - 1)));
    prose_add(&prose, ".");
    if (pair->alone > 0)
        prose_add(&prose, " %zu cases are in one of the two alone, or measure other work there.", pair->alone);
    prose_end(&prose, DOCUMENT_PARAGRAPH);
}

static void add_pair(struct document *document, const struct run *base, const struct run *other, size_t index) {
    struct pair pair = {.base = base, .other = other};
    const struct document_column *columns = pair_columns(document, &pair);
    bool judged = columns != NULL && allocate_pair(&pair);
    if (judged) {
        match_cases(&pair);
        judged = verdict_judge(pair.judged, pair.count, VERDICT_THRESHOLD, VERDICT_ALPHA);
    }
    document->out_of_memory |= !judged;
    if (judged) {
        add_tally(document, &pair);
        struct document_table *table = document_add_table(
            document, document_text(document, "comparison-%zu", index),
            "Ratios of the second to the first, with the interval that the verdict is read from; the worst first",
            columns, PAIR_COLUMNS);
        if (table != NULL)
            table->searchable = true;
        add_pair_rows(document, table, &pair);
    }
    free_pair(&pair);
}

static void add_pairs(struct document *document, const struct runs *runs) {
    document_add(
        document, DOCUMENT_PARAGRAPH, NULL,
        "These runs took place on one machine. A case regressed or improved where the whole interval of the "
        "ratio lies beyond %.0f %%, is equivalent where it lies within, and is inconclusive otherwise; over all "
        "cases together, the chance of as much as one false alarm stays below %.0f %%.",
        VERDICT_THRESHOLD * 100, VERDICT_ALPHA * 100);
    document_add(document, DOCUMENT_WARNING, NULL,
                 "The two sides were measured one after the other. What changed on the machine between them changed "
                 "these ratios, too: bench compare measures two builds in turns.");
    for (size_t r = 1; r < runs->run_count; r++)
        add_pair(document, &runs->files[0], &runs->files[r], r);
}

/* ---- Several machines ---- */

static const struct document_column *side_columns(struct document *document, const struct runs *runs) {
    struct document_column *columns = arena_take(&document->arena, (runs->run_count + 1) * sizeof *columns);
    document->out_of_memory |= columns == NULL;
    if (columns == NULL)
        return NULL;
    columns[0] = (struct document_column){.title = "case"};
    for (size_t r = 0; r < runs->run_count; r++)
        columns[r + 1] = (struct document_column){.title = runs->files[r].label, .numeric = true};
    return columns;
}

/* Whether an earlier run has the case, and so its row is there. */
static bool is_told(const struct runs *runs, size_t run, const char *name) {
    for (size_t r = 0; r < run; r++)
        if (result_file_case(runs->files[r].file, name) != NULL)
            return true;
    return false;
}

static void add_side_row(struct document *document, struct document_table *table, const struct runs *runs,
                         const char *name) {
    struct document_cell *row = document_add_row(document, table);
    if (row == NULL)
        return;
    row[0].text = name;
    for (size_t r = 0; r < runs->run_count; r++) {
        const struct report_case *c = case_named(&runs->files[r], name);
        if (c != NULL)
            contents_time(document, &row[r + 1], c);
    }
}

static void add_side_by_side(struct document *document, const struct runs *runs) {
    size_t shown = 0;
    document_add(document, DOCUMENT_PARAGRAPH, NULL,
                 "These runs took place on different machines, or nothing says that it was one: their medians stand "
                 "side by side, and are not subtracted. Compare the order of strategies within each.");
    const struct document_column *columns = side_columns(document, runs);
    if (columns == NULL)
        return;
    struct document_table *table =
        document_add_table(document, "side-by-side", "Medians of each case", columns, runs->run_count + 1);
    if (table == NULL)
        return;
    table->folded = true;
    table->searchable = true;
    for (size_t r = 0; r < runs->run_count; r++)
        for (size_t i = 0; i < runs->files[r].file->case_count && shown < ROWS_MAX; i++) {
            const char *name = runs->files[r].file->cases[i].name;
            if (is_told(runs, r, name))
                continue;
            add_side_row(document, table, runs, name);
            shown++;
        }
}

void contents_add_comparison(struct document *document, const struct runs *runs) {
    if (runs_share_machine(runs))
        add_pairs(document, runs);
    else
        add_side_by_side(document, runs);
}
