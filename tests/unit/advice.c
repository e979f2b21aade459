/* Advice is the sum of what was measured, with the errors of its parts, and never what nobody proved. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "advice/advice.h"

enum { STRATEGIES = 3, CONDITIONS = 2 };

/* A made-up machine: what each strategy costs, and under which conditions it passes. */
struct machine {
    struct read_cost reads[STRATEGIES][2]; /* at depths 0 and 100 */
    struct evidence_answer answers[STRATEGIES][CONDITIONS];
    struct evidence_strategy strategies[STRATEGIES];
    struct condition conditions[CONDITIONS];
    struct evidence evidence;
};

static struct added_cost cost_of(double ns, double error) {
    return (struct added_cost){
        .measured = true, .ns = ns, .has_interval = true, .minus = error, .plus = 2 * error, .whole_ns = ns + 1};
}

static void make_machine(struct machine *machine) {
    static const char *const names[STRATEGIES] = {"flat", "steep", "unknown"};
    static const double at_0[STRATEGIES] = {5, 2, 1}, at_100[STRATEGIES] = {5, 102, 1};
    *machine = (struct machine){.conditions = {{.need = "all", .title = "All"}, {.need = "hard", .title = "Hard"}}};
    for (size_t i = 0; i < STRATEGIES; i++) {
        machine->reads[i][0] = (struct read_cost){0, cost_of(at_0[i], 0.3)};
        machine->reads[i][1] = (struct read_cost){100, cost_of(at_100[i], 0.5)};
        const bool is_unknown = i == 2;
        machine->answers[i][0] = (struct evidence_answer){is_unknown ? PROOF_NONE : PROOF_PASSES, NULL, ""};
        machine->answers[i][1] = i == 0 ? (struct evidence_answer){PROOF_FAILS, "jump", "why"} : machine->answers[i][0];
        machine->strategies[i] = (struct evidence_strategy){.name = names[i],
                                                            .label = names[i],
                                                            .reads = machine->reads[i],
                                                            .read_count = 2,
                                                            .scope = cost_of(10, 0.4),
                                                            .inner_scope = cost_of(12, 0.4),
                                                            .handoff = cost_of(100, 3),
                                                            .answers = machine->answers[i]};
    }
    machine->evidence = (struct evidence){.conditions = {machine->conditions, CONDITIONS},
                                          .strategies = machine->strategies,
                                          .strategy_count = STRATEGIES,
                                          .has_matrix = true};
}

static struct advice advise(const struct machine *machine, struct program program, bool is_hard, struct arena *arena) {
    static const bool easy[] = {true, false}, hard[] = {true, true};
    struct advice advice;
    assert_true(advice_make(&machine->evidence, &program, is_hard ? hard : easy, arena, &advice));
    return advice;
}

static void test_a_request_is_the_sum_of_its_parts(void **state) {
    (void)state;
    struct machine machine;
    struct arena arena = {0};
    make_machine(&machine);
    const struct advice advice =
        advise(&machine, (struct program){.depth = 50, .reads = 4, .scopes = 2, .handoffs = 1}, false, &arena);
    const struct advice_row *flat = &advice.rows[0], *steep = &advice.rows[1];
    assert_string_equal(flat->of->label, "flat");
    /* 25 calls to a scope: a read is 12 below its own on average, and the inner scope looks 25 calls up. */
    assert_true(fabs(flat->added.ns - (4 * 5 + 10 + 12 + 100)) < 1e-9);
    assert_true(fabs(steep->added.ns - (4 * 14 + 10 + 12 + 25 + 100)) < 1e-9);
    const double read = 0.3 + 0.2 * 12 / 100, far = 0.3 + 0.2 * 25 / 100, near = 0.3, scope = 0.4, handoff = 3;
    const double others = pow(4 * read, 2) + 2 * pow(scope, 2) + pow(handoff, 2);
    assert_true(fabs(flat->added.minus - sqrt(others + pow(far, 2) + pow(2 * near, 2))) < 1e-9);
    assert_true(fabs(flat->added.plus - sqrt(4 * others + pow(2 * far, 2) + pow(near, 2))) < 1e-9);
    assert_true(fabs(steep->read.whole_ns - 15) < 1e-9);
    arena_free(&arena);
}

