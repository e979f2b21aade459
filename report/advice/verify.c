#include "advice/verify.h"

#include <math.h>
#include <string.h>

/* Reads by callbacks of a library go through code that advice knows nothing of. */
static const char callbacks[] = "callbacks";

static bool find_parameter(const struct result_case *c, const char *name, double *value) {
    for (size_t i = 0; i < c->parameter_count; i++) {
        if (strcmp(c->parameter[i].name, name) == 0) {
            *value = c->parameter[i].value;
            return true;
        }
    }
    return false;
}

/* Whether the case is a whole request of a program that advice can speak of. */
static bool find_program(const struct evidence *evidence, const struct result_case *c, struct program *program) {
    double called_back = 0;
    (void)find_parameter(c, callbacks, &called_back);
    return presentation_of_workload(evidence->run->file, c->workload, "").role == ROLE_WHOLE && called_back == 0 &&
           find_parameter(c, "depth", &program->depth) && find_parameter(c, "reads", &program->reads) &&
           find_parameter(c, "scopes", &program->scopes) && find_parameter(c, "handoffs", &program->handoffs);
}

static const struct evidence_strategy *strategy_of(const struct evidence *evidence, const char *label) {
    for (size_t i = 0; i < evidence->strategy_count; i++)
        if (strcmp(evidence->strategies[i].label, label) == 0)
            return &evidence->strategies[i];
    return NULL;
}

/* The same request without a context; NULL: it was not measured. */
static const struct summary_case *bare_case(const struct evidence *evidence, const struct result_case *c) {
    const struct summary *report = evidence->run->report;
    for (size_t y = 0; y < report->yardsticks.count; y++) {
        const struct yardstick *yardstick = &report->yardsticks.list[y];
        for (size_t i = 0; yardstick->no_context && i < report->file->case_count; i++) {
            const struct result_case *other = &report->file->cases[i];
            if (strcmp(other->strategy, yardstick->strategy) == 0 &&
                strcmp(other->comparison_name, c->comparison_name) == 0)
                return &report->cases[i];
        }
    }
    return NULL;
}

static bool is_same(const struct verified_program *a, const struct program *program, unsigned threads) {
    return a->threads == threads && a->program.depth == program->depth && a->program.reads == program->reads &&
           a->program.scopes == program->scopes && a->program.handoffs == program->handoffs;
}

/* The program's rows, which are begun where it is new; NULL when out of memory. */
static struct verified_program *program_rows(struct verification *verification, const struct program *program,
                                             unsigned threads, size_t room, struct arena *arena) {
    for (size_t i = 0; i < verification->program_count; i++)
        if (is_same(&verification->programs[i], program, threads))
            return &verification->programs[i];
    struct verified *rows = arena_take(arena, room * sizeof *rows);
    if (rows == NULL)
        return NULL;
    struct verified_program *added = &verification->programs[verification->program_count++];
    *added = (struct verified_program){.program = *program, .threads = threads, .rows = rows};
    return added;
}

/* Adds the case, if it can be held against a sum. */
static bool add_case(const struct evidence *evidence, struct verification *verification, size_t i,
                     struct arena *arena) {
    const struct summary *report = evidence->run->report;
    const struct result_case *c = &report->file->cases[i];
    const struct evidence_strategy *strategy = strategy_of(evidence, c->label);
    struct program program;
    if (strategy == NULL || !find_program(evidence, c, &program))
        return true;
    struct verified row = {
        .label = c->label,
        .reads_stack = c->reads_stack,
        .predicted = advice_cost(&program, strategy, c->threads == 1 ? &strategy->task : &strategy->handoff),
        .measured = evidence_over(&report->cases[i], bare_case(evidence, c)),
    };
    if (!row.predicted.measured || !row.measured.measured)
        return true;
    row.is_right = fabs(row.predicted.ns - row.measured.ns) <= VERIFY_TOLERANCE * fabs(row.measured.ns);
    struct verified_program *of = program_rows(verification, &program, c->threads, evidence->strategy_count, arena);
    if (of == NULL)
        return false;
    if (of->row_count < evidence->strategy_count) {
        of->right_count += row.is_right;
        of->rows[of->row_count++] = row;
    }
    return true;
}

bool verify_make(const struct evidence *evidence, struct arena *arena, struct verification *verification) {
    const size_t count = evidence->run->report->file->case_count;
    *verification = (struct verification){.programs = arena_take(arena, (count + 1) * sizeof *verification->programs)};
    bool made = verification->programs != NULL;
    for (size_t i = 0; i < count && made; i++)
        made = add_case(evidence, verification, i, arena);
    return made;
}
