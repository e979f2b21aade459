/*
 * Random call chains between scopes and their readers: code with and without frame pointers, assembly that leaves
 * anything in rbp, callbacks from libc, signal handlers on this stack and on another, scopes inside scopes, and words
 * that look like tags: stale ones of scopes left in every way, forged and copied ones; on fibers that are left in the
 * midst of a chain and go on elsewhere, also on other threads; on stacks that were others' before, on stacks that are
 * locals of others, and on coroutines that the library knows nothing of; in threads that end in a scope, and in forked
 * processes. After every step each reader's answer is compared with what the program itself knows.
 *
 *   test_stack_stress [READS [SEED]]      10,000,000 reads take some minutes; the default suits a test suite
 */
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#include "../support/odd_frames.h"
#include "../support/stale_tags.h"
#include "../support/unseen_jumps.h"
#include "base/random.h"
#include "gls/fiber.h"
#include "gls/hint.h"
#include "gls/place.h"
#include "gls/tag.h"
#include "opaque.h"
#include "stacktag/scan_find.h"
#include "stacktag/unwinder.h"
#include "stacktag/unwound.h"
#include "stacktag/wide_marks.h"

enum { CHAIN_MAX = 24, READS_WITH_CURSOR = 64, ALTERNATE_STACK_BYTES = 1 << 20 };

/* What cannot be read takes a search of all tables each time. */
enum { READS_DEFAULT = UNWINDER_IS_BLIND ? 2000 : 100000 };

#if defined(FIBER_TSAN)
/* The program raises its signals itself, where nothing is half done: what handlers call need not be made for them. */
const char *tsan_options(void) __asm__("__tsan_default_options");
__attribute__((used)) const char *tsan_options(void) {
    return "report_signal_unsafe=0";
}
#endif

static uint64_t reads_wanted = READS_DEFAULT;
static uint64_t seed = 1;

/* What the program knows of one stack: a thread's or a fiber's. */
struct stack_record {
    const struct ctx *in_force; /* the shadow record; NULL: no context */
    unsigned depth, handlers;   /* chains, and signal handlers among them, that this stack is in the midst of */
    bool is_fiber, is_given;    /* the stack: a fiber's; one of those that are given */
};

/* The state of the walk: which stack it is on, and how much is done. One stack at a time is at work, on any thread. */
static struct {
    struct random random;
    struct stack_record *here;
    bool on_alternate_stack, jumps_from_handler, is_child;
    uint64_t reads, wrong, signals, switches, moves, forks, by_step[40];
    char first_wrong[200];
} stress;

static void note_wrong(const char *reader, enum tag_answer answer, const struct ctx *found) {
    if (stress.wrong++ == 0)
        (void)snprintf(stress.first_wrong, sizeof stress.first_wrong,
                       "seed %llu, read %llu at depth %u: %s answered %d with context %p, wanted %p",
                       (unsigned long long)seed, (unsigned long long)stress.reads, stress.here->depth, reader, answer,
                       (const void *)found, (const void *)stress.here->in_force);
}

static void check(const char *reader, enum tag_answer answer, uint32_t id) {
    const struct ctx *found = answer == TAG_FOUND ? ids_slot(id)->context : NULL;
    if (answer == TAG_UNREADABLE ? !UNWINDER_IS_BLIND : found != stress.here->in_force)
        note_wrong(reader, answer, found);
    stress.reads++;
}

/* By vectors of any size that the processor has, unless one is asked for. */
static void choose_scan(void) {
    if (getenv("CTXBENCH_SCAN") != NULL)
        return;
    static const char *const steps[] = {"plain", "avx2", "avx512"};
    (void)scan_find_use(steps[random_below(&stress.random, sizeof steps / sizeof *steps)]);
}