/* Reads cost what they do as a program makes them, where that was measured; what is shown of a read stays. */
static void test_lines_are_what_reads_cost(void **state) {
    (void)state;
    struct machine machine;
    struct arena arena = {0};
    make_machine(&machine);
    const struct read_cost lines[] = {{0, cost_of(7, 0.1)}, {100, cost_of(7, 0.1)}};
    machine.strategies[0].lines = lines;
    machine.strategies[0].line_count = 2;
    const struct advice advice = advise(&machine, (struct program){.depth = 201, .reads = 10}, false, &arena);
    assert_string_equal(advice.rows[0].of->label, "flat");
    assert_true(fabs(advice.rows[0].added.ns - 10 * 7) < 1e-9);
    assert_true(fabs(advice.rows[0].read.ns - 5) < 1e-9);
    assert_true(fabs(advice.rows[1].added.ns - 10 * 102) < 1e-9);
    arena_free(&arena);
}

/* The scopes of a program lie in one another, one for each call at most. */
static void test_the_shape_of_a_program(void **state) {
    (void)state;
    static const struct {
        struct program program;
        double distance, within, layer;
    } shapes[] = {
        {{.depth = 30, .scopes = 3}, 4.5, 2, 10},  {{.depth = 15, .scopes = 40}, 0, 14, 1},
        {{.depth = 30, .scopes = 0}, 14.5, 0, 30}, {{.depth = 0, .scopes = 5}, 0, 4, 0},
        {{.depth = 1, .scopes = 1}, 0, 0, 1},
    };
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        assert_true(program_distance(&shapes[i].program) == shapes[i].distance);
        assert_true(program_layers_within(&shapes[i].program) == shapes[i].within);
        assert_true(program_layer_depth(&shapes[i].program) == shapes[i].layer);
    }
}

/* Which is best depends on the program: near its scope the one that walks costs less. */
static void test_the_order_follows_the_program(void **state) {
    (void)state;
    struct machine machine;
    struct arena arena = {0};
    make_machine(&machine);
    struct advice advice = advise(&machine, (struct program){.depth = 0, .reads = 100}, false, &arena);
    assert_string_equal(advice.rows[0].of->label, "steep");
    assert_int_equal(advice.fit_count, 2);
    assert_int_equal(advice.tie_count, 0);
    advice = advise(&machine, (struct program){.depth = 100, .reads = 100}, false, &arena);
    assert_string_equal(advice.rows[0].of->label, "flat");
    advice = advise(&machine, (struct program){.depth = 100, .reads = 100}, true, &arena);
    assert_string_equal(advice.rows[0].of->label, "steep");
    assert_int_equal(advice.rows[2].standing, STANDING_FAILS);
    assert_string_equal(advice_why_not(&advice, &advice.rows[2], &arena), "hard: jump");
    assert_non_null(strstr(advice_sentence(&advice, "", &arena), "Cheaper, but not right here: flat (hard: jump)."));
    advice = advise(&machine, (struct program){.scopes = 1}, false, &arena);
    assert_int_equal(advice.tie_count, 1);
    assert_non_null(strstr(advice_sentence(&advice, "", &arena), "No significant difference: steep."));
    arena_free(&arena);
}

/* More depth makes the walk cost more; the number from which on it does is the least one. */
static void test_a_flip_is_found(void **state) {
    (void)state;
    struct machine machine;
    struct arena arena = {0};
    make_machine(&machine);
    machine.evidence.depth_max = 100;
    const struct advice advice = advise(&machine, (struct program){.depth = 0, .reads = 100}, false, &arena);
    const struct advice_flip flip = advice_flip(&advice, PROGRAM_DEPTH, &arena);
    assert_non_null(flip.to);
    assert_string_equal(flip.to->label, "flat");
    assert_true(flip.from > 7 &&
                flip.from < 12); /* reads are 3 calls below their scope at 7; there they cost the same */
    assert_null(advice_flip(&advice, PROGRAM_SCOPES, &arena).to);
    assert_non_null(strstr(advice_sentence(&advice, "", &arena), " That changes with more: flat from "));
    for (int before = 0; before <= 1; before++) {
        const struct program program = {.depth = flip.from - before, .reads = 100};
        const struct advice there = advise(&machine, program, false, &arena);
        const bool is_flat = strcmp(there.rows[0].of->label, "flat") == 0;
        assert_int_equal(is_flat && there.tie_count == 0, before == 0);
    }
    arena_free(&arena);
}

