#include "gls/ids.h"

#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "gls/marks.h"
#include "gls/memory.h"

struct id_pool glsi_id_pool;

_Static_assert(sizeof(struct id_slot) == ID_LINE_BYTES, "a slot has outgrown its cache line");

/* Slots are made accessible in steps of this many: the pool's memory follows the largest number of ids in use. */
enum { READY_STEP = 4096 };

/* Maps the slots up to and including that of `id`. Threads that race here ask for the same pages: harmless. */
static bool map_slots(uint32_t id) {
    uint32_t ready = atomic_load(&glsi_id_pool.ready);
    if (id < ready)
        return true;
    const uint32_t wanted = (id / READY_STEP + 1) * READY_STEP;
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
void glsi_ids_word_has_room(struct id_shard *shard, uint32_t leaf) {
    atomic_fetch_and(&shard->full[leaf / ID_WORD_BITS], ~(UINT64_C(1) << leaf % ID_WORD_BITS));
    atomic_fetch_and(&shard->top, ~(UINT64_C(1) << leaf / ID_WORD_BITS));
}

static void mark_full(struct id_shard *shard, uint32_t leaf) {
    _Atomic uint64_t *full = &shard->full[leaf / ID_WORD_BITS];
    const uint64_t bit = UINT64_C(1) << leaf % ID_WORD_BITS;
    atomic_fetch_or(full, bit);
    if (atomic_load(&shard->leaves[leaf]) != UINT64_MAX) {
        /* Both levels: while the bit was set, another thread may have taken the whole group for full. */
        glsi_ids_word_has_room(shard, leaf);
        return;
    }
    if (atomic_load(full) != UINT64_MAX)
        return;
    const uint64_t top_bit = UINT64_C(1) << leaf / ID_WORD_BITS;
    atomic_fetch_or(&shard->top, top_bit);
    if (atomic_load(full) != UINT64_MAX)
        atomic_fetch_and(&shard->top, ~top_bit);
}

/* Where there are many shards, each may fill only a part of its words: its share of the slots. */
static uint32_t leaves_of_shard(void) {
    return ID_COUNT_MAX / ID_WORD_BITS >> glsi_id_pool.shard_bits;
}

/*
 * The first leaf that has room, and which of its ids are in use; leaves_of_shard() when none has. Mends hints on the
 * way.
 */
static uint32_t find_leaf(struct id_shard *shard, uint64_t *used) {
    for (;;) {
        const uint64_t top = atomic_load(&shard->top);
        if (top == UINT64_MAX)
            return leaves_of_shard();
        const uint32_t group = (uint32_t)__builtin_ctzll(~top);
        const uint64_t full = atomic_load(&shard->full[group]);
        const uint32_t word = full == UINT64_MAX ? 0 : (uint32_t)__builtin_ctzll(~full);
        const uint32_t leaf = group * ID_WORD_BITS + word;
        if (leaf >= leaves_of_shard())
            return leaves_of_shard();
        *used = atomic_load(&shard->leaves[leaf]);
        if (full != UINT64_MAX && *used != UINT64_MAX)
            return leaf;
        mark_full(shard, leaf);
    }
}

enum attempt { ACQUIRED, CONTENDED, EXHAUSTED };

/* Takes the smallest free id of one shard, unless another thread interferes. */
static enum attempt acquire_in(struct id_shard *shard, uint32_t *local) {
    uint64_t used = 0;
    const uint32_t leaf = find_leaf(shard, &used);
    if (leaf == leaves_of_shard())
        return EXHAUSTED;
    const uint32_t bit = (uint32_t)__builtin_ctzll(~used);
    if (!atomic_compare_exchange_strong(&shard->leaves[leaf], &used, used | UINT64_C(1) << bit))
        return CONTENDED;
    *local = leaf * ID_WORD_BITS + bit;
    return ACQUIRED;
}

/* Is this still what the stack of an open scope holds? The stack may be gone, and its memory unmapped. */
static bool is_path_present(uint32_t id, const struct mark_alphabet *alphabet, const uintptr_t *path) {
    uintptr_t spelt[MARK_PATH_MAX];
    const size_t bytes = mark_spell(alphabet, id, NULL, NULL, spelt) * sizeof spelt[0];
    return glsi_memory_compare(path, spelt, bytes) == MEMORY_SAME;
}

static void release_if_abandoned(uint32_t id) {
    struct id_slot *slot = ids_slot(id);
    if (id >= atomic_load(&glsi_id_pool.ready))
        return; /* whoever has just acquired it has yet to map its slot */
    uint64_t lifetimes = atomic_load_explicit(&slot->lifetimes, memory_order_acquire);
    const bool is_open = lifetimes % 2 == 1;
    if (!is_open || is_path_present(id, atomic_load_explicit(&slot->alphabet, memory_order_relaxed),
                                    atomic_load_explicit(&slot->path, memory_order_relaxed)))
        return;
    if (!atomic_compare_exchange_strong(&slot->lifetimes, &lifetimes, lifetimes + 1))
        return;
    atomic_store_explicit(&slot->place, 0, memory_order_relaxed);
    ids_release(id);
}

/*
 * All ids below the first word with room are in use. Looks at a few of them, others every time; an abandoned one is
 * then the smallest free id, so that scopes left by longjmp never make the pool grow for long.
 */
static void check_some(uint32_t shard_index) {
    enum { CHECKED_AT_ONCE = 2 };
    struct id_shard *shard = &glsi_id_pool.shards[shard_index];
    uint64_t used = 0;
    const uint32_t in_use = find_leaf(shard, &used) * ID_WORD_BITS;
    for (uint32_t i = 0; i < CHECKED_AT_ONCE && i < in_use; i++) {
        const uint32_t local = atomic_fetch_add_explicit(&shard->next_checked, 1, memory_order_relaxed) % in_use;
        release_if_abandoned(local << glsi_id_pool.shard_bits | shard_index);
    }
}

void glsi_ids_release_shared(uint32_t id) {
    struct id_shard *shard = &glsi_id_pool.shards[id & ((1u << glsi_id_pool.shard_bits) - 1)];
    const uint32_t local = id >> glsi_id_pool.shard_bits;
    const uint32_t leaf = local / ID_WORD_BITS;
    const uint64_t bit = UINT64_C(1) << local % ID_WORD_BITS;
    /* Sequentially consistent against the hints; on x86-64 that costs no more than a release. */
    const uint64_t used = atomic_fetch_and(&shard->leaves[leaf], ~bit);
    if (used == UINT64_MAX)
        glsi_ids_word_has_room(shard, leaf);
}

/* Makes this thread the owner of its shard, if nobody else is. In this order: a handler may release in between. */
static bool own(uint32_t index) {
    struct id_shard *shard = &glsi_id_pool.shards[index];
    struct thread_record *thread = thread_record();
    uintptr_t owner = 0;
    if (thread->home != NULL)
        return true;
    if (!atomic_compare_exchange_strong(&shard->owner, &owner, thread_pointer()) && owner != thread_pointer())
        return false;
    thread->home_mask = ~(uint32_t)((ID_WORD_BITS - 1) << glsi_id_pool.shard_bits);
    thread->home = shard;
    atomic_signal_fence(memory_order_seq_cst);
    thread->home_ids = index + 1;
    return true;
}

/* The owner takes an id, after all of the first word that others have left or given back are his. */
static bool acquire_own(struct id_shard *shard, uint32_t *local) {
    if (atomic_load(&shard->leaves[0]) != UINT64_MAX)
        ids_magazine_add(shard, ~atomic_fetch_or(&shard->leaves[0], UINT64_MAX));
    for (;;) {
        const uint64_t free = atomic_load_explicit(&shard->magazine, memory_order_relaxed);
        if (free == 0)
            return false;
        *local = (uint32_t)__builtin_ctzll(free);
        if (ids_magazine_take(shard, *local))
            return true;
    }
}

/* From any shard, whoever owns it. */
static uint32_t acquire_shared(uint32_t home) {
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

uint32_t glsi_ids_acquire_slowly(void) {
    const uint32_t home = ids_home_shard();
    struct id_shard *shard = &glsi_id_pool.shards[home];
    const bool is_own = own(home);
    uint32_t local = 0;
    uint64_t used = 0;
    if (is_own && acquire_own(shard, &local))
        return local << glsi_id_pool.shard_bits | home;
    /* The first word is the owner's: who shares his shard begins with the second. Only the home shard is searched: with
     * hundreds of them all would take longer than the rest. */
    if (is_own || find_leaf(shard, &used) > 1)
        check_some(home);
    if (is_own && acquire_own(shard, &local))
        return local << glsi_id_pool.shard_bits | home;
    return acquire_shared(home);
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
    /* Magazines are filled from the first word of every shard without looking whether its slots are mapped. */
    if (!map_slots(((uint32_t)ID_WORD_BITS << glsi_id_pool.shard_bits) - 1)) {
        (void)fputs("gls: out of memory at start-up\n", stderr);
        abort();
    }
}
