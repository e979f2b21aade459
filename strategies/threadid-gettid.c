/*
 * The kernel's thread id, asked for by a system call at every read, looked up in the table of threadid. What a program
 * pays that asks the kernel who it is.
 */
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "threadid_table.h"

/* By system call: glibc keeps no copy of the id that a read could use. */
CTX_OPERATION uintptr_t threadid_gettid_self(uintptr_t after) {
    return (uintptr_t)syscall(SYS_gettid) + after;
}

/* Before anything can fork. */
static void threadid_gettid_before_fork(void) {
    threadid_before_fork(threadid_gettid_self(0));
}

static void threadid_gettid_in_child(void) {
    threadid_in_child(threadid_gettid_self(0));
}

__attribute__((constructor)) static void threadid_gettid_init(void) {
    if (pthread_atfork(threadid_gettid_before_fork, NULL, threadid_gettid_in_child) != 0)
        abort();
}

static void threadid_gettid_thread_end(void) {
    threadid_give_back(threadid_gettid_self(0));
}

static const struct ctx_exception threadid_gettid_exceptions[] = {
    {"fork", CTX_FAILS, "the kernel numbers threads anew in the child, which finds itself unknown"},
    {"fork-busy", CTX_FAILS, "the kernel numbers threads anew in the child, which finds itself unknown"},
    {"vfork", CTX_FAILS, "the child is another thread to the kernel, though it runs on its parent's stack"},
};

#define CTX_NAME "threadid-gettid"
#define CTX_SUMMARY "the kernel's thread id, by system call, in the same table"
#define CTX_TRAITS 0
#define CTX_EXCEPTIONS threadid_gettid_exceptions
#define CTX_OP_CURRENT(after) threadid_context(threadid_gettid_self(after))
#define CTX_OP_WITH(next, fn, arg) threadid_run(threadid_gettid_self(0), next, fn, arg)
#define CTX_OP_PUT(context) threadid_put(threadid_gettid_self(0), context)
#define CTX_OP_THREAD_END threadid_gettid_thread_end
#define CTX_OP_COLD_LINES(note) note(threadid_find(threadid_gettid_self(0)), sizeof(struct threadid_entry))
#include "kernels.h"
