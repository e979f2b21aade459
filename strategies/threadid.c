/*
 * The thread's id (pthread_self) is looked up in a hash table; reading takes no lock. What a program does that parses a
 * goroutine id and keeps a map from it, as tylerb/gls does, done as well as it can be.
 */
#include "threadid_self.h"
#include "threadid_table.h"

/* Before anything can fork. */
static void threadid_forks(void) {
    threadid_before_fork(threadid_self());
}

static void threadid_has_forked(void) {
    threadid_in_child(threadid_self());
}

__attribute__((constructor)) static void threadid_init(void) {
    if (pthread_atfork(threadid_forks, NULL, threadid_has_forked) != 0)
        abort();
}

static void threadid_thread_end(void) {
    threadid_give_back(threadid_self());
}

#define CTX_NAME "threadid"
#define CTX_SUMMARY "pthread_self() looked up in a lock-free hash table"
#define CTX_TRAITS 0
#define CTX_OP_CURRENT(after) threadid_context(threadid_self() + (after))
#define CTX_OP_WITH(next, fn, arg) threadid_run(threadid_self(), next, fn, arg)
#define CTX_OP_PUT(context) threadid_put(threadid_self(), context)
#define CTX_OP_THREAD_END threadid_thread_end
#define CTX_OP_COLD_LINES(note) note(threadid_find(threadid_self()), sizeof(struct threadid_entry))
#include "kernels.h"
