/*
 * Tags that are no longer in force, but whose words still lie on the stack, untouched, within a frame that came later:
 * no reader may take them for open scopes, however those were left. And scopes that are open, opened by whatever way.
 */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#include <cmocka.h>

#include "../support/readers.h"
#include "../support/stale_tags.h"
#include "../support/unseen_jumps.h"
#include "gls/fiber.h"

enum { STACK_BYTES = 1 << 18, LOCAL_BYTES = 1 << 16, DEEP_WORDS = 4096, STATUS_WRONG = 3, STATUS_SKIPPED = 77 };

static const char outer_value[] = "of the outer scope", inner_value[] = "of the inner scope",
                  later_value[] = "of a later scope";

/* What reads below shall find, and where they are. */
static struct {
    const char *where;
    enum gls_answer answer;
    const char *value;
} wanted;

static void want(const char *where, const char *value) {
    wanted.where = where;
    wanted.answer = value != NULL ? GLS_SET : GLS_NO_CONTEXT;
    wanted.value = value;
}

static void read_here(void *arg) {
    (void)arg;
    readers_want(wanted.where, wanted.answer, wanted.value);
}

/* Below words that nobody has set: the last test sees to it that there were such. */
static void read_above_stale_words(void) {
    stale_run_above(read_here, NULL);
}

