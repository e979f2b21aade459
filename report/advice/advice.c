#include "advice/advice.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

const char *standing_name(enum standing standing) {
    static const char *const names[STANDING_COUNT] = {"fits", "not measured", "not proved", "fails"};
    return names[standing];
}

/* ---- Costs ---- */

/* Adds `count` times a part; one that does not occur need not have been measured. */
static void add_part(struct added_cost *sum, double count, const struct added_cost *part) {
    if (count == 0)
        return;
    sum->measured = sum->measured && part->measured;
    sum->has_interval = sum->has_interval && part->has_interval;
    sum->ns += count * part->ns;
    sum->minus += count * part->minus * (count * part->minus);
    sum->plus += count * part->plus * (count * part->plus);
}

/* What it costs more to find a context so many calls further out. */
static struct added_cost way_out(const struct evidence_strategy *strategy, double depth) {
    const struct added_cost far = evidence_line(strategy, depth), near = evidence_line(strategy, 0);
    return (struct added_cost){
        .measured = far.measured && near.measured,
        .has_interval = far.has_interval && near.has_interval,
        .ns = far.ns - near.ns,
        .minus = sqrt(far.minus * far.minus + near.plus * near.plus),
        .plus = sqrt(far.plus * far.plus + near.minus * near.minus),
    };
}

struct added_cost advice_cost(const struct program *program, const struct evidence_strategy *strategy,
                              const struct added_cost *handoff) {
    struct added_cost sum = {.measured = true, .has_interval = true};
    const struct added_cost line = evidence_line(strategy, program_distance(program));
    const struct added_cost way = way_out(strategy, program_layer_depth(program));
    add_part(&sum, program->reads, &line);
    add_part(&sum, fmin(program->scopes, 1), &strategy->scope);
    add_part(&sum, fmax(program->scopes - 1, 0), &strategy->inner_scope);
    add_part(&sum, program_layers_within(program), &way);
    add_part(&sum, program->handoffs, handoff);
    sum.minus = sqrt(sum.minus);
    sum.plus = sqrt(sum.plus);
    return sum.measured ? sum : (struct added_cost){.measured = false};
}

/* ---- Standings ---- */

static void judge(const struct advice *advice, struct advice_row *row) {
    const struct evidence *evidence = advice->evidence;
    row->standing = !evidence->has_matrix || evidence->conditions.count == 0 ? STANDING_UNPROVED : STANDING_FITS;
    for (size_t i = 0; i < evidence->conditions.count; i++) {
        const enum proof proof = row->of->answers[i].proof;
        if (!advice->needed[i] || proof == PROOF_PASSES)
            continue;
        const enum standing standing = proof == PROOF_NONE ? STANDING_UNPROVED : STANDING_FAILS;
        if (standing > row->standing) {
            row->standing = standing;
            row->decided_by = i;
        }
    }
    if (row->standing == STANDING_FITS && !row->added.measured)
        row->standing = STANDING_UNMEASURED;
}

static int compare_rows(const void *left, const void *right) {
    const struct advice_row *a = left, *b = right;
    if (a->standing != b->standing)
        return a->standing < b->standing ? -1 : 1;
    if (a->added.measured != b->added.measured)
        return a->added.measured ? -1 : 1;
    if (a->added.ns != b->added.ns)
        return a->added.ns < b->added.ns ? -1 : 1;
    return strcmp(a->of->label, b->of->label);
}

bool advice_is_less(const struct added_cost *a, const struct added_cost *b) {
    return a->has_interval && b->has_interval && a->ns + a->plus < b->ns - b->minus;
}

static void count_ties(struct advice *advice) {
    for (size_t i = 0; i < advice->row_count && advice->rows[i].standing == STANDING_FITS; i++) {
        advice->fit_count++;
        advice->tie_count += i > 0 && !advice_is_less(&advice->rows[0].added, &advice->rows[i].added);
    }
}

