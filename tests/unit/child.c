/* Children that run together: one that is gone leaves the other its end of the socket, and none is left half-started.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/interrupt.h"
#include "protocol/turns.h"
#include "session/child.h"

static struct child_end *ends[TURNS_SIDES];

static int set_up(void **state) {
    (void)state;
    interrupt_install();
    for (int side = 0; side < TURNS_SIDES; side++) {
        ends[side] = calloc(1, sizeof *ends[side]);
        assert_non_null(ends[side]);
    }
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    for (int side = 0; side < TURNS_SIDES; side++)
        free(ends[side]);
    return 0;
}

static struct child_plan plan_of(char *const *argv, int *socket, double deadline_seconds) {
    return (struct child_plan){
        .program = argv[0], .argv = argv, .input = "", .socket = socket, .deadline_seconds = deadline_seconds};
}

static void expect_none_left(void) {
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
}

/* The second has its turn, and waits for another from the first, which hangs. */
static void test_the_other_sees_one_gone(void **state) {
    (void)state;
    static char shell[] = "sh", option[] = "-c", hang[] = "sleep 60";
    static char wait[] = "head -c 1 <&3 | wc -c; head -c 1 <&3 | wc -c";
    char *const hanging[] = {shell, option, hang, NULL}, *const waiting[] = {shell, option, wait, NULL};
    int sockets[TURNS_SIDES];
    struct error error;
    assert_true(turns_open(sockets, 1, &error));
    const struct child_plan plans[] = {plan_of(hanging, &sockets[0], 0.5), plan_of(waiting, &sockets[1], 30)};
    assert_true(child_run_together(plans, ends, TURNS_SIDES, &error));
    assert_int_equal(sockets[0], -1);
    assert_int_equal(sockets[1], -1);
    assert_int_equal(ends[0]->fate, CHILD_TIMED_OUT);
    assert_int_equal(ends[1]->fate, CHILD_ENDED);
    assert_int_equal(ends[1]->status, 0);
    assert_string_equal(ends[1]->output, "1\n0\n");
    expect_none_left();
}

static void test_all_are_started_or_none(void **state) {
    (void)state;
    static char sleep[] = "sleep", long_time[] = "60", nothing[] = "/no/such/program";
    char *const sleeping[] = {sleep, long_time, NULL}, *const missing[] = {nothing, NULL};
    struct error error;
    const struct child_plan plans[] = {plan_of(sleeping, NULL, 30), plan_of(missing, NULL, 30)};
    assert_false(child_run_together(plans, ends, TURNS_SIDES, &error));
    assert_non_null(strstr(error.text, nothing));
    expect_none_left();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_the_other_sees_one_gone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_all_are_started_or_none, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("child", tests, NULL, NULL);
}