static char *new_stack(void) {
    char *stack = mmap(NULL, STACK_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    assert_true(stack != MAP_FAILED);
    return stack;
}

static bool has_fibers(void) {
    struct fiber fiber;
    if (fiber_init(&fiber, 0, NULL, NULL) != 0)
        return false;
    fiber_destroy(&fiber);
    return true;
}

/* ---- A fiber that is destroyed in a scope, and another on its stack ---- */

static void yield_in_scope(void *arg) {
    read_here(arg);
    if (fiber_yield() != 0)
        abort();
}

static void *be_in_scope(void *arg) {
    if (readers_scope(inner_value, yield_in_scope, arg) != 0)
        abort();
    return NULL;
}

static void *come_later(void *arg) {
    (void)arg;
    read_above_stale_words();
    return NULL;
}

static void resume_on(char *stack, void *(*fn)(void *)) {
    struct fiber fiber;
    assert_int_equal(fiber_init_on(&fiber, stack, STACK_BYTES, fn, NULL), 0);
    assert_int_equal(fiber_resume(&fiber), 0);
    fiber_destroy(&fiber);
}

static void a_fiber_that_is_destroyed_leaves_nothing(void **state) {
    (void)state;
    if (!has_fibers())
        skip();
    char *const stack = new_stack();
    want("on a fiber, in its scope", inner_value);
    resume_on(stack, be_in_scope);
    want("on the stack of a fiber that was destroyed in its scope", NULL);
    resume_on(stack, come_later);
    assert_int_equal(munmap(stack, STACK_BYTES), 0);
    readers_judge();
}

/* ---- Scopes that are left by other ways than longjmp ---- */

static ucontext_t way_out;
static volatile bool is_out;

static void leave_by_setcontext(void *arg) {
    (void)arg;
    is_out = true;
    (void)setcontext(&way_out);
    abort();
}

static void open_inner(void *arg) {
    if (readers_scope(inner_value, leave_by_setcontext, arg) != 0)
        abort();
}

CTX_OPAQUE static void open_and_leave_by_setcontext(void) {
    is_out = false;
    if (getcontext(&way_out) != 0)
        abort();
    if (!is_out)
        open_inner(NULL);
}

static void in_outer_scope_after_setcontext(void *arg) {
    (void)arg;
    open_and_leave_by_setcontext();
    read_above_stale_words();
    read_here(NULL);
}

static void setcontext_leaves_nothing(void **state) {
    (void)state;
    if (ARE_JUMPS_LOST)
        skip();
    want("behind a scope that was left by setcontext, in no other", NULL);
    in_outer_scope_after_setcontext(NULL);
    want("behind a scope that was left by setcontext, in another", outer_value);
    assert_int_equal(readers_scope(outer_value, in_outer_scope_after_setcontext, NULL), 0);
    readers_judge();
}

static void *way_out_of_compiler[5];

static void leave_by_builtin(void *arg) {
    (void)arg;
    compiler_longjmp(way_out_of_compiler);
}

CTX_OPAQUE static void open_and_leave_by_builtin(void) {
    volatile uintptr_t gap[DEEP_WORDS / 2];
    ctx_touch(gap);
    if (compiler_setjmp(way_out_of_compiler) == 0 && readers_scope(inner_value, leave_by_builtin, NULL) != 0)
        abort();
    ctx_touch(gap);
}

/* As stale_run_above, and farther down than what the reads and scopes have written over that came in between. */
__attribute__((no_sanitize("address", "thread"))) CTX_OPAQUE static void read_above_deep_words(void) {
    volatile uintptr_t locals[DEEP_WORDS];
    ctx_touch(locals);
    read_here(NULL);
    ctx_touch(locals);
}

/* Nobody follows such a jump: it is the next read that finds out, or the next scope. */
static void in_outer_scope_after_builtin(void *arg) {
    const enum reader reader = *(enum reader *)arg;
    open_and_leave_by_builtin();
    if (reader == READERS)
        (void)seal_with(&ctx_empty, ID_NONE, stale_nothing, NULL);
    else
        readers_want_by(reader, wanted.where, wanted.answer, wanted.value);
    read_above_deep_words();
    read_here(NULL);
}

static void builtin_longjmp_leaves_nothing(void **state) {
    (void)state;
    if (ARE_JUMPS_LOST || !HAS_COMPILER_JUMPS)
        skip();
    for (enum reader reader = BY_SCAN; reader <= READERS; reader++) {
        want("behind a scope that was left by __builtin_longjmp, in no other", NULL);
        in_outer_scope_after_builtin(&reader);
        want("behind a scope that was left by __builtin_longjmp, in another", outer_value);
        assert_int_equal(readers_scope(outer_value, in_outer_scope_after_builtin, &reader), 0);
    }
    readers_judge();
}

/* Nor does anybody read, but for those behind whom all has been written over. */
__attribute__((no_sanitize("address", "thread"))) CTX_OPAQUE static void read_above_other_words(void) {
    volatile uintptr_t locals[DEEP_WORDS];
    for (size_t i = 0; i < DEEP_WORDS; i++)
        locals[i] = i;
    readers_want_by(BY_HINT, wanted.where, wanted.answer, wanted.value);
    ctx_touch(locals);
}

static void in_outer_scope_before_other_words(void *arg) {
    (void)arg;
    open_and_leave_by_builtin();
    read_above_other_words();
    open_and_leave_by_builtin();
    readers_want_by(BY_SCAN, wanted.where, wanted.answer, wanted.value);
}

static void tags_that_are_written_over_are_gone(void **state) {
    (void)state;
    if (ARE_JUMPS_LOST || !HAS_COMPILER_JUMPS)
        skip();
    want("above what has taken the place of a tag, in no other scope", NULL);
    in_outer_scope_before_other_words(NULL);
    want("above what has taken the place of a tag, in another scope", outer_value);
    assert_int_equal(readers_scope(outer_value, in_outer_scope_before_other_words, NULL), 0);
    readers_judge();
}

/* ---- Two scopes that are left at once, of which one is written over and the other is not ---- */

CTX_OPAQUE static void open_second_and_leave_both(void *arg) {
    volatile uintptr_t gap[DEEP_WORDS / 2];
    ctx_touch(gap);
    if (readers_scope(later_value, leave_by_builtin, arg) != 0)
        abort();
    ctx_touch(gap);
}

CTX_OPAQUE static void open_two_and_leave_by_builtin(void) {
    volatile uintptr_t gap[DEEP_WORDS / 2];
    ctx_touch(gap);
    if (compiler_setjmp(way_out_of_compiler) == 0 && readers_scope(inner_value, open_second_and_leave_both, NULL) != 0)
        abort();
    ctx_touch(gap);
}

/* Over the second's words, which are deeper, and not over those of the first. */
__attribute__((no_sanitize("address", "thread"))) CTX_OPAQUE static void read_above_the_first(void) {
    volatile uintptr_t locals[DEEP_WORDS * 3 / 2];
    for (size_t i = 0; i < DEEP_WORDS * 3 / 4; i++)
        locals[i] = i;
    readers_want_by(BY_SCAN, wanted.where, wanted.answer, wanted.value);
    ctx_touch(locals);
}

static void in_outer_scope_after_two(void *arg) {
    (void)arg;
    open_two_and_leave_by_builtin();
    read_above_the_first();
    read_here(NULL);
}

static void two_that_are_left_at_once_are_gone(void **state) {
    (void)state;
    if (ARE_JUMPS_LOST || !HAS_COMPILER_JUMPS)
        skip();
    want("behind two scopes that were left at once, in no other", NULL);
    in_outer_scope_after_two(NULL);
    want("behind two scopes that were left at once, in another", outer_value);
    assert_int_equal(readers_scope(outer_value, in_outer_scope_after_two, NULL), 0);
    readers_judge();
}

/* ---- A thread of a forked process, on the stack of one that fork has left behind ---- */

static int turns[2][2]; /* pipes: "it is in its scope", "it may end" */

static void wait_in_scope(void *arg) {
    char turn = 0;
    read_here(arg);
    if (write(turns[0][1], &turn, 1) != 1 || read(turns[1][0], &turn, 1) != 1)
        abort();
}

static void *wait_in_thread(void *arg) {
    glsi_stack_learn();
    if (readers_scope(inner_value, wait_in_scope, arg) != 0)
        abort();
    return NULL;
}

static void *come_later_in_thread(void *arg) {
    glsi_stack_learn();
    return come_later(arg);
}

static pthread_t start_on(char *stack, void *(*fn)(void *)) {
    pthread_attr_t attributes;
    pthread_t thread;
    if (pthread_attr_init(&attributes) != 0 || pthread_attr_setstack(&attributes, stack, STACK_BYTES) != 0 ||
        pthread_create(&thread, &attributes, fn, NULL) != 0)
        abort();
    (void)pthread_attr_destroy(&attributes);
    return thread;
}

/* On a stack of which nothing is in doubt yet. */
static void run_on_new_thread(void *(*fn)(void *)) {
    char *const stack = new_stack();
    assert_int_equal(pthread_join(start_on(stack, fn), NULL), 0);
    assert_int_equal(munmap(stack, STACK_BYTES), 0);
}

_Noreturn static void be_the_child(char *stack) {
    char text[512];
    want("on the stack of a thread that a fork has left behind", NULL);
    (void)pthread_join(start_on(stack, come_later_in_thread), NULL);
    readers_describe(text, sizeof text);
    if (atomic_load(&readers_tally.wrong) > 0)
        (void)fprintf(stderr, "%s\n", text);
    _exit(atomic_load(&readers_tally.wrong) > 0 ? STATUS_WRONG : 0);
}

static void a_fork_leaves_nothing_of_other_threads(void **state) {
    (void)state;
    char turn = 0;
    int status = 0;
    char *const stack = new_stack();
    assert_true(pipe(turns[0]) == 0 && pipe(turns[1]) == 0);
    want("in a thread's scope", inner_value);
    const pthread_t thread = start_on(stack, wait_in_thread);
    assert_int_equal(read(turns[0][0], &turn, 1), 1);
    const pid_t child = fork();
    if (child == 0)
        be_the_child(stack);
    assert_true(child > 0 && waitpid(child, &status, 0) == child);
    assert_int_equal(write(turns[1][1], &turn, 1), 1);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(munmap(stack, STACK_BYTES), 0);
    assert_int_equal(status, 0);
    readers_judge();
}

/* ---- Scopes of each opener within those of each other ---- */

static const struct ctx *context_of(const char *value) {
    static struct ctx_binding bindings[2];
    static struct ctx contexts[2];
    const size_t which = value == inner_value;
    bindings[which] = (struct ctx_binding){.key = readers_key, .value = (void *)value};
    contexts[which] = (struct ctx){NULL, readers_manager, &bindings[which], 1};
    return &contexts[which];
}

static void open_by_tag_with(const char *value, void (*fn)(void *), void *arg) {
    if (!tag_with(context_of(value), ID_NONE, fn, arg))
        abort();
}

static void open_sealed(const char *value, void (*fn)(void *), void *arg) {
    if (!seal_with(context_of(value), ID_NONE, fn, arg))
        abort();
}

static void open_by_set_values(const char *value, void (*fn)(void *), void *arg) {
    const struct gls_binding binding = {readers_key, (void *)value};
    if (gls_set_values(readers_manager, &binding, 1, fn, arg) != 0)
        abort();
}

static gls_snapshot *snapshot;

static void take_snapshot(void *arg) {
    (void)arg;
    snapshot = gls_snapshot_take();
}

static void open_by_snapshot(const char *value, void (*fn)(void *), void *arg) {
    open_by_set_values(value, take_snapshot, NULL);
    gls_snapshot *const taken = snapshot;
    if (taken == NULL || gls_snapshot_run(taken, fn, arg) != 0)
        abort();
    gls_snapshot_release(taken);
}

typedef void opener(const char *value, void (*fn)(void *), void *arg);
static opener *const openers[] = {open_by_tag_with, open_sealed, open_by_set_values, open_by_snapshot};
enum { OPENERS = sizeof openers / sizeof *openers };

/* Who opens by tag_with tells nobody, and a hint is blind to it, which the library asks first: all others are not
 * (HINT.md). The library itself does not open so. */
static void read_here_unsealed(void *arg) {
    (void)arg;
    for (enum reader reader = BY_FRAMES; reader < BY_HINT; reader++)
        readers_want_by(reader, wanted.where, wanted.answer, wanted.value);
}

static void open_within(void *arg) {
    opener *const open = *(opener *const *)arg;
    want("in a scope, before one of another opener is opened", outer_value);
    read_here(NULL);
    want("in a scope, within one of another opener", inner_value);
    open(inner_value, open == open_by_tag_with ? read_here_unsealed : read_here, NULL);
    want("in a scope, behind one of another opener", outer_value);
    read_here(NULL);
}

static void *open_each_within_each(void *arg) {
    for (size_t i = 0; i < (size_t)OPENERS * OPENERS; i++)
        openers[i / OPENERS](outer_value, open_within, (void *)&openers[i % OPENERS]);
    return arg;
}

static void scopes_of_all_openers_are_found(void **state) {
    (void)state;
    (void)open_each_within_each(NULL);
    readers_judge();
}

static void *learn_and_open_each(void *arg) {
    glsi_stack_learn();
    return open_each_within_each(arg);
}

static void scopes_of_all_openers_are_found_on_a_new_thread(void **state) {
    (void)state;
    run_on_new_thread(learn_and_open_each);
    readers_judge();
}

/* ---- Stacks that are locals of a frame on another ---- */

static void *read_on_fiber(void *arg) {
    want("on a fiber whose stack is a local of its resumer", NULL);
    read_here(arg);
    want("on a fiber whose stack is a local of its resumer, in its scope", inner_value);
    if (readers_scope(inner_value, yield_in_scope, arg) != 0)
        abort();
    want("on a fiber whose stack is a local of its resumer, behind its scope", NULL);
    read_here(arg);
    return NULL;
}

static void run_fiber_on_local(void *arg) {
    alignas(4096) char stack[LOCAL_BYTES];
    struct fiber fiber;
    (void)arg;
    if (fiber_init_on(&fiber, stack, sizeof stack, read_on_fiber, NULL) != 0 || fiber_resume(&fiber) != 0)
        abort();
    want("beside a fiber in its scope, whose stack is a local", outer_value);
    read_here(NULL);
    if (fiber_resume(&fiber) != 0)
        abort();
    fiber_destroy(&fiber);
    want("beside a fiber whose stack is a local", outer_value);
    read_here(NULL);
}

static void a_fiber_on_a_local_is_on_its_own(void **state) {
    (void)state;
    if (!has_fibers())
        skip();
    assert_int_equal(readers_scope(outer_value, run_fiber_on_local, NULL), 0);
    readers_judge();
}

static void read_in_handler(int signal) {
    (void)signal;
    read_here(NULL);
    want("in a scope of a handler whose stack is a local", outer_value);
    if (readers_scope(outer_value, read_here, NULL) != 0)
        abort();
    want("in a handler whose stack is a local", inner_value);
    read_here(NULL);
}

static void raise_in_inner(void *arg) {
    (void)arg;
    want("in a handler whose stack is a local", inner_value);
    (void)raise(SIGUSR1);
    want("behind a handler whose stack is a local", inner_value);
    read_here(NULL);
    read_above_stale_words();
}

static void handle_on_local(void *arg) {
    alignas(4096) char stack[LOCAL_BYTES];
    const stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack}, none = {.ss_flags = SS_DISABLE};
    const struct sigaction action = {.sa_handler = read_in_handler, .sa_flags = SA_ONSTACK};
    if (sigaltstack(&alternate, NULL) != 0 || sigaction(SIGUSR1, &action, NULL) != 0 ||
        readers_scope(inner_value, raise_in_inner, arg) != 0 || sigaltstack(&none, NULL) != 0)
        abort();
    want("behind a scope that a handler has interrupted", outer_value);
    read_here(NULL);
}