CTX_OPAQUE static void read_with_all_readers(void) {
    uint32_t id = 0;
    enum tag_answer answer = tag_read(0, &id);
    check("the frame-pointer reader", answer, id);
    answer = tag_read_in(&mark_wide, 0, &id);
    check("the frame-pointer reader of wide tags", answer, id);
    choose_scan();
    answer = scan_read(0, &id);
    check("the scan", answer, id);
    answer = hint_read(0, &id);
    check("the hint", answer, id);
    answer = glsi_tag_read_tables(&id);
    check("the walk by tables", answer, id);
    answer = unwound_read_backtrace(&id);
    check("unw_backtrace", answer, id);
    if (random_below(&stress.random, READS_WITH_CURSOR) != 0)
        return; /* a hundred times slower than the others */
    answer = unwound_read_cursor(&id);
    check("the cursor", answer, id);
    answer = unwound_read_backtrace_in(&mark_wide, &id);
    check("unw_backtrace of wide tags", answer, id);
}

static void step(void *arg);

/* ---- The ways to go one call deeper ---- */

CTX_OPAQUE static void through_frame(void) {
    unsigned char locals[48];
    ctx_touch(locals);
    step(NULL);
    ctx_touch(locals);
}

static void through_frameless_code(void) {
    (void)frameless_call(step, NULL);
}

static void through_many_frameless_frames(void) {
    (void)frameless_descend((unsigned)random_below(&stress.random, 40), step, NULL);
}

/* What looks like the most convincing chain: a frame record of our own making, which ends in a zero. */
static void through_forged_chain(void) {
    struct frame_record forged[2] = {{.up = NULL, .return_address = 0}, {.up = NULL, .return_address = 0}};
    forged[0].up = &forged[1];
    forged[0].return_address = (uintptr_t)read_with_all_readers;
    call_with_fp(step, NULL, (uintptr_t)&forged[0]);
    ctx_touch(forged);
}

static void through_any_rbp(void) {
    static const uintptr_t values[] = {0, 1, 8, UINTPTR_MAX, 0x7fffffff, 0xdeadbeef};
    call_with_fp(step, NULL, values[random_below(&stress.random, sizeof values / sizeof *values)]);
}

/* libc calls back through code of its own, which keeps no frame pointers. Only the first comparison goes on. */
static bool compared;

static int compare_and_step(const void *a, const void *b) {
    if (!compared) {
        compared = true;
        step(NULL);
    }
    return *(const int *)a - *(const int *)b;
}

static void through_qsort(void) {
    int values[] = {3, 1, 2};
    compared = false;
    qsort(values, sizeof values / sizeof *values, sizeof *values, compare_and_step);
}

static void through_bsearch(void) {
    const int values[] = {1, 2, 3};
    const int wanted = 2;
    compared = false;
    (void)bsearch(&wanted, values, sizeof values / sizeof *values, sizeof *values, compare_and_step);
}

/*
 * ThreadSanitizer may postpone a signal, even one that a thread raises itself, to where a scope has been recorded but
 * not yet opened. A signal that comes when nobody waits for it any more is passed over.
 */
static bool awaited;
static sigjmp_buf way_out; /* for a handler that is to jump */

static void handle_signal(int number) {
    (void)number;
    if (!awaited)
        return;
    awaited = false;
    stress.signals++;
    if (stress.jumps_from_handler) {
        stress.jumps_from_handler = false;
        siglongjmp(way_out, 1);
    }
    stress.here->handlers++;
    step(NULL);
    stress.here->handlers--;
}

static void raise_and_await(int number) {
    awaited = true;
    ctx_forget_memory(); /* <signal.h> tells the compiler that raise calls nobody back; a handler it does */
    (void)raise(number);
    ctx_forget_memory();
    awaited = false;
}

static void through_signal(void) {
    raise_and_await(SIGUSR1);
}

/* The alternate stack is not entered twice: the kernel would go on where it is. */
static void through_signal_on_alternate_stack(void) {
    if (stress.on_alternate_stack) {
        through_signal();
        return;
    }
    stress.on_alternate_stack = true;
    raise_and_await(SIGUSR2);
    stress.on_alternate_stack = false;
}

