/*
 * Fibers: who runs when, what they see of the context, where a walk of their stacks ends, and what comes back when they
 * are freed half-way. Fibers that run on other threads record what they saw; the test's own thread judges it.
 */
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <errno.h>
#include <fenv.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gls/fiber.h"
#include "gls/gls.h"
#include "gls/ids.h"
#include "gls/tag.h"
#include "gls/walk.h"
#include "stacktag/unwound.h"

static gls_manager *manager, *unregistered;
static const gls_key *key, *key2;
static char values[8]; /* their addresses are what the tests bind */

static gls_fiber *start(void *(*fn)(void *), void *arg) {
    gls_fiber *fiber = NULL;
    assert_int_equal(gls_go_fiber(&fiber, 0, fn, arg), 0);
    assert_non_null(fiber);
    return fiber;
}

static void resume(gls_fiber *fiber) {
    assert_int_equal(gls_fiber_resume(fiber), 0);
}

static void yield(void) {
    assert_int_equal(gls_fiber_yield(), 0);
}

static void end(gls_fiber *fiber, const void *wanted) {
    void *result = &result;
    assert_true(gls_fiber_is_done(fiber, &result));
    assert_ptr_equal(result, wanted);
    gls_fiber_free(fiber);
}

static void set_one(gls_manager *of, const gls_key *one, void *value, void (*fn)(void *), void *arg) {
    const struct gls_binding binding = {.key = one, .value = value};
    assert_int_equal(gls_set_values(of, &binding, 1, fn, arg), 0);
}

static void want(const gls_manager *of, const gls_key *one, enum gls_answer answer, const void *value) {
    void *found = NULL;
    assert_int_equal(gls_get_value(of, one, &found), answer);
    assert_ptr_equal(found, value);
}

/* ---- Stacks of the caller's ---- */

static void *where_it_runs(void *arg) {
    (void)arg;
    return __builtin_frame_address(0);
}

static void test_given_stack(void **state) {
    (void)state;
    enum { BYTES = FIBER_STACK_BYTES_MIN };
    char *const memory = aligned_alloc(4096, (size_t)2 * BYTES);
    struct fiber fibers[2];
    assert_int_equal(fiber_init_on(&fibers[0], memory, BYTES - 1, where_it_runs, NULL), EINVAL);
    for (int i = 0; i < 2; i++)
        assert_int_equal(fiber_init_on(&fibers[i], memory + (ptrdiff_t)i * BYTES, BYTES, where_it_runs, NULL), 0);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(fiber_resume(&fibers[i]), 0);
        assert_in_range((uintptr_t)fibers[i].result, (uintptr_t)memory + (uintptr_t)i * BYTES,
                        (uintptr_t)memory + (uintptr_t)(i + 1) * BYTES);
        fiber_destroy(&fibers[i]);
    }
    memset(memory, 0, (size_t)2 * BYTES); /* it is still there */
    free(memory);
}

/* ---- Who runs when ---- */

static void *count_and_yield(void *arg) {
    for (int i = 0; i < 1000; i++) {
        ++*(int *)arg;
        yield();
    }
    return arg;
}

static void test_ping_pong(void **state) {
    (void)state;
    int count = 0;
    gls_fiber *fiber = start(count_and_yield, &count);
    assert_int_equal(count, 0); /* nothing runs before it is resumed */
    for (int i = 1; i <= 1000; i++) {
        resume(fiber);
        assert_int_equal(count, i);
        assert_false(gls_fiber_is_done(fiber, NULL));
    }
    resume(fiber);
    assert_int_equal(count, 1000);
    assert_int_equal(gls_fiber_resume(fiber), ESRCH);
    end(fiber, &count);
}

static void *yield_once(void *arg) {
    yield();
    return arg;
}

static void *resume_inner(void *arg) {
    gls_fiber **fibers = arg; /* ourselves, and the inner one */
    assert_int_equal(gls_fiber_resume(fibers[0]), EBUSY);
    resume(fibers[1]);
    assert_ptr_equal(fiber_current(), fibers[0]); /* a gls_fiber begins with its fiber */
    yield();
    resume(fibers[1]);
    return NULL;
}

