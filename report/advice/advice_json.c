#include "advice/advice_json.h"

#include "base/json_build.h"
#include "base/json_text.h"

/* ---- Advice ---- */

/* A text that was to be made; without memory for it, there is none. */
static void put_made(struct json_build *build, json_t *object, const char *key, const char *text) {
    build->out_of_memory |= text == NULL;
    if (text != NULL)
        json_build_put_text(build, object, key, text);
}

static json_t *make_program(struct json_build *build, const struct program *program) {
    json_t *object = json_object();
    json_build_put_number(build, object, "depth", program->depth);
    json_build_put_number(build, object, "reads", program->reads);
    json_build_put_number(build, object, "scopes", program->scopes);
    json_build_put_number(build, object, "handoffs", program->handoffs);
    return object;
}

static json_t *make_needs(struct json_build *build, const struct advice *advice) {
    json_t *array = json_array();
    for (size_t i = 0; i < advice->evidence->conditions.count; i++)
        if (advice->needed[i])
            json_build_append_text(build, array, advice->evidence->conditions.list[i].need);
    return array;
}

static void put_time(struct json_build *build, json_t *object, const char *key, double ns, bool is_known) {
    if (is_known)
        json_build_put_number(build, object, key, ns);
}

static json_t *make_row(struct json_build *build, const struct advice *advice, const struct advice_row *row,
                        struct arena *arena) {
    char shown[FORMAT_CELL_MAX], interval[ADVICE_INTERVAL_MAX];
    json_t *object = json_object();
    json_build_put_text(build, object, "strategy", row->of->label);
    json_build_put_text(build, object, "standing", standing_name(row->standing));
    put_made(build, object, "why_not", advice_why_not(advice, row, arena));
    put_made(build, object, "fails", advice_fails(advice->evidence, row->of, arena));
    if (row->added.measured) {
        json_build_put_number(build, object, "added_ns", row->added.ns);
        advice_format(row->added.ns, shown);
        json_build_put_text(build, object, "added", shown);
        advice_format_interval(&row->added, interval);
        json_build_put_text(build, object, "interval", interval);
    }
    if (row->added.measured && row->added.has_interval) {
        json_build_put_number(build, object, "low_ns", row->added.ns - row->added.minus);
        json_build_put_number(build, object, "high_ns", row->added.ns + row->added.plus);
    }
    put_time(build, object, "read_ns", row->read.whole_ns, row->read.measured);
    put_time(build, object, "scope_ns", row->of->scope.whole_ns, row->of->scope.measured);
    put_time(build, object, "handoff_ns", row->of->handoff.whole_ns, row->of->handoff.measured);
    put_time(build, object, "thread_ns", row->of->start_ns, row->of->start_ns > 0);
    return object;
}

bool advice_print_json(const struct advice *advice, FILE *out) {
    struct json_build build = {false};
    struct arena arena = {0};
    json_t *object = json_object(), *rows = json_array();
    const char *missing = advice_missing(advice, &arena);
    json_build_put_count(&build, object, "ctxbench_advice", 1);
    json_build_put_text(&build, object, "file", advice->evidence->run->path);
    json_build_put(&build, object, "program", make_program(&build, &advice->program));
    json_build_put(&build, object, "needs", make_needs(&build, advice));
    put_made(&build, object, "sentence", advice_sentence(advice, "", &arena));
    json_build_put_text(&build, object, "missing", missing != NULL ? missing : "");
    for (size_t i = 0; i < advice->row_count; i++)
        json_build_append(&build, rows, make_row(&build, advice, &advice->rows[i], &arena));
    json_build_put(&build, object, "strategies", rows);
    const bool written = json_build_write(&build, object, JSON_INDENT(2), out);
    arena_free(&arena);
    return written;
}

/* ---- Evidence ---- */

/* [ns, minus, plus, whole]; minus and plus are -1 where there is no interval; null where nothing was measured. */
static json_t *make_cost(struct json_build *build, const struct added_cost *cost, const double *depth) {
    if (!cost->measured)
        return json_null();
    json_t *array = json_array();
    if (depth != NULL)
        json_build_append(build, array, json_real(*depth));
    json_build_append(build, array, json_real(cost->ns));
    json_build_append(build, array, json_real(cost->has_interval ? cost->minus : -1));
    json_build_append(build, array, json_real(cost->has_interval ? cost->plus : -1));
    json_build_append(build, array, json_real(cost->whole_ns));
    return array;
}

static json_t *make_untried(struct json_build *build, const struct evidence_answer *answer) {
    json_t *array = json_array();
    json_build_append(build, array, json_text(answer->scenario != NULL ? answer->scenario : ""));
    return array;
}

/* For each condition 0 if it passes, the scenario that it fails, or in an array the one that was not tried. */
static json_t *make_answers(struct json_build *build, const struct evidence *evidence,
                            const struct evidence_strategy *strategy) {
    json_t *array = json_array();
    for (size_t i = 0; i < evidence->conditions.count; i++) {
        const struct evidence_answer *answer = &strategy->answers[i];
        json_build_append(build, array,
                          answer->proof == PROOF_PASSES ? json_integer(0)
                          : answer->proof == PROOF_NONE ? make_untried(build, answer)
                                                        : json_text(answer->scenario));
    }
    return array;
}

static json_t *make_curve(struct json_build *build, const struct read_cost *curve, size_t count) {
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++)
        json_build_append(build, array, make_cost(build, &curve[i].cost, &curve[i].depth));
    return array;
}

static json_t *make_strategy(struct json_build *build, const struct evidence *evidence,
                             const struct evidence_strategy *strategy) {
    json_t *object = json_object();
    json_build_put(build, object, "label", json_text(strategy->label));
    json_build_put(build, object, "reads", make_curve(build, strategy->reads, strategy->read_count));
    if (strategy->line_count > 0)
        json_build_put(build, object, "lines", make_curve(build, strategy->lines, strategy->line_count));
    json_build_put(build, object, "scope", make_cost(build, &strategy->scope, NULL));
    json_build_put(build, object, "inner", make_cost(build, &strategy->inner_scope, NULL));
    json_build_put(build, object, "handoff", make_cost(build, &strategy->handoff, NULL));
    json_build_put_number(build, object, "start", strategy->start_ns);
    json_build_put(build, object, "answers", make_answers(build, evidence, strategy));
    return object;
}

static json_t *make_presets(struct json_build *build) {
    json_t *object = json_object();
    for (size_t i = 0; i < PROGRAM_PRESETS; i++)
        json_build_put(build, object, program_presets[i].name, make_program(build, &program_presets[i].program));
    return object;
}

char *advice_dump_evidence(const struct evidence *evidence) {
    struct json_build build = {false};
    json_t *object = json_object(), *needs = json_array(), *strategies = json_array();
    for (size_t i = 0; i < evidence->conditions.count; i++)
        json_build_append_text(&build, needs, evidence->conditions.list[i].need);
    for (size_t i = 0; i < evidence->strategy_count; i++)
        json_build_append(&build, strategies, make_strategy(&build, evidence, &evidence->strategies[i]));
    json_build_put(&build, object, "matrix", json_boolean(evidence->has_matrix));
    json_build_put(&build, object, "needs", needs);
    json_build_put(&build, object, "presets", make_presets(&build));
    json_build_put(&build, object, "strategies", strategies);
    return json_build_dump(&build, object, JSON_COMPACT | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(EVIDENCE_DIGITS));
}