/* Each alphabet has a tag of its own for the scope. */
static void open_inner_tag(void *next) {
    const bool is_public = random_below(&stress.random, 2) == 0; /* as what gls.h declares is opened */
    if (is_public ? open_scope(next, ID_NONE, step, NULL) != 0 : !seal_with(next, ID_NONE, step, NULL))
        abort(); /* on a fiber's stack, or a thread's, cmocka's way out leads nowhere */
}

static void through_scope_with(const struct ctx *next) {
    const struct ctx *outer = stress.here->in_force;
    stress.here->in_force = next;
    if (!tag_with_in(&mark_wide, next, ID_NONE, open_inner_tag, (void *)next))
        abort();
    stress.here->in_force = outer;
    read_with_all_readers();
}

static void through_scope(void) {
    const struct ctx scope = {.parent = stress.here->in_force};
    through_scope_with(&scope);
    ctx_touch(&scope);
}

static void through_scope_without_context(void) {
    through_scope_with(NULL);
}

/* ---- Fibers ---- */

/*
 * As many are left in the midst of a chain, at most. Nothing may switch fibers in a signal handler (fiber.h), nor leave
 * the alternate stack in use behind.
 */
enum { FIBERS = 6, FIBER_STACK_BYTES = 1 << 20 };

static struct walker {
    struct fiber fiber;
    struct stack_record record;
    pthread_t last_thread;
    bool exists;
} walkers[FIBERS];

static bool may_switch(void) {
    return stress.here->handlers == 0 && !stress.on_alternate_stack;
}

static void *walk_on_fiber(void *arg) {
    (void)arg;
    step(NULL);
    return NULL;
}

/* Runs it from here on until it yields or ends; a fiber that has ended makes room for another. */
static void resume_walker(struct walker *walker) {
    struct stack_record *resumer = stress.here;
    const pthread_t thread = pthread_self();
    stress.moves += !pthread_equal(walker->last_thread, thread);
    stress.switches++;
    walker->last_thread = thread;
    stress.here = &walker->record;
    if (fiber_resume(&walker->fiber) != 0)
        abort();
    stress.here = resumer;
    if (fiber_is_done(&walker->fiber)) {
        fiber_destroy(&walker->fiber);
        walker->exists = false;
    }
    read_with_all_readers();
}

/* Starts a fiber, or goes on with one; none that waits for a fiber that it has resumed itself. */
static void through_fiber(void) {
    struct walker *walker = &walkers[random_below(&stress.random, FIBERS)];
    if (!may_switch() || (walker->exists && atomic_load(&walker->fiber.state) != FIBER_SUSPENDED))
        return;
    if (!walker->exists) {
        if (fiber_init(&walker->fiber, FIBER_STACK_BYTES, walk_on_fiber, NULL) != 0)
            return; /* built without */
        walker->record = (struct stack_record){.in_force = NULL, .is_fiber = true};
        walker->last_thread = pthread_self();
        walker->exists = true;
    }
    resume_walker(walker);
}

static void through_yield(void) {
    if (!stress.here->is_fiber || !may_switch() || stress.is_child) /* which ends where it has begun */
        return;
    if (fiber_yield() != 0)
        abort();
    read_with_all_readers();
}

/* ---- Stacks that are given, to one after the other ---- */

enum { GIVEN_STACKS = 3, GIVEN_BYTES = 1 << 19, LOCALS_MAX = 3 };

static struct given_stack {
    alignas(4096) char memory[GIVEN_BYTES];
    bool is_used;
} given_stacks[GIVEN_STACKS];

/* Only for those whose chain comes to its end: a fiber may be destroyed in its midst. NULL: all are in use. */
static struct given_stack *take_stack(void) {
    struct given_stack *const stack = &given_stacks[random_below(&stress.random, GIVEN_STACKS)];
    if (stress.here->is_fiber || stack->is_used)
        return NULL;
    stack->is_used = true;
    return stack;
}