static void a_handler_on_a_local_sees_what_it_interrupted(void **state) {
    (void)state;
    assert_int_equal(readers_scope(outer_value, handle_on_local, NULL), 0);
    readers_judge();
}

/* ---- Scopes that were left in the ways that the library follows, and what looks like one ---- */

static void read_above_each(void *arg) {
    static void (*const kinds[])(void (*fn)(void *), void *arg) = {
        stale_after_return, stale_after_longjmp, stale_after_exception, stale_forged, stale_copied,
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        kinds[i](read_here, arg);
}

static void scopes_that_were_left_leave_nothing(void **state) {
    (void)state;
    want("above stale words, in no scope", NULL);
    read_above_each(NULL);
    want("above stale words, in a scope", outer_value);
    assert_int_equal(readers_scope(outer_value, read_above_each, NULL), 0);
    readers_judge();
}

/* ---- Coroutines that the library knows nothing of ---- */

#if defined(__x86_64__)

static ucontext_t coroutine, starter;

static void switch_in_scope(void *arg) {
    (void)arg;
    if (swapcontext(&coroutine, &starter) != 0)
        abort();
}

static void switch_to_coroutine(void) {
    if (swapcontext(&starter, &coroutine) != 0)
        abort();
}

static void run_coroutine(void) {
    if (readers_scope(inner_value, switch_in_scope, NULL) != 0)
        abort();
}

static void start_coroutine(char *stack, size_t bytes, void (*fn)(void)) {
    if (getcontext(&coroutine) != 0)
        abort();
    coroutine.uc_stack.ss_sp = stack;
    coroutine.uc_stack.ss_size = bytes;
    coroutine.uc_link = &starter;
    makecontext(&coroutine, fn, 0);
    switch_to_coroutine();
}

/* Which ends a scope that has begun before this one, on what looks like the same stack. */
static void end_coroutine(void *arg) {
    want("in a scope, within which another has ended", arg);
    switch_to_coroutine();
    read_here(NULL);
}

static void run_coroutine_on_local(void *arg) {
    char stack[LOCAL_BYTES];
    start_coroutine(stack, sizeof stack, run_coroutine);
    if (readers_scope(later_value, end_coroutine, (void *)later_value) != 0)
        abort();
    want("behind a coroutine whose stack is a local", outer_value);
    read_here(arg);
}

static void scopes_may_end_in_another_order(void **state) {
    (void)state;
    if (ARE_JUMPS_LOST)
        skip();
    assert_int_equal(readers_scope(outer_value, run_coroutine_on_local, NULL), 0);
    readers_judge();
}

/* Runs fn there, from here: whoever walks the stack comes by here again. */
CTX_OPAQUE static void call_on(const char *top, void (*fn)(void *)) {
    void *arg = NULL;
    __asm__ volatile("mov %%rsp, %%rbx\n\tmov %[top], %%rsp\n\tcall *%[fn]\n\tmov %%rbx, %%rsp"
                     : [top] "+r"(top), [fn] "+r"(fn), "+D"(arg)
                     :
                     : "rbx", "rax", "rcx", "rdx", "rsi", "r8", "r9", "r10", "r11", "memory", "cc");
    ctx_touch(&arg);
}

static char *room_of_starter;

static void read_by_hint(void *arg) {
    (void)arg;
    readers_want_by(BY_FRAMES, wanted.where, wanted.answer, wanted.value);
    readers_want_by(BY_HINT, wanted.where, wanted.answer, wanted.value);
    readers_want_by(BY_SCAN, wanted.where, wanted.answer, wanted.value);
}

static void read_on_stack_of_starter(void *arg) {
    (void)arg;
    want("on a coroutine in its scope, but on the stack of its starter", inner_value);
    call_on(room_of_starter, read_by_hint);
}

static void run_coroutine_that_calls(void) {
    if (readers_scope(inner_value, read_on_stack_of_starter, NULL) != 0)
        abort();
}

static void lend_room(void *arg) {
    alignas(16) char room[LOCAL_BYTES];
    (void)arg;
    room_of_starter = room + sizeof room;
    char *const stack = new_stack();
    start_coroutine(stack, STACK_BYTES, run_coroutine_that_calls);
    room_of_starter = NULL;
    if (munmap(stack, STACK_BYTES) != 0)
        abort();
}

static void a_coroutine_may_call_on_its_starters_stack(void **state) {
    (void)state;
    if (ARE_JUMPS_LOST)
        skip();
    assert_int_equal(readers_scope(outer_value, lend_room, NULL), 0);
    readers_judge();
}

/* Where no scope but the coroutine's was ever open. */
static void *learn_and_lend_room(void *arg) {
    glsi_stack_learn();
    lend_room(arg);
    return NULL;
}

static void a_coroutine_of_a_new_thread_may_call_there(void **state) {
    (void)state;
    if (ARE_JUMPS_LOST)
        skip();
    run_on_new_thread(learn_and_lend_room);
    readers_judge();
}

/*
 * Where no limit is set, the main thread's stack is said to reach down to the heap as that was at start-up: coroutines
 * that have their stacks from malloc since then seem to be on it.
 */
static void be_a_coroutine_on_the_heap(void) {
    want("on a coroutine whose stack is on the heap", NULL);
    read_here(NULL);
}

static void run_coroutine_on_the_heap(void *arg) {
    char *const stack = malloc(LOCAL_BYTES);
    (void)arg;
    if (stack == NULL)
        abort();
    start_coroutine(stack, LOCAL_BYTES, be_a_coroutine_on_the_heap);
    free(stack);
}

static void the_heap_is_no_stack(void **state) {
    (void)state;
    assert_int_equal(readers_scope(outer_value, run_coroutine_on_the_heap, NULL), 0);
    readers_judge();
}

/* Bounds are learnt at start-up, so that another program has to start. */
static void the_heap_is_no_stack_where_that_has_no_limit(void **state) {
    static const struct rlimit none = {.rlim_cur = RLIM_INFINITY, .rlim_max = RLIM_INFINITY};
    int status = 0;
    (void)state;
    const pid_t child = fork();
    if (child == 0) {
        if (setrlimit(RLIMIT_STACK, &none) != 0)
            _exit(STATUS_SKIPPED);
        (void)execl("/proc/self/exe", "seals", "heap", NULL);
        _exit(STATUS_WRONG);
    }
    assert_true(child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status));
    if (WEXITSTATUS(status) == STATUS_SKIPPED)
        skip();
    assert_int_equal(WEXITSTATUS(status), 0);
}