static void *resume_outer(void *arg) {
    gls_fiber **fibers = arg;
    assert_ptr_equal(fiber_current(), fibers[1]);
    assert_int_equal(gls_fiber_resume(fibers[0]), EBUSY); /* it waits for us */
    yield();
    assert_ptr_equal(fiber_current(), fibers[1]);
    return arg;
}

static void test_fibers_resume_fibers(void **state) {
    (void)state;
    gls_fiber *fibers[2];
    fibers[0] = start(resume_inner, fibers);
    fibers[1] = start(resume_outer, fibers);
    resume(fibers[0]);
    assert_null(fiber_current());
    resume(fibers[0]);
    end(fibers[0], NULL);
    end(fibers[1], fibers);
}

static void test_errors(void **state) {
    (void)state;
    gls_fiber *fiber = NULL;
    assert_int_equal(gls_fiber_yield(), EPERM);
    assert_int_equal(gls_go_fiber(&fiber, SIZE_MAX, yield_once, NULL), ENOMEM);
    assert_int_equal(gls_go_fiber(&fiber, SIZE_MAX / 4, yield_once, NULL), ENOMEM);
    assert_null(fiber);
    gls_fiber_free(NULL);
    gls_fiber_free(start(yield_once, NULL)); /* never begun */
}

/* ---- What a fiber sees ---- */

static void *look_at_inherited(void *arg) {
    unsigned before = 0, after = 0;
    want(manager, key, GLS_SET, &values[1]);
    want(manager, key2, GLS_SET, NULL);
    want(unregistered, key, GLS_NOT_SET, NULL);
    assert_true(gls_get_id(&before));
    yield();
    want(manager, key, GLS_SET, &values[1]);
    assert_true(gls_get_id(&after));
    assert_int_equal(before, after);
    return arg;
}

static void start_in_scopes(void *arg) {
    *(gls_fiber **)arg = start(look_at_inherited, NULL);
}

static void set_rest_and_start(void *arg) {
    set_one(manager, key2, NULL, start_in_scopes, arg);
}

static void set_unregistered_and_start(void *arg) {
    gls_manager_unregister(unregistered);
    set_one(unregistered, key, &values[3], set_rest_and_start, arg);
}

static void resume_in_scope(void *arg) {
    resume(arg);
}

static void test_a_fiber_inherits_what_was_in_force_at_the_call(void **state) {
    (void)state;
    gls_fiber *fiber = NULL;
    set_one(manager, key, &values[1], set_unregistered_and_start, &fiber);
    resume(fiber);                                             /* where nothing is in force, */
    set_one(manager, key, &values[2], resume_in_scope, fiber); /* and where something else is */
    end(fiber, NULL);
}

static void *look_for_nothing(void *arg) {
    unsigned id = 0;
    want(manager, key, GLS_NO_CONTEXT, NULL);
    assert_false(gls_get_id(&id));
    return arg;
}

static void test_without_a_context_a_fiber_inherits_none(void **state) {
    (void)state;
    gls_fiber *fiber = start(look_for_nothing, NULL);
    set_one(manager, key, &values[1], resume_in_scope, fiber);
    end(fiber, NULL);
}

static void yield_in_scope(void *arg) {
    want(manager, key, GLS_SET, &values[2]);
    assert_true(gls_get_id(arg));
    yield();
    want(manager, key, GLS_SET, &values[2]);
    want(manager, key2, GLS_NOT_SET, NULL);
}

static void *open_scope_and_yield(void *arg) {
    want(manager, key, GLS_NO_CONTEXT, NULL);
    set_one(manager, key, &values[2], yield_in_scope, arg);
    want(manager, key, GLS_NO_CONTEXT, NULL);
    yield();
    return arg;
}

struct pair {
    gls_fiber *fiber;
    unsigned *id;
};

