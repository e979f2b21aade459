/* Many ids in use: how many there are, which is the next, how many digits it has, and that all are given back. */
#include "stacktag/crowd.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include <cmocka.h>

#include "gls/marks.h"

static uint64_t count_in_use(void) {
    uint64_t count = 0;
    for (uint32_t shard = 0; shard < 1u << glsi_id_pool.shard_bits; shard++)
        for (uint32_t leaf = 0; leaf < ID_LEAVES; leaf++)
            count += (uint64_t)__builtin_popcountll(ids_in_use(&glsi_id_pool.shards[shard], leaf));
    return count;
}

static unsigned count_digits(uint32_t id) {
    unsigned digits = 0;
    for (; id > 0; id >>= mark_hexadecimal.digit_bits)
        digits++;
    return digits;
}

static const struct {
    uint32_t count;
    unsigned digits_min, digits_max; /* of the last id: one or two where every shard has but one */
} sizes[] = {{1, 0, 2}, {16, 0, 2}, {256, 2, 2}, {4096, 3, 3}, {65536, 4, 4}, {1048576, 5, 5}};

static void test_the_last_id_has_as_many_digits_as_the_number(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct crowd *crowd = crowd_take(sizes[i].count, 1);
        assert_non_null(crowd);
        assert_int_equal(count_in_use(), sizes[i].count - 1);
        const uint32_t id = ids_acquire();
        assert_in_range(count_digits(id), sizes[i].digits_min, sizes[i].digits_max);
        assert_int_equal(count_in_use(), sizes[i].count);
        ids_release(id);
        crowd_release(crowd);
        assert_int_equal(count_in_use(), 0);
    }
}

/* An id that was in use before is not given away with the crowd. */
static void test_ids_of_others_stay_in_use(void **state) {
    (void)state;
    const uint32_t own = ids_acquire();
    struct crowd *crowd = crowd_take(4096, 2);
    assert_non_null(crowd);
    assert_int_equal(count_in_use(), 4096 - 2); /* `own` is one that the crowd would have taken */
    crowd_release(crowd);
    assert_int_equal(count_in_use(), 1);
    ids_release(own);
    assert_int_equal(count_in_use(), 0);
}

/* What is given back is found again, smallest first, by the hints of the pool. */
static void test_given_back_ids_are_used_again(void **state) {
    (void)state;
    const uint32_t first = ids_acquire();
    ids_release(first);
    struct crowd *crowd = crowd_take(65536, 1);
    assert_non_null(crowd);
    const uint32_t late = ids_acquire();
    assert_true(late > first);
    crowd_release(crowd);
    ids_release(late);
    const uint32_t again = ids_acquire();
    assert_int_equal(again, first);
    ids_release(again);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_last_id_has_as_many_digits_as_the_number),
        cmocka_unit_test(test_ids_of_others_stay_in_use),
        cmocka_unit_test(test_given_back_ids_are_used_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
