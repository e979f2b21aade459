/*
 * Stacks that the library has not started: those of makecontext, of clone(2), of Boost.Context, of threads and
 * coroutines in assembly. There is no context on them before a scope is opened there, though whoever started them is in
 * one; and their scopes are found, wherever the stack is resumed.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <ucontext.h>

#include <cmocka.h>

#include "../support/foreign_stacks.h"
#include "../support/odd_frames.h"
#include "../support/readers.h"
#include "../support/sanitized.h"
#include "gls/fcontext.h"

enum { STACK_BYTES = 1 << 18, GUARD_BYTES = 1 << 16 };

static const char starter_value[] = "of who started the stack", own_value[] = "of the stack's own";

/* Nothing is mapped above it: who reads on beyond its end is found out. */
static char *new_stack(void) {
    char *stack = mmap(NULL, STACK_BYTES + GUARD_BYTES, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    assert_true(stack != MAP_FAILED);
    assert_int_equal(mprotect(stack, STACK_BYTES, PROT_READ | PROT_WRITE), 0);
    return stack;
}

static void free_stack(char *stack) {
    assert_int_equal(munmap(stack, STACK_BYTES + GUARD_BYTES), 0);
}

static char *top_of(char *stack) {
    return stack + STACK_BYTES;
}

/* ---- What is done on such a stack ---- */

static const char *_Atomic kind;

/* How far the stack must be readable there: no answer is no wrong one. */
enum readable {
    READABLE,
    PERHAPS_UNWOUND, /* by the library; perhaps by libunwind */
    NOT_UNWOUND,     /* by the library; libunwind takes a wrong way */
    PERHAPS,
};
static _Atomic enum readable readable_there;

/* What is in force, as what is below wants it. */
struct wanted {
    enum gls_answer answer;
    const char *value;
};
static struct wanted wanted;

static void read_here(void *arg) {
    (void)arg;
    static void (*const ways[])(const char *, enum gls_answer, const void *) = {
        [READABLE] = readers_want,
        [PERHAPS_UNWOUND] = readers_want_if_unwound,
        [NOT_UNWOUND] = readers_want_without_unwinder,
        [PERHAPS] = readers_want_if_readable,
    };
    ways[atomic_load(&readable_there)](atomic_load(&kind), wanted.answer, wanted.value);
}

static int compare_and_read(const void *a, const void *b) {
    read_here(NULL);
    return *(const int *)a - *(const int *)b;
}

static void read_in_handler(int signal) {
    (void)signal;
    read_here(NULL);
}

/* Directly, below code of others, and in handlers. */
static void read_everywhere(enum gls_answer answer, const char *value) {
    int numbers[] = {3, 1, 2};
    wanted = (struct wanted){answer, value};
    read_here(NULL);
    qsort(numbers, 3, sizeof *numbers, compare_and_read);
    (void)frameless_call(read_here, NULL);
    (void)raise(SIGUSR1);
    (void)raise(SIGUSR2);
}

static void be_in_own_scope(void *arg) {
    (void)arg;
    read_everywhere(GLS_SET, own_value);
}

static void be_there(void *arg) {
    read_everywhere(GLS_NO_CONTEXT, NULL);
    const int error = readers_scope(own_value, be_in_own_scope, arg);
    if (error != 0 && !(error == ENOTRECOVERABLE && atomic_load(&readable_there) == PERHAPS))
        readers_note(atomic_load(&kind), BY_LIBRARY, GLS_SET, "a scope that opens", GLS_UNREADABLE,
                     "one that does not");
    read_everywhere(GLS_NO_CONTEXT, NULL);
}

/* ---- Ways to start one ---- */

static ucontext_t starter_context, coroutine_context;
static struct readers_body coroutine_body;

static void coroutine(void) {
    coroutine_body.fn(coroutine_body.arg);
}

static void make_coroutine(char *stack, void (*fn)(void *), void *arg) {
    coroutine_body = (struct readers_body){fn, arg};
    assert_int_equal(getcontext(&coroutine_context), 0);
    coroutine_context.uc_stack.ss_sp = stack;
    coroutine_context.uc_stack.ss_size = STACK_BYTES;
    coroutine_context.uc_link = &starter_context;
    makecontext(&coroutine_context, coroutine, 0);
}

static void start_by_makecontext(char *stack) {
    make_coroutine(stack, be_there, NULL);
    assert_int_equal(swapcontext(&starter_context, &coroutine_context), 0);
}

/* The starter waits, whose thread-local storage the new task shares. */
enum { CLONE_FLAGS = CLONE_VM | CLONE_VFORK | SIGCHLD };

static int cloned(void *arg) {
    be_there(arg);
    return 0;
}

static void wait_for_task(long task) {
    int status = 0;
    assert_true(task > 0 && waitpid((pid_t)task, &status, 0) == task);
    assert_int_equal(status, 0);
}

static void start_by_clone(char *stack) {
    wait_for_task(clone(cloned, top_of(stack), CLONE_FLAGS, NULL));
}

/* The library itself may have been built without. */
#pragma weak make_fcontext
#pragma weak jump_fcontext

static void fcontext_first(struct fcontext_transfer first) {
    be_there(NULL);
    (void)jump_fcontext(first.from, NULL);
    abort();
}

static void start_by_fcontext(char *stack) {
    if (make_fcontext == NULL)
        readers_note(atomic_load(&kind), BY_LIBRARY, GLS_SET, NULL, GLS_SET, NULL); /* nothing to be tried */
    else
        (void)jump_fcontext(make_fcontext(top_of(stack), STACK_BYTES, fcontext_first), NULL);
}

static void *thread_first(void *arg) {
    be_there(arg);
    return NULL;
}

static void start_thread(void *(*first)(void *)) {
    struct readers_body body = {be_there, NULL};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, first, &body), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
}

