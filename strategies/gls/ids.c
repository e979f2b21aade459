#include "ids.h"

#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

struct id_pool glsi_id_pool;

/* Slots are made accessible in steps of this many: the pool's memory follows the largest number of ids in use. */
enum { READY_STEP = 4096 };

/* Maps the slots up to and including that of `id`. Threads that race here ask for the same pages: harmless. */
static bool map_slots(uint32_t id) {
    uint32_t ready = atomic_load(&glsi_id_pool.ready);
    if (id < ready)
        return true;
    const uint32_t wanted = (id / READY_STEP + 1) * READY_STEP;
    if (wanted > ID_COUNT_MAX)
        return false;
    if (mprotect(glsi_id_pool.slots, sizeof(struct id_slot) * wanted, PROT_READ | PROT_WRITE) != 0)
        return false;
    while (ready < wanted && !atomic_compare_exchange_weak(&glsi_id_pool.ready, &ready, wanted))
        continue;
    return true;
}

/*
 * The hints may lag behind the leaves, in one direction only: a word may be full though its hint says that it has room
 * (whoever notices mends it), but a word with room is never hidden for good. Whoever sets a hint looks at the word
 * again afterwards, and takes the hint back if a release came in between; a release that comes later takes it back
 * itself.
 */
static void mark_full(struct id_shard *shard, uint32_t leaf) {
    _Atomic uint64_t *full = &shard->full[leaf / ID_WORD_BITS];
    const uint64_t bit = UINT64_C(1) << leaf % ID_WORD_BITS;
    atomic_fetch_or(full, bit);
    if (atomic_load(&shard->leaves[leaf]) != UINT64_MAX)
        atomic_fetch_and(full, ~bit);
    if (atomic_load(full) != UINT64_MAX)
        return;
    const uint64_t top_bit = UINT64_C(1) << leaf / ID_WORD_BITS;
    atomic_fetch_or(&shard->top, top_bit);
    if (atomic_load(full) != UINT64_MAX)
        atomic_fetch_and(&shard->top, ~top_bit);
}

void glsi_ids_word_has_room(struct id_shard *shard, uint32_t leaf) {
    atomic_fetch_and(&shard->full[leaf / ID_WORD_BITS], ~(UINT64_C(1) << leaf % ID_WORD_BITS));
    atomic_fetch_and(&shard->top, ~(UINT64_C(1) << leaf / ID_WORD_BITS));
}

/* The first leaf of the shard that seems to have room, or ID_LEAVES. */
static uint32_t find_leaf(struct id_shard *shard) {
    for (;;) {
        const uint64_t top = atomic_load(&shard->top);
        if (top == UINT64_MAX)
            return ID_LEAVES;
        const uint32_t group = (uint32_t)__builtin_ctzll(~top);
        const uint64_t full = atomic_load(&shard->full[group]);
        if (full != UINT64_MAX)
            return group * ID_WORD_BITS + (uint32_t)__builtin_ctzll(~full);
        mark_full(shard, group * ID_WORD_BITS); /* mends the hint above */
    }
}

enum attempt { ACQUIRED, CONTENDED, EXHAUSTED };

/* Takes the smallest free id of one shard, unless another thread interferes. */
static enum attempt acquire_in(struct id_shard *shard, uint32_t *local) {
    for (;;) {
        const uint32_t leaf = find_leaf(shard);
        if (leaf == ID_LEAVES)
            return EXHAUSTED;
        uint64_t used = atomic_load(&shard->leaves[leaf]);
        if (used == UINT64_MAX) {
            mark_full(shard, leaf);
            continue;
        }
        const uint32_t bit = (uint32_t)__builtin_ctzll(~used);
        if (!atomic_compare_exchange_strong(&shard->leaves[leaf], &used, used | UINT64_C(1) << bit))
            return CONTENDED;
        *local = leaf * ID_WORD_BITS + bit;
        return ACQUIRED;
    }
}

uint32_t glsi_ids_acquire_slowly(uint32_t home) {
    const uint32_t shard_count = 1u << glsi_id_pool.shard_bits;
    uint32_t exhausted = 0;
    for (uint32_t i = 0; exhausted < shard_count; i++) {
        const uint32_t index = (home + i) % shard_count;
        uint32_t local = 0;
        switch (acquire_in(&glsi_id_pool.shards[index], &local)) {
        case CONTENDED:
            exhausted = 0;
            break;
        case EXHAUSTED:
            exhausted++;
            break;
        case ACQUIRED: {
            const uint32_t id = local << glsi_id_pool.shard_bits | index;
            if (map_slots(id))
                return id;
            ids_release(id);
            return ID_NONE;
        }
        }
    }
    return ID_NONE;
}

/* Address space only: pages become memory when they are touched. */
static void *reserve(size_t bytes, int protection) {
    void *memory = mmap(NULL, bytes, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) {
        (void)fprintf(stderr, "gls: cannot reserve %zu MiB of address space for its ids; raise the limit (ulimit -v)\n",
                      bytes >> 20);
        abort();
    }
    return memory;
}

/* Four shards for every PU that this process may use: a collision of two busy threads stays unlikely. */
static uint32_t choose_shard_bits(void) {
    cpu_set_t allowed;
    uint32_t wanted = ID_SHARDS_MIN;
    if (sched_getaffinity(0, sizeof allowed, &allowed) == 0)
        wanted = 4 * (uint32_t)CPU_COUNT(&allowed);
    uint32_t bits = (uint32_t)__builtin_ctz(ID_SHARDS_MIN);
    while (1u << bits < wanted && 1u << bits < ID_SHARDS_MAX)
        bits++;
    return bits;
}

/* Before other constructors, which may already open scopes. */
__attribute__((constructor(101))) static void ids_init(void) {
    if (glsi_id_pool.slots != NULL)
        return; /* another copy of the library, to whose pool the dynamic linker has bound this one */
    glsi_id_pool.shard_bits = choose_shard_bits();
    glsi_id_pool.shards = reserve(sizeof(struct id_shard) << glsi_id_pool.shard_bits, PROT_READ | PROT_WRITE);
    glsi_id_pool.slots = reserve(sizeof(struct id_slot) * ID_COUNT_MAX, PROT_NONE);
    /* The quick way in ids_acquire uses the first word of every shard without looking whether its slots are mapped. */
    if (!map_slots(((uint32_t)ID_WORD_BITS << glsi_id_pool.shard_bits) - 1)) {
        (void)fputs("gls: out of memory at start-up\n", stderr);
        abort();
    }
}