static void resume_and_compare(void *arg) {
    const struct pair *pair = arg;
    unsigned id = 0;
    resume(pair->fiber);
    want(manager, key, GLS_NOT_SET, NULL);
    want(manager, key2, GLS_SET, &values[1]);
    assert_true(gls_get_id(&id));
    assert_int_not_equal(id, *pair->id); /* one id for each stack */
}

static void test_fiber_and_resumer_do_not_see_each_others_scopes(void **state) {
    (void)state;
    unsigned id = 0;
    const struct pair pair = {.fiber = start(open_scope_and_yield, &id), .id = &id};
    set_one(manager, key2, &values[1], resume_and_compare, (void *)&pair);
    want(manager, key, GLS_NO_CONTEXT, NULL);
    set_one(manager, key2, &values[1], resume_and_compare, (void *)&pair);
    resume(pair.fiber);
    end(pair.fiber, &id);
}

/* ---- Floating-point control, which belongs to a stack; flags belong to whoever runs ---- */

static const int roundings[] = {FE_TONEAREST, FE_UPWARD, FE_DOWNWARD};

/* By the vector unit, and by what the x87 unit is told, which fegetround answers. */
static bool rounds(int rounding) {
    volatile double one = 1, three = 3;
    const double third = one / three;
    return fegetround() == rounding && (rounding == FE_UPWARD) == (third > 0x1.5555555555555p-2);
}

static void *round_and_yield(void *arg) {
    const int rounding = *(const int *)arg;
    bool is_right = rounds(FE_TONEAREST); /* as where it was made */
    is_right = fesetround(rounding) == 0 && is_right;
    for (int i = 0; i < 3; i++) {
        yield();
        is_right = is_right && rounds(rounding);
        (void)feclearexcept(FE_ALL_EXCEPT); /* the other side has raised some */
    }
    return is_right ? arg : NULL;
}

static void test_each_stack_has_its_rounding(void **state) {
    (void)state;
    for (size_t i = 0; i < 9; i++) {
        const int of_resumer = roundings[i % 3];
        gls_fiber *fiber = start(round_and_yield, (void *)&roundings[i / 3]);
        resume(fiber);
        assert_true(rounds(FE_TONEAREST));
        assert_int_equal(fesetround(of_resumer), 0);
        for (int turn = 0; turn < 3; turn++) {
            assert_true(rounds(of_resumer));
            assert_true(fetestexcept(FE_INEXACT) != 0);
            resume(fiber);
        }
        assert_true(rounds(of_resumer));
        assert_int_equal(fesetround(FE_TONEAREST), 0);
        end(fiber, &roundings[i / 3]);
    }
}

/* ---- Many fibers over threads ---- */

enum { FIBERS = 1000, THREADS = 4, ROUNDS = 9 };

struct traveller {
    gls_fiber *fiber;
    unsigned id;
    int moves, wrong, rounds;
    pthread_t last_thread;
};

struct travel {
    struct traveller travellers[FIBERS];
    pthread_barrier_t barrier;
    bool in_turns;
    atomic_int errors;
};

static void note_thread(struct traveller *traveller) {
    const pthread_t here = pthread_self();
    traveller->moves += traveller->rounds > 0 && !pthread_equal(here, traveller->last_thread);
    traveller->last_thread = here;
    traveller->rounds++;
}

static bool is_own(const struct traveller *traveller) {
    void *value = NULL;
    return gls_get_value(manager, key, &value) == GLS_SET && value == traveller;
}

static void travel_in_scope(void *arg) {
    struct traveller *traveller = arg;
    traveller->wrong += !gls_get_id(&traveller->id);
    for (int i = 0; i < ROUNDS; i++) {
        unsigned id = 0;
        traveller->wrong += !is_own(traveller) || !gls_get_id(&id) || id != traveller->id;
        note_thread(traveller);
        traveller->wrong += gls_fiber_yield() != 0;
    }
}

static void *travel(void *arg) {
    struct traveller *traveller = arg;
    const struct gls_binding binding = {.key = key, .value = traveller};
    traveller->wrong += gls_set_values(manager, &binding, 1, travel_in_scope, traveller) != 0;
    return NULL;
}