bool advice_make(const struct evidence *evidence, const struct program *program, const bool *needed,
                 struct arena *arena, struct advice *advice) {
    *advice = (struct advice){.evidence = evidence, .program = *program, .needed = needed};
    advice->rows = arena_take(arena, (evidence->strategy_count + 1) * sizeof *advice->rows);
    if (advice->rows == NULL)
        return false;
    for (size_t i = 0; i < evidence->strategy_count; i++) {
        struct advice_row *row = &advice->rows[advice->row_count++];
        *row = (struct advice_row){.of = &evidence->strategies[i]};
        row->read = evidence_read(row->of, program_distance(program));
        row->added = advice_cost(program, row->of, &row->of->handoff);
        judge(advice, row);
    }
    qsort(advice->rows, advice->row_count, sizeof *advice->rows, compare_rows);
    count_ties(advice);
    return true;
}

/* ---- What would change it ---- */

static double *number_of(struct program *program, enum program_number number) {
    double *const numbers[PROGRAM_NUMBERS] = {&program->reads, &program->scopes, &program->handoffs, &program->depth};
    return numbers[number];
}

/* The strategy that costs less than the advised one, as intervals show, where the number has this value; or NULL. */
static const struct evidence_strategy *flip_at(const struct advice *advice, enum program_number number, double value,
                                               struct arena *arena) {
    const struct advice_row *best = &advice->rows[0];
    struct program program = advice->program;
    struct advice other;
    *number_of(&program, number) = value;
    if (!advice_make(advice->evidence, &program, advice->needed, arena, &other) || other.fit_count == 0)
        return NULL;
    for (size_t i = 1; i < other.fit_count; i++)
        if (other.rows[i].of == best->of && advice_is_less(&other.rows[0].added, &other.rows[i].added))
            return other.rows[0].of;
    return NULL;
}

/* Doubles the number until the advice changes, then halves the step. */
struct advice_flip advice_flip(const struct advice *advice, enum program_number number, struct arena *arena) {
    struct program program = advice->program;
    const double from = *number_of(&program, number);
    const double most = number == PROGRAM_DEPTH ? advice->evidence->depth_max : PROGRAM_NUMBER_MAX;
    double low = from, high = from, step = 1;
    const struct evidence_strategy *to = NULL;
    while (advice->fit_count > 0 && to == NULL && high < most) {
        low = high;
        high = fmin(most, from + step);
        step *= 2;
        to = flip_at(advice, number, high, arena);
    }
    while (to != NULL && high - low > 1) {
        const double middle = floor((low + high) / 2);
        const struct evidence_strategy *there = flip_at(advice, number, middle, arena);
        if (there != NULL)
            to = there;
        *(there != NULL ? &high : &low) = middle;
    }
    return (struct advice_flip){to, high};
}

/* ---- Needs ---- */

static bool unknown_need(const struct evidence *evidence, const char *wrong, struct error *error) {
    char known[512] = "";
    struct text_names names = {0};
    bool complete = true;
    for (size_t i = 0; i < evidence->conditions.count; i++)
        complete = text_names_add(&names, evidence->conditions.list[i].need) && complete;
    text_names_join(&names, known, sizeof known);
    text_names_free(&names);
    if (!complete)
        return error_set_code(error, ERROR_MEMORY, "out of memory for the names of needs");
    if (evidence->conditions.count == 0)
        return error_set(
            error,
            "found the need \"%s\", but nothing given says what there are: add a conformance matrix, which "
            "bench conformance --out=FILE makes",
            wrong);
    return error_set(error, "no need is called \"%s\"; there are: %s", wrong, known);
}

bool advice_read_needs(const struct evidence *evidence, const char *list, bool *needed, struct error *error) {
    for (size_t i = 0; i < evidence->conditions.count; i++)
        needed[i] = i == 0;
    while (list != NULL && *list != '\0') {
        char item[TEXT_ITEM_MAX];
        bool found = false;
        if (!text_next_item(&list, item, error))
            return false;
        for (size_t i = 0; i < evidence->conditions.count; i++) {
            const bool is_meant = strcmp(evidence->conditions.list[i].need, item) == 0;
            needed[i] |= is_meant;
            found |= is_meant;
        }
        if (!found)
            return unknown_need(evidence, item, error);
    }
    return true;
}
