/*
 * The interpreter of unwind tables, on tables made by hand: what each row is taken for, and that damaged tables never
 * lead it out of bounds (which AddressSanitizer sees).
 */
#include "gls/cfi.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- Tables in the making ---- */

struct table {
    size_t size;
    unsigned char bytes[512];
};

static void put(struct table *table, const void *bytes, size_t count) {
    assert_true(table->size + count <= sizeof table->bytes);
    memcpy(table->bytes + table->size, bytes, count);
    table->size += count;
}

static void put_byte(struct table *table, unsigned char byte) {
    put(table, &byte, 1);
}

static void put_u32(struct table *table, uint32_t value) {
    put(table, &value, sizeof value);
}

static void put_u64(struct table *table, uint64_t value) {
    put(table, &value, sizeof value);
}

/* An entry's length stands in front of it: filled in when the entry ends. */
static size_t begin_entry(struct table *table) {
    put_u32(table, 0);
    return table->size;
}

static void end_entry(struct table *table, size_t start) {
    const uint32_t length = (uint32_t)(table->size - start);
    memcpy(table->bytes + start - sizeof length, &length, sizeof length);
}

/* What compilers emit for x86-64: CFA = rsp + 8, return address at CFA - 8; code alignment 1, data alignment -8. */
static const unsigned char usual_instructions[] = {0x0c, 7, 8, 0x90, 1};
enum { CODE_ALIGNMENT = 1, DATA_ALIGNMENT = 0x78, RETURN_ADDRESS = 16, ABSOLUTE = 0x00 };

static void put_cie(struct table *table, unsigned char version, const char *augmentation, unsigned char encoding) {
    const size_t start = begin_entry(table);
    put_u32(table, 0);
    put_byte(table, version);
    put(table, augmentation, strlen(augmentation) + 1);
    put_byte(table, CODE_ALIGNMENT);
    put_byte(table, DATA_ALIGNMENT);
    put_byte(table, RETURN_ADDRESS);
    if (augmentation[0] == 'z') {
        put_byte(table, 1); /* of data: the encoding */
        put_byte(table, encoding);
    }
    put(table, usual_instructions, sizeof usual_instructions);
    end_entry(table, start);
}

/* A function of the CIE that the table starts with. */
static void put_fde(struct table *table, uint64_t from, uint64_t size, const unsigned char *instructions, size_t count,
                    bool augmented) {
    const size_t start = begin_entry(table);
    put_u32(table, (uint32_t)start);
    put_u64(table, from);
    put_u64(table, size);
    if (augmented)
        put_byte(table, 0);
    put(table, instructions, count);
    end_entry(table, start);
}

/* ---- Rows that come out ---- */

enum { ROWS_MAX = 32 };
struct rows {
    size_t count, stop_after;
    struct cfi_row rows[ROWS_MAX];
};

static bool record_row(const struct cfi_row *row, void *arg) {
    struct rows *rows = arg;
    assert_true(rows->count < ROWS_MAX);
    rows->rows[rows->count++] = *row;
    return rows->count != rows->stop_after;
}

static struct rows visit(const struct table *table) {
    struct rows rows = {.count = 0};
    /* A copy of just this size: a read beyond its end is seen. */
    unsigned char *copy = malloc(table->size + (table->size == 0));
    assert_non_null(copy);
    memcpy(copy, table->bytes, table->size);
    glsi_cfi_visit(copy, copy + table->size, record_row, &rows);
    free(copy);
    return rows;
}

enum { FROM = 0x1000, SIZE = 0x100 };

/* One function with these instructions; `wanted` are the kinds of its rows and where they end. */
struct wanted_row {
    enum cfi_row_kind kind;
    uintptr_t length;
};

