/* What the figures rest on: how they were taken, where, and what went wrong. */
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "data/warnings.h"
#include "page/contents_cells.h"
#include "page/contents_parts.h"
#include "page/prose.h"

enum { FAILURES_MAX = 200 };

/* ---- Method ---- */

static void count_executions(const struct result_file *file, size_t *fewest, size_t *most, size_t *samples) {
    *fewest = SIZE_MAX;
    *most = *samples = 0;
    for (size_t i = 0; i < file->case_count; i++) {
        const size_t count = file->cases[i].execution_count;
        *fewest = count < *fewest ? count : *fewest;
        *most = count > *most ? count : *most;
    }
    for (size_t i = 0; i < file->execution_count; i++)
        *samples += file->executions[i].sample_count;
}

static void add_counts(struct document *document, const struct run *run) {
    const struct result_file *file = run->file;
    const char *seed = result_file_fact(file, "ctxbench", "seed");
    size_t fewest, most, samples;
    if (file->case_count == 0)
        return;
    count_executions(file, &fewest, &most, &samples);
    struct prose prose;
    prose_begin(&prose, document);
    if (run->label[0] != '\0')
        prose_add(&prose, DOCUMENT_STRONG "%s." DOCUMENT_STRONG " ", run->label);
    prose_add(&prose, "%zu cases were measured in %zu executions, each a fresh process", file->case_count,
              file->execution_count);
    prose_add(&prose, fewest == most ? " (%zu of each case)" : " (%zu to %zu of each case)", fewest, most);
    prose_add(&prose, ", with %zu samples in all. ", samples);
    prose_add(&prose, "Their order was random and mixed all cases");
    if (seed[0] != '\0')
        prose_add(&prose, "; the seed %s brings it back", seed);
    prose_add(&prose, ".");
    prose_end(&prose, DOCUMENT_PARAGRAPH);
}

/* "References are yardsticks. vs floor (floor): times the least that could do the work; ..." */
static void add_yardsticks(struct document *document, const struct runs *runs) {
    struct prose prose;
    if (runs->yardsticks.count == 0)
        return;
    prose_begin(&prose, document);
    prose_add(&prose, "References are no way to carry a context: costs are given as ratios to theirs. ");
    for (size_t i = 0; i < runs->yardsticks.count; i++) {
        const struct yardstick *yardstick = &runs->yardsticks.list[i];
        prose_add(&prose, "%svs %s (", i > 0 ? "; " : "", yardstick->label);
        prose_add_name(&prose, yardstick->strategy);
        prose_add(&prose, "): %s%s", yardstick->legend, yardstick->reads_stack ? ", for what reads the stack" : "");
    }
    prose_add(&prose, ".");
    prose_end(&prose, DOCUMENT_PARAGRAPH);
}

void contents_add_method(struct document *document, const struct runs *runs) {
    for (size_t r = 0; r < runs->run_count; r++)
        add_counts(document, &runs->files[r]);
    document_add(document, DOCUMENT_PARAGRAPH, NULL,
                 "A time is that of one operation on one thread: the median over executions of the median within each. "
                 "Its interval has 95%% confidence, and comes from resampling executions, then the samples within them "
                 "(hierarchical percentile bootstrap). Two costs are called different only where their intervals do "
                 "not overlap.");
    add_yardsticks(document, runs);
    document_add(document, DOCUMENT_PARAGRAPH, NULL,
                 "A strategy is proved right in the scenarios that a workload rests on before it is timed.");
    document_add(document, DOCUMENT_PARAGRAPH, NULL,
                 "Quantiles of single operations (p50, p99, p99.9) come from a pass of its own after the samples, all "
                 "executions taken together; one is told only where at least ten operations lie beyond it. They "
                 "contain the cost of reading the clock, and are times of service: an operation begins when the one "
                 "before has ended. Allocations and the stack and heap of a scope are counted in further passes.");
}

/* ---- Environment ---- */

