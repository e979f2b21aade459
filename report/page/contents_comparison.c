/*
 * Several runs, case by case. Runs of one machine are judged against the first of them; those of several machines stand
 * side by side, since times of two machines have no difference that would mean anything.
 */
#include <math.h>

#include "page/contents_cells.h"
#include "page/contents_parts.h"
#include "page/prose.h"
#include "text/format.h"

enum { ROWS_MAX = 1500, NAMED_MAX = 6 };

/* The case of a run with this name; NULL if it has none. */
static const struct summary_case *case_named(const struct run *run, const char *name) {
    const struct result_case *found = result_file_case(run->file, name);
    return found != NULL ? &run->report->cases[found - run->file->cases] : NULL;
}

/* ---- Two runs of one machine ---- */

enum { PAIR_CASE, PAIR_BASE, PAIR_OTHER, PAIR_RATIO, PAIR_INTERVAL, PAIR_VERDICT, PAIR_COLUMNS };

static const struct document_column *pair_columns(struct document *document, const struct run *base,
                                                  const struct run *other) {
    struct document_column *columns = arena_take(&document->arena, PAIR_COLUMNS * sizeof *columns);
    document->out_of_memory |= columns == NULL;
    if (columns == NULL)
        return NULL;
    columns[PAIR_CASE] = (struct document_column){.title = "case"};
    columns[PAIR_BASE] = (struct document_column){.title = base->label, .numeric = true, .minor = true};
    columns[PAIR_OTHER] = (struct document_column){.title = other->label, .numeric = true, .minor = true};
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

static void add_time(struct document *document, struct document_cell *cell, const struct run *run, const char *name) {
    const struct summary_case *c = case_named(run, name);
    if (c != NULL)
        contents_time(document, cell, c);
}

static void add_pair_row(struct document *document, struct document_table *table, const struct run *base,
                         const struct run *other, const char *name, const struct verdict_case *judged) {
    static const enum tone tones[VERDICT_COUNT] = {[VERDICT_EQUIVALENT] = TONE_PLAIN,
                                                   [VERDICT_IMPROVED] = TONE_GOOD,
                                                   [VERDICT_INCONCLUSIVE] = TONE_DIM,
                                                   [VERDICT_REGRESSED] = TONE_BAD};
    struct document_cell *row = document_add_row(document, table);
    if (row == NULL)
        return;
    row[PAIR_CASE].text = name;
    add_time(document, &row[PAIR_BASE], base, name);
    add_time(document, &row[PAIR_OTHER], other, name);
    contents_ratio(document, &row[PAIR_RATIO], judged->ratio.estimate);
    row[PAIR_INTERVAL].text = interval_text(document, &judged->joint);
    row[PAIR_INTERVAL].sort = judged->joint.low;
    row[PAIR_VERDICT].text = verdict_name(judged->verdict);
    row[PAIR_VERDICT].tone = tones[judged->verdict];
}

/* The worst verdicts first, each in the order of the cases. */
static void add_pair_rows(struct document *document, struct document_table *table, const struct run *base,
                          const struct run *other, const struct comparison *comparison) {
    size_t shown = 0;
    for (int verdict = VERDICT_COUNT; verdict > 0; verdict--)
        for (size_t i = 0; i < comparison->count && shown < ROWS_MAX; i++)
            if ((int)comparison->verdicts[i].verdict == verdict - 1) {
                add_pair_row(document, table, base, other, comparison->pairs[i].base->name, &comparison->verdicts[i]);
                shown++;
            }
    if (shown < comparison->count)
        document_add(document, DOCUMENT_PARAGRAPH, NULL, "And %zu more cases: bench compare %s %s has them all.",
                     comparison->count - shown, base->path, other->path);
}

static void add_texts(struct document *document, enum document_kind kind, const char *before,
                      const struct comparison_texts *texts) {
    for (size_t i = 0; i < texts->count; i++)
        document_add(document, kind, NULL, "%s%s", before, texts->items[i]);
}

/* "Regressed: a (1.50 x), b (1.20 x) and 3 more." */
static void add_named(struct document *document, const struct comparison *comparison, enum verdict verdict,
                      const char *title) {
    struct prose prose;
    char cell[FORMAT_CELL_MAX];
    size_t count = 0;
    for (size_t i = 0; i < comparison->count; i++) {
        if (comparison->verdicts[i].verdict != verdict || ++count > NAMED_MAX)
            continue;
        if (count == 1) {
            prose_begin(&prose, document);
            prose_add(&prose, DOCUMENT_STRONG "%s" DOCUMENT_STRONG ": ", title);
        }
        prose_add(&prose, "%s", count > 1 ? ", " : "");
        prose_add_name(&prose, comparison->pairs[i].base->name);
        format_number(comparison->verdicts[i].ratio.estimate, cell);
        prose_add(&prose, " (%s x)", cell);
    }
    if (count == 0)
        return;
    if (count > NAMED_MAX)
        prose_add(&prose, " and %zu more", count - NAMED_MAX);
    prose_add(&prose, ".");
    prose_end(&prose, DOCUMENT_ITEM);
}

static void add_judged(struct document *document, const struct run *base, const struct run *other, size_t index,
                       const struct comparison *comparison) {
    const struct document_column *columns = pair_columns(document, base, other);
    const size_t alone = comparison->only_base_count + comparison->only_other_count;
    char summary[256], drift[512];
    if (columns == NULL)
        return;
    comparison_summary(comparison, summary, sizeof summary);
    document_add(document, DOCUMENT_PARAGRAPH, NULL,
                 DOCUMENT_STRONG "%s" DOCUMENT_STRONG " against " DOCUMENT_STRONG "%s" DOCUMENT_STRONG ": %s.",
                 other->label, base->label, summary);
    contents_add_forest(document, comparison, document_text(document, "%s against %s", other->label, base->label),
                        document_text(document, "forest-%zu", index));
    add_named(document, comparison, VERDICT_REGRESSED, "Regressed");
    add_named(document, comparison, VERDICT_IMPROVED, "Improved");
    if (alone > 0)
        document_add(document, DOCUMENT_PARAGRAPH, NULL, "Cases that one of the two has alone: %zu.", alone);
    add_texts(document, DOCUMENT_WARNING, "", &comparison->objections);
    comparison_drift_sentence(comparison, drift, sizeof drift);
    document_add(document, DOCUMENT_WARNING, NULL, "%s", drift);
    add_texts(document, DOCUMENT_ITEM, "Differs: ", &comparison->differences);
    struct document_table *table = document_add_table(
        document, document_text(document, "comparison-%zu", index),
        "Ratios of the second to the first, with the interval that the verdict is read from; the worst first", columns,
        PAIR_COLUMNS);
    if (table == NULL)
        return;
    table->searchable = true;
    table->folded = true;
    add_pair_rows(document, table, base, other, comparison);
}

static void add_pair(struct document *document, const struct run *base, const struct run *other, size_t index) {
    struct comparison *comparison =
        comparison_make((struct comparison_side){base->path, base->file},
                        (struct comparison_side){other->path, other->file}, VERDICT_THRESHOLD, VERDICT_ALPHA);
    document->out_of_memory |= comparison == NULL;
    if (comparison == NULL)
        return;
    add_judged(document, base, other, index, comparison);
    comparison_free(comparison);
}

static void add_pairs(struct document *document, const struct runs *runs) {
    for (size_t r = 1; r < runs->run_count; r++)
        add_pair(document, &runs->files[0], &runs->files[r], r);
    document_add(
        document, DOCUMENT_PARAGRAPH, NULL,
        "These runs took place on one machine. A case regressed or improved where the whole interval of the "
        "ratio lies beyond %.0f %%, is equivalent where it lies within, and is inconclusive otherwise; over all "
        "cases together, the chance of as much as one false alarm stays below %.0f %%.",
        VERDICT_THRESHOLD * 100, VERDICT_ALPHA * 100);
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
        const struct summary_case *c = case_named(&runs->files[r], name);
        if (c != NULL)
            contents_time(document, &row[r + 1], c);
    }
}

static void add_side_by_side(struct document *document, const struct runs *runs) {
    size_t count = 0;
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
        for (size_t i = 0; i < runs->files[r].file->case_count; i++) {
            const char *name = runs->files[r].file->cases[i].name;
            if (!is_told(runs, r, name) && count++ < ROWS_MAX)
                add_side_row(document, table, runs, name);
        }
    if (count > ROWS_MAX)
        document_add(document, DOCUMENT_PARAGRAPH, NULL,
                     "And %zu more cases: bench export FILE --format=csv has those of each file.", count - ROWS_MAX);
}

void contents_add_comparison(struct document *document, const struct runs *runs) {
    if (runs_share_machine(runs))
        add_pairs(document, runs);
    else
        add_side_by_side(document, runs);
}
