/* Times of single operations: none is lost, each is found again as exactly as promised, and quantiles are what they
 * say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "protocol/recording.h"

static const uint64_t LONGEST = (UINT64_C(1) << CTX_RECORDER_TICK_BITS) - 1;

static void expect_close(uint64_t ticks) {
    const unsigned cell = ctx_recorder_cell(ticks);
    const double middle = ctx_recorder_middle(cell), off = middle - (double)ticks;
    assert_true(cell < CTX_RECORDER_CELLS);
    if (ticks < UINT64_C(2) * CTX_RECORDER_SPLIT)
        assert_true(off == 0);
    else if ((off < 0 ? -off : off) > 0.008 * (double)ticks)
        fail_msg("%llu ticks became %g", (unsigned long long)ticks, middle);
}

static void test_times_are_as_exact_as_promised(void **state) {
    (void)state;
    for (uint64_t ticks = 0; ticks < 100000; ticks++)
        expect_close(ticks);
    for (unsigned bit = 10; bit < CTX_RECORDER_TICK_BITS; bit++) {
        const uint64_t power = UINT64_C(1) << bit;
        expect_close(power - 1);
        expect_close(power);
        expect_close(power + power / 3);
    }
    expect_close(LONGEST);
}

/* Each cell begins where the one before ends. */
static void test_cells_ascend_without_gaps(void **state) {
    (void)state;
    unsigned last = ctx_recorder_cell(0);
    for (uint64_t ticks = 1; ticks < 1 << 20; ticks++) {
        const unsigned cell = ctx_recorder_cell(ticks);
        assert_true(cell == last || cell == last + 1);
        last = cell;
    }
    for (unsigned cell = 1; cell < CTX_RECORDER_CELLS; cell++)
        assert_true(ctx_recorder_middle(cell) > ctx_recorder_middle(cell - 1));
}

static void test_what_is_too_long_is_the_longest(void **state) {
    (void)state;
    assert_int_equal(ctx_recorder_cell(LONGEST), CTX_RECORDER_CELLS - 1);
    assert_int_equal(ctx_recorder_cell(LONGEST + 1), CTX_RECORDER_CELLS - 1);
    assert_int_equal(ctx_recorder_cell(UINT64_MAX), CTX_RECORDER_CELLS - 1);
}

static void test_quantiles(void **state) {
    (void)state;
    struct quantile_point points[] = {{30, 1}, {10, 98}, {20, 0}, {25, 1}};
    quantile_sort(points, 4);
    assert_int_equal(points[0].value, 10);
    assert_int_equal(points[3].value, 30);
    assert_int_equal(quantile_of(points, 4, 0.5), 10);
    assert_int_equal(quantile_of(points, 4, 0.98), 10);
    assert_int_equal(quantile_of(points, 4, 0.981), 25);
    assert_int_equal(quantile_of(points, 4, 0.99), 25);
    assert_int_equal(quantile_of(points, 4, 0.999), 30);
    const struct quantile_point one[] = {{7, 1}, {9, 0}};
    assert_int_equal(quantile_of(one, 2, 0.999), 7);
}

static void test_quantiles_need_ten_beyond(void **state) {
    (void)state;
    static const uint64_t needs[QUANTILES_SHOWN] = {20, 1000, 10000};
    for (int i = 0; i < QUANTILES_SHOWN; i++)
        assert_int_equal(quantile_needs(quantiles_shown[i].order), needs[i]);
}

static void test_recording_holds_what_was_noted(void **state) {
    (void)state;
    static struct ctx_recorder one, other;
    one.operations[ctx_recorder_cell(40)] = 3;
    other.operations[ctx_recorder_cell(40)] = 1;
    other.operations[ctx_recorder_cell(100)] = 2;
    recording_merge(&one, &other);
    struct recording recording;
    assert_true(recording_make(&one, 500, &recording)); /* two ticks a nanosecond */
    assert_int_equal(recording.operations, 6);
    assert_int_equal(recording.point_count, 2);
    assert_int_equal(recording.points[0].value, 20000);
    assert_int_equal(recording.points[0].count, 4);
    assert_int_equal(recording.points[1].value, 50000);
    assert_int_equal(recording.points[1].count, 2);
    assert_true(recording.clock_ps > 0);
    recording_clear(&recording);
    assert_null(recording.points);
}

/* Operations are noted one by one: the sum of their times is the time of all. */
static void test_recorder_notes_each_operation(void **state) {
    (void)state;
    enum { OPERATIONS = 1000 };
    static struct ctx_recorder own;
    struct ctx_recorder *const recorder = &own;
    ctx_recorder_start(recorder);
    const uint64_t began = recorder->last_ticks;
    for (int i = 0; i < OPERATIONS; i++)
        ctx_recorder_note(recorder);
    const double all = (double)(recorder->last_ticks - began);
    double sum = 0;
    uint64_t noted = 0;
    for (unsigned cell = 0; cell < CTX_RECORDER_CELLS; cell++) {
        noted += recorder->operations[cell];
        sum += (double)recorder->operations[cell] * ctx_recorder_middle(cell);
    }
    assert_int_equal(noted, OPERATIONS);
    assert_true(sum > 0.99 * all && sum < 1.01 * all);
}

static void test_clock_has_a_rate(void **state) {
    (void)state;
    struct recording_clock clock;
    recording_clock_begin(&clock);
    const double ps_per_tick = recording_clock_ps_per_tick(&clock);
    assert_true(ps_per_tick > 10 && ps_per_tick < 1e6); /* 1 MHz to 100 GHz */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_times_are_as_exact_as_promised),  cmocka_unit_test(test_cells_ascend_without_gaps),
        cmocka_unit_test(test_what_is_too_long_is_the_longest), cmocka_unit_test(test_quantiles),
        cmocka_unit_test(test_quantiles_need_ten_beyond),       cmocka_unit_test(test_recording_holds_what_was_noted),
        cmocka_unit_test(test_recorder_notes_each_operation),   cmocka_unit_test(test_clock_has_a_rate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
