/*
 * A signal after every single instruction of giving the thread to a fiber and back, whose handler reads by every
 * reader: it must find the scope of the stack that it interrupts. The processor makes the signals: its trap flag.
 */
#include <errno.h>
#include <fenv.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../support/single_steps.h"
#include "gls/fiber.h"
#include "gls/hint.h"
#include "gls/place.h"
#include "opaque.h"
#include "stacktag/scan.h"

static const struct ctx of_resumer = {.parent = NULL}, of_fiber = {.parent = NULL};

enum { BY_TABLES, BY_WALK, BY_SCAN, BY_HINT, BY_PLACE, READERS };
static const char *const names[READERS] = {"the tables", "tag_read", "scan_read", "hint_read", "find_place"};

CTX_OPAQUE static const struct ctx *read_by(int reader) {
    uint32_t id = 0;
    enum tag_answer answer = TAG_UNREADABLE;
    struct place place;
    switch (reader) {
    case BY_TABLES:
        answer = glsi_tag_read_tables(&id);
        break;
    case BY_WALK:
        answer = tag_read(0, &id);
        break;
    case BY_SCAN:
        answer = scan_read(0, &id);
        break;
    case BY_HINT:
        answer = hint_read(0, &id);
        break;
    default:
        return find_place(&place) ? place.context : NULL;
    }
    return answer == TAG_FOUND ? ids_slot(id)->context : NULL;
}

static struct {
    struct fiber fiber;
    unsigned long on_resumer, on_fiber, wrong;
    const char *first_wrong;
    unsigned long first_wrong_step;
} steps;

static void handle_step(int signal) {
    (void)signal;
    const bool is_on_fiber = stack_contains(&steps.fiber.known_stack, (uintptr_t)__builtin_frame_address(0));
    const struct ctx *const wanted = is_on_fiber ? &of_fiber : &of_resumer;
    *(is_on_fiber ? &steps.on_fiber : &steps.on_resumer) += 1;
    for (int reader = 0; reader < READERS; reader++) {
        if (read_by(reader) == wanted || steps.wrong++ > 0)
            continue;
        steps.first_wrong = names[reader];
        steps.first_wrong_step = steps.on_resumer + steps.on_fiber;
    }
}

static void yield_for_ever(void *arg) {
    (void)arg;
    while (fiber_yield() == 0)
        continue;
}

/* With another rounding than the resumer's each switch loads both control words. */
static void *be_a_fiber(void *arg) {
    if (fesetround(*(const int *)arg) != 0)
        abort();
    if (!seal_with(&of_fiber, ID_NONE, yield_for_ever, arg))
        abort();
    return NULL;
}

static void resume_in_steps(void *arg) {
    (void)arg;
    assert_int_equal(fiber_resume(&steps.fiber), 0); /* up to its first yield */
    step_from_here();
    (void)fiber_resume(&steps.fiber);
    step_no_more();
}

static void step_through_switches(int rounding) {
    steps.on_resumer = steps.on_fiber = 0;
    assert_int_equal(fiber_init(&steps.fiber, 0, be_a_fiber, &rounding), 0);
    assert_true(seal_with(&of_resumer, ID_NONE, resume_in_steps, NULL));
    (void)printf("%lu instructions on the resumer's stack, %lu on the fiber's\n", steps.on_resumer, steps.on_fiber);
    fiber_destroy(&steps.fiber);
    if (steps.wrong > 0)
        fail_msg("%lu wrong; the first: by %s, %lu instructions after the beginning", steps.wrong, steps.first_wrong,
                 steps.first_wrong_step);
    assert_true(steps.on_resumer > 30 && steps.on_fiber > 30);
}

static void test_signals_in_a_switch(void **state) {
    (void)state;
    if (!CAN_STEP || fiber_yield() == ENOSYS)
        skip();
    step_through_switches(FE_TONEAREST);
    step_through_switches(FE_UPWARD);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_signals_in_a_switch)};
    const struct sigaction action = {.sa_handler = handle_step, .sa_flags = SA_NODEFER};
    if (sigaction(SIGTRAP, &action, NULL) != 0)
        return EXIT_FAILURE;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
