/* Advice in words. The page's script has the same words (page/page.js), and a test compares the two. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "advice/advice.h"

enum { NAMES_SHOWN = 3 };

/* ---- Numbers ---- */

void advice_format(double ns, char cell[static FORMAT_CELL_MAX]) {
    char amount[FORMAT_CELL_MAX];
    format_time(ns < 0 ? -ns : ns, amount);
    if (ns == 0)
        (void)snprintf(cell, FORMAT_CELL_MAX, "0 ns");
    else
        (void)snprintf(cell, FORMAT_CELL_MAX, "%s%.*s", ns < 0 ? "-" : "", FORMAT_CELL_MAX - 2, amount);
}

void advice_format_interval(const struct added_cost *cost, char cell[static ADVICE_INTERVAL_MAX]) {
    char low[FORMAT_CELL_MAX], high[FORMAT_CELL_MAX];
    cell[0] = '\0';
    if (!cost->measured || !cost->has_interval)
        return;
    advice_format(cost->ns - cost->minus, low);
    advice_format(cost->ns + cost->plus, high);
    (void)snprintf(cell, ADVICE_INTERVAL_MAX, "%.28s..%.28s", low, high);
}

/* ---- Sentences ---- */

/* A text that grows, and then goes to the arena. `out` is NULL when out of memory, which every call accepts. */
struct words {
    FILE *out;
    char *text;
    size_t size;
    const char *mark; /* around names */
};

static struct words *begin(struct words *words, const char *mark) {
    *words = (struct words){.mark = mark};
    words->out = open_memstream(&words->text, &words->size);
    return words;
}

__attribute__((format(printf, 2, 3))) static void add(const struct words *words, const char *format, ...) {
    if (words->out == NULL)
        return;
    va_list args;
    va_start(args, format);
    (void)vfprintf(words->out, format, args);
    va_end(args);
}

static const char *keep(struct words *words, struct arena *arena) {
    const char *kept = NULL;
    if (words->out != NULL && fclose(words->out) == 0)
        kept = arena_printf(arena, "%s", words->text);
    free(words->text);
    return kept;
}

static void add_row(const struct words *words, const struct advice_row *row) {
    add(words, "%s%s%s", words->mark, row->of->label, words->mark);
}

/* "a, b, c and 2 more" */
static void add_rows(const struct words *words, const struct advice_row *const *rows, size_t count) {
    for (size_t i = 0; i < count && i < NAMES_SHOWN; i++) {
        add(words, "%s", i > 0 ? ", " : "");
        add_row(words, rows[i]);
    }
    if (count > NAMES_SHOWN)
        add(words, " and %zu more", count - NAMES_SHOWN);
}

static void add_cost(const struct words *words, const struct added_cost *cost) {
    char amount[FORMAT_CELL_MAX], interval[ADVICE_INTERVAL_MAX];
    advice_format(cost->ns, amount);
    advice_format_interval(cost, interval);
    add(words, "%s", amount);
    if (interval[0] != '\0')
        add(words, " (%s)", interval);
}

static void add_ties(const struct words *words, const struct advice *advice) {
    const struct advice_row *ties[NAMES_SHOWN] = {NULL};
    const struct advice_row *best = &advice->rows[0];
    size_t count = 0;
    for (size_t i = 1; i < advice->fit_count && count < NAMES_SHOWN; i++) {
        const struct added_cost *cost = &advice->rows[i].added;
        if (!advice_is_less(&best->added, cost))
            ties[count++] = &advice->rows[i];
    }
    if (count == 0)
        return;
    add(words, " No significant difference: ");
    for (size_t i = 0; i < count; i++) {
        add(words, "%s", i > 0 ? ", " : "");
        add_row(words, ties[i]);
    }
    if (advice->tie_count > count)
        add(words, " and %zu more", advice->tie_count - count);
    add(words, ".");
}

/* What would cost less, and is wrong. */
static void add_wrong(const struct words *words, const struct advice *advice, struct arena *arena) {
    const struct added_cost *best = &advice->rows[0].added;
    const struct advice_row *wrong[SURVEY_CURVES_MAX];
    size_t count = 0;
    for (size_t i = 0; i < advice->row_count; i++) {
        const struct advice_row *row = &advice->rows[i];
        if (row->standing == STANDING_FAILS && row->added.measured && row->added.ns < best->ns)
            wrong[count++] = row;
    }
    if (count == 0)
        return;
    add(words, " Cheaper, but not right here: ");
    add_rows(words, wrong, count);
    const char *why = advice_why_not(advice, wrong[0], arena);
    add(words, " (%s).", why != NULL ? why : "");
}

/* Where more of one number would change the advice. */
static void add_flips(const struct words *words, const struct advice *advice, struct arena *arena) {
    static const char *const on[PROGRAM_NUMBERS] = {"reads", "scopes", "hand-offs", "calls of depth"};
    size_t told = 0;
    for (enum program_number number = 0; number < PROGRAM_NUMBERS; number++) {
        const struct advice_flip flip = advice_flip(advice, number, arena);
        if (flip.to != NULL)
            add(words, "%s%s%s%s from %g %s on", told++ > 0 ? ", " : " That changes with more: ", words->mark,
                flip.to->label, words->mark, flip.from, on[number]);
    }
    add(words, "%s", told > 0 ? "." : "");
}