#endif

/* ---- Where a walk would be a waste ---- */

static unsigned hints_wanted, hints_found;

static void want_hint(void *arg) {
    const struct id_slot *const slot = hint_find(0);
    hints_wanted++;
    hints_found += slot != NULL && (arg == NULL || slot->context == arg);
}

static void want_hint_in_handler(int signal) {
    (void)signal;
    want_hint(NULL);
    open_sealed(inner_value, want_hint, (void *)context_of(inner_value));
    want_hint(NULL);
}

static void *want_hint_on_fiber(void *arg) {
    open_sealed(inner_value, want_hint, (void *)context_of(inner_value));
    return arg;
}

static void throw_in_scope(void *arg) {
    open_sealed(inner_value, stale_throw, arg);
}

static void want_hints_in_scope(void *context) {
    const struct sigaction action = {.sa_handler = want_hint_in_handler};
    want_hint(context);
    open_sealed(inner_value, want_hint, (void *)context_of(inner_value));
    want_hint(context);
    stale_open_and_jump();
    want_hint(context);
    (void)ctx_peer_catch(throw_in_scope, NULL);
    want_hint(context);
    if (sigaction(SIGUSR1, &action, NULL) != 0 || raise(SIGUSR1) != 0)
        abort();
    want_hint(context);
    if (has_fibers()) {
        char *const stack = new_stack();
        resume_on(stack, want_hint_on_fiber);
        (void)munmap(stack, STACK_BYTES);
    }
    want_hint(context);
}

