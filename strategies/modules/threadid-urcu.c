/*
 * The thread's id is looked up in liburcu's lock-free hash table, cds_lfht, as a user of that library would: each read
 * is a read-side critical section, threads are registered, and the entry of a thread that ended is freed after a grace
 * period.
 *
 * liburcu leaves it to its users what becomes of its registry, of its worker and of the table when the process forks:
 * the child has neither the threads that are registered nor the worker, and perhaps a lock that one of them held.
 */
#include "strategy.h"

#if defined(THREADID_HAS_URCU)

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <urcu/urcu-memb.h>

#include <urcu/rculfhash.h>

#include "threadid_self.h"

/* As many buckets as are worth having for the threads of a machine; more threads only make the chains longer. */
enum { THREADID_URCU_BUCKETS = 1024, THREADID_URCU_LINE_BYTES = 64 };

struct threadid_urcu_entry {
    _Alignas(THREADID_URCU_LINE_BYTES) struct cds_lfht_node node;
    _Atomic uintptr_t thread;  /* 0 when it is about to be freed */
    const struct ctx *context; /* only its own thread reads or writes it */
    struct rcu_head freed_later;
};

static struct cds_lfht *threadid_urcu_table;

/*
 * The registered threads, for forks: what liburcu and the table know of each. A thread that begins or ends does so
 * under this lock, and so does a fork.
 */
struct threadid_urcu_thread {
    struct cds_list_head link;
    struct urcu_reader *reader;
    struct threadid_urcu_entry *entry; /* NULL before its first scope */
};
static _Thread_local struct threadid_urcu_thread threadid_urcu_thread;
static CDS_LIST_HEAD(threadid_urcu_threads);
static pthread_mutex_t threadid_urcu_lock = PTHREAD_MUTEX_INITIALIZER;

static const char *threadid_urcu_unavailable(void) {
    return threadid_urcu_table == NULL ? "liburcu could not make a hash table; is memory out?" : NULL;
}

/* Stacks lie a constant stride apart; Fibonacci hashing spreads such progressions evenly. The table uses the low bits.
 */
static inline unsigned long threadid_urcu_hash(uintptr_t thread) {
    return (unsigned long)((uint64_t)thread * UINT64_C(0x9e3779b97f4a7c15) >> 32);
}

/* The library calls it for entries of any thread, which a grace period protects: nothing that ThreadSanitizer knows. */
__attribute__((no_sanitize("thread"))) static int threadid_urcu_match(struct cds_lfht_node *node, const void *thread) {
    const struct threadid_urcu_entry *entry = caa_container_of(node, struct threadid_urcu_entry, node);
    return atomic_load_explicit(&entry->thread, memory_order_relaxed) == *(const uintptr_t *)thread;
}

/* The entry of `thread`, or NULL. To be called in a read-side critical section. */
CTX_OPERATION struct threadid_urcu_entry *threadid_urcu_find(uintptr_t thread) {
    struct cds_lfht_iter place;
    cds_lfht_lookup(threadid_urcu_table, threadid_urcu_hash(thread), threadid_urcu_match, &thread, &place);
    struct cds_lfht_node *node = cds_lfht_iter_get_node(&place);
    return node == NULL ? NULL : caa_container_of(node, struct threadid_urcu_entry, node);
}

CTX_OPERATION const struct ctx *threadid_urcu_current(uintptr_t after) {
    urcu_memb_read_lock();
    const struct threadid_urcu_entry *entry = threadid_urcu_find(threadid_self() + after);
    const struct ctx *context = entry == NULL ? NULL : entry->context;
    urcu_memb_read_unlock();
    return context;
}

/* An entry for a thread that has none. To be called in a read-side critical section. */
__attribute__((noinline)) static struct threadid_urcu_entry *threadid_urcu_add(uintptr_t thread) {
    struct threadid_urcu_entry *entry = aligned_alloc(_Alignof(struct threadid_urcu_entry), sizeof *entry);
    if (entry == NULL) {
        (void)fputs("threadid-urcu: out of memory for another thread\n", stderr);
        abort();
    }
    *entry = (struct threadid_urcu_entry){.thread = thread};
    cds_lfht_node_init(&entry->node);
    cds_lfht_add(threadid_urcu_table, threadid_urcu_hash(thread), &entry->node);
    threadid_urcu_thread.entry = entry;
    return entry;
}

/* The calling thread's own entry, which nobody else removes: it may be used outside of the critical section. */
CTX_OPERATION struct threadid_urcu_entry *threadid_urcu_own(void) {
    const uintptr_t thread = threadid_self();
    urcu_memb_read_lock();
    struct threadid_urcu_entry *entry = threadid_urcu_find(thread);
    if (entry == NULL)
        entry = threadid_urcu_add(thread);
    urcu_memb_read_unlock();
    return entry;
}

struct threadid_urcu_scope {
    struct threadid_urcu_entry *entry;
    const struct ctx *outer;
};

