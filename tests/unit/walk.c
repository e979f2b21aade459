/* The walk by unwind tables: steps over real code, expressions made by hand, and what it makes of stacks that are
 * broken. */
#include "gls/walk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#include <cmocka.h>

#include "../support/odd_frames.h"
#include "gls/expression.h"
#include "gls/tables.h"
#include "gls/textmap.h"
#include "opaque.h"
#include "registry/modules.h"

/* ---- Expressions ---- */

enum { FP_VALUE = 0x1000 };

static struct walk walk_of_test(void) {
    return walk_from_call(0x4242, 0x2000, FP_VALUE);
}

#define COMPUTE(value, ...)                                                                                            \
    compute((const unsigned char[]){(unsigned char)sizeof((const unsigned char[]){__VA_ARGS__}), __VA_ARGS__}, value)

static enum walk_step compute(const unsigned char *expression, uintptr_t *value) {
    const struct walk walk = walk_of_test();
    return glsi_expression(expression, &walk, NULL, value);
}

/* `value` is written by the computation, perhaps after the arguments have been looked at. */
static void want_value(enum walk_step step, const uintptr_t *value, uintptr_t wanted) {
    assert_int_equal(step, WALK_STEPPED);
    assert_int_equal(*value, wanted);
}

static void test_operations(void **state) {
    (void)state;
    uintptr_t value = 0;
    want_value(COMPUTE(&value, 0x3b), &value, 11);                          /* lit11 */
    want_value(COMPUTE(&value, 0x09, 0xff), &value, UINTPTR_MAX);           /* const1s -1 */
    want_value(COMPUTE(&value, 0x08, 0xff), &value, 255);                   /* const1u */
    want_value(COMPUTE(&value, 0x0b, 0xfe, 0xff), &value, UINTPTR_MAX - 1); /* const2s -2 */
    want_value(COMPUTE(&value, 0x0c, 1, 2, 3, 0x84), &value, 0x84030201);   /* const4u */
    want_value(COMPUTE(&value, 0x0e, 1, 0, 0, 0, 0, 0, 0, 0x80), &value, 0x8000000000000001);
    want_value(COMPUTE(&value, 0x11, 0x7f, 0x23, 3), &value, 2);                 /* consts -1; plus_uconst 3 */
    want_value(COMPUTE(&value, 0x31, 0x32, 0x16, 0x1c), &value, 1);              /* 1 2 swap minus */
    want_value(COMPUTE(&value, 0x31, 0x32, 0x14, 0x22, 0x22), &value, 4);        /* 1 2 over plus plus */
    want_value(COMPUTE(&value, 0x33, 0x12, 0x1e), &value, 9);                    /* 3 dup mul */
    want_value(COMPUTE(&value, 0x33, 0x35, 0x13), &value, 3);                    /* 3 5 drop */
    want_value(COMPUTE(&value, 0x3f, 0x3c, 0x1a), &value, 12);                   /* 15 12 and */
    want_value(COMPUTE(&value, 0x09, 0xff, 0x30, 0x2d), &value, 1);              /* -1 0 lt: signed */
    want_value(COMPUTE(&value, 0x31, 0x08, 64, 0x24), &value, 0);                /* 1 64 shl */
    want_value(COMPUTE(&value, 0x70 + REGISTER_FP, 0x78), &value, FP_VALUE - 8); /* fp - 8 */
}

/* What GNU ld writes for a call stub: rsp + 8, and 8 more behind the push in the midst of it. */
#if defined(__x86_64__)
static void test_a_call_stub(void **state) {
    (void)state;
    static const unsigned char stub[] = {11, 0x77, 8, 0x80, 0, 0x3f, 0x1a, 0x3b, 0x2a, 0x33, 0x24, 0x22};
    struct walk walk = walk_of_test();
    for (uintptr_t at = 0; at < 16; at++) {
        uintptr_t value = 0;
        walk.code = 0x7000 + at;
        want_value(glsi_expression(stub, &walk, NULL, &value), &value, 0x2000 + (at >= 11 ? 16 : 8));
    }
}
#endif

static void test_what_cannot_be_computed(void **state) {
    (void)state;
    uintptr_t value = 0;
    struct walk walk = walk_of_test();
    assert_int_equal(COMPUTE(&value, 0x22), WALK_LOST);       /* nothing to add */
    assert_int_equal(COMPUTE(&value, 0x31, 0x22), WALK_LOST); /* one operand */
    assert_int_equal(COMPUTE(&value, 0x0c, 1), WALK_LOST);    /* cut off */
    assert_int_equal(COMPUTE(&value, 0xe0), WALK_LOST);       /* unknown */
    assert_int_equal(COMPUTE(&value, 0x30, 0x06), WALK_LOST); /* what 0 points to */
    assert_int_equal(COMPUTE(&value, 0x31, 0x31, 0x31, 0x31, 0x31, 0x31, 0x31, 0x31, 0x31), WALK_LOST); /* too many */
    static const unsigned char other_register[] = {2, 0x70 + 3, 0};
    assert_int_equal(glsi_expression(other_register, &walk, NULL, &value), WALK_LACKS);
    walk.is_whole = true;
    assert_int_equal(glsi_expression(other_register, &walk, NULL, &value), WALK_LOST);
}

/* ---- Steps ---- */

/* As all steps of a walk from here lead somewhere, it comes to an end. */
CTX_OPAQUE static int count_steps(bool is_whole) {
    struct walk walk;
    int steps = 0;
    enum walk_step step = WALK_STEPPED;
    walk_from_here(&walk);
    walk.is_whole = is_whole;
    for (; step == WALK_STEPPED; steps++)
        step = glsi_walk_step(&walk);
    return step == WALK_ENDED ? steps : -1;
}

