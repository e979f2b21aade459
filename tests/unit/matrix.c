/* How the conformance matrix is shown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "data/matrix.h"
#include "table/matrix_table.h"

enum { STRATEGIES = 3, SCENARIOS = 3 };

static const char *const strategies[STRATEGIES] = {"argument", "storage", "stack"};
static const struct matrix_scenario scenarios[SCENARIOS] = {
    {"nest", "nested scopes", ""}, {"jump", "out | of a scope", "some#1"}, {"leap", "further", ""}};

#define HELD                                                                                                           \
    { SCENARIO_HELD, SCENARIO_HELD, "", "", true, 0 }
#define BROKEN                                                                                                         \
    { SCENARIO_BROKEN, SCENARIO_BROKEN, "found 2, wanted 1", "nothing restores it", true, 0 }

static const struct matrix_cell expected_cells[SCENARIOS * STRATEGIES] = {
    HELD,
    HELD,
    HELD, /* nest */
    HELD,
    BROKEN,
    HELD, /* jump */
    {SCENARIO_NOT_APPLICABLE, SCENARIO_HELD, "no loop is installed", "", true, 0},
    BROKEN,
    {SCENARIO_NOT_APPLICABLE, SCENARIO_HELD, "no loop is installed", "", true, 0},
};

static const struct matrix_cell surprising_cells[SCENARIOS * STRATEGIES] = {
    {SCENARIO_BROKEN, SCENARIO_HELD, "ended by SIGSEGV", "", false, 0},
    HELD,
    {SCENARIO_HELD, SCENARIO_UNKNOWN, "", "", false, 0},
    HELD,
    {SCENARIO_HELD, SCENARIO_BROKEN, "", "nothing restores it", false, 0},
    HELD,
    HELD,
    BROKEN,
    {SCENARIO_UNKNOWN, SCENARIO_HELD, "cannot start", "", false, 0},
};

static struct matrix matrix_of(const struct matrix_cell *cells) {
    return (struct matrix){strategies, STRATEGIES, scenarios, SCENARIOS, cells, NULL};
}

/* What is printed; to be freed. `style` NULL: as Markdown. */
static char *printed(const struct matrix *matrix, const struct table_style *style) {
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    if (style != NULL)
        matrix_table_print(matrix, out, *style);
    else
        matrix_table_print_markdown(matrix, out);
    assert_int_equal(fclose(out), 0);
    return text;
}

static void expect_printed(const struct matrix_cell *cells, const struct table_style *style, const char *wanted) {
    const struct matrix matrix = matrix_of(cells);
    char *text = printed(&matrix, style);
    assert_string_equal(text, wanted);
    free(text);
}

static void shows_the_expected(void **state) {
    (void)state;
    expect_printed(expected_cells, &(const struct table_style){.width = 80},
                   "      argument\n"
                   "      | storage\n"
                   "      | | stack\n"
                   "nest  + + +\n"
                   "jump  + x +\n"
                   "leap  . x .\n"
                   "\n"
                   "+ pass   x fail   . not applicable   ! not as expected\n"
                   "\n"
                   "What fails, and why:\n"
                   "- jump, leap (storage): nothing restores it\n"
                   "\n"
                   "What does not apply, and why:\n"
                   "- leap (argument, stack): no loop is installed\n"
                   "\n"
                   "5 pass, 2 fail, 2 not applicable: every cell is as expected.\n");
}

static void shows_surprises(void **state) {
    (void)state;
    const struct matrix matrix = matrix_of(surprising_cells);
    char *text = printed(&matrix, &(const struct table_style){.width = 80});
    assert_non_null(strstr(text, "nest  x!+ +!\njump  + +!+\nleap  + x ?!\n"));
    assert_non_null(strstr(text,
                           "\nNot as expected:\n"
                           "- nest with argument: fail: ended by SIGSEGV; expected pass\n"
                           "- nest with stack: pass; nothing says what to expect\n"
                           "- jump with storage: pass; expected fail, since nothing restores it\n"
                           "- leap with stack: could not be tried: cannot start; expected pass\n"));
    assert_non_null(strstr(text, "4 cells are not as expected."));
    assert_int_equal(matrix_count_surprises(&matrix), 4);
    free(text);
}

/* What is seen of contexts from outside is a row of its own, and no cell. */
static void shows_what_is_seen_from_outside(void **state) {
    (void)state;
    static const char *const outside[STRATEGIES] = {"nothing", "", "bindings"};
    struct matrix matrix = matrix_of(expected_cells);
    matrix.outside = outside;
    char *text = printed(&matrix, &(const struct table_style){.width = 80});
    assert_non_null(strstr(text,
                           "leap               . x .\n"
                           "seen from outside  - ? b\n"
                           "\n"
                           "+ pass   x fail   . not applicable   ! not as expected\n"
                           "seen from outside (profiler, core file):   - nothing   i an id   b bindings, too\n"));
    assert_non_null(strstr(text, "5 pass, 2 fail, 2 not applicable: every cell is as expected.\n"));
    free(text);
    text = printed(&matrix, NULL);
    assert_non_null(
        strstr(text, "\n| seen from outside, by a profiler or in a core file | nothing | unknown | bindings |\n"));
    free(text);
}

static void breaks_into_blocks(void **state) {
    (void)state;
    const struct matrix matrix = matrix_of(expected_cells);
    char *text = printed(&matrix, &(const struct table_style){.width = 14});
    assert_non_null(strstr(text,
                           "      argument\nnest  +\njump  +\nleap  .\n\n"
                           "      storage\n      | stack\nnest  + +\njump  x +\nleap  x .\n\n"));
    free(text);
}

static void paints_only_when_told(void **state) {
    (void)state;
    const struct matrix matrix = matrix_of(surprising_cells);
    char *plain = printed(&matrix, &(const struct table_style){.width = 80});
    char *colourful = printed(&matrix, &(const struct table_style){.width = 80, .colour = true});
    assert_null(strchr(plain, '\033'));
    assert_non_null(strstr(colourful, "\033[31mx!\033[0m"));
    free(plain);
    free(colourful);
}

static void writes_markdown(void **state) {
    (void)state;
    expect_printed(expected_cells, NULL,
                   "| scenario | `argument` | `storage` | `stack` |\n"
                   "| :--- | :---: | :---: | :---: |\n"
                   "| `nest`: nested scopes | pass | pass | pass |\n"
                   "| `jump`: out \\| of a scope; met in: some#1 | pass | fail | pass |\n"
                   "| `leap`: further | not applicable | fail | not applicable |\n"
                   "\n"
                   "What fails, and why:\n"
                   "\n"
                   "- jump, leap (storage): nothing restores it\n"
                   "\n"
                   "What does not apply, and why:\n"
                   "\n"
                   "- leap (argument, stack): no loop is installed\n"
                   "\n"
                   "5 pass, 2 fail, 2 not applicable: every cell is as expected.\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shows_the_expected),
        cmocka_unit_test(shows_surprises),
        cmocka_unit_test(shows_what_is_seen_from_outside),
        cmocka_unit_test(breaks_into_blocks),
        cmocka_unit_test(paints_only_when_told),
        cmocka_unit_test(writes_markdown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