static size_t count_standing(const struct advice *advice, enum standing standing) {
    size_t count = 0;
    for (size_t i = 0; i < advice->row_count; i++)
        count += advice->rows[i].standing == standing;
    return count;
}

static void add_nothing(const struct words *words, const struct advice *advice) {
    const size_t unmeasured = count_standing(advice, STANDING_UNMEASURED);
    const size_t unproved = count_standing(advice, STANDING_UNPROVED);
    if (advice->row_count == 0)
        add(words, "Nothing was measured, so nothing can be recommended.");
    else if (unmeasured + unproved == 0)
        add(words, "None of %zu strategies passes all that is needed.", advice->row_count);
    else if (unmeasured > 0)
        add(words, "Nothing can be recommended: %zu strategies pass, but what they cost here was not measured.",
            unmeasured);
    else
        add(words, "Nothing can be recommended: no strategy was proved for what is needed.");
}

const char *advice_sentence(const struct advice *advice, const char *mark, struct arena *arena) {
    struct words words;
    (void)begin(&words, mark);
    if (advice->fit_count == 0) {
        add_nothing(&words, advice);
        return keep(&words, arena);
    }
    add(&words, "Take ");
    add_row(&words, &advice->rows[0]);
    add(&words, ": it adds ");
    add_cost(&words, &advice->rows[0].added);
    add(&words, " to a request.");
    add_ties(&words, advice);
    add_wrong(&words, advice, arena);
    add_flips(&words, advice, arena);
    return keep(&words, arena);
}

const char *advice_fails(const struct evidence *evidence, const struct evidence_strategy *strategy,
                         struct arena *arena) {
    struct words words;
    size_t failing = 0, unproved = 0;
    (void)begin(&words, "");
    for (size_t i = 0; i < evidence->conditions.count; i++) {
        const enum proof proof = strategy->answers[i].proof;
        unproved += proof == PROOF_NONE;
        if (proof == PROOF_FAILS || proof == PROOF_DOES_NOT_APPLY)
            add(&words, "%s%s", failing++ > 0 ? ", " : "", evidence->conditions.list[i].need);
    }
    if (failing == 0)
        add(&words, unproved > 0 || evidence->conditions.count == 0 ? "not proved" : "nothing");
    return keep(&words, arena);
}

const char *advice_why_not(const struct advice *advice, const struct advice_row *row, struct arena *arena) {
    if (row->standing == STANDING_FITS)
        return "";
    if (row->standing == STANDING_UNMEASURED || advice->evidence->conditions.count == 0)
        return standing_name(row->standing);
    const struct evidence_answer *answer = &row->of->answers[row->decided_by];
    return arena_printf(arena, "%s%s%s%s", row->standing == STANDING_UNPROVED ? "not proved: " : "",
                        advice->evidence->conditions.list[row->decided_by].need, answer->scenario != NULL ? ": " : "",
                        answer->scenario != NULL ? answer->scenario : "");
}

const char *advice_program(const struct program *program, struct arena *arena) {
    return arena_printf(arena, "%g calls deep: %g read%s, %g scope%s and %g hand-off%s in a request", program->depth,
                        program->reads, program->reads == 1 ? "" : "s", program->scopes,
                        program->scopes == 1 ? "" : "s", program->handoffs, program->handoffs == 1 ? "" : "s");
}

const char advice_note[] =
    "adds: to a request, over the same work without a context: the sum of its reads, scopes and hand-offs, each "
    "measured "
    "alone; in a whole request they may cost more. Interval: 95 %, errors of the parts taken to be independent. fails: "
    "what it does not pass, needed or not.";

/* ---- What is missing ---- */

/* All that the program's cost rests on, so that one new file has it; where the workloads are not known, the suite. */
static void add_measurement(const struct words *words, const struct advice *advice) {
    const struct evidence *evidence = advice->evidence;
    const struct program *program = &advice->program;
    const struct {
        double count;
        const struct survey_sweep *sweep;
    } parts[] = {{program->reads, evidence->line != NULL ? evidence->line : evidence->read},
                 {program->scopes, evidence->scope},
                 {program->handoffs, evidence->handoff}};
    bool all_known = true;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        all_known &= parts[i].count == 0 || parts[i].sweep != NULL;
    add(words, "bench --strategy='*'");
    for (size_t i = 0, told = 0; all_known && i < sizeof parts / sizeof *parts; i++)
        if (parts[i].count > 0)
            add(words, "%s%s", told++ > 0 ? "," : " --workload=", parts[i].sweep->workload);
    const double layer = program_layers_within(program) > 0 ? program_layer_depth(program) : 0;
    const double depth = ceil(fmax(program_distance(program), layer));
    if (program->reads > 0)
        add(words, depth > 0 ? " --depth=0,%g" : " --depth=%g", depth);
}

const char *advice_missing(const struct advice *advice, struct arena *arena) {
    struct words words;
    bool is_measured = advice->row_count > 0, is_proved = advice->evidence->has_matrix;
    for (size_t i = 0; i < advice->row_count; i++) {
        const struct advice_row *row = &advice->rows[i];
        is_measured &= row->added.measured || row->standing == STANDING_FAILS;
        is_proved &= row->standing != STANDING_UNPROVED;
    }
    if (is_measured && is_proved)
        return NULL;
    (void)begin(&words, "");
    if (!is_measured)
        add_measurement(&words, advice);
    if (!is_proved)
        add(&words, "%sbench conformance --out=matrix.json", is_measured ? "" : "; ");
    return keep(&words, arena);
}