struct counts {
    int whole, quick, again;
};

CTX_OPAQUE static void count_both(void *arg) {
    struct counts *counts = arg;
    counts->whole = count_steps(true);
    counts->quick = count_steps(false);
    counts->again = count_steps(false); /* by what was remembered */
    ctx_touch(counts);
}

static int compare_and_count(const void *a, const void *b) {
    static struct counts counts;
    count_both(&counts);
    assert_true(counts.whole > 0);
    assert_int_equal(counts.quick, counts.whole);
    return *(const int *)a - *(const int *)b;
}

static void test_all_ways_see_the_same_frames(void **state) {
    (void)state;
    struct counts counts = {0};
    int numbers[] = {3, 1, 2};
    count_both(&counts);
    assert_true(counts.whole > 2);
    assert_int_equal(counts.quick, counts.whole);
    assert_int_equal(counts.again, counts.whole);
    const struct counts here = counts;
    (void)frameless_descend(20, count_both, &counts);
    assert_true(counts.whole >= here.whole + 20);
    assert_int_equal(counts.quick, counts.whole);
    call_with_fp(count_both, &counts, 12345);
    assert_int_equal(counts.quick, counts.whole);
    assert_int_equal(counts.whole, here.whole + 1);
    qsort(numbers, 3, sizeof *numbers, compare_and_count);
}

static void test_nothing_is_guessed(void **state) {
    (void)state;
    struct counts counts = {0};
    call_uncovered(count_both, &counts);
    assert_int_equal(counts.whole, -1);
    assert_int_equal(counts.quick, -1);
    call_uncovered_without_frame(count_both, &counts);
    assert_int_equal(counts.whole, -1);
}

/* ---- Stacks that are broken ---- */

static uintptr_t somewhere;

CTX_OPAQUE static void note_caller(void *arg) {
    somewhere = (uintptr_t)__builtin_return_address(0);
    ctx_touch(arg);
}

CTX_OPAQUE static void keep_frame_pointer(void *arg) {
    note_caller(arg);
    ctx_touch(arg);
}

static enum walk_step walk_on(struct walk walk) {
    enum walk_step step = WALK_STEPPED;
    while (step == WALK_STEPPED)
        step = glsi_walk_step(&walk);
    return step;
}

static void test_a_circle_ends(void **state) {
    (void)state;
    uintptr_t record[] = {0, 0};
    keep_frame_pointer(record);
    record[0] = (uintptr_t)record;
    record[1] = somewhere;
    assert_int_equal(walk_on(walk_from_call(somewhere, (uintptr_t)record, (uintptr_t)record)), WALK_LOST);
}

static void test_a_stack_that_is_not_there(void **state) {
    (void)state;
    const size_t page_bytes = (size_t)sysconf(_SC_PAGESIZE);
    char *page = mmap(NULL, page_bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(page, MAP_FAILED);
    keep_frame_pointer(&somewhere);
    const uintptr_t here = (uintptr_t)__builtin_frame_address(0);
    assert_int_equal(walk_on(walk_from_call(somewhere, here, (uintptr_t)page + 16)), WALK_LOST);
    assert_int_equal(walk_on(walk_from_call(somewhere, here, 8)), WALK_LOST);
    assert_int_equal(munmap(page, page_bytes), 0);
}

/* ---- Ends ---- */

static void on_context(void) {
}

static void test_contexts_end(void **state) {
    (void)state;
    static _Alignas(16) char stack[16384];
    ucontext_t context;
    assert_int_equal(getcontext(&context), 0);
    context.uc_stack.ss_sp = stack;
    context.uc_stack.ss_size = sizeof stack;
    context.uc_link = &context;
    makecontext(&context, on_context, 0);
    const uintptr_t end = processor_end_of_context(&context);
    assert_true(glsi_walk_is_end_of_context(end));
    assert_null(textmap_find(&glsi_text_map, end));
    assert_true(glsi_walk_is_stack_end(end));
    assert_false(glsi_walk_is_end_of_context(end + 1));
    assert_false(glsi_walk_is_end_of_context(0));
}

/* ---- What may be remembered ---- */

static void test_what_cannot_be_unloaded(void **state) {
    (void)state;
    char local = 0;
    struct cfi_rules rules;
    assert_non_null(glsi_modules_find((uintptr_t)on_context));
    assert_true(glsi_modules_find((uintptr_t)on_context)->is_program);
    assert_non_null(glsi_modules_find((uintptr_t)qsort)); /* libc, or a stub for it */
    assert_null(glsi_modules_find((uintptr_t)&local));
    assert_null(glsi_modules_find(0));
    assert_null(glsi_modules_find(UINTPTR_MAX));
    assert_true(glsi_tables_find((uintptr_t)on_context, &rules));
    assert_false(glsi_tables_find((uintptr_t)&local, &rules));
    assert_false(glsi_tables_find(0, &rules));
    assert_false(glsi_tables_find(UINTPTR_MAX, &rules));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_operations),
#if defined(__x86_64__)
        cmocka_unit_test(test_a_call_stub),
#endif
        cmocka_unit_test(test_what_cannot_be_computed),
        cmocka_unit_test(test_all_ways_see_the_same_frames),
        cmocka_unit_test(test_nothing_is_guessed),
        cmocka_unit_test(test_a_circle_ends),
        cmocka_unit_test(test_a_stack_that_is_not_there),
        cmocka_unit_test(test_contexts_end),
        cmocka_unit_test(test_what_cannot_be_unloaded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