/* It has ended afterwards, or is destroyed in the midst of a chain. */
static void run_fiber_on(char *stack) {
    struct walker walker = {
        .record = {.in_force = NULL, .is_fiber = true}, .last_thread = pthread_self(), .exists = true};
    if (fiber_init_on(&walker.fiber, stack, GIVEN_BYTES, walk_on_fiber, NULL) != 0)
        return; /* built without */
    for (uint64_t times = 1 + random_below(&stress.random, 2); walker.exists && times > 0; times--)
        resume_walker(&walker);
    if (walker.exists)
        fiber_destroy(&walker.fiber);
}

static void through_fiber_on_given_stack(void) {
    struct given_stack *const stack = may_switch() ? take_stack() : NULL;
    if (stack == NULL)
        return;
    run_fiber_on(stack->memory);
    stack->is_used = false;
    read_with_all_readers();
}

/* How many stacks are locals of frames that are there. */
static unsigned locals;

/* Functions of their own, which are not called where there is no room for such a frame. */
CTX_OPAQUE static void run_fiber_on_local(void) {
    alignas(4096) char stack[GIVEN_BYTES];
    run_fiber_on(stack);
}

CTX_OPAQUE static void open_scope_with_alternate_stack_on_local(void) {
    alignas(16) char memory[GIVEN_BYTES];
    const stack_t local = {.ss_sp = memory, .ss_size = sizeof memory};
    stack_t outer;
    if (sigaltstack(&local, &outer) != 0)
        abort();
    through_scope();
    if (sigaltstack(&outer, NULL) != 0)
        abort();
}

static bool has_room_for_local(void) {
    return !stress.here->is_fiber && !stress.here->is_given && !stress.on_alternate_stack && locals < LOCALS_MAX;
}

static void through_fiber_on_local(void) {
    if (!has_room_for_local() || !may_switch())
        return;
    locals++;
    run_fiber_on_local();
    locals--;
    read_with_all_readers();
}

/* Scopes are open around the local and below it, when a handler runs on it. No fiber leaves such a frame behind. */
static void through_alternate_stack_on_local(void) {
    if (!has_room_for_local())
        return;
    locals++;
    stress.here->handlers++;
    open_scope_with_alternate_stack_on_local();
    stress.here->handlers--;
    locals--;
}

/* ---- Threads, for which this one waits: they take fibers along, or leave some behind ---- */

static void step_and_end_thread(void *arg) {
    step(arg);
    pthread_exit(NULL);
}

static void open_to_end_thread(void *next) {
    (void)seal_with(next, ID_NONE, step_and_end_thread, NULL);
    abort();
}

static void end_in_scope(void) {
    static const struct ctx scope;
    stress.here->in_force = &scope;
    (void)tag_with_in(&mark_wide, &scope, ID_NONE, open_to_end_thread, (void *)&scope);
    abort();
}

static void *walk_on_thread(void *arg) {
    struct stack_record record = {.in_force = NULL, .is_given = arg != NULL};
    if (random_below(&stress.random, 4) != 0)
        glsi_stack_learn(); /* others have a stack that nobody knows */
    stress.here = &record;
    through_fiber();
    step(arg);
    if (random_below(&stress.random, 2) == 0)
        end_in_scope();
    return NULL;
}

static void through_thread(void) {
    enum { ONE_IN = 8 }; /* starting one takes as long as hundreds of reads */
    struct stack_record *const outer = stress.here;
    pthread_attr_t attributes;
    pthread_t thread;
    if (random_below(&stress.random, ONE_IN) != 0)
        return;
    struct given_stack *const stack = take_stack();
    if (pthread_attr_init(&attributes) != 0 ||
        (stack != NULL && pthread_attr_setstack(&attributes, stack->memory, GIVEN_BYTES) != 0) ||
        pthread_create(&thread, &attributes, walk_on_thread, stack) != 0)
        abort();
    (void)pthread_join(thread, NULL);
    (void)pthread_attr_destroy(&attributes);
    if (stack != NULL)
        stack->is_used = false;
    stress.here = outer;
    read_with_all_readers();
}