static void hints_are_found(void **state) {
    (void)state;
    if (!readers_has(BY_HINT))
        skip();
    open_sealed(outer_value, want_hints_in_scope, (void *)context_of(outer_value));
    assert_true(hints_wanted > 8);
    assert_int_equal(hints_found, hints_wanted);
}

static void there_were_stale_words(void **state) {
    (void)state;
    assert_int_not_equal(stale_words_seen, 0);
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
#if defined(__x86_64__)
        cmocka_unit_test(a_coroutine_of_a_new_thread_may_call_there), /* before any scope is open without a seal */
#endif
        cmocka_unit_test(a_fiber_that_is_destroyed_leaves_nothing),
        cmocka_unit_test(setcontext_leaves_nothing),
        cmocka_unit_test(builtin_longjmp_leaves_nothing),
        cmocka_unit_test(tags_that_are_written_over_are_gone),
        cmocka_unit_test(two_that_are_left_at_once_are_gone),
        cmocka_unit_test(a_fork_leaves_nothing_of_other_threads),
        cmocka_unit_test(scopes_of_all_openers_are_found),
        cmocka_unit_test(scopes_of_all_openers_are_found_on_a_new_thread),
        cmocka_unit_test(a_fiber_on_a_local_is_on_its_own),
        cmocka_unit_test(a_handler_on_a_local_sees_what_it_interrupted),
#if defined(__x86_64__)
        cmocka_unit_test(scopes_may_end_in_another_order),
        cmocka_unit_test(a_coroutine_may_call_on_its_starters_stack),
        cmocka_unit_test(the_heap_is_no_stack),
        cmocka_unit_test(the_heap_is_no_stack_where_that_has_no_limit),
#endif
        cmocka_unit_test(scopes_that_were_left_leave_nothing),
        cmocka_unit_test(hints_are_found),
        cmocka_unit_test(there_were_stale_words),
    };
    readers_init();
#if defined(__x86_64__)
    const struct CMUnitTest of_the_heap[] = {cmocka_unit_test(the_heap_is_no_stack)};
    if (argc > 1 && strcmp(argv[1], "heap") == 0)
        return cmocka_run_group_tests(of_the_heap, NULL, NULL);
#endif
    (void)argc;
    (void)argv;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
