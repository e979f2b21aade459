/*
 * Stack tags: all readers give the same answers, and none is wrong while a tag is being built or taken down.
 *
 *   test_tag [SIGNALS]      how many come at any moment; a million take a minute, the default suits a test suite
 */
#define UNW_LOCAL_ONLY
#include "gls/tag.h"

#include <inttypes.h>
#include <libunwind.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "../support/odd_frames.h"
#include "opaque.h"
#include "stacktag/unwinder.h"
#include "stacktag/unwound.h"

static uint32_t draw(uint32_t *random) {
    *random = *random * 1664525u + 1013904223u;
    return *random >> 4 | *random << 28;
}

static void with_tag(uint32_t id, void (*fn)(void *), void *arg) {
    uintptr_t path[MARK_PATH_MAX];
    (void)mark_spell(&mark_hexadecimal, id, fn, arg, path);
    mark_call(&mark_hexadecimal, path);
}

/* ---- All readers ---- */

enum { BY_FRAMES, BY_TABLES, BY_UNWINDER, BY_CURSOR, READERS };

struct reading {
    int readers; /* the first so many; the last is by far the slowest */
    enum tag_answer answers[READERS];
    uint32_t ids[READERS];
};

CTX_OPAQUE static void read_stack(struct reading *reading) {
    reading->answers[BY_FRAMES] = tag_read(0, &reading->ids[BY_FRAMES]);
    reading->answers[BY_TABLES] = glsi_tag_read_tables(&reading->ids[BY_TABLES]);
    reading->answers[BY_UNWINDER] = unwound_read_backtrace(&reading->ids[BY_UNWINDER]);
    if (reading->readers == READERS)
        reading->answers[BY_CURSOR] = unwound_read_cursor(&reading->ids[BY_CURSOR]);
    ctx_touch(reading);
}

static void read_all(void *arg) {
    struct reading *reading = arg;
    reading->readers = READERS;
    read_stack(reading);
}

/* Where libunwind is blind, those that rely on it must say so. */
static void want(const struct reading *reading, enum tag_answer answer, uint32_t id) {
    for (int i = 0; i < READERS; i++) {
        const bool is_blind = UNWINDER_IS_BLIND && i >= BY_UNWINDER;
        assert_int_equal(reading->answers[i], is_blind ? TAG_UNREADABLE : answer);
        assert_true(is_blind || answer != TAG_FOUND || reading->ids[i] == id);
    }
}

static void test_readers_agree_on_every_kind_of_id(void **state) {
    (void)state;
    enum { RANDOM_IDS = 300 };
    static const uint32_t ids[] = {0, 1, 9, 0xf, 0x10, 0xff, 0x100, 0x10000001, 0xfffffffe, 0xffffffff};
    uint32_t random = 1;
    struct reading reading;
    read_all(&reading);
    want(&reading, TAG_NONE, 0);
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        with_tag(ids[i], read_all, &reading);
        want(&reading, TAG_FOUND, ids[i]);
    }
    for (int i = 0; i < RANDOM_IDS; i++) {
        const uint32_t id = draw(&random) >> draw(&random) % 32; /* ids of all lengths */
        with_tag(id, read_all, &reading);
        want(&reading, TAG_FOUND, id);
    }
    read_all(&reading);
    want(&reading, TAG_NONE, 0);
}

/* What readers by frame pointers have come to: a frame whose call returns to here. */
static enum tag_answer read_from(uintptr_t return_address) {
    const struct frame_record frame = {.up = NULL, .return_address = return_address};
    uint32_t id = 0;
    return glsi_tag_read_beyond(&mark_hexadecimal, &frame, &id);
}

struct ends {
    uintptr_t end, uncovered;
};

static void record_caller(void *arg) {
    struct ends *ends = arg;
    ends->uncovered = (uintptr_t)__builtin_return_address(0);
    ctx_touch(ends);
}

static void want_ends(void *arg) {
    const struct ends *ends = arg;
    assert_int_equal(read_from(ends->end), TAG_NONE);
    assert_int_equal(read_from(0), TAG_NONE); /* no call returns there */
    assert_int_equal(read_from(ends->uncovered), TAG_UNREADABLE);
    assert_int_equal(read_from(1), TAG_UNREADABLE);
    assert_int_equal(read_from((uintptr_t)arg), TAG_UNREADABLE);
}

