/*
 * A signal after every single instruction of opening, closing and jumping out of a scope, whose handler reads, opens a
 * scope of its own, or jumps out itself. The processor makes the signals: its trap flag.
 *
 *   test_seal_steps [STRIDE]      handlers jump out after each STRIDEth instruction: 1 takes some ten seconds
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../support/single_steps.h"
#include "../support/stale_tags.h"
#include "../support/unseen_jumps.h"
#include "gls/hint.h"
#include "stacktag/scan.h"

static const struct ctx outer = {.parent = NULL}, inner = {.parent = &outer}, own = {.parent = &inner};

/* ---- What each reader has answered so far ---- */

enum { BY_WALK, BY_SCAN, BY_HINT, READERS };
static const char *const names[READERS] = {"tag_read", "scan_read", "hint_read"};

CTX_OPAQUE static const struct ctx *read_by(int reader) {
    uint32_t id = 0;
    enum tag_answer answer = TAG_UNREADABLE;
    switch (reader) {
    case BY_WALK:
        answer = tag_read(0, &id);
        break;
    case BY_SCAN:
        answer = scan_read(0, &id);
        break;
    default:
        answer = hint_read(0, &id);
        break;
    }
    return answer == TAG_FOUND ? ids_slot(id)->context : NULL;
}

/* A scope begins once and ends once, in each reader's eyes; two readers may differ on the instruction at which it does.
 */
enum phase { BEFORE, WITHIN, BEHIND };

static struct {
    enum phase phases[READERS];
    unsigned long steps, wrong;
    const char *first_wrong;
    unsigned long first_wrong_step;
    unsigned long jumps_at; /* 0: never */
    sigjmp_buf way_out;
} steps;

static void note_unless(bool is_right, const char *what) {
    if (is_right || steps.wrong++ > 0)
        return;
    steps.first_wrong = what;
    steps.first_wrong_step = steps.steps;
}

static void read_in_step(int reader) {
    const struct ctx *const found = read_by(reader);
    enum phase *const phase = &steps.phases[reader];
    if (found == &inner && *phase == BEFORE)
        *phase = WITHIN;
    else if (found == &outer && *phase == WITHIN)
        *phase = BEHIND;
    note_unless(found == (*phase == WITHIN ? &inner : &outer), names[reader]);
}

static void read_own(void *arg) {
    (void)arg;
    for (int reader = 0; reader < READERS; reader++)
        note_unless(read_by(reader) == &own, "a read in the handler's own scope");
}

static void handle_step(int signal) {
    (void)signal;
    if (++steps.steps == steps.jumps_at)
        siglongjmp(steps.way_out, 1);
    for (int reader = 0; reader < READERS; reader++)
        read_in_step(reader);
    if (steps.jumps_at != 0)
        return;
    (void)seal_with(&own, ID_NONE, read_own, NULL);
    for (int reader = 0; reader < READERS; reader++)
        read_in_step(reader);
}

static void begin(unsigned long jumps_at) {
    steps.steps = 0;
    steps.jumps_at = jumps_at;
    for (int reader = 0; reader < READERS; reader++)
        steps.phases[reader] = BEFORE;
}

static void judge(void) {
    if (steps.wrong > 0)
        fail_msg("%lu wrong; the first: %s, %lu instructions after the beginning, with a jump after %lu", steps.wrong,
                 steps.first_wrong, steps.first_wrong_step, steps.jumps_at);
}

/* ---- What is interrupted ---- */

static void do_nothing(void *arg) {
    ctx_touch(arg);
}

static jmp_buf back;

static void jump_back(void *arg) {
    (void)arg;
    longjmp(back, 1);
}

CTX_OPAQUE static void open_and_close(void) {
    (void)seal_with(&inner, ID_NONE, do_nothing, NULL);
}

CTX_OPAQUE static void open_and_jump_out(void) {
    if (setjmp(back) == 0)
        (void)seal_with(&inner, ID_NONE, jump_back, NULL);
}

static void step_through(void *arg) {
    void (*const fn)(void) = *(void (*const *)(void))arg;
    begin(0);
    step_from_here();
    fn();
    step_no_more();
    for (int reader = 0; reader < READERS; reader++)
        note_unless(steps.phases[reader] == BEHIND && read_by(reader) == &outer, "the phases of a reader");
}

static void test_reads_and_scopes(void **state) {
    static void (*const all[])(void) = {open_and_close, open_and_jump_out};
    (void)state;
    if (!CAN_STEP)
        skip();
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        assert_true(seal_with(&outer, ID_NONE, step_through, (void *)&all[i]));
        (void)printf("%lu instructions, after each of which a handler read and opened a scope\n", steps.steps);
        assert_true(steps.steps > 100);
    }
    judge();
}

static void read_outer(void *arg) {
    (void)arg;
    for (int reader = 0; reader < READERS; reader++)
        note_unless(read_by(reader) == &outer, names[reader]);
}

/* False: it was over before that many instructions. */
CTX_OPAQUE static bool jump_out_at(unsigned long instruction, void (*fn)(void)) {
    if (sigsetjmp(steps.way_out, 1) == 0) {
        begin(instruction);
        step_from_here();
        fn();
        step_no_more();
        return false;
    }
    step_no_more();
    return true;
}

/* Each jump takes all instructions before it. */
static unsigned long stride = 7;

static void jump_out_at_each(void *arg) {
    void (*const fn)(void) = *(void (*const *)(void))arg;
    for (unsigned long instruction = 1; jump_out_at(instruction, fn); instruction += stride) {
        if (instruction % 2 == 0)
            read_outer(NULL);
        stale_run_above(read_outer, NULL);
        open_and_close();
        read_outer(NULL);
    }
}

static void test_jumps_of_handlers(void **state) {
    static void (*const all[])(void) = {open_and_close, open_and_jump_out};
    (void)state;
    if (!CAN_STEP)
        skip();
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        assert_true(seal_with(&outer, ID_NONE, jump_out_at_each, (void *)&all[i]));
    (void)printf("%llu words of tags were left behind\n", (unsigned long long)stale_words_seen);
    assert_int_not_equal(stale_words_seen, 0);
    judge();
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reads_and_scopes),
        cmocka_unit_test(test_jumps_of_handlers),
    };
    const struct sigaction action = {.sa_handler = handle_step, .sa_flags = SA_NODEFER};
    if (argc > 1)
        stride = strtoul(argv[1], NULL, 10);
    if (sigaction(SIGTRAP, &action, NULL) != 0)
        return EXIT_FAILURE;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