/* In turns: each thread has another quarter of the fibers in each round, so that every fiber moves every time. */
static void resume_in_turns(struct travel *travel, size_t thread) {
    for (size_t round = 0; round <= ROUNDS; round++) {
        const size_t first = (thread + round) % THREADS * (FIBERS / THREADS);
        for (size_t i = first; i < first + FIBERS / THREADS; i++)
            if (gls_fiber_resume(travel->travellers[i].fiber) != 0)
                atomic_fetch_add(&travel->errors, 1);
        (void)pthread_barrier_wait(&travel->barrier);
    }
}

/* All threads want all fibers at once, until all have ended. */
static void resume_in_contention(struct travel *travel) {
    for (size_t done = 0; done < FIBERS;) {
        done = 0;
        for (size_t i = 0; i < FIBERS; i++) {
            const int error = gls_fiber_resume(travel->travellers[i].fiber);
            done += error == ESRCH;
            if (error != 0 && error != ESRCH && error != EBUSY)
                atomic_fetch_add(&travel->errors, 1);
        }
    }
}

struct traveller_thread {
    struct travel *travel;
    size_t number;
};

static void *resume_travellers(void *arg) {
    const struct traveller_thread *thread = arg;
    (void)pthread_barrier_wait(&thread->travel->barrier);
    if (thread->travel->in_turns)
        resume_in_turns(thread->travel, thread->number);
    else
        resume_in_contention(thread->travel);
    return NULL;
}

static void run_travel(bool in_turns) {
    static struct travel all;
    pthread_t threads[THREADS];
    struct traveller_thread starts[THREADS];
    memset(&all, 0, sizeof all);
    all.in_turns = in_turns;
    assert_int_equal(pthread_barrier_init(&all.barrier, NULL, THREADS), 0);
    for (size_t i = 0; i < FIBERS; i++)
        assert_int_equal(gls_go_fiber(&all.travellers[i].fiber, 1, travel, &all.travellers[i]), 0);
    for (size_t i = 0; i < THREADS; i++) {
        starts[i] = (struct traveller_thread){.travel = &all, .number = i};
        assert_int_equal(pthread_create(&threads[i], NULL, resume_travellers, &starts[i]), 0);
    }
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    for (size_t i = 0; i < FIBERS; i++) {
        assert_int_equal(all.travellers[i].rounds, ROUNDS);
        assert_int_equal(all.travellers[i].wrong, 0);
        if (in_turns)
            assert_int_equal(all.travellers[i].moves, ROUNDS - 1);
        end(all.travellers[i].fiber, NULL);
    }
    assert_int_equal(all.errors, 0);
    (void)pthread_barrier_destroy(&all.barrier);
}

static void test_a_thousand_fibers_move_among_threads(void **state) {
    (void)state;
    run_travel(true);
}

static void test_a_fiber_that_many_threads_want_runs_on_one_at_a_time(void **state) {
    (void)state;
    run_travel(false);
}

/* ---- Where a walk ends: all readers agree ---- */

static void want_from_all_readers(enum tag_answer answer, uint32_t id) {
    uint32_t found[4] = {ID_NONE, ID_NONE, ID_NONE, ID_NONE};
    assert_int_equal(tag_read(0, &found[0]), answer);
    assert_int_equal(glsi_tag_read_tables(&found[3]), answer);
    assert_int_equal(unwound_read_backtrace(&found[1]), answer);
    assert_int_equal(unwound_read_cursor(&found[2]), answer);
    for (size_t i = 0; i < sizeof found / sizeof *found; i++)
        assert_int_equal(found[i], id);
}

/* As a stack's only tag spells its id, too. */
static void read_in_scope(void *arg) {
    unsigned id = 0;
    (void)arg;
    assert_true(gls_get_id(&id));
    want_from_all_readers(TAG_FOUND, id);
}

