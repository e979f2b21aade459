/*
 * Handlers that read on an alternate stack of the usual sizes, above a page that may not be touched: below few and many
 * frames, with frame pointers and without. Each in a process of its own, which an overflow ends. What a read takes of
 * the stack is measured and printed; gls(3) states it.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "../support/odd_frames.h"
#include "../support/readers.h"
#include "../support/sanitized.h"

/* What gls(3) says that a read in a handler takes, beside what the kernel puts there. */
enum { STATED_BYTES = 4096 };
enum { PAINT = 0xa5, PAGE = 4096, GUARD_BYTES = 1 << 16, ROOM_BYTES = 1 << 18 };

static const char value[] = "value";

/* ---- What is between the scope and the signal ---- */

CTX_OPAQUE static void descend(unsigned depth) {
    char locals[24];
    if (depth == 0)
        (void)raise(SIGUSR1);
    else
        descend(depth - 1);
    ctx_touch(locals);
}

static void raise_signal(void *arg) {
    (void)arg;
    (void)raise(SIGUSR1);
}

struct place {
    unsigned depth;
    bool has_frame_pointers, in_scope;
};

static void descend_to(void *arg) {
    const struct place *place = arg;
    if (place->has_frame_pointers)
        descend(place->depth);
    else
        (void)frameless_descend(place->depth, raise_signal, NULL);
}

/* ---- The handler ---- */

/* Shared with the process that reads. */
static struct outcome {
    bool is_done;
    enum gls_answer answer;
    const void *value;
} * outcome;

static enum reader reader;
static uintptr_t own_frame;

static void handle(int signal) {
    void *found = NULL;
    (void)signal;
    own_frame = (uintptr_t)__builtin_frame_address(0);
    outcome->answer = readers[reader].read(&found);
    outcome->value = found;
    outcome->is_done = true;
}

/* An alternate stack of that size, right above a guard. Returns its lowest byte; NULL: the kernel wants a larger one.
 */
static unsigned char *use_stack(size_t bytes) {
    const size_t all = (bytes + PAGE - 1) / PAGE * PAGE;
    unsigned char *const memory =
        mmap(NULL, GUARD_BYTES + all, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    if (memory == MAP_FAILED || mprotect(memory + GUARD_BYTES, all, PROT_READ | PROT_WRITE) != 0)
        abort();
    memset(memory + GUARD_BYTES, PAINT, all);
    const stack_t stack = {.ss_sp = memory + GUARD_BYTES, .ss_size = bytes};
    return sigaltstack(&stack, NULL) == 0 ? memory + GUARD_BYTES : NULL;
}

/* Returns the bytes that the read used; 0: no signal is handled on such a stack. */
static size_t read_on_stack(size_t bytes, struct place *place) {
    const struct sigaction action = {.sa_handler = handle, .sa_flags = SA_ONSTACK};
    const unsigned char *lowest = use_stack(bytes);
    if (lowest == NULL)
        return 0;
    if (sigaction(SIGUSR1, &action, NULL) != 0)
        abort();
    if (place->in_scope)
        (void)readers_scope(value, descend_to, place);
    else
        descend_to(place);
    while (*lowest == PAINT)
        lowest++;
    return own_frame - (uintptr_t)lowest;
}

static void judge_outcome(size_t bytes, const struct place *place, int status) {
    const enum gls_answer wanted = place->in_scope ? GLS_SET : GLS_NO_CONTEXT;
    if (status != 0 || !outcome->is_done || outcome->answer != wanted ||
        outcome->value != (place->in_scope ? value : NULL))
        fail_msg(
            "%s, on an alternate stack of %zu bytes, %u frames with%s frame pointers below %s: %s (status %#x), "
            "wanted %s",
            readers[reader].name, bytes, place->depth, place->has_frame_pointers ? "" : "out",
            place->in_scope ? "a scope" : "no scope",
            outcome->is_done ? readers_name_of(outcome->answer) : "it overflowed, or was not called", (unsigned)status,
            readers_name_of(wanted));
}

/* In a process of its own. False: no signal is handled on such a stack. */
static bool read_apart(size_t bytes, struct place *place) {
    enum { STATUS_TOO_SMALL = 3 };
    memset(outcome, 0, sizeof *outcome);
    const pid_t child = fork();
    int status = 0;
    if (child == 0)
        _exit(read_on_stack(bytes, place) == 0 ? STATUS_TOO_SMALL : 0);
    assert_true(child > 0 && waitpid(child, &status, 0) == child);
    if (WIFEXITED(status) && WEXITSTATUS(status) == STATUS_TOO_SMALL)
        return false;
    judge_outcome(bytes, place, status);
    return true;
}

/* Here, on a stack that is large enough for everybody. */
static size_t measure(struct place *place) {
    memset(outcome, 0, sizeof *outcome);
    const size_t used = read_on_stack(ROOM_BYTES, place);
    judge_outcome(ROOM_BYTES, place, 0);
    return used;
}

enum { PLACES = 12 };
static struct place place_of(unsigned i) {
    static const unsigned depths[] = {3, 300, 3000};
    return (struct place){depths[i / 4], i / 2 % 2 == 0, i % 2 == 0};
}

/* The others ask libunwind, and take what that takes. */
static bool is_library(enum reader which) {
    return which != BY_BACKTRACE && which != BY_CURSOR;
}

static void try_size(size_t bytes) {
    for (unsigned i = 0; i < PLACES; i++) {
        struct place place = place_of(i);
        if (read_apart(bytes, &place))
            continue;
        (void)printf("the kernel takes no alternate stack of %zu bytes here\n", bytes);
        return;
    }
}

static void test_small_stacks(void **state) {
    const size_t sizes[] = {8192, (size_t)sysconf(_SC_SIGSTKSZ), (size_t)sysconf(_SC_MINSIGSTKSZ) + STATED_BYTES};
    (void)state;
    for (reader = 0; reader < READERS; reader++)
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
            if (readers_has(reader) && is_library(reader))
                try_size(sizes[i]);
}

static void test_use_is_what_is_stated(void **state) {
    (void)state;
    for (reader = 0; reader < READERS; reader++) {
        size_t most = 0;
        for (unsigned i = 0; i < PLACES && readers_has(reader); i++) {
            struct place place = place_of(i);
            const size_t used = measure(&place);
            most = used > most ? used : most;
        }
        (void)printf("%s: a read in a handler takes %zu bytes of the stack\n", readers[reader].name, most);
        if (is_library(reader) && most > STATED_BYTES)
            fail_msg("%s takes %zu bytes of a handler's stack, gls(3) says %d at most", readers[reader].name, most,
                     STATED_BYTES);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_use_is_what_is_stated),
        cmocka_unit_test(test_small_stacks),
    };
    if (IS_SANITIZED) {
        (void)puts("skipped: sanitizers' frames are larger than those that users have");
        return 77;
    }
    outcome = mmap(NULL, sizeof *outcome, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (outcome == MAP_FAILED)
        return EXIT_FAILURE;
    readers_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
