/* Two processes that take turns do nothing at the same time, whoever begins, and neither waits for one that is gone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "protocol/turns.h"

enum { ROUNDS = 50, DIARY_MAX = 2 * ROUNDS };

/* Writes a letter in each of its turns. */
static _Noreturn void take_turns(int end, char letter, unsigned rounds, int diary) {
    for (unsigned round = 0; round < rounds; round++) {
        turns_wait(end);
        if (write(diary, &letter, 1) != 1)
            _Exit(1);
        turns_pass(end);
    }
    _Exit(0);
}

static pid_t start(int ends[TURNS_SIDES], int side, unsigned rounds, int diary) {
    const pid_t pid = fork();
    assert_int_not_equal(pid, -1);
    if (pid == 0) {
        (void)close(ends[TURNS_SIDES - 1 - side]);
        take_turns(ends[side], (char)('a' + side), rounds, diary);
    }
    return pid;
}

/* What both wrote, of so many rounds each. */
static void play(int first, unsigned a_rounds, unsigned b_rounds, char diary[DIARY_MAX + 1]) {
    int ends[TURNS_SIDES], pages[2], status;
    struct error error;
    assert_true(turns_open(ends, first, &error));
    assert_int_equal(pipe(pages), 0);
    const pid_t players[] = {start(ends, 0, a_rounds, pages[1]), start(ends, 1, b_rounds, pages[1])};
    turns_close(ends);
    for (int side = 0; side < TURNS_SIDES; side++) {
        assert_int_equal(waitpid(players[side], &status, 0), players[side]);
        assert_int_equal(status, 0);
    }
    (void)close(pages[1]);
    const ssize_t length = read(pages[0], diary, DIARY_MAX);
    assert_true(length >= 0);
    diary[length] = '\0';
    (void)close(pages[0]);
}

static void test_they_take_turns(void **state) {
    (void)state;
    for (int first = 0; first < TURNS_SIDES; first++) {
        char diary[DIARY_MAX + 1];
        play(first, ROUNDS, ROUNDS, diary);
        assert_int_equal(strlen(diary), DIARY_MAX);
        for (int i = 0; i < DIARY_MAX; i++)
            assert_int_equal(diary[i], 'a' + (first + i) % TURNS_SIDES);
    }
}

static void test_one_goes_on_alone(void **state) {
    (void)state;
    char diary[DIARY_MAX + 1];
    play(1, ROUNDS, 2, diary);
    assert_int_equal(strlen(diary), ROUNDS + 2);
    assert_memory_equal(diary, "babaaaaa", 8);
    play(0, 0, 3, diary);
    assert_string_equal(diary, "bbb");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_they_take_turns),
        cmocka_unit_test(test_one_goes_on_alone),
    };
    return cmocka_run_group_tests_name("turns", tests, NULL, NULL);
}
