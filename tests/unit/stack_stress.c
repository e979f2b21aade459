/*
 * Random call chains between scopes and their readers: code with and without frame pointers, assembly that leaves
 * anything in rbp, callbacks from libc, signal handlers on this stack and on another, scopes inside scopes. After every
 * step each reader's answer is compared with what the program itself knows.
 *
 *   test_stack_stress [READS [SEED]]      10,000,000 reads take some minutes; the default suits a test suite
 */
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../support/odd_frames.h"
#include "opaque.h"
#include "random.h"
#include "stacktag/wide_marks.h"
#include "tag.h"

enum { CHAIN_MAX = 24, READS_DEFAULT = 100000, READS_WITH_CURSOR = 64, ALTERNATE_STACK_BYTES = 1 << 20 };

static uint64_t reads_wanted = READS_DEFAULT;
static uint64_t seed = 1;

/* The state of the walk: what is in force, as the program knows it, and how much is done. */
static struct {
    struct random random;
    const struct ctx *in_force; /* the shadow record; NULL: no context */
    unsigned depth;
    bool on_alternate_stack;
    uint64_t reads, wrong, signals, by_step[16];
    char first_wrong[200];
} stress;

static void note_wrong(const char *reader, enum tag_answer answer, const struct ctx *found) {
    if (stress.wrong++ == 0)
        (void)snprintf(stress.first_wrong, sizeof stress.first_wrong,
                       "seed %llu, read %llu at depth %u: %s answered %d with context %p, wanted %p",
                       (unsigned long long)seed, (unsigned long long)stress.reads, stress.depth, reader, answer,
                       (const void *)found, (const void *)stress.in_force);
}

static void check(const char *reader, enum tag_answer answer, uint32_t id) {
    const struct ctx *found = answer == TAG_FOUND ? ids_slot(id)->context : NULL;
    if (answer == TAG_UNREADABLE || found != stress.in_force)
        note_wrong(reader, answer, found);
    stress.reads++;
}

CTX_OPAQUE static void read_with_all_readers(void) {
    uint32_t id = 0;
    enum tag_answer answer = tag_read(0, &id);
    check("the frame-pointer reader", answer, id);
    answer = tag_read_in(&mark_wide, 0, &id);
    check("the frame-pointer reader of wide tags", answer, id);
    answer = glsi_tag_read_unwind(&id);
    check("unw_backtrace", answer, id);
    if (random_below(&stress.random, READS_WITH_CURSOR) != 0)
        return; /* a hundred times slower than the others */
    answer = glsi_tag_read_cursor(&id);
    check("the cursor", answer, id);
    answer = glsi_tag_read_unwind_in(&mark_wide, &id);
    check("unw_backtrace of wide tags", answer, id);
}

static void step(void *arg);

/* ---- The ways to go one call deeper ---- */

CTX_OPAQUE static void through_frame(void) {
    unsigned char locals[48];
    ctx_touch(locals);
    step(NULL);
    ctx_touch(locals);
}

static void through_frameless_code(void) {
    (void)frameless_call(step, NULL);
}

static void through_many_frameless_frames(void) {
    (void)frameless_descend((unsigned)random_below(&stress.random, 40), step, NULL);
}

/* What looks like the most convincing chain: a frame record of our own making, which ends in a zero. */
static void through_forged_chain(void) {
    struct frame_record forged[2] = {{.up = NULL, .return_address = 0}, {.up = NULL, .return_address = 0}};
    forged[0].up = &forged[1];
    forged[0].return_address = (uintptr_t)read_with_all_readers;
    call_with_fp(step, NULL, (uintptr_t)&forged[0]);
    ctx_touch(forged);
}

static void through_any_rbp(void) {
    static const uintptr_t values[] = {0, 1, 8, UINTPTR_MAX, 0x7fffffff, 0xdeadbeef};
    call_with_fp(step, NULL, values[random_below(&stress.random, sizeof values / sizeof *values)]);
}

/* libc calls back through code of its own, which keeps no frame pointers. Only the first comparison goes on. */
static bool compared;

static int compare_and_step(const void *a, const void *b) {
    if (!compared) {
        compared = true;
        step(NULL);
    }
    return *(const int *)a - *(const int *)b;
}

static void through_qsort(void) {
    int values[] = {3, 1, 2};
    compared = false;
    qsort(values, sizeof values / sizeof *values, sizeof *values, compare_and_step);
}