static void check_function(const unsigned char *instructions, size_t count, const struct wanted_row *wanted) {
    struct table table = {.size = 0};
    put_cie(&table, 1, "zR", ABSOLUTE);
    put_fde(&table, FROM, SIZE, instructions, count, true);
    const struct rows rows = visit(&table);
    uintptr_t at = FROM;
    size_t i = 0;
    for (; at < FROM + SIZE; i++) {
        assert_true(i < rows.count);
        assert_int_equal(rows.rows[i].kind, wanted[i].kind);
        assert_int_equal(rows.rows[i].start, at);
        at = wanted[i].length == 0 ? FROM + SIZE : at + wanted[i].length;
        assert_int_equal(rows.rows[i].end, at);
    }
    assert_int_equal(rows.count, i);
}

#define CHECK(instructions, ...)                                                                                       \
    check_function(instructions, sizeof(instructions), (const struct wanted_row[]){__VA_ARGS__})

static void test_a_function_that_keeps_its_frame_pointer(void **state) {
    (void)state;
    /* push rbp; mov rsp, rbp; ...; pop rbp; ret; ... */
    static const unsigned char usual[] = {0x41, 0x0e, 16, 0x86, 2,    /* +1: CFA = rsp + 16, rbp at CFA - 16 */
                                          0x43, 0x0d, 6,              /* +3: CFA = rbp + 16 */
                                          0x02, 0x80,                 /* +128 */
                                          0x0a, 0x0c, 7,  8,    0xc6, /* remember; CFA = rsp + 8, rbp restored */
                                          0x41, 0x0b};                /* +1: as remembered */
    CHECK(usual, {CFI_ENTRY, 1}, {CFI_BOTH_SAVED, 3}, {CFI_FRAME_POINTER, 128}, {CFI_ENTRY, 1}, {CFI_FRAME_POINTER, 0});
    /* The same states by other instructions: all widths of advances, extended and signed forms. */
    static const unsigned char other[] = {0x02, 1, 0x13, 0x7e, 0x11, 6,    2,    /* CFA - 16 by signed factors */
                                          0x03, 3, 0,    0x12, 6,    0x7e,       /* CFA = rbp + 16, signed */
                                          0x04, 9, 0,    0,    0,    0x05, 6, 2, /* rbp at CFA - 16, once more */
                                          0x2e, 8, 0x41, 0x06, 6};               /* argument size; rbp as in the CIE */
    CHECK(other, {CFI_ENTRY, 1}, {CFI_BOTH_SAVED, 3}, {CFI_FRAME_POINTER, 9}, {CFI_FRAME_POINTER, 1}, {CFI_OTHER, 0});
}

static void test_functions_that_do_not(void **state) {
    (void)state;
    static const unsigned char none[] = {0x00};
    static const unsigned char spills_rbp_elsewhere[] = {0x41, 0x0e, 16, 0x83, 2, 0x41, 0x0e, 24, 0x86, 3};
    static const unsigned char far_frame[] = {0x41, 0x0c, 6, 32, 0x86, 4};
    static const unsigned char unsaved[] = {0x41, 0x0c, 6, 16};
    static const unsigned char same_value[] = {0x86, 2, 0x0c, 6, 16, 0x41, 0x08, 6};
    static const unsigned char in_register[] = {0x86, 2, 0x0c, 6, 16, 0x41, 0x09, 6, 3};
    static const unsigned char realigned[] = {0x86, 2, 0x0c, 6, 16, 0x41, 0x0f, 3, 0x76, 0x78, 0x06};
    static const unsigned char expression[] = {0x86, 2, 0x0c, 6, 16, 0x41, 0x10, 6, 2, 0x76, 0};
    static const unsigned char moved_return_address[] = {0x86, 2, 0x0c, 6, 16, 0x90, 3};
    CHECK(none, {CFI_ENTRY, 0});
    CHECK(spills_rbp_elsewhere, {CFI_ENTRY, 1}, {CFI_OTHER, 1}, {CFI_OTHER, 0});
    CHECK(far_frame, {CFI_ENTRY, 1}, {CFI_OTHER, 0});
    CHECK(unsaved, {CFI_ENTRY, 1}, {CFI_OTHER, 0});
    CHECK(same_value, {CFI_FRAME_POINTER, 1}, {CFI_OTHER, 0});
    CHECK(in_register, {CFI_FRAME_POINTER, 1}, {CFI_OTHER, 0});
    CHECK(realigned, {CFI_FRAME_POINTER, 1}, {CFI_OTHER, 0});
    CHECK(expression, {CFI_FRAME_POINTER, 1}, {CFI_OTHER, 0});
    CHECK(moved_return_address, {CFI_OTHER, 0});
}