static int read_in_comparison(const void *a, const void *b) {
    unsigned id = 0;
    if (gls_get_id(&id))
        want_from_all_readers(TAG_FOUND, id);
    else
        want_from_all_readers(TAG_NONE, ID_NONE);
    return (*(const int *)a > *(const int *)b) - (*(const int *)a < *(const int *)b);
}

/* Below a function of libc that keeps no frame pointer. */
static void read_through_qsort(void *arg) {
    int numbers[] = {3, 1, 2};
    (void)arg;
    qsort(numbers, sizeof numbers / sizeof *numbers, sizeof *numbers, read_in_comparison);
}

static enum gls_answer found_in_handler;
static void read_in_handler(int signal_number) {
    void *value = NULL;
    (void)signal_number;
    found_in_handler = gls_get_value(manager, key, &value);
}

static void read_in_signal(enum gls_answer answer) {
    const struct sigaction action = {.sa_handler = read_in_handler};
    struct sigaction before;
    found_in_handler = GLS_UNREADABLE;
    assert_int_equal(sigaction(SIGUSR1, &action, &before), 0);
    assert_int_equal(raise(SIGUSR1), 0);
    assert_int_equal(sigaction(SIGUSR1, &before, NULL), 0);
    assert_int_equal(found_in_handler, answer);
}

static void read_in_every_way(void *arg) {
    read_in_scope(arg);
    read_through_qsort(arg);
    read_in_signal(GLS_SET);
}

static void *read_on_fiber(void *arg) {
    want_from_all_readers(TAG_NONE, ID_NONE);
    read_through_qsort(NULL);
    read_in_signal(GLS_NO_CONTEXT);
    set_one(manager, key, NULL, read_in_every_way, NULL);
    yield();
    want_from_all_readers(TAG_NONE, ID_NONE);
    set_one(manager, key, NULL, read_in_every_way, NULL);
    return arg;
}

static void test_all_readers_agree_on_a_fiber(void **state) {
    (void)state;
    gls_fiber *fiber = NULL;
    assert_int_equal(gls_go_fiber(&fiber, 1, read_on_fiber, NULL), 0); /* the smallest stack does */
    resume(fiber);
    set_one(manager, key, NULL, resume_in_scope, fiber);
    end(fiber, NULL);
}

/* Of the frame whose caller's saved frame pointer is 0: the address in the fiber's entry that its function returns to.
 */
static void *find_last_return_address(void *arg) {
    const struct frame_record *frame = __builtin_frame_address(0);
    (void)arg;
    while (frame->up->up != NULL)
        frame = frame->up;
    return (void *)frame->return_address;
}

static void test_stacks_end_at_the_entry(void **state) {
    (void)state;
    void *last = NULL;
    gls_fiber *fiber = start(find_last_return_address, NULL);
    resume(fiber);
    assert_true(gls_fiber_is_done(fiber, &last));
    assert_true(glsi_walk_is_stack_end((uintptr_t)last));
    assert_false(glsi_walk_is_stack_end((uintptr_t)__builtin_return_address(0)));
    assert_null(textmap_find(&glsi_text_map, (uintptr_t)last)); /* the walk by frame pointers hands over there */
    gls_fiber_free(fiber);
}

/* ---- Freed while suspended ---- */

/* The id of a freed fiber's scope may be in use for a while: as for scopes left by longjmp (recovery.c). */
enum { ABANDONED_MAX = 4 * ID_WORD_BITS };
#if defined(FIBER_TSAN) /* which takes milliseconds to set up a fiber */
enum { FREED_FIBERS = 10000 };
#else
enum { FREED_FIBERS = 100000 };
#endif

static unsigned place_max;

static void note_id_and_yield(void *arg) {
    unsigned id = 0;
    (void)arg;
    assert_true(gls_get_id(&id));
    const unsigned place = id >> glsi_id_pool.shard_bits;
    place_max = place > place_max ? place : place_max;
    yield();
    fail_msg("a freed fiber went on");
}

static void nest_and_yield(void *arg) {
    set_one(manager, key2, arg, note_id_and_yield, NULL);
}

static void *nest_in_two_scopes(void *arg) {
    set_one(manager, key, arg, nest_and_yield, arg);
    return NULL;
}