/* Whatever lies on the stack around it, in what calls. */
static void test_a_read_goes_on_from_the_frame_that_it_is_told(void **state) {
    (void)state;
    enum { FRAMES_MAX = 256 };
    void *addresses[FRAMES_MAX];
    if (UNWINDER_IS_BLIND)
        skip(); /* it is what names the end here */
    const int count = unw_backtrace(addresses, FRAMES_MAX);
    assert_true(count > 1 && count < FRAMES_MAX);
    struct ends ends = {.end = (uintptr_t)addresses[count - 1]};
    call_uncovered(record_caller, &ends);
    want_ends(&ends);
    with_tag(7, want_ends, &ends);
}

struct nesting {
    uint32_t outer, inner;
};

static void nest(void *arg) {
    const struct nesting *nesting = arg;
    struct reading reading;
    with_tag(nesting->inner, read_all, &reading);
    want(&reading, TAG_FOUND, nesting->inner);
    read_all(&reading);
    want(&reading, TAG_FOUND, nesting->outer);
}

static void test_the_innermost_tag_counts(void **state) {
    (void)state;
    static const struct nesting nestings[] = {{0, 0}, {0, 1}, {1, 0}, {0x123, 0x456}, {0x21, 0x12345678}};
    for (size_t i = 0; i < sizeof nestings / sizeof *nestings; i++)
        with_tag(nestings[i].outer, nest, (void *)&nestings[i]);
}

/* S and some digits, but no E: what a signal handler meets while a tag is being built. */
static void read_in_incomplete_tag(const uintptr_t *path) {
    read_all((void *)path[0]); // NOLINT: paths hold addresses
}

static void build_half_a_tag(void *arg) {
    const uint32_t outer = *(const uint32_t *)arg;
    for (uint32_t digits = 0; digits <= 8; digits++) {
        uintptr_t path[MARK_DIGITS_MAX + 2], *next = path;
        struct reading reading;
        for (uint32_t i = 0; i < digits; i++)
            *next++ = mark_address(&mark_hexadecimal, i + 1);
        next[0] = (uintptr_t)read_in_incomplete_tag;
        next[1] = (uintptr_t)&reading;
        ((mark_function *)mark_address(&mark_hexadecimal, mark_S(&mark_hexadecimal)))(path);
        ctx_touch(path);
        want(&reading, outer == ID_NONE ? TAG_NONE : TAG_FOUND, outer);
    }
}

static void test_digits_without_an_end_are_passed_over(void **state) {
    (void)state;
    uint32_t none = ID_NONE, outer = 0x5a;
    build_half_a_tag(&none);
    with_tag(outer, build_half_a_tag, &outer);
}

/* ---- Signals at any moment ---- */

static uint64_t signals_wanted = 10000;

/* What the interrupted thread is doing: between two tags, on the way in or out of one, or in its body. */
enum phase { PHASE_OUTSIDE, PHASE_ON_THE_WAY, PHASE_INSIDE };

static struct shadow {
    _Atomic enum phase phase;
    _Atomic uint32_t outer, inner; /* ID_NONE: there is no outer tag */
    _Atomic uint64_t handled, wrong, on_the_way;
} shadow;

static bool is_outer(enum tag_answer answer, uint32_t id) {
    const uint32_t outer = atomic_load(&shadow.outer);
    return outer == ID_NONE ? answer == TAG_NONE : answer == TAG_FOUND && id == outer;
}

static bool is_right(enum tag_answer answer, uint32_t id) {
    const bool is_inner = answer == TAG_FOUND && id == atomic_load(&shadow.inner);
    switch (atomic_load(&shadow.phase)) {
    case PHASE_OUTSIDE:
        return is_outer(answer, id);
    case PHASE_ON_THE_WAY:
        return is_inner || is_outer(answer, id);
    case PHASE_INSIDE:
        return is_inner;
    }
    return false;
}

static void count_wrong(const struct reading *reading) {
    for (int i = 0; i < reading->readers; i++)
        if (!is_right(reading->answers[i], reading->ids[i]))
            atomic_fetch_add(&shadow.wrong, 1);
}

/* At a random moment, and not before this one has been handled: the program must get on in between. */
static timer_t timer;

static void send_next_signal(void) {
    enum { DELAY_MAX_NS = 30000 };
    static uint32_t random = 11;
    const struct itimerspec delay = {.it_value.tv_nsec = 1 + draw(&random) % DELAY_MAX_NS};
    if (timer_settime(timer, 0, &delay, NULL) != 0)
        abort();
}