static void test_the_end_of_a_stack(void **state) {
    (void)state;
    static const unsigned char start_of_thread[] = {0x44, 0x07, 16};
    CHECK(start_of_thread, {CFI_ENTRY, 4}, {CFI_STACK_END, 0});
}

static void test_what_is_not_understood_is_not_believed(void **state) {
    (void)state;
    static const unsigned char set_location[] = {0x86, 2, 0x0c, 6, 16, 0x41, 0x01, 0, 0, 0, 0, 0, 0, 0, 0};
    static const unsigned char unknown[] = {0x86, 2, 0x0c, 6, 16, 0x41, 0x3f};
    static const unsigned char nothing_remembered[] = {0x86, 2, 0x0c, 6, 16, 0x41, 0x0b};
    static const unsigned char cut_off[] = {0x86, 2, 0x0c, 6, 16, 0x41, 0x0e, 0x80};
    CHECK(set_location, {CFI_FRAME_POINTER, 1}, {CFI_OTHER, 0});
    CHECK(unknown, {CFI_FRAME_POINTER, 1}, {CFI_OTHER, 0});
    CHECK(nothing_remembered, {CFI_FRAME_POINTER, 1}, {CFI_OTHER, 0});
    CHECK(cut_off, {CFI_FRAME_POINTER, 1}, {CFI_OTHER, 0});
}

static size_t count_rows_with(unsigned char version, const char *augmentation, unsigned char encoding) {
    static const unsigned char none[] = {0x00};
    struct table table = {.size = 0};
    put_cie(&table, version, augmentation, encoding);
    put_fde(&table, FROM, SIZE, none, sizeof none, augmentation[0] == 'z');
    return visit(&table).count;
}

static void test_kinds_of_common_information(void **state) {
    (void)state;
    enum { DATA_RELATIVE = 0x30, INDIRECT = 0x80, ULEB = 0x01, OMIT = 0xff };
    assert_int_equal(count_rows_with(1, "zR", ABSOLUTE), 1);
    assert_int_equal(count_rows_with(3, "zR", ABSOLUTE), 1);
    assert_int_equal(count_rows_with(1, "", ABSOLUTE), 1);
    assert_int_equal(count_rows_with(4, "zR", ABSOLUTE), 0);
    assert_int_equal(count_rows_with(1, "eh", ABSOLUTE), 0);
    assert_int_equal(count_rows_with(1, "zS", ABSOLUTE), 0);  /* a signal trampoline */
    assert_int_equal(count_rows_with(1, "zPR", ABSOLUTE), 0); /* more letters than data */
    assert_int_equal(count_rows_with(1, "zR", DATA_RELATIVE), 0);
    assert_int_equal(count_rows_with(1, "zR", INDIRECT), 0);
    assert_int_equal(count_rows_with(1, "zR", ULEB), 0);
    assert_int_equal(count_rows_with(1, "zR", OMIT), 0);
}

/* ---- Several functions, as a section has them ---- */

static struct table make_section(void) {
    static const unsigned char frame[] = {0x41, 0x0e, 16, 0x86, 2, 0x43, 0x0d, 6, 0x02, 99, 0x0c, 7, 8};
    static const unsigned char none[] = {0x00};
    struct table table = {.size = 0};
    put_cie(&table, 1, "zR", ABSOLUTE);
    put_fde(&table, FROM, SIZE, frame, sizeof frame, true);
    put_fde(&table, FROM + SIZE, SIZE, none, sizeof none, true);
    put_fde(&table, FROM + 2 * SIZE, 0, none, sizeof none, true); /* no text: a function that was removed */
    put_fde(&table, FROM + 3 * SIZE, SIZE, frame, sizeof frame, true);
    put_u32(&table, 0); /* the end */
    return table;
}
enum { ROWS_OF_SECTION = 4 + 1 + 4 };