static void add_fact(struct document *document, struct document_table *table, const struct runs *runs,
                     const char *group, const char *key) {
    struct document_cell *row = document_add_row(document, table);
    if (row == NULL)
        return;
    row[0].text = document_text(document, "%s%s%s", group != NULL ? group : "", group != NULL ? ", " : "", key);
    for (size_t r = 0; r < runs->run_count; r++) {
        const json_t *context = runs->files[r].file->context, *ours = json_object_get(context, "ctxbench");
        const json_t *value = json_object_get(group == NULL ? context : json_object_get(ours, group), key);
        if (json_is_string(value))
            row[r + 1].text = json_string_value(value);
        else if (json_is_boolean(value))
            row[r + 1].text = json_is_true(value) ? "yes" : "no";
        else if (json_is_integer(value))
            row[r + 1].text = document_text(document, "%lld", (long long)json_integer_value(value));
        else if (json_is_real(value))
            row[r + 1].text = document_text(document, "%.6g", json_real_value(value));
    }
}

static bool is_fact(const json_t *value) {
    return json_is_string(value) || json_is_boolean(value) || json_is_number(value);
}

/* Whether an earlier run has this fact, and so its row is there. */
static bool is_told(const struct runs *runs, size_t run, const char *group, const char *key) {
    for (size_t r = 0; r < run; r++) {
        const json_t *context = runs->files[r].file->context, *ours = json_object_get(context, "ctxbench");
        if (json_object_get(group == NULL ? context : json_object_get(ours, group), key) != NULL)
            return true;
    }
    return false;
}

static void add_facts(struct document *document, struct document_table *table, const struct runs *runs, size_t run,
                      const char *group, const json_t *facts) {
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)facts, key, value) {
        if (is_fact(value) && !is_told(runs, run, group, key))
            add_fact(document, table, runs, group, key);
    }
}

static void add_all_facts(struct document *document, struct document_table *table, const struct runs *runs) {
    for (size_t r = 0; r < runs->run_count; r++) {
        const json_t *context = runs->files[r].file->context, *ours = json_object_get(context, "ctxbench");
        const char *group;
        json_t *facts;
        add_facts(document, table, runs, r, NULL, context);
        json_object_foreach((json_t *)(uintptr_t)ours, group, facts) {
            add_facts(document, table, runs, r, group, facts);
        }
    }
}

struct warning_target {
    struct document *document;
    const char *label;
};

static void add_warning(const char *warning, void *arg) {
    const struct warning_target *target = arg;
    document_add(target->document, DOCUMENT_WARNING, NULL, "%s%s%s", target->label,
                 target->label[0] != '\0' ? ": " : "", warning);
}

void contents_add_environment(struct document *document, const struct runs *runs) {
    for (size_t r = 0; r < runs->run_count; r++) {
        struct warning_target target = {document, runs->files[r].label};
        (void)warnings_visit(runs->files[r].report, add_warning, &target);
    }
    struct document_column *columns = arena_take(&document->arena, (runs->run_count + 1) * sizeof *columns);
    document->out_of_memory |= columns == NULL;
    if (columns == NULL)
        return;
    columns[0] = (struct document_column){.title = "fact"};
    for (size_t r = 0; r < runs->run_count; r++)
        columns[r + 1] = (struct document_column){.title = runs->run_count > 1 ? runs->files[r].label : "value"};
    struct document_table *table =
        document_add_table(document, "environment", "Machine, build and settings", columns, runs->run_count + 1);
    if (table == NULL)
        return;
    table->folded = true;
    add_all_facts(document, table, runs);
}

/* ---- Failures ---- */

static const struct document_column failure_columns[] = {
    {.title = "case"},
    {.title = "outcome"},
    {.title = "times", .numeric = true},
    {.title = "reason"},
};

static void add_failure(struct document *document, struct document_table *table, const struct run *run,
                        const struct result_failure *failure) {
    struct document_cell *row = document_add_row(document, table);
    if (row == NULL)
        return;
    row[0].text = document_text(document, "%s%s%s", run->label, run->label[0] != '\0' ? ": " : "", failure->case_name);
    row[1].text = failure->calibration ? document_text(document, "%s, while it was calibrated", failure->outcome)
                                       : failure->outcome;
    row[1].tone = TONE_BAD;
    row[2].text = document_text(document, "%zu", failure->count);
    row[2].sort = (double)failure->count;
    row[3].text = failure->reason;
}