static void read_in_handler(int signal) {
    enum { SIGNALS_BETWEEN_CURSORS = 50 };
    const bool all = atomic_load(&shadow.handled) % SIGNALS_BETWEEN_CURSORS == 0;
    struct reading reading = {.readers = all ? READERS : BY_CURSOR};
    (void)signal;
    read_stack(&reading);
    count_wrong(&reading);
    if (atomic_load(&shadow.phase) == PHASE_ON_THE_WAY)
        atomic_fetch_add(&shadow.on_the_way, 1);
    if (atomic_fetch_add(&shadow.handled, 1) + 1 < signals_wanted)
        send_next_signal();
}

static void be_inside(void *arg) {
    struct reading reading = {.readers = BY_CURSOR};
    (void)arg;
    atomic_store(&shadow.phase, PHASE_INSIDE);
    read_stack(&reading);
    count_wrong(&reading);
    atomic_store(&shadow.phase, PHASE_ON_THE_WAY);
}

static void be_briefly_inside(void *arg) {
    (void)arg;
}

static void build_and_take_down(uint32_t *random) {
    enum { ROUNDS = 50, ROUNDS_BETWEEN_READS = 10 };
    for (int i = 0; i < ROUNDS; i++) {
        atomic_store(&shadow.inner, draw(random) >> draw(random) % 32);
        atomic_store(&shadow.phase, PHASE_ON_THE_WAY);
        with_tag(atomic_load(&shadow.inner), i % ROUNDS_BETWEEN_READS == 0 ? be_inside : be_briefly_inside, NULL);
        atomic_store(&shadow.phase, PHASE_OUTSIDE);
    }
}

/* The outer tag counts as the inner one, below nothing, while it is built and taken down. */
static void build_below_outer(void *arg) {
    const uint32_t outer = atomic_load(&shadow.inner);
    atomic_store(&shadow.outer, outer);
    atomic_store(&shadow.phase, PHASE_OUTSIDE);
    build_and_take_down(arg);
    atomic_store(&shadow.inner, outer);
    atomic_store(&shadow.phase, PHASE_ON_THE_WAY);
    atomic_store(&shadow.outer, ID_NONE);
}

static void test_no_signal_ever_reads_a_wrong_id(void **state) {
    (void)state;
    const struct sigaction action = {.sa_handler = read_in_handler};
    struct sigaction before;
    uint32_t random = 7;
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
    if (UNWINDER_IS_BLIND)
        skip(); /* no handler can read what it interrupts */
    assert_int_equal(sigaction(SIGUSR1, &action, &before), 0);
    assert_int_equal(timer_create(CLOCK_MONOTONIC, &event, &timer), 0);
    atomic_store(&shadow.outer, ID_NONE);
    send_next_signal();
    while (atomic_load(&shadow.handled) < signals_wanted) {
        build_and_take_down(&random);
        atomic_store(&shadow.inner, draw(&random));
        atomic_store(&shadow.phase, PHASE_ON_THE_WAY);
        with_tag(atomic_load(&shadow.inner), build_below_outer, &random);
        atomic_store(&shadow.phase, PHASE_OUTSIDE);
    }
    assert_int_equal(timer_delete(timer), 0);
    assert_int_equal(sigaction(SIGUSR1, &before, NULL), 0);
    assert_int_equal(atomic_load(&shadow.wrong), 0);
    assert_int_not_equal(atomic_load(&shadow.on_the_way), 0);
    (void)printf("%" PRIu64 " signals, %" PRIu64 " of them while a tag was being built or taken down, %" PRIu64
                 " wrong\n",
                 atomic_load(&shadow.handled), atomic_load(&shadow.on_the_way), atomic_load(&shadow.wrong));
}

int main(int argc, char **argv) {
    if (argc > 1)
        signals_wanted = strtoull(argv[1], NULL, 10);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_readers_agree_on_every_kind_of_id),
        cmocka_unit_test(test_a_read_goes_on_from_the_frame_that_it_is_told),
        cmocka_unit_test(test_the_innermost_tag_counts),
        cmocka_unit_test(test_digits_without_an_end_are_passed_over),
        cmocka_unit_test(test_no_signal_ever_reads_a_wrong_id),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
