/*
 * The pool of ids: the smallest free one first, reuse, growth to its limit, many threads, abandoned scopes.
 *
 *   test_ids 10000000     hands out so many from all threads together
 */
#include "gls/ids.h"

#include <inttypes.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include <cmocka.h>

static uint32_t shard_of(uint32_t id) {
    return id & ((1u << glsi_id_pool.shard_bits) - 1);
}

static uint32_t acquire(void) {
    const uint32_t id = ids_acquire();
    assert_int_not_equal(id, ID_NONE);
    return id;
}

static uint32_t *allocate_ids(size_t count) {
    uint32_t *ids = malloc(count * sizeof *ids);
    assert_non_null(ids);
    return ids;
}

static void release_all(const uint32_t *ids, size_t count) {
    while (count > 0)
        ids_release(ids[--count]);
}

static void test_the_smallest_free_id_of_the_shard_comes_first(void **state) {
    (void)state;
    enum { COUNT = 1000 }; /* more than one word */
    uint32_t ids[COUNT];
    for (uint32_t i = 0; i < COUNT; i++) {
        ids[i] = acquire();
        assert_int_equal(ids[i], i << glsi_id_pool.shard_bits | shard_of(ids[0]));
    }
    /* Whatever is released comes back in order, from all over the shard. */
    static const uint32_t holes[] = {999, 500, 63, 64, 3, 0, 640};
    static const uint32_t sorted[] = {0, 3, 63, 64, 500, 640, 999};
    for (size_t i = 0; i < sizeof holes / sizeof *holes; i++)
        ids_release(ids[holes[i]]);
    for (size_t i = 0; i < sizeof sorted / sizeof *sorted; i++)
        assert_int_equal(acquire(), ids[sorted[i]]);
    release_all(ids, COUNT);
    assert_int_equal(acquire(), ids[0]);
    ids_release(ids[0]);
}

static void test_the_pool_grows_through_all_levels_and_back(void **state) {
    (void)state;
    enum { COUNT = 300000 }; /* more than a shard of the smallest pool holds */
    uint32_t *ids = allocate_ids(COUNT);
    for (int round = 0; round < 2; round++) {
        for (uint32_t i = 0; i < COUNT; i++) {
            ids[i] = acquire();
            /* Each slot is there, and nobody else's. */
            ids_slot(ids[i])->root = i;
        }
        for (uint32_t i = 0; i < COUNT; i++)
            assert_int_equal(ids_slot(ids[i])->root, i);
        release_all(ids, COUNT);
        const uint32_t small = acquire();
        assert_int_equal(small, shard_of(small));
        ids_release(small);
    }
    free(ids);
}

static void test_all_ids_are_handed_out_once(void **state) {
    (void)state;
    unsigned char *seen = calloc(ID_COUNT_MAX, 1);
    assert_non_null(seen);
    for (uint32_t i = 0; i < ID_COUNT_MAX; i++) {
        const uint32_t id = acquire();
        assert_true(id < ID_COUNT_MAX && seen[id] == 0);
        seen[id] = 1;
    }
    assert_int_equal(ids_acquire(), ID_NONE);
    assert_int_equal(ids_acquire(), ID_NONE);
    /* The only free one is found, wherever it is. */
    static const uint32_t holes[] = {0, ID_COUNT_MAX - 1, ID_COUNT_MAX / 2, 12345};
    for (size_t i = 0; i < sizeof holes / sizeof *holes; i++) {
        ids_release(holes[i]);
        assert_int_equal(ids_acquire(), holes[i]);
        assert_int_equal(ids_acquire(), ID_NONE);
    }
    for (uint32_t id = 0; id < ID_COUNT_MAX; id++)
        ids_release(id);
    free(seen);
}

enum { SHARDS_FILLED = 5 };

static void *fill_shards(void *shards_used) {
    enum { COUNT = ID_COUNT_MAX / ID_SHARDS_MAX * SHARDS_FILLED };
    *(uint32_t *)shards_used = 1;
    for (uint32_t i = 0, last = ids_home_shard(); i < COUNT; i++) {
        const uint32_t id = acquire();
        assert_true(id < ID_COUNT_MAX);
        ids_slot(id)->root = i; /* it is mapped */
        *(uint32_t *)shards_used += shard_of(id) != last;
        last = shard_of(id);
    }
    return NULL;
}

/* As on a machine with many PUs, where each shard may fill only a part of its words: then others help out. On a thread
 * of its own, which has taken no ids from the shards of before. */