static void start_by_pthread_create(char *stack) { // NOLINT: one type for all
    (void)stack;
    start_thread(thread_first);
}

#if defined(__x86_64__)
static void start_by_raw_clone(char *stack) {
    wait_for_task(on_stack_cloned(top_of(stack), be_there, NULL, CLONE_FLAGS));
}

static void start_after_gap(char *stack) {
    on_stack_after_gap(top_of(stack), be_there, NULL);
}

static void start_after_function(char *stack) {
    on_stack_after_function(top_of(stack), be_there, NULL);
}

static void start_undescribed(char *stack) {
    on_stack_undescribed(top_of(stack), be_there, NULL);
}

static void be_there_and_leave(void *arg) {
    be_there(arg);
    leave_stack();
}

/* As libcoro makes them: nobody returns from there, so that it aborts whoever does. */
static void start_below_abort(char *stack) {
    on_stack_below(top_of(stack), be_there_and_leave, NULL, (void *)abort); // NOLINT: code is an address
}

/* The address of a byte that is no code, and none at all. */
static void start_below_data(char *stack) {
    static const char data[16];
    on_stack_below(top_of(stack), be_there_and_leave, NULL, (void *)(data + 1));
}

static void start_below_zero(char *stack) {
    on_stack_below(top_of(stack), be_there_and_leave, NULL, NULL);
}

static void start_in_assembly(char *stack) { // NOLINT: one type for all
    (void)stack;
    start_thread(thread_in_assembly);
}

static void start_thread_undescribed(char *stack) { // NOLINT: one type for all
    (void)stack;
    start_thread(thread_undescribed);
}
#endif

static const struct kind {
    const char *name;
    void (*start)(char *stack);
    enum readable readable;
} kinds[] = {
    {"on a stack of makecontext", start_by_makecontext, READABLE},
    {"on a stack of clone", start_by_clone, READABLE},
    {"on a stack of pthread_create", start_by_pthread_create, READABLE},
    {"on a stack of Boost.Context", start_by_fcontext, PERHAPS},
#if defined(__x86_64__)
    {"on a stack of the system call clone", start_by_raw_clone, READABLE},
    {"on a stack that ends at a function's first byte, behind a gap", start_after_gap, PERHAPS_UNWOUND},
    {"on a stack that ends at a function's first byte, behind another", start_after_function, NOT_UNWOUND},
    {"on a stack whose end is in no table", start_undescribed, PERHAPS},
    {"on a stack that would return to abort", start_below_abort, PERHAPS},
    {"on a stack that would return to data", start_below_data, PERHAPS},
    {"on a stack that would return to zero", start_below_zero, PERHAPS_UNWOUND},
    {"on a thread that begins in assembly", start_in_assembly, READABLE},
    {"on a thread that begins in assembly that is in no table", start_thread_undescribed, PERHAPS},
#endif
};