/* Restores also when the body throws a C++ exception or ends its thread. */
CTX_OPERATION void threadid_urcu_restore(const struct threadid_urcu_scope *scope) {
    scope->entry->context = scope->outer;
}

CTX_OPERATION void threadid_urcu_with(const struct ctx *next, void (*fn)(void *), void *arg) {
    struct threadid_urcu_entry *own = threadid_urcu_own();
    __attribute__((cleanup(threadid_urcu_restore), unused))
    const struct threadid_urcu_scope scope = {own, own->context};
    own->context = next;
    fn(arg);
}

static void threadid_urcu_thread_begin(void) {
    (void)pthread_mutex_lock(&threadid_urcu_lock);
    urcu_memb_register_thread();
    threadid_urcu_thread.reader = &URCU_TLS(urcu_memb_reader);
    threadid_urcu_thread.entry = NULL;
    cds_list_add(&threadid_urcu_thread.link, &threadid_urcu_threads);
    (void)pthread_mutex_unlock(&threadid_urcu_lock);
}

static void threadid_urcu_unregister(void) {
    (void)pthread_mutex_lock(&threadid_urcu_lock);
    urcu_memb_unregister_thread();
    cds_list_del(&threadid_urcu_thread.link);
    (void)pthread_mutex_unlock(&threadid_urcu_lock);
}

/* After the grace period. It acquires what the entry's thread released, for tools that do not know of such periods. */
static void threadid_urcu_free(struct rcu_head *head) {
    struct threadid_urcu_entry *entry = caa_container_of(head, struct threadid_urcu_entry, freed_later);
    if (atomic_load_explicit(&entry->thread, memory_order_acquire) == 0)
        free(entry);
}

static void threadid_urcu_thread_end(void) {
    urcu_memb_read_lock();
    struct threadid_urcu_entry *entry = threadid_urcu_find(threadid_self());
    if (entry != NULL && cds_lfht_del(threadid_urcu_table, &entry->node) == 0) {
        atomic_store_explicit(&entry->thread, 0, memory_order_release);
        urcu_memb_call_rcu(&entry->freed_later, threadid_urcu_free);
    }
    urcu_memb_read_unlock();
    threadid_urcu_unregister();
}

/* ---- Forks ---- */

/* Nobody registers any more, and the worker, which holds the registry while it waits for readers, pauses. */
static void threadid_urcu_before_fork(void) {
    (void)pthread_mutex_lock(&threadid_urcu_lock);
    urcu_memb_call_rcu_before_fork();
}

static void threadid_urcu_in_parent(void) {
    urcu_memb_call_rcu_after_fork_parent();
    (void)pthread_mutex_unlock(&threadid_urcu_lock);
}

/* The memory of the other threads is still there, but is about to be that of new ones, which get their ids with it. */
static void threadid_urcu_in_child(void) {
    struct threadid_urcu_thread *thread, *next;
    cds_list_for_each_entry_safe(thread, next, &threadid_urcu_threads, link) {
        if (thread == &threadid_urcu_thread)
            continue;
        cds_list_del(&thread->reader->node);
        cds_list_del(&thread->link);
        if (thread->entry != NULL && cds_lfht_del(threadid_urcu_table, &thread->entry->node) == 0)
            free(thread->entry); /* there is nobody to wait for */
    }
    (void)pthread_mutex_unlock(&threadid_urcu_lock);
    urcu_memb_call_rcu_after_fork_child();
}

__attribute__((constructor)) static void threadid_urcu_init(void) {
    threadid_urcu_table =
        cds_lfht_new_flavor(THREADID_URCU_BUCKETS, THREADID_URCU_BUCKETS, 0, 0, &urcu_memb_flavor, NULL);
    if (pthread_atfork(threadid_urcu_before_fork, threadid_urcu_in_parent, threadid_urcu_in_child) != 0)
        abort();
}

#define CTX_OP_UNAVAILABLE threadid_urcu_unavailable
#define CTX_OP_CURRENT(after) threadid_urcu_current(after)
#define CTX_OP_WITH(next, fn, arg) threadid_urcu_with(next, fn, arg)
#define CTX_OP_PUT(put) (threadid_urcu_own()->context = (put))
#define CTX_OP_THREAD_BEGIN threadid_urcu_thread_begin
#define CTX_OP_COLD_LINES(note) note(threadid_urcu_own(), sizeof(struct threadid_urcu_entry))
#define CTX_OP_THREAD_END threadid_urcu_thread_end

#else
#define CTX_UNAVAILABLE_REASON                                                                                         \
    "built without liburcu; install it (Debian: liburcu-dev, as scripts/setup does) and build again"
#include "modules/unavailable.h"
#endif

#define CTX_NAME "threadid-urcu"
#define CTX_SUMMARY "pthread_self() looked up in liburcu's hash table, cds_lfht"
#define CTX_TRAITS 0
#include "kernels.h"
