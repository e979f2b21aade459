/* Scales of figures and their ticks. */
#include "figure/scale.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../support/uniform.h"

enum { TRIALS = 2000 };

static void assert_ticks(const struct scale *scale, const double *wanted, size_t count) {
    assert_int_equal(scale->tick_count, count);
    for (size_t i = 0; i < count; i++)
        assert_true(fabs(scale->ticks[i] - wanted[i]) <= 1e-9 * wanted[i]);
}

static void assert_labels(const struct scale *scale, const char *const *wanted) {
    for (size_t i = 0; i < scale->tick_count; i++) {
        char label[FORMAT_CELL_MAX];
        scale_label(scale, i, true, label);
        assert_string_equal(label, wanted[i]);
    }
}

static void test_linear_scales_begin_at_zero_where_asked(void **state) {
    (void)state;
    const struct scale from_zero = scale_for(40, 100, true), tight = scale_for(40, 100, false);
    assert_false(from_zero.logarithmic || tight.logarithmic);
    assert_true(from_zero.low == 0 && from_zero.high > 100);
    assert_true(tight.low > 30 && tight.low < 40);
    assert_true(scale_for(20, 100, false).low == 0); /* zero is near */
    assert_true(scale_part(&from_zero, 0) == 0 && scale_part(&from_zero, from_zero.high) == 1);
}

static void test_linear_ticks_are_round(void **state) {
    (void)state;
    struct scale scale = scale_for(40, 100, true);
    assert_true(scale_set_ticks(&scale, 0));
    assert_ticks(&scale, (const double[]){0, 20, 40, 60, 80, 100}, 6);
    assert_labels(&scale, (const char *const[]){"0", "20 ns", "40 ns", "60 ns", "80 ns", "100 ns"});
    assert_true(scale_set_ticks(&scale, 3));
    assert_ticks(&scale, (const double[]){0, 50, 100}, 3);
}

/* One unit for all, and as many decimals as it takes to tell neighbours apart. */
static void test_labels_of_a_narrow_range_differ(void **state) {
    (void)state;
    struct scale scale = scale_for(1001, 1004, false);
    assert_true(scale_set_ticks(&scale, 0));
    assert_ticks(&scale, (const double[]){995, 1000, 1005, 1010}, 4);
    assert_labels(&scale, (const char *const[]){"0.995 us", "1.000 us", "1.005 us", "1.010 us"});
}

static void test_logarithmic_ticks(void **state) {
    (void)state;
    struct scale scale = scale_for(2, 300, true);
    assert_true(scale.logarithmic && scale.low > 1 && scale.high < 500);
    assert_true(scale_set_ticks(&scale, 0));
    assert_ticks(&scale, (const double[]){2, 5, 10, 20, 50, 100, 200}, 7);
    assert_labels(&scale, (const char *const[]){"2 ns", "5 ns", "10 ns", "20 ns", "50 ns", "100 ns", "200 ns"});
    assert_true(scale_set_ticks(&scale, 1));
    assert_ticks(&scale, (const double[]){3, 10, 30, 100, 300}, 5);
    assert_true(scale_set_ticks(&scale, 2));
    assert_ticks(&scale, (const double[]){10, 100}, 2);
    assert_false(scale_set_ticks(&scale, 4));
    assert_int_equal(scale.tick_count, 2); /* they stay */
}

static void test_equal_distances_are_equal_ratios(void **state) {
    (void)state;
    const struct scale scale = scale_for(1, 1e6, false);
    const double step = scale_part(&scale, 10) - scale_part(&scale, 1);
    assert_true(fabs(scale_part(&scale, 1e6) - scale_part(&scale, 1e5) - step) < 1e-12);
}

/* Nothing to show, a single value, values that no unit suits: there is a scale all the same. */
static void test_odd_ranges(void **state) {
    (void)state;
    static const double odd[][2] = {{0, 0},           {5, 5}, {1e-300, 1e300},  {NAN, NAN},     {1, INFINITY},
                                    {1e-320, 1e-310}, {3, 2}, {1e307, 1.7e308}, {1e-9, 1.1e-9}, {1e-99, 1e99}};
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        for (int from_zero = 0; from_zero < 2; from_zero++) {
            struct scale scale = scale_for(odd[i][0], odd[i][1], from_zero == 1);
            assert_true(isfinite(scale.low) && isfinite(scale.high) && scale.low < scale.high);
            assert_true(scale_set_ticks(&scale, 0) && scale.tick_count > 0);
        }
    }
}

/* For any range: ticks ascend within the scale, no two labels are the same, and coarser sets are no longer. */
static void check_ticks(double low, double high, bool from_zero) {
    struct scale scale = scale_for(low, high, from_zero);
    assert_true(scale_part(&scale, low) >= 0 && scale_part(&scale, high) <= 1);
    size_t before = SCALE_TICKS_MAX;
    for (unsigned coarseness = 0; scale_set_ticks(&scale, coarseness); coarseness++) {
        char label[FORMAT_CELL_MAX], previous[FORMAT_CELL_MAX] = "";
        assert_true(scale.tick_count > 0 && scale.tick_count <= before + 1);
        before = scale.tick_count;
        for (size_t i = 0; i < scale.tick_count; i++) {
            const double part = scale_part(&scale, scale.ticks[i]);
            assert_true(part >= -1e-6 && part <= 1 + 1e-6 && (i == 0 || scale.ticks[i] > scale.ticks[i - 1]));
            scale_label(&scale, i, true, label);
            assert_string_not_equal(label, previous);
            memcpy(previous, label, sizeof previous);
        }
    }
    assert_true(before < SCALE_TICKS_MAX);
}

static void test_any_range(void **state) {
    (void)state;
    uint64_t random = 1;
    for (int i = 0; i < TRIALS; i++) {
        const double low = pow(10, 8 * uniform(&random)), ratio = pow(10, 6 * uniform(&random) * uniform(&random));
        check_ticks(low, low * ratio, i % 2 == 0);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_linear_scales_begin_at_zero_where_asked),
        cmocka_unit_test(test_linear_ticks_are_round),
        cmocka_unit_test(test_labels_of_a_narrow_range_differ),
        cmocka_unit_test(test_logarithmic_ticks),
        cmocka_unit_test(test_equal_distances_are_equal_ratios),
        cmocka_unit_test(test_odd_ranges),
        cmocka_unit_test(test_any_range),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