/* The child goes on where it is, for some time. */
static void through_fork(void) {
    enum { ONE_IN = 32, READS_OF_CHILD = 300 };
    int status = 0;
    if (random_below(&stress.random, ONE_IN) != 0 || stress.is_child)
        return;
    (void)fflush(NULL);
    const pid_t child = fork();
    if (child == 0) {
        stress.is_child = true;
        reads_wanted = stress.reads + READS_OF_CHILD;
        stress.wrong = 0;
        while (stress.reads < reads_wanted)
            step(NULL);
        if (stress.wrong > 0)
            (void)fprintf(stderr, "in a forked process: %s\n", stress.first_wrong);
        _exit(stress.wrong > 0);
    }
    stress.forks++;
    if (child < 0 || waitpid(child, &status, 0) != child || status != 0)
        note_wrong("all readers in a forked process", TAG_UNREADABLE, NULL);
}

/*
 * Those that still are in the midst of a chain: half of them go on to its end, and may resume or start others
 * meanwhile. Then all that are left go with their stacks.
 */
static void end_walkers(void) {
    for (struct walker *walker = walkers; walker < walkers + FIBERS; walker += 2)
        while (walker->exists)
            resume_walker(walker);
    for (struct walker *walker = walkers; walker < walkers + FIBERS; walker++)
        if (walker->exists)
            fiber_destroy(&walker->fiber);
}

static void through_stale_words(void) {
    static void (*const kinds[])(void (*fn)(void *), void *arg) = {
        stale_after_return, stale_after_longjmp, stale_after_exception, stale_forged, stale_copied,
    };
    kinds[random_below(&stress.random, sizeof kinds / sizeof *kinds)](step, NULL);
}

/* Out of a handler on the alternate stack, over a scope that it has interrupted. */
static void raise_to_jump(void *arg) {
    (void)arg;
    stress.jumps_from_handler = true;
    raise_and_await(SIGUSR2);
    stress.jumps_from_handler = false; /* the signal has been postponed */
}

CTX_OPAQUE static void open_and_jump_from_handler(void) {
    if (sigsetjmp(way_out, 1) == 0)
        (void)seal_with(&ctx_empty, ID_NONE, raise_to_jump, NULL);
}

/*
 * A jump off the alternate stack has AddressSanitizer clean up the stack that the thread began with, though a fiber may
 * have been interrupted: what it jumps over would stay marked as somebody's frame.
 */
static bool may_jump_off_alternate_stack(void) {
#if defined(FIBER_ASAN)
    if (fiber_current() != NULL)
        return false;
#endif
    return !stress.on_alternate_stack;
}

static void through_stale_words_of_interrupted_scope(void) {
    if (may_jump_off_alternate_stack())
        open_and_jump_from_handler();
    stale_run_above(step, NULL);
}

/* ---- Scopes that are left by jumps of all kinds ---- */

enum leaving { BY_LONGJMP, BY_SETCONTEXT, BY_COMPILER, LEAVINGS };

/* The way out of the scopes that are about to be left: one chain at a time goes there. */
static struct {
    jmp_buf buffer;
    ucontext_t context;
    void *of_compiler[5];
    enum leaving way;
    uint64_t scopes;
    volatile bool is_out;
} exit_way;

static void leave_or_go_deeper(void *arg) {
    uint32_t id = 0;
    const enum tag_answer answer = hint_read(0, &id);
    check("the hint, in a scope that will be left", answer, id);
    if (exit_way.scopes-- > 0)
        (void)seal_with(&ctx_empty, ID_NONE, leave_or_go_deeper, arg);
    exit_way.is_out = true;
    switch (exit_way.way) {
    case BY_LONGJMP:
        longjmp(exit_way.buffer, 1);
    case BY_SETCONTEXT:
        (void)setcontext(&exit_way.context);
        break;
    case BY_COMPILER:
        compiler_longjmp(exit_way.of_compiler);
    case LEAVINGS:
        break;
    }
    abort();
}

