/* The core-to-core matrix, on figures that were never measured. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "table/pairs_table.h"

#define CASE(strategy_, placement_) CASE_WITH(strategy_, strategy_, "chain", placement_)
#define CASE_WITH(strategy_, label_, store_, placement_)                                                               \
    {                                                                                                                  \
        .strategy = (strategy_), .label = (label_), .store = (store_), .workload = "handoff", .form = "throughput",    \
        .operation = "round trip", .parameters = "batch 1", .placement = (placement_)                                  \
    }

static struct result_case cases[] = {
    CASE("tls", "pu0-pu10"),
    CASE("tls", "pu0-pu2"),
    CASE("none", "pu0-pu2"),
    CASE("tls", "l3"),
    CASE("tls", "pu2-pu10"),
    CASE("tls", "pu-kind0"),
    CASE_WITH("tls", "tls+flat", "flat", "pu0-pu2"),
};
enum { CASE_COUNT = sizeof cases / sizeof cases[0] };

static const struct result_file file = {.cases = cases, .case_count = CASE_COUNT};
static struct summary_case figures[CASE_COUNT];
static const struct summary report = {.file = &file, .cases = figures};

static int number_them(void **state) {
    (void)state;
    for (size_t i = 0; i < CASE_COUNT; i++)
        figures[i] = (struct summary_case){.of = &cases[i], .median_ns = 100.0 * (double)(i + 1)};
    return 0;
}

static void each_pair_stands_in_two_places(void **state) {
    (void)state;
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    pairs_table_print(&report, out, (struct table_style){.width = 80});
    assert_int_equal(fclose(out), 0);
    assert_string_equal(text,
                        "\n"
                        "tls, handoff, throughput, batch 1, ns per round trip, between PUs\n"
                        "           0    2   10\n"
                        "      0    -  200  100\n"
                        "      2  200    -  500\n"
                        "     10  100  500    -\n"
                        "\n"
                        "none, handoff, throughput, batch 1, ns per round trip, between PUs\n"
                        "           0    2\n"
                        "      0    -  300\n"
                        "      2  300    -\n"
                        "\n"
                        "tls+flat, handoff, throughput, batch 1, ns per round trip, between PUs\n"
                        "           0    2\n"
                        "      0    -  700\n"
                        "      2  700    -\n");
    free(text);
}

static void only_pairs_that_fit_have_a_place_there(void **state) {
    (void)state;
    assert_true(pairs_table_has_place(&report, &figures[0], 80));
    assert_false(pairs_table_has_place(&report, &figures[0], 21)); /* 4 columns of 5 and a margin take 22 */
    assert_true(pairs_table_has_place(&report, &figures[2], 21));
    assert_false(pairs_table_has_place(&report, &figures[3], 80));
    assert_false(pairs_table_has_place(&report, &figures[5], 80));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_pair_stands_in_two_places),
        cmocka_unit_test(only_pairs_that_fit_have_a_place_there),
    };
    return cmocka_run_group_tests_name("pairs", tests, number_them, NULL);
}