static void add_failures(struct document *document, const struct runs *runs) {
    size_t count = 0, shown = 0;
    for (size_t r = 0; r < runs->run_count; r++)
        count += runs->files[r].file->failure_count;
    if (count == 0) {
        document_add(document, DOCUMENT_PARAGRAPH, NULL, "None: every execution gave a time.");
        return;
    }
    struct document_table *table =
        document_add_table(document, "failures-table", "Executions that gave no time; equal ones are told once",
                           failure_columns, sizeof failure_columns / sizeof *failure_columns);
    for (size_t r = 0; r < runs->run_count; r++)
        for (size_t i = 0; i < runs->files[r].file->failure_count && shown < FAILURES_MAX; i++, shown++)
            add_failure(document, table, &runs->files[r], &runs->files[r].file->failures[i]);
    if (shown < count)
        document_add(document, DOCUMENT_PARAGRAPH, NULL, "And %zu more, which the file names.", count - shown);
}

/* ---- What is not applicable ---- */

enum { GAPS_WORKLOAD, GAPS_STRATEGIES, GAPS_CASES, GAPS_REASON, GAPS_COUNT };

static const struct document_column gap_columns[GAPS_COUNT] = {
    [GAPS_WORKLOAD] = {.title = "workload"},
    [GAPS_STRATEGIES] = {.title = "strategies"},
    [GAPS_CASES] = {.title = "cases", .numeric = true},
    [GAPS_REASON] = {.title = "reason"},
};

static bool same_gap(const struct gap *a, const struct gap *b) {
    return strcmp(a->workload, b->workload) == 0 && strcmp(a->reason, b->reason) == 0;
}

/* The first of those before `end` that are like the gap, and of its strategy if `of_strategy`; `end` if none is. */
static size_t first_like(const struct gaps *gaps, const struct gap *gap, bool of_strategy, size_t end) {
    size_t i = 0;
    while (i < end &&
           !(same_gap(&gaps->items[i], gap) && (!of_strategy || strcmp(gaps->items[i].label, gap->label) == 0)))
        i++;
    return i;
}

/* One row for all gaps of a workload that have the same reason. */
static void add_gap(struct document *document, struct document_table *table, const struct run *run,
                    const struct gap *gap) {
    struct document_cell *row = document_add_row(document, table);
    size_t count = 0, named = 0;
    if (row == NULL)
        return;
    struct prose names;
    prose_begin(&names, document);
    for (size_t i = 0; i < run->gaps.count; i++) {
        const struct gap *other = &run->gaps.items[i];
        if (!same_gap(other, gap))
            continue;
        count++;
        if (first_like(&run->gaps, other, true, i) == i)
            prose_add(&names, "%s%s", named++ > 0 ? ", " : "", other->label);
    }
    row[GAPS_WORKLOAD].text =
        document_text(document, "%s%s%s", run->label, run->label[0] != '\0' ? ": " : "", gap->workload);
    row[GAPS_STRATEGIES].text = prose_keep(&names);
    row[GAPS_CASES].text = document_text(document, "%zu", count);
    row[GAPS_CASES].sort = (double)count;
    row[GAPS_REASON].text = gap->reason;
}

static void add_gaps(struct document *document, const struct runs *runs) {
    struct document_table *table = document_add_table(
        document, "gaps", "Not applicable: cases that were asked for, and that these strategies do not have",
        gap_columns, GAPS_COUNT);
    for (size_t r = 0; r < runs->run_count; r++) {
        const struct gaps *gaps = &runs->files[r].gaps;
        for (size_t i = 0; table != NULL && i < gaps->count; i++)
            if (first_like(gaps, &gaps->items[i], false, i) == i)
                add_gap(document, table, &runs->files[r], &gaps->items[i]);
    }
}

void contents_add_failures(struct document *document, const struct runs *runs) {
    add_failures(document, runs);
    add_gaps(document, runs);
}