static void open_to_leave(void) {
    (void)seal_with(&ctx_empty, ID_NONE, leave_or_go_deeper, NULL);
}

CTX_OPAQUE static void come_back_by_longjmp(void) {
    if (setjmp(exit_way.buffer) == 0)
        open_to_leave();
}

CTX_OPAQUE static void come_back_by_setcontext(void) {
    if (getcontext(&exit_way.context) == 0 && !exit_way.is_out)
        open_to_leave();
}

CTX_OPAQUE static void come_back_by_compiler(void) {
    if (compiler_setjmp(exit_way.of_compiler) == 0)
        open_to_leave();
    ctx_forget_memory(); /* no tail call: the jump comes back to this frame */
}

/* Nobody follows the compiler's jumps: a read or a scope must come between one and what is deeper. */
static void through_scopes_left(void) {
    static void (*const come_back[])(void) = {come_back_by_longjmp, come_back_by_setcontext, come_back_by_compiler};
    const struct ctx *const outer = stress.here->in_force;
    exit_way.way =
        (enum leaving)random_below(&stress.random, ARE_JUMPS_LOST ? BY_LONGJMP + 1 : LEAVINGS - !HAS_COMPILER_JUMPS);
    exit_way.scopes = random_below(&stress.random, 3);
    exit_way.is_out = false;
    stress.here->in_force = &ctx_empty;
    const bool reads = random_below(&stress.random, 2) == 0;
    const enum leaving way = exit_way.way;
    come_back[way]();
    stress.here->in_force = outer;
    if (reads)
        read_with_all_readers();
    else if (way == BY_COMPILER)
        (void)seal_with(&ctx_empty, ID_NONE, stale_nothing, NULL);
    stale_run_above(step, NULL);
}

/* ---- Coroutines that the library knows nothing of ---- */

static struct coroutine {
    ucontext_t starter, own;
    struct stack_record record;
} * starting; /* or going on, in the first moment */

static void step_and_switch(void *arg) {
    struct coroutine *const self = starting;
    step(arg);
    if (swapcontext(&self->own, &self->starter) != 0)
        abort();
    read_with_all_readers();
}

static void open_on_coroutine(void *next) {
    if (!seal_with(next, ID_NONE, step_and_switch, NULL))
        abort();
}

static void run_coroutine(void) {
    static const struct ctx scope;
    struct coroutine *const self = starting;
    read_with_all_readers();
    self->record.in_force = &scope;
    if (!tag_with_in(&mark_wide, &scope, ID_NONE, open_on_coroutine, (void *)&scope))
        abort();
    self->record.in_force = NULL;
    read_with_all_readers();
}

static void switch_to(struct coroutine *coroutine) {
    struct stack_record *const here = stress.here;
    starting = coroutine;
    stress.here = &coroutine->record;
    if (swapcontext(&coroutine->starter, &coroutine->own) != 0)
        abort();
    stress.here = here;
    read_with_all_readers();
}

static void end_coroutine_and_step(void *arg) {
    switch_to(*(struct coroutine **)arg);
    step(NULL);
}

/* Its scope ends within one of the starter's that has begun later. */
static void open_across(void *arg) {
    if (!seal_with(stress.here->in_force, ID_NONE, end_coroutine_and_step, arg))
        abort();
}

static void through_coroutine(void) {
    struct given_stack *const stack = ARE_JUMPS_LOST ? NULL : take_stack();
    struct coroutine coroutine = {.record = {.is_given = true}}, *const self = &coroutine;
    const struct ctx *const outer = stress.here->in_force;
    const struct ctx scope = {.parent = outer};
    if (stack == NULL || getcontext(&coroutine.own) != 0)
        return;
    coroutine.own.uc_stack.ss_sp = stack->memory;
    coroutine.own.uc_stack.ss_size = GIVEN_BYTES;
    coroutine.own.uc_link = &coroutine.starter;
    makecontext(&coroutine.own, run_coroutine, 0);
    switch_to(&coroutine);
    stress.here->in_force = &scope;
    if (!tag_with_in(&mark_wide, &scope, ID_NONE, open_across, (void *)&self))
        abort();
    stress.here->in_force = outer;
    stack->is_used = false;
    read_with_all_readers();
}