static void start_kind(void *arg) {
    const struct kind *this = arg;
    char *stack = new_stack();
    atomic_store(&kind, this->name);
    atomic_store(&readable_there, this->readable);
    this->start(stack);
    atomic_store(&readable_there, READABLE);
    read_everywhere(GLS_SET, starter_value);
    free_stack(stack);
}

static void test_kind(void **state) {
    assert_int_equal(readers_scope(starter_value, start_kind, *state), 0);
    readers_judge();
}

/* ---- Coroutines that are suspended in a scope, and resumed on other threads ---- */

enum { SWITCHES = 6 };
static bool coroutine_has_ended;

static void switch_in_scope(void *arg) {
    for (int i = 0; i < SWITCHES; i++) {
        read_everywhere(GLS_SET, own_value);
        assert_int_equal(swapcontext(&coroutine_context, &starter_context), 0);
    }
    read_everywhere(GLS_SET, own_value);
    (void)arg;
}

static void switch_about(void *arg) {
    read_everywhere(GLS_NO_CONTEXT, NULL);
    assert_int_equal(swapcontext(&coroutine_context, &starter_context), 0);
    assert_int_equal(readers_scope(own_value, switch_in_scope, arg), 0);
    read_everywhere(GLS_NO_CONTEXT, NULL);
    coroutine_has_ended = true;
}

static void resume_once(void *arg) {
    read_everywhere(GLS_SET, starter_value);
    assert_int_equal(swapcontext(&starter_context, &coroutine_context), 0);
    read_everywhere(GLS_SET, starter_value);
    (void)arg;
}

static void *resume_on_thread(void *arg) {
    if (readers_scope(starter_value, resume_once, arg) != 0)
        abort();
    return NULL;
}

static void test_coroutines_that_move(void **state) {
    (void)state;
    char *stack = new_stack();
    atomic_store(&kind, "on a coroutine that goes from thread to thread");
    make_coroutine(stack, switch_about, NULL);
    for (int i = 0; !coroutine_has_ended; i++) {
        pthread_t thread;
        if (i % 2 == 0) {
            assert_int_equal(readers_scope(starter_value, resume_once, NULL), 0);
            continue;
        }
        assert_int_equal(pthread_create(&thread, NULL, resume_on_thread, NULL), 0);
        assert_int_equal(pthread_join(thread, NULL), 0);
    }
    free_stack(stack);
    readers_judge();
}

/* One handler on the stack that is interrupted, one on an alternate stack. */
static void set_handlers(void) {
    static char stack[STACK_BYTES];
    const stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
    struct sigaction action = {.sa_handler = read_in_handler};
    (void)sigaction(SIGUSR1, &action, NULL);
    action.sa_flags = SA_ONSTACK;
    (void)sigaction(SIGUSR2, &action, NULL);
    if (sigaltstack(&alternate, NULL) != 0)
        abort();
}

int main(void) {
    enum { KINDS = sizeof kinds / sizeof *kinds };
    struct CMUnitTest tests[KINDS + 1] = {cmocka_unit_test(test_coroutines_that_move)};
    if (IS_THREAD_SANITIZED) {
        (void)puts("skipped: ThreadSanitizer takes part in no switch of stacks that it has not been told of");
        return 77;
    }
    for (size_t i = 0; i < KINDS; i++)
        tests[i + 1] = (struct CMUnitTest){kinds[i].name, test_kind, NULL, NULL, (void *)&kinds[i]};
    readers_init();
    set_handlers();
    return _cmocka_run_group_tests("foreign stacks", tests, KINDS + 1, NULL, NULL);
}
