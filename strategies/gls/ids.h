/*
 * The pool of ids, and the slot that each id stands for.
 *
 * An id is handed out by a shard: always the smallest that is free in it, so that tags stay short. Shards are chosen by
 * hashing the thread pointer; a shard that another thread is busy with is passed over, so there is no queue. Every word
 * and every slot that is written has cache lines of its own. Nothing here takes a lock: ids may be acquired and
 * released in signal handlers.
 *
 * The first thread that comes to a shard owns it for good, and keeps the ids of its first word to itself: its own
 * magazine, which takes no atomic operation. A thread that has ended leaves its shard to whoever gets its thread
 * pointer, as threads on a stack that is used again do. Others share what the magazine did not take.
 *
 * Measured on throw-away prototypes: one pool costs 13 ns on one thread and 56 ns on each of two; shards with adjacent
 * slots 39 ns; shards with lines of their own 14 ns.
 */
#ifndef GLS_IDS_H
#define GLS_IDS_H

#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "gls/fiber_tools.h"
#include "gls/thread.h"

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
    /* The seal (seal.h), for readers that follow no frames. */
    _Atomic uintptr_t place;       /* the stack word that completes the tag, while it is in force; 0: not sealed */
    _Atomic uint64_t epoch;        /* of the stack, when it was sealed */
    struct id_slot *_Atomic outer; /* that was innermost on the stack before */
};

/*
 * The ids of one shard. A set bit is an id in use (leaves) or a word below without a free bit (full, top): the upper
 * levels are hints that make the smallest free id quick to find among hundreds of thousands.
 */
struct id_shard {
    alignas(ID_LINE_BYTES) _Atomic uintptr_t owner; /* its thread pointer; 0: nobody's yet */
    _Atomic uint64_t magazine; /* a set bit is a free id of the first word, which says that it is in use */
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

/* The slow ways: there is no magazine, or nothing in it; the id is to be everybody's. */
uint32_t glsi_ids_acquire_slowly(void);
void glsi_ids_release_shared(uint32_t id);
/* A word was full before somebody has cleared a bit of it. */
void glsi_ids_word_has_room(struct id_shard *shard, uint32_t leaf);

/* Thread pointers of neighbours differ by the size of a stack; Fibonacci hashing spreads such progressions evenly. */
static inline uint32_t ids_home_shard(void) {
    const uint64_t page = thread_pointer() >> 12;
    return (uint32_t)((page * UINT64_C(0x9e3779b97f4a7c15)) >> (64 - glsi_id_pool.shard_bits));
}

/*
 * A magazine is changed by its owner and by handlers that interrupt him, so one instruction is enough, without a lock
 * on the bus: a handler comes before it or after it. A handler may have taken the same id, and left its scope by
 * longjmp: then this answers false, and the id is not the caller's.
 *
 * A thread that has ended comes before one with the same thread pointer by the C library's doing, which
 * ThreadSanitizer does not see: to it the order is shown.
 */
#if defined(__x86_64__) && !defined(FIBER_TSAN)
#define IDS_ONE_INSTRUCTION 1
#else
#define IDS_ONE_INSTRUCTION 0
#endif

static inline bool ids_magazine_take(struct id_shard *shard, uint64_t which) {
#if IDS_ONE_INSTRUCTION
    bool was_there;
    __asm__ volatile("btrq %2, %0" : "+m"(shard->magazine), "=@ccc"(was_there) : "r"(which) : "memory");
    return was_there;
#else
    const uint64_t bit = UINT64_C(1) << which;
    return (atomic_fetch_and_explicit(&shard->magazine, ~bit, memory_order_acquire) & bit) != 0;
#endif
}

static inline void ids_magazine_add(struct id_shard *shard, uint64_t ids) {
#if IDS_ONE_INSTRUCTION
    __asm__ volatile("orq %1, %0" : "+m"(shard->magazine) : "r"(ids) : "cc", "memory");
#else
    atomic_fetch_or_explicit(&shard->magazine, ids, memory_order_release);
#endif
}

/* Takes the smallest free id of this thread's shard. ID_NONE when all four million are in use or memory ran out. */
static inline uint32_t ids_acquire(void) {
    const struct thread_record *thread = thread_record();
    struct id_shard *home = thread->home;
    if (__builtin_expect(home != NULL, 1)) {
        const uint64_t free = atomic_load_explicit(&home->magazine, memory_order_relaxed);
        if (__builtin_expect(free != 0, 1)) {
            const uint32_t which = (uint32_t)__builtin_ctzll(free);
            if (__builtin_expect(ids_magazine_take(home, which), 1))
                return which << glsi_id_pool.shard_bits | (thread->home_ids - 1);
        }
    }
    return glsi_ids_acquire_slowly();
}

static inline void ids_release(uint32_t id) {
    const struct thread_record *thread = thread_record();
    if (__builtin_expect((id & thread->home_mask) + 1 == thread->home_ids, 1))
        ids_magazine_add(thread->home, UINT64_C(1) << (id >> glsi_id_pool.shard_bits));
    else
        glsi_ids_release_shared(id);
}

/* Those of a word that somebody holds. Of no use while others acquire or release. */
static inline uint64_t ids_in_use(const struct id_shard *shard, uint32_t leaf) {
    const uint64_t kept = leaf == 0 ? atomic_load(&shard->magazine) : 0;
    return atomic_load(&shard->leaves[leaf]) & ~kept;
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
