/*
 * The pool of ids, and the slot that each id stands for.
 *
 * An id is handed out by a shard: always the smallest that is free in it, so that tags stay short. Shards are chosen by
 * hashing the thread pointer; a shard that another thread is busy with is passed over, so there is no queue. Every word
 * and every slot that is written has cache lines of its own. Nothing here takes a lock: ids may be acquired and
 * released in signal handlers.
 *
 * Measured on throw-away prototypes: one pool costs 13 ns on one thread and 56 ns on each of two; shards with adjacent
 * slots 39 ns; shards with lines of their own 14 ns.
 */
#ifndef GLS_IDS_H
#define GLS_IDS_H

#include <stdalign.h>
#include <stdatomic.h>
#include <stdint.h>

struct ctx;
struct mark_alphabet;

enum {
    ID_LINE_BYTES = 64,
    ID_WORD_BITS = 64,
    ID_SHARDS_MIN = 64, /* two busy threads meet in one of them once in 64 times: see ids_home_shard */
    ID_SHARDS_MAX = 256,
    /* Three levels of 64-bit words: a shard counts to 64 * 64 * 64. */
    ID_LEAVES = ID_WORD_BITS * ID_WORD_BITS,
    /* All shards together: 256 MiB of address space for the slots, of which only the used part becomes memory. */
    ID_COUNT_MAX = 1 << 22,
};

#define ID_NONE UINT32_MAX

/*
 * What an id stands for while it is in use. Written by the thread that opens the scope before the tag is complete, read
 * through the tag; `lifetimes`, `path` and `alphabet` by whoever looks for abandoned ids.
 */
struct id_slot {
    alignas(ID_LINE_BYTES) const struct ctx *context;
    uint32_t root;                 /* id of the outermost tag on the same stack */
    _Atomic uint64_t lifetimes;    /* odd while a scope is open; counts on, so that no two lifetimes look the same */
    const uintptr_t *_Atomic path; /* in the frame of the open scope: the marks that spell the id ... */
    const struct mark_alphabet *_Atomic alphabet; /* ... in this alphabet */
    /* The seal (stacktag/seal.h), for readers that follow no frames. */
    _Atomic uintptr_t place;       /* the stack word that completes the tag, while it is in force; 0: not sealed */
    _Atomic uint64_t epoch;        /* of the stack, when it was sealed */
    struct id_slot *_Atomic outer; /* that was innermost on the stack before */
};

/*
 * The ids of one shard. A set bit is an id in use (leaves) or a word below without a free bit (full, top): the upper
 * levels are hints that make the smallest free id quick to find among hundreds of thousands.
 */
struct id_shard {
    alignas(ID_LINE_BYTES) _Atomic uint64_t top;
    alignas(ID_LINE_BYTES) _Atomic uint64_t full[ID_WORD_BITS];
    alignas(ID_LINE_BYTES) _Atomic uint64_t leaves[ID_LEAVES];
    alignas(ID_LINE_BYTES) _Atomic uint32_t next_checked; /* where the search for abandoned ids goes on */
};

struct id_pool {
    struct id_shard *shards;
    struct id_slot *slots;
    uint32_t shard_bits;
    _Atomic uint32_t ready; /* slots below this number are mapped */
};
extern struct id_pool glsi_id_pool;

/* The slow ways: the first word of the shard is full or contended; a word was full before the release. */
uint32_t glsi_ids_acquire_slowly(uint32_t home);
void glsi_ids_word_has_room(struct id_shard *shard, uint32_t leaf);

/*
 * Asked anew each time: a compiler may keep __builtin_thread_pointer over a call, on whose other side a fiber runs on
 * another thread, and a benchmark's loop would hash it once. On x86-64 the first word of a
 * thread's block is its own address.
 */
static inline uintptr_t ids_thread_pointer(void) {
    uintptr_t pointer;
#if defined(__x86_64__)
    __asm__ volatile("mov %%fs:0, %0" : "=r"(pointer));
#else
    __asm__ volatile("mrs %0, tpidr_el0" : "=r"(pointer));
#endif
    return pointer;
}

/* Thread pointers of neighbours differ by the size of a stack; Fibonacci hashing spreads such progressions evenly. */
static inline uint32_t ids_home_shard(void) {
    const uint64_t page = ids_thread_pointer() >> 12;
    return (uint32_t)((page * UINT64_C(0x9e3779b97f4a7c15)) >> (64 - glsi_id_pool.shard_bits));
}

/* Takes the smallest free id of this thread's shard. ID_NONE when all four million are in use or memory ran out. */
static inline uint32_t ids_acquire(void) {
    const uint32_t home = ids_home_shard();
    _Atomic uint64_t *word = &glsi_id_pool.shards[home].leaves[0];
    uint64_t used = atomic_load_explicit(word, memory_order_relaxed);
    if (__builtin_expect(used != UINT64_MAX, 1)) {
        const uint32_t bit = (uint32_t)__builtin_ctzll(~used);
        if (__builtin_expect(atomic_compare_exchange_strong_explicit(word, &used, used | UINT64_C(1) << bit,
                                                                     memory_order_acquire, memory_order_relaxed),
                             1))
            return bit << glsi_id_pool.shard_bits | home;
    }
    return glsi_ids_acquire_slowly(home);
}

static inline void ids_release(uint32_t id) {
    struct id_shard *shard = &glsi_id_pool.shards[id & ((1u << glsi_id_pool.shard_bits) - 1)];
    const uint32_t local = id >> glsi_id_pool.shard_bits;
    const uint32_t leaf = local / ID_WORD_BITS;
    const uint64_t bit = UINT64_C(1) << local % ID_WORD_BITS;
    /* Sequentially consistent against the hints; on x86-64 that costs no more than a release. */
    const uint64_t used = atomic_fetch_and(&shard->leaves[leaf], ~bit);
    if (__builtin_expect(used == UINT64_MAX, 0))
        glsi_ids_word_has_room(shard, leaf);
}

/* The slot of an id that is in use. */
static inline struct id_slot *ids_slot(uint32_t id) {
    return &glsi_id_pool.slots[id];
}

/*
 * A scope opens and closes. A scope that is left by longjmp never closes: its id is abandoned. Whoever needs more than
 * the first few ids of a shard looks at some of those in use (ids.c): a scope whose path is no longer on its stack is
 * gone. Its lifetime is then ended by compare-and-swap, which fails if the scope has closed, or another has opened, in
 * between; so closing itself may be a plain store. Always inlined, like tag_with, of which they are a part.
 */
__attribute__((always_inline)) static inline void ids_open(struct id_slot *slot, const struct mark_alphabet *alphabet,
                                                           const uintptr_t *path) {
    atomic_store_explicit(&slot->path, path, memory_order_relaxed);
    atomic_store_explicit(&slot->alphabet, alphabet, memory_order_relaxed);
    const uint64_t lifetimes = atomic_load_explicit(&slot->lifetimes, memory_order_relaxed);
    atomic_store_explicit(&slot->lifetimes, lifetimes + 1, memory_order_release);
}

__attribute__((always_inline)) static inline void ids_close(struct id_slot *slot) {
    const uint64_t lifetimes = atomic_load_explicit(&slot->lifetimes, memory_order_relaxed);
    atomic_store_explicit(&slot->lifetimes, lifetimes + 1, memory_order_release);
}

#endif