static void test_sections_end_at_a_zero_or_where_they_end(void **state) {
    (void)state;
    struct table table = make_section();
    assert_int_equal(visit(&table).count, ROWS_OF_SECTION);
    table.size -= 4;
    assert_int_equal(visit(&table).count, ROWS_OF_SECTION);
    memset(table.bytes + table.size, 0xee, 4);
    table.size += 4;
    assert_int_equal(visit(&table).count, ROWS_OF_SECTION);
    table = (struct table){.size = 0};
    assert_int_equal(visit(&table).count, 0);
}

static void test_the_visitor_may_stop(void **state) {
    (void)state;
    const struct table table = make_section();
    for (size_t stop = 1; stop < ROWS_OF_SECTION; stop++) {
        struct rows rows = {.stop_after = stop};
        glsi_cfi_visit(table.bytes, table.bytes + table.size, record_row, &rows);
        assert_int_equal(rows.count, stop);
    }
}

/* ---- Damage ---- */

/* Rows lie inside of one another's function, in order: all that can be asked of a damaged table. */
static bool check_order(const struct cfi_row *row, void *arg) {
    (void)arg;
    assert_true(row->start < row->end);
    return true;
}

static void visit_damaged(const unsigned char *bytes, size_t size) {
    unsigned char *copy = malloc(size + (size == 0));
    assert_non_null(copy);
    memcpy(copy, bytes, size);
    glsi_cfi_visit(copy, copy + size, check_order, NULL);
    free(copy);
}

static void test_truncation_at_every_byte(void **state) {
    (void)state;
    const struct table table = make_section();
    for (size_t size = 0; size <= table.size; size++)
        visit_damaged(table.bytes, size);
}

static uint32_t draw(uint32_t *random) {
    *random = *random * 1664525u + 1013904223u;
    return *random >> 8;
}

static void test_random_damage(void **state) {
    (void)state;
    enum { ROUNDS = 200000, FLIPS_MAX = 8 };
    const struct table table = make_section();
    uint32_t random = 20240607;
    for (int round = 0; round < ROUNDS; round++) {
        struct table damaged = table;
        for (uint32_t flips = 1 + draw(&random) % FLIPS_MAX; flips > 0; flips--)
            damaged.bytes[draw(&random) % damaged.size] = (unsigned char)draw(&random);
        visit_damaged(damaged.bytes, damaged.size);
    }
}

static void test_garbage(void **state) {
    (void)state;
    enum { ROUNDS = 50000, BYTES_MAX = 200 };
    uint32_t random = 20240608;
    for (int round = 0; round < ROUNDS; round++) {
        unsigned char bytes[BYTES_MAX];
        const size_t size = draw(&random) % BYTES_MAX;
        for (size_t i = 0; i < size; i++)
            bytes[i] = (unsigned char)draw(&random);
        /* A plausible length, and a function that refers to somewhere inside: else most garbage ends at once. */
        const uint32_t length = draw(&random) % (BYTES_MAX / 2), distance = draw(&random) % 12;
        if (size >= 8) {
            memcpy(bytes, &length, sizeof length);
            memcpy(bytes + 4, &distance, sizeof distance);
        }
        visit_damaged(bytes, size);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_function_that_keeps_its_frame_pointer),
        cmocka_unit_test(test_functions_that_do_not),
        cmocka_unit_test(test_the_end_of_a_stack),
        cmocka_unit_test(test_what_is_not_understood_is_not_believed),
        cmocka_unit_test(test_kinds_of_common_information),
        cmocka_unit_test(test_sections_end_at_a_zero_or_where_they_end),
        cmocka_unit_test(test_the_visitor_may_stop),
        cmocka_unit_test(test_truncation_at_every_byte),
        cmocka_unit_test(test_random_damage),
        cmocka_unit_test(test_garbage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