static void test_many_shards_share_the_slots(void **state) {
    (void)state;
    pthread_t thread;
    uint32_t shards_used = 0;
    const struct id_pool before = glsi_id_pool;
    const size_t bytes = sizeof(struct id_shard) * ID_SHARDS_MAX;
    void *shards = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    assert_ptr_not_equal(shards, MAP_FAILED);
    glsi_id_pool.shards = shards;
    glsi_id_pool.shard_bits = (uint32_t)__builtin_ctz(ID_SHARDS_MAX);
    assert_int_equal(pthread_create(&thread, NULL, fill_shards, &shards_used), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(shards_used, SHARDS_FILLED);
    glsi_id_pool.shards = before.shards;
    glsi_id_pool.shard_bits = before.shard_bits;
    (void)munmap(shards, bytes);
}

/* ---- Many threads ---- */

enum { THREADS = 8, HELD_MAX = 100 };
static uint64_t acquisitions_wanted = 1000000;

struct worker {
    _Atomic uint32_t *owners; /* of each id: the worker that holds it, 0 for none */
    uint32_t self;
    uint32_t wrong;
    uint32_t largest;
    long waits; /* how often it slept: for a lock, say */
};

/* Holds a few ids at any time, acquired and released in an order that is different on each thread. */
static void *acquire_and_release(void *arg) {
    struct worker *worker = arg;
    uint32_t held[HELD_MAX], count = 0, random = worker->self;
    for (uint64_t i = 0; i < acquisitions_wanted / THREADS;) {
        random = random * 1664525u + 1013904223u;
        if (count == HELD_MAX || (count > 0 && random >> 31 != 0)) {
            const uint32_t which = (random >> 8) % count;
            const uint32_t id = held[which];
            worker->wrong += atomic_exchange(&worker->owners[id], 0) != worker->self;
            held[which] = held[--count];
            ids_release(id);
        } else {
            const uint32_t id = ids_acquire();
            worker->wrong += id == ID_NONE || atomic_exchange(&worker->owners[id], worker->self) != 0;
            worker->largest = id > worker->largest ? id : worker->largest;
            held[count++] = id;
            i++;
        }
    }
    while (count > 0) {
        worker->wrong += atomic_exchange(&worker->owners[held[--count]], 0) != worker->self;
        ids_release(held[count]);
    }
    struct rusage usage;
    if (getrusage(RUSAGE_THREAD, &usage) == 0)
        worker->waits = usage.ru_nvcsw;
    return NULL;
}

static void test_no_id_is_handed_out_twice(void **state) {
    (void)state;
    _Atomic uint32_t *owners = calloc(ID_COUNT_MAX, sizeof *owners);
    struct worker workers[THREADS];
    pthread_t threads[THREADS];
    long waits = 0;
    assert_non_null(owners);
    for (uint32_t i = 0; i < THREADS; i++) {
        workers[i] = (struct worker){.owners = owners, .self = i + 1};
        assert_int_equal(pthread_create(&threads[i], NULL, acquire_and_release, &workers[i]), 0);
    }
    for (uint32_t i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_int_equal(workers[i].wrong, 0);
        /* All threads together never hold more, so however they share shards, none needs larger ids. */
        assert_true(workers[i].largest >> glsi_id_pool.shard_bits < THREADS * HELD_MAX);
        waits += workers[i].waits;
    }
    (void)printf("%" PRIu64 " ids from %d threads, which waited %ld times\n", acquisitions_wanted, THREADS, waits);
    free(owners);
}

static void test_nothing_is_left_behind_by_threads(void **state) {
    (void)state;
    for (uint32_t i = 0; i < 1u << glsi_id_pool.shard_bits; i++)
        for (uint32_t leaf = 0; leaf < ID_LEAVES; leaf++)
            assert_int_equal(ids_in_use(&glsi_id_pool.shards[i], leaf), 0);
    test_the_smallest_free_id_of_the_shard_comes_first(state);
}

int main(int argc, char **argv) {
    if (argc > 1)
        acquisitions_wanted = strtoull(argv[1], NULL, 10);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_smallest_free_id_of_the_shard_comes_first),
        cmocka_unit_test(test_the_pool_grows_through_all_levels_and_back),
        cmocka_unit_test(test_all_ids_are_handed_out_once),
        cmocka_unit_test(test_many_shards_share_the_slots),
        cmocka_unit_test(test_no_id_is_handed_out_twice),
        cmocka_unit_test(test_nothing_is_left_behind_by_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