static size_t mapped_bytes(void) {
    unsigned long pages = 0;
    FILE *file = fopen("/proc/self/statm", "re");
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%lu", &pages), 1); // NOLINT(cert-err34-c): written by the kernel
    (void)fclose(file);
    return pages * (size_t)sysconf(_SC_PAGESIZE);
}

static void free_suspended_fibers(void *count) {
    for (int i = 0; i < *(const int *)count; i++) {
        gls_fiber *fiber = start(nest_in_two_scopes, NULL); /* has a snapshot to release, and three ids */
        resume(fiber);
        gls_fiber_free(fiber);
    }
}

static void test_fibers_freed_while_suspended_leak_neither_ids_nor_memory(void **state) {
    (void)state;
    const int warm_up = FREED_FIBERS / 100, rest = FREED_FIBERS - warm_up;
    set_one(manager, key, NULL, free_suspended_fibers, (void *)&warm_up);
    const size_t heap_before = mallinfo2().uordblks, mapped_before = mapped_bytes();
    set_one(manager, key, NULL, free_suspended_fibers, (void *)&rest);
    assert_in_range(place_max, 1, ABANDONED_MAX);
    assert_in_range(mallinfo2().uordblks, 0, heap_before + FREED_FIBERS);
#if !defined(FIBER_ASAN) && !defined(FIBER_TSAN) /* which keep freed memory for a while */
    assert_in_range(mapped_bytes(), 0, mapped_before + FREED_FIBERS * sizeof(void *));
#else
    (void)mapped_before;
#endif
}

/* ---- What ends the process, tried in a child ---- */

struct last_words {
    int status;
    char text[4096];
};

/* Runs `fatal` in a child process; returns how that ended and what it said on standard error. */
static struct last_words run_in_child(void (*fatal)(void)) {
    struct last_words words = {.status = 0};
    size_t bytes = 0;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        const struct rlimit no_core = {0, 0};
        (void)setrlimit(RLIMIT_CORE, &no_core);
        (void)dup2(ends[1], STDERR_FILENO);
        (void)signal(SIGABRT, SIG_DFL);
        fatal();
        _exit(0);
    }
    (void)close(ends[1]);
    for (ssize_t count = 1; count > 0 && bytes < sizeof words.text - 1; bytes += (size_t)count)
        count = read(ends[0], words.text + bytes, sizeof words.text - 1 - bytes);
    (void)close(ends[0]);
    assert_int_equal(waitpid(child, &words.status, 0), child);
    return words;
}

enum { HIT_THE_GUARD = 42 };
static const char *guard;

static void judge_fault(int signal_number, siginfo_t *info, void *context) {
    const char *const at = info->si_addr;
    (void)signal_number;
    (void)context;
    _exit(at >= guard && at < guard + sysconf(_SC_PAGESIZE) ? HIT_THE_GUARD : 1);
}

__attribute__((noinline)) static int recurse(int depth) {
    volatile char frame[256];
    frame[0] = (char)depth;
    return depth == 0 ? 0 : recurse(depth - 1) + frame[0];
}

static void *overflow(void *arg) {
    guard = fiber_current()->stack.base;
    (void)recurse(1 << 12); /* 1 MiB at least, of a stack of 32 KiB */
    return arg;
}