static void through_bsearch(void) {
    const int values[] = {1, 2, 3};
    const int wanted = 2;
    compared = false;
    (void)bsearch(&wanted, values, sizeof values / sizeof *values, sizeof *values, compare_and_step);
}

/*
 * ThreadSanitizer may postpone a signal, even one that a thread raises itself, to where a scope has been recorded but
 * not yet opened. A signal that comes when nobody waits for it any more is passed over.
 */
static bool awaited;

static void handle_signal(int number) {
    (void)number;
    if (!awaited)
        return;
    awaited = false;
    stress.signals++;
    step(NULL);
}

static void raise_and_await(int number) {
    awaited = true;
    ctx_forget_memory(); /* <signal.h> tells the compiler that raise calls nobody back; a handler it does */
    (void)raise(number);
    ctx_forget_memory();
    awaited = false;
}

static void through_signal(void) {
    raise_and_await(SIGUSR1);
}

/* The alternate stack is not entered twice: the kernel would go on where it is. */
static void through_signal_on_alternate_stack(void) {
    if (stress.on_alternate_stack) {
        through_signal();
        return;
    }
    stress.on_alternate_stack = true;
    raise_and_await(SIGUSR2);
    stress.on_alternate_stack = false;
}

/* Each alphabet has a tag of its own for the scope. */
static void open_inner_tag(void *next) {
    assert_true(tag_with(next, ID_NONE, step, NULL));
}

static void through_scope_with(const struct ctx *next) {
    const struct ctx *outer = stress.in_force;
    stress.in_force = next;
    assert_true(tag_with_in(&mark_wide, next, ID_NONE, open_inner_tag, (void *)next));
    stress.in_force = outer;
    read_with_all_readers();
}

static void through_scope(void) {
    const struct ctx scope = {.parent = stress.in_force};
    through_scope_with(&scope);
    ctx_touch(&scope);
}

static void through_scope_without_context(void) {
    through_scope_with(NULL);
}

static void (*const ways[])(void) = {
    through_frame,        through_frameless_code, through_many_frameless_frames,
    through_forged_chain, through_any_rbp,        through_qsort,
    through_bsearch,      through_signal,         through_signal_on_alternate_stack,
    through_scope,        through_scope,          through_scope_without_context,
};
enum { WAY_COUNT = sizeof ways / sizeof *ways };

/* Reads, goes deeper some times in random ways, and reads again on the way back. */
static void step(void *arg) {
    (void)arg;
    read_with_all_readers();
    if (stress.depth == CHAIN_MAX || stress.reads >= reads_wanted)
        return;
    stress.depth++;
    for (uint64_t times = random_below(&stress.random, 3); times > 0; times--) {
        const uint64_t way = random_below(&stress.random, WAY_COUNT);
        stress.by_step[way]++;
        ways[way]();
    }
    stress.depth--;
    read_with_all_readers();
}

static void handle_on(int number, int flags) {
    struct sigaction action = {.sa_handler = handle_signal, .sa_flags = flags};
    (void)sigemptyset(&action.sa_mask);
    assert_int_equal(sigaction(number, &action, NULL), 0);
}

static void readers_agree_with_the_shadow_record(void **state) {
    (void)state;
    const stack_t alternate = {.ss_sp = malloc(ALTERNATE_STACK_BYTES), .ss_size = ALTERNATE_STACK_BYTES};
    assert_non_null(alternate.ss_sp);
    assert_int_equal(sigaltstack(&alternate, NULL), 0);
    handle_on(SIGUSR1, SA_NODEFER);
    handle_on(SIGUSR2, SA_NODEFER | SA_ONSTACK);
    stress.random.state = seed;
    while (stress.reads < reads_wanted)
        step(NULL);
    (void)printf("%llu reads, %llu wrong, seed %llu\n", (unsigned long long)stress.reads,
                 (unsigned long long)stress.wrong, (unsigned long long)seed);
    for (unsigned i = 0; i < WAY_COUNT; i++)
        assert_int_not_equal(stress.by_step[i], 0);
    assert_int_not_equal(stress.signals, 0);
    if (stress.wrong > 0)
        fail_msg("%s", stress.first_wrong);
    const stack_t none = {.ss_flags = SS_DISABLE};
    (void)sigaltstack(&none, NULL);
    free(alternate.ss_sp);
}

int main(int argc, char **argv) {
    if (argc > 1)
        reads_wanted = strtoull(argv[1], NULL, 10);
    if (argc > 2)
        seed = strtoull(argv[2], NULL, 10);
    const struct CMUnitTest tests[] = {cmocka_unit_test(readers_agree_with_the_shadow_record)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