static void test_what_is_not_proved_is_not_recommended(void **state) {
    (void)state;
    struct machine machine;
    struct arena arena = {0};
    make_machine(&machine);
    struct advice advice = advise(&machine, program_presets[0].program, false, &arena);
    assert_string_equal(advice.rows[2].of->label, "unknown"); /* costs least */
    assert_int_equal(advice.rows[2].standing, STANDING_UNPROVED);
    machine.evidence.has_matrix = false;
    advice = advise(&machine, program_presets[0].program, false, &arena);
    assert_int_equal(advice.fit_count, 0);
    assert_non_null(strstr(advice_sentence(&advice, "", &arena), "no strategy was proved"));
    assert_non_null(strstr(advice_missing(&advice, &arena), "bench conformance"));
    arena_free(&arena);
}

/* Nothing is guessed: not beyond the depths, and not of parts that were not measured, unless they do not occur. */
static void test_what_is_not_measured_has_no_cost(void **state) {
    (void)state;
    struct machine machine;
    struct arena arena = {0};
    make_machine(&machine);
    struct advice advice = advise(&machine, (struct program){.depth = 203, .reads = 1}, false, &arena);
    assert_int_equal(advice.rows[0].standing, STANDING_UNMEASURED);
    assert_int_equal(advice.fit_count, 0);
    assert_non_null(strstr(advice_missing(&advice, &arena), "--depth=0,101"));
    machine.strategies[0].handoff.measured = false;
    advice = advise(&machine, (struct program){.handoffs = 1}, false, &arena);
    assert_string_equal(advice.rows[0].of->label, "steep");
    assert_int_equal(advice.rows[1].standing, STANDING_UNMEASURED);
    advice = advise(&machine, (struct program){.scopes = 1}, false, &arena);
    assert_int_equal(advice.fit_count, 2);
    assert_false(evidence_read(&machine.strategies[0], -1).measured);
    arena_free(&arena);
}

static void test_needs_are_read_by_name(void **state) {
    (void)state;
    struct machine machine;
    struct error error;
    bool needed[CONDITIONS];
    make_machine(&machine);
    assert_true(advice_read_needs(&machine.evidence, NULL, needed, &error));
    assert_true(needed[0] && !needed[1]);
    assert_true(advice_read_needs(&machine.evidence, "hard", needed, &error) && needed[1]);
    assert_false(advice_read_needs(&machine.evidence, "hard,harder", needed, &error));
    assert_string_equal(error.text, "no need is called \"harder\"; there are: all, hard");
    machine.evidence.conditions.count = 0;
    assert_false(advice_read_needs(&machine.evidence, "hard", needed, &error));
    assert_non_null(strstr(error.text, "bench conformance"));
}

static void test_amounts(void **state) {
    (void)state;
    static const struct {
        double ns;
        const char *shown;
    } amounts[] = {{0, "0 ns"}, {1234, "1.23 us"}, {-1234, "-1.23 us"}, {0.01, "0.0100 ns"}};
    for (size_t i = 0; i < sizeof amounts / sizeof *amounts; i++) {
        char cell[FORMAT_CELL_MAX];
        advice_format(amounts[i].ns, cell);
        assert_string_equal(cell, amounts[i].shown);
    }
    char interval[ADVICE_INTERVAL_MAX];
    struct added_cost cost = cost_of(500, 100);
    advice_format_interval(&cost, interval);
    assert_string_equal(interval, "400 ns..700 ns");
    cost.has_interval = false;
    advice_format_interval(&cost, interval);
    assert_string_equal(interval, "");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_request_is_the_sum_of_its_parts),
        cmocka_unit_test(test_lines_are_what_reads_cost),
        cmocka_unit_test(test_the_shape_of_a_program),
        cmocka_unit_test(test_the_order_follows_the_program),
        cmocka_unit_test(test_a_flip_is_found),
        cmocka_unit_test(test_what_is_not_proved_is_not_recommended),
        cmocka_unit_test(test_what_is_not_measured_has_no_cost),
        cmocka_unit_test(test_needs_are_read_by_name),
        cmocka_unit_test(test_amounts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
