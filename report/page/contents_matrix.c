/* The conformance matrix: which strategy passes what, and, as numbered notes, why not. */
#include <string.h>

#include "page/contents_parts.h"

/* What is said below the matrix, in the order of its numbers, which begin with 1. */
struct notes {
    struct document *document;
    size_t index; /* of the run: ids are unique in the document */
    struct matrix_remark *remarks;
    size_t count;
};

static const char *id_of_note(const struct notes *notes, size_t note) {
    return document_text(notes->document, "n%zu-%zu", notes->index + 1, note + 1);
}

static void collect(const struct matrix_remark *remark, void *arg) {
    struct notes *notes = arg;
    notes->remarks[notes->count] = *remark;
    notes->remarks[notes->count++].text = document_text(notes->document, "%s", remark->text);
}

/* ---- The cells ---- */

static void refer_to_note(const struct notes *notes, const struct matrix *matrix, size_t scenario, size_t strategy,
                          struct document_cell *cell) {
    for (size_t i = 0; i < notes->count; i++) {
        if (!matrix_concerns(matrix, &notes->remarks[i], scenario, strategy))
            continue;
        cell->remark = id_of_note(notes, i);
        cell->number = i + 1;
        return;
    }
}

static void fill_outcome(const struct notes *notes, const struct matrix *matrix, size_t scenario, size_t strategy,
                         struct document_cell *cell) {
    static const struct {
        const char *sign;
        enum tone tone;
    } looks[] = {
        [SCENARIO_HELD] = {"+", TONE_GOOD},
        [SCENARIO_BROKEN] = {"x", TONE_BAD},
        [SCENARIO_NOT_APPLICABLE] = {"\u00b7", TONE_DIM},
        [SCENARIO_UNKNOWN] = {"?", TONE_DIM},
    };
    const struct matrix_cell *tried = matrix_cell(matrix, scenario, strategy);
    const char *sign = looks[tried->outcome].sign;
    cell->text = tried->as_expected ? sign : document_text(notes->document, "%s!", sign);
    cell->tone = looks[tried->outcome].tone;
    if (tried->outcome != SCENARIO_HELD || !tried->as_expected)
        refer_to_note(notes, matrix, scenario, strategy, cell);
}

static void add_cells(const struct notes *notes, const struct matrix *matrix, const char *id) {
    struct document *document = notes->document;
    struct document_column *columns = arena_take(&document->arena, (matrix->strategy_count + 1) * sizeof *columns);
    document->out_of_memory |= columns == NULL;
    if (columns == NULL)
        return;
    columns[0] = (struct document_column){.title = "scenario"};
    for (size_t i = 0; i < matrix->strategy_count; i++)
        columns[i + 1] = (struct document_column){.title = matrix->strategies[i], .narrow = true};
    struct document_table *table =
        document_add_table(document, id,
                           "+ pass, x fail, \u00b7 not applicable, ? not tried, ! not as expected; a number is that of "
                           "the note below",
                           columns, matrix->strategy_count + 1);
    for (size_t row = 0; row < matrix->scenario_count; row++) {
        struct document_cell *cell = document_add_row(document, table);
        if (cell == NULL)
            return;
        cell->text = matrix->scenarios[row].name;
        for (size_t i = 0; i < matrix->strategy_count; i++)
            fill_outcome(notes, matrix, row, i, &cell[i + 1]);
    }
}

/* ---- What is said of them ---- */

static void add_notes(const struct notes *notes, const char *heading, size_t begin, size_t end) {
    if (begin < end)
        document_add(notes->document, DOCUMENT_SUBSECTION, NULL, "%s", heading);
    for (size_t i = begin; i < end; i++)
        document_add(notes->document, DOCUMENT_ITEM, id_of_note(notes, i), DOCUMENT_STRONG "%zu" DOCUMENT_STRONG " %s",
                     i + 1, notes->remarks[i].text);
}

static void add_scenarios(struct document *document, const struct matrix *matrix, const char *id) {
    static const struct document_column columns[] = {
        {.title = "scenario"}, {.title = "what it tries"}, {.title = "where programs met it"}};
    enum { COUNT = sizeof columns / sizeof *columns };
    struct document_table *table = document_add_table(document, id, "The scenarios", columns, COUNT);
    if (table != NULL)
        table->folded = true;
    for (size_t i = 0; i < matrix->scenario_count; i++) {
        struct document_cell *cells = document_add_row(document, table);
        if (cells == NULL)
            return;
        cells[0].text = matrix->scenarios[i].name;
        cells[1].text = matrix->scenarios[i].summary;
        cells[2].text = matrix->scenarios[i].story;
    }
}

static void add_warnings(struct document *document, const struct run *run) {
    const size_t surprises = matrix_count_surprises(run->matrix);
    if (run->matrix_of_another_machine)
        document_add(document, DOCUMENT_WARNING, NULL,
                     "The matrix comes from %s, which was made on another machine than this run.",
                     run->matrix_from->path);
    if (surprises > 0)
        document_add(document, DOCUMENT_WARNING, NULL, "%zu %s of the matrix %s not as expected: see below.", surprises,
                     surprises == 1 ? "cell" : "cells", surprises == 1 ? "is" : "are");
}

void contents_add_matrix(struct document *document, const struct run *run, size_t index) {
    const struct matrix *matrix = run->matrix;
    if (matrix == NULL) {
        document_add(document, DOCUMENT_WARNING, NULL,
                     "No conformance matrix was given, so this table cannot say which of these are right where.");
        return;
    }
    struct notes notes = {.document = document, .index = index}; /* a cell has one at the most */
    notes.remarks =
        arena_take(&document->arena, (matrix->scenario_count * matrix->strategy_count + 1) * sizeof *notes.remarks);
    document->out_of_memory |= notes.remarks == NULL;
    if (notes.remarks == NULL)
        return;
    matrix_visit_reasons(matrix, SCENARIO_BROKEN, collect, &notes);
    const size_t broken = notes.count;
    matrix_visit_reasons(matrix, SCENARIO_NOT_APPLICABLE, collect, &notes);
    const size_t expected = notes.count;
    matrix_visit_surprises(matrix, collect, &notes);
    add_warnings(document, run);
    document_add(document, DOCUMENT_SUBSECTION, NULL, "What passes where");
    add_cells(&notes, matrix, document_text(document, "matrix-%zu", index + 1));
    add_scenarios(document, matrix, document_text(document, "scenarios-%zu", index + 1));
    add_notes(&notes, "What fails, and why", 0, broken);
    add_notes(&notes, "What does not apply, and why", broken, expected);
    add_notes(&notes, "What is not as expected", expected, notes.count);
}