static void (*const ways[])(void) = {
    through_frame,
    through_frameless_code,
    through_many_frameless_frames,
    through_forged_chain,
    through_any_rbp,
    through_qsort,
    through_bsearch,
    through_signal,
    through_signal_on_alternate_stack,
    through_scope,
    through_scope,
    through_scope_without_context,
    through_fiber,
    through_yield,
    through_thread,
    through_stale_words,
    through_stale_words,
    through_stale_words_of_interrupted_scope,
    through_scopes_left,
    through_fiber_on_given_stack,
    through_fiber_on_local,
    through_alternate_stack_on_local,
    through_coroutine,
    through_fork,
};
enum { WAY_COUNT = sizeof ways / sizeof *ways };

/* Reads, goes deeper some times in random ways, and reads again on the way back. */
static void step(void *arg) {
    (void)arg;
    read_with_all_readers();
    if (stress.here->depth == CHAIN_MAX || stress.reads >= reads_wanted)
        return;
    stress.here->depth++;
    for (uint64_t times = random_below(&stress.random, 3); times > 0; times--) {
        const uint64_t way = random_below(&stress.random, WAY_COUNT);
        stress.by_step[way]++;
        ways[way]();
    }
    stress.here->depth--;
    read_with_all_readers();
}

static void handle_on(int number, int flags) {
    struct sigaction action = {.sa_handler = handle_signal, .sa_flags = flags};
    (void)sigemptyset(&action.sa_mask);
    assert_int_equal(sigaction(number, &action, NULL), 0);
}

static bool fibers_are_missing(void) {
    struct fiber fiber;
    const int error = fiber_init(&fiber, 0, walk_on_fiber, NULL);
    if (error == 0)
        fiber_destroy(&fiber);
    return error == ENOSYS;
}

static void readers_agree_with_the_shadow_record(void **state) {
    (void)state;
    static struct stack_record main_stack;
    const stack_t alternate = {.ss_sp = malloc(ALTERNATE_STACK_BYTES), .ss_size = ALTERNATE_STACK_BYTES};
    assert_non_null(alternate.ss_sp);
    assert_int_equal(sigaltstack(&alternate, NULL), 0);
    handle_on(SIGUSR1, SA_NODEFER);
    handle_on(SIGUSR2, SA_NODEFER | SA_ONSTACK);
    stress.random.state = seed;
    stress.here = &main_stack;
    while (stress.reads < reads_wanted)
        step(NULL);
    end_walkers();
    (void)printf(
        "%llu reads, %llu wrong, %llu signals, %llu switches of fibers, %llu to another thread, %llu forks, "
        "seed %llu\n",
        (unsigned long long)stress.reads, (unsigned long long)stress.wrong, (unsigned long long)stress.signals,
        (unsigned long long)stress.switches, (unsigned long long)stress.moves, (unsigned long long)stress.forks,
        (unsigned long long)seed);
    for (unsigned i = 0; i < WAY_COUNT; i++)
        assert_int_not_equal(stress.by_step[i], 0);
    assert_int_not_equal(stress.signals, 0);
    assert_true((stress.switches != 0 && stress.moves != 0) || fibers_are_missing());
    assert_int_not_equal(stale_words_seen, 0);
    if (stress.wrong > 0)
        fail_msg("%s", stress.first_wrong);
    const stack_t none = {.ss_flags = SS_DISABLE};
    (void)sigaltstack(&none, NULL);
    free(alternate.ss_sp);
}

int main(int argc, char **argv) {
    if (argc > 1)
        reads_wanted = strtoull(argv[1], NULL, 10);
    if (argc > 2)
        seed = strtoull(argv[2], NULL, 10);
    const struct CMUnitTest tests[] = {cmocka_unit_test(readers_agree_with_the_shadow_record)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
