/*
 * Descriptors belong to the program: those that are open are the same before and after every call, and a program that
 * closes all that it does not know, or has none left, loses nothing.
 */
#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

#include "gls/gls.h"

#include "../support/every_call.h"
#include "../support/odd_frames.h"
#include "../support/readers.h"

/* Those that are open, with what they lead to. */
struct listing {
    char text[8192];
};

static void list_open(struct listing *listing) {
    DIR *folder = opendir("/proc/self/fd");
    size_t used = 0;
    assert_non_null(folder);
    listing->text[0] = '\0';
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        char target[256];
        const ssize_t length = readlinkat(dirfd(folder), entry->d_name, target, sizeof target);
        if (length < 0 || atoi(entry->d_name) == dirfd(folder))
            continue;
        used += (size_t)snprintf(listing->text + used, sizeof listing->text - used, "%s: %.*s\n", entry->d_name,
                                 (int)length, target);
        assert_true(used < sizeof listing->text);
    }
    (void)closedir(folder);
}

static void want_same(const struct listing *before, const char *what, int time) {
    struct listing after;
    list_open(&after);
    if (strcmp(before->text, after.text) != 0)
        fail_msg("%s changes the open descriptors, when called for the %s time. They were\n%sand are\n%s", what,
                 time == 0 ? "first" : "second", before->text, after.text);
}

static void test_every_call(void **state) {
    (void)state;
    for (int i = 0; i < EVERY_CALL; i++) {
        for (int time = 0; time < 2; time++) {
            struct listing before;
            list_open(&before);
            if (!every_call[i].run())
                fail_msg("%s: not right", every_call[i].name);
            want_same(&before, every_call[i].name, time);
        }
    }
}

/* ---- Each reader ---- */

static const char value[] = "value";
static enum reader reader;

static void read_value(void *arg) {
    readers_want_by(reader, "below code without frame pointers", GLS_SET, arg);
}

static void read_below_frameless_code(void *arg) {
    (void)frameless_call(read_value, arg);
}

static void read_nothing(void *arg) {
    (void)arg;
    readers_want_by(reader, "in no scope", GLS_NO_CONTEXT, NULL);
}

static void read_twice(const char *who) {
    for (int time = 0; time < 2; time++) {
        struct listing before;
        list_open(&before);
        (void)frameless_call(read_nothing, NULL);
        want_same(&before, who, time);
        assert_int_equal(readers_scope(value, read_below_frameless_code, (void *)value), 0);
        want_same(&before, who, time);
    }
}

static void *read_on_thread(void *arg) {
    (void)frameless_call(read_nothing, NULL);
    if (readers_scope(value, read_below_frameless_code, (void *)value) != 0)
        abort();
    return arg;
}

static void run_thread(void *(*fn)(void *)) {
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, fn, NULL), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
}

static void test_each_reader(void **state) {
    (void)state;
    for (reader = 0; reader < READERS; reader++) {
        struct listing before;
        read_twice(readers[reader].name);
        list_open(&before);
        run_thread(read_on_thread);
        want_same(&before, readers[reader].name, 0);
    }
    readers_judge();
}

/* ---- A program that has its own way with descriptors ---- */

static void use_all(void) {
    for (int i = 0; i < EVERY_CALL; i++)
        if (!every_call[i].run())
            fail_msg("%s: not right", every_call[i].name);
    for (reader = 0; reader < READERS; reader++)
        for (int i = 0; i < 2; i++)
            run_thread(read_on_thread);
}

/* As daemons do. What it opens then gets the numbers of what others have thought theirs. */
static void test_all_are_closed(void **state) {
    enum { FILES = 8 };
    static const char words[] = "what the program has written";
    int files[FILES];
    struct listing before;
    (void)state;
    assert_int_equal(syscall(SYS_close_range, STDERR_FILENO + 1, ~0u, 0), 0);
    for (int i = 0; i < FILES; i++) {
        files[i] = open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
        assert_true(files[i] > STDERR_FILENO);
        assert_int_equal(write(files[i], words, sizeof words), sizeof words);
    }
    list_open(&before);
    use_all();
    want_same(&before, "all of it, after all descriptors were closed,", 0);
    for (int i = 0; i < FILES; i++) {
        char found[sizeof words + 1];
        const ssize_t bytes = pread(files[i], found, sizeof found, 0);
        if (bytes != sizeof words || memcmp(found, words, sizeof words) != 0)
            fail_msg("a file of the program's holds %zd bytes, wanted the %zu that it has written", bytes,
                     sizeof words);
        (void)close(files[i]);
    }
    readers_judge();
}

static void test_none_is_left(void **state) {
    struct rlimit before, none;
    (void)state;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    none = before;
    none.rlim_cur = 0;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    const bool has_one = dup(STDERR_FILENO) >= 0;
    use_all();
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_false(has_one);
    readers_judge();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_call),
        cmocka_unit_test(test_each_reader),
        cmocka_unit_test(test_all_are_closed),
        cmocka_unit_test(test_none_is_left),
    };
    readers_init();
    every_call_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