static void overflow_a_fiber(void) {
    static char alternate[1 << 16];
    const stack_t stack = {.ss_sp = alternate, .ss_size = sizeof alternate};
    const struct sigaction action = {.sa_sigaction = judge_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    gls_fiber *fiber = NULL;
    if (sigaltstack(&stack, NULL) != 0 || sigaction(SIGSEGV, &action, NULL) != 0 ||
        gls_go_fiber(&fiber, 1, overflow, NULL) != 0)
        _exit(2);
    (void)gls_fiber_resume(fiber);
}

static void test_an_overflow_hits_the_guard_page(void **state) {
    (void)state;
    const struct last_words words = run_in_child(overflow_a_fiber);
    assert_true(WIFEXITED(words.status));
    assert_int_equal(WEXITSTATUS(words.status), HIT_THE_GUARD);
}

static void *exit_thread(void *arg) {
    pthread_exit(arg);
}

static void exit_thread_on_fiber(void) {
    (void)gls_fiber_resume(start(exit_thread, NULL));
}

static void *cancel_thread(void *arg) {
    (void)pthread_cancel(pthread_self());
    pthread_testcancel();
    return arg;
}

static void cancel_thread_on_fiber(void) {
    (void)gls_fiber_resume(start(cancel_thread, NULL));
}

static void *free_own_fiber(void *arg) {
    gls_fiber_free((gls_fiber *)(void *)fiber_current());
    return arg;
}

static void free_running_fiber(void) {
    (void)gls_fiber_resume(start(free_own_fiber, NULL));
}

/* ThreadSanitizer itself ends a process whose thread ends on a fiber. */
static bool was_stopped_by_tool(int status) {
#if defined(FIBER_TSAN)
    return WIFEXITED(status) && WEXITSTATUS(status) == 66;
#else
    (void)status;
    return false;
#endif
}

static void test_what_must_not_happen_on_a_fiber_aborts_with_a_message(void **state) {
    static const struct {
        void (*fatal)(void);
        const char *message;
    } cases[] = {
        {exit_thread_on_fiber, "pthread_exit"},
        {cancel_thread_on_fiber, "cancellation"},
        {free_running_fiber, "freed while it was running"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct last_words words = run_in_child(cases[i].fatal);
        if (was_stopped_by_tool(words.status))
            continue;
        assert_true(WIFSIGNALED(words.status));
        assert_int_equal(WTERMSIG(words.status), SIGABRT);
        assert_non_null(strstr(words.text, cases[i].message));
    }
}

/* ---- */

static int make_managers(void **state) {
    (void)state;
    manager = gls_manager_new();
    unregistered = gls_manager_new();
    key = gls_key_intern("key1");
    key2 = gls_key_intern("key2");
    return manager == NULL || unregistered == NULL || key == NULL || key2 == NULL;
}

static int free_managers(void **state) {
    (void)state;
    gls_manager_free(manager);
    gls_manager_free(unregistered);
    return 0;
}

/* A build without Boost.Context says so, and does nothing else. */
static void test_without_fibers(void **state) {
    gls_fiber *fiber = NULL;
    (void)state;
    assert_int_equal(gls_go_fiber(&fiber, 0, yield_once, NULL), ENOSYS);
    assert_null(fiber);
    assert_int_equal(gls_fiber_yield(), ENOSYS);
}

int main(void) {
    const struct CMUnitTest without_fibers[] = {cmocka_unit_test(test_without_fibers)};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_given_stack),
        cmocka_unit_test(test_ping_pong),
        cmocka_unit_test(test_fibers_resume_fibers),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_a_fiber_inherits_what_was_in_force_at_the_call),
        cmocka_unit_test(test_without_a_context_a_fiber_inherits_none),
        cmocka_unit_test(test_fiber_and_resumer_do_not_see_each_others_scopes),
        cmocka_unit_test(test_each_stack_has_its_rounding),
        cmocka_unit_test(test_a_thousand_fibers_move_among_threads),
        cmocka_unit_test(test_a_fiber_that_many_threads_want_runs_on_one_at_a_time),
        cmocka_unit_test(test_all_readers_agree_on_a_fiber),
        cmocka_unit_test(test_stacks_end_at_the_entry),
        cmocka_unit_test(test_an_overflow_hits_the_guard_page),
        cmocka_unit_test(test_what_must_not_happen_on_a_fiber_aborts_with_a_message),
        cmocka_unit_test(test_fibers_freed_while_suspended_leak_neither_ids_nor_memory), /* last: leaves ids taken */
    };
    if (gls_fiber_yield() == ENOSYS)
        return cmocka_run_group_tests(without_fibers, NULL, NULL);
    return cmocka_run_group_tests(tests, make_managers, free_managers);
}
