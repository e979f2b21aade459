/* What gls_publish lets readers outside see: the thread's record at each moment, as somebody reads it who stops us. */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "gls/gls.h"

/* By the specification's offsets, and not by the library's own header. */
enum { SPAN_AT = 16, VALID_AT = 24, SIZE_AT = 26, HEAD_BYTES = 28, RECORD_BYTES_MAX = 640 };
extern _Thread_local const void *otel_thread_ctx_v1;

static gls_manager *manager, *stranger;
static const gls_key *trace_id, *span_id, *route, *user;

/* Never inlined: a thread's variable is looked for anew after each switch. */
__attribute__((noinline)) static const unsigned char *record_here(void) {
    __asm__ volatile("" : : : "memory");
    return otel_thread_ctx_v1;
}

/* "trace/span route user", with what is there of it; "" where there is no record. */
__attribute__((noinline)) static const char *seen(void) {
    static _Thread_local char text[RECORD_BYTES_MAX * 2];
    const unsigned char *record = record_here();
    uint16_t size = 0;
    text[0] = '\0';
    if (record == NULL)
        return text;
    assert_int_equal(record[VALID_AT], 1);
    memcpy(&size, record + SIZE_AT, sizeof size);
    assert_true(HEAD_BYTES + size <= RECORD_BYTES_MAX);
    if (record[0] != 0)
        (void)snprintf(text, sizeof text, "%.16s/%.8s", (const char *)record, (const char *)record + SPAN_AT);
    for (size_t at = HEAD_BYTES; at < (size_t)HEAD_BYTES + size; at += 2 + record[at + 1]) {
        const size_t used = strlen(text);
        (void)snprintf(text + used, sizeof text - used, " %u=%.*s", record[at], record[at + 1],
                       (const char *)record + at + 2);
    }
    const char *result = text;
    __asm__("" : "+r"(result)); /* or clang looks for it in the caller, and keeps the address over a switch */
    return result;
}

#define TRACE "0123456789abcdef"
#define SPAN "spanspan"

/* Opens a scope that binds what is not NULL. */
static void within(const char *trace, const char *span, const char *path, const char *name, void (*fn)(void *),
                   void *arg) {
    struct gls_binding bindings[4];
    size_t count = 0;
    const struct {
        const gls_key *key;
        const char *value;
    } all[] = {{trace_id, trace}, {span_id, span}, {route, path}, {user, name}};
    for (size_t i = 0; i < 4; i++)
        if (all[i].value != NULL)
            bindings[count++] = (struct gls_binding){all[i].key, (void *)(uintptr_t)all[i].value};
    assert_int_equal(gls_set_values(manager, bindings, count, fn, arg), 0);
}

static void expect(void *wanted) {
    assert_string_equal(seen(), wanted);
}

static void nest(void *arg) {
    (void)arg;
    assert_string_equal(seen(), TRACE "/" SPAN " 0=/a");
    within(NULL, "innerone", NULL, "ada", expect, TRACE "/innerone 0=/a 1=ada");
    assert_string_equal(seen(), TRACE "/" SPAN " 0=/a");
    const struct gls_binding other = {route, "/other"};
    assert_int_equal(gls_set_values(stranger, &other, 1, expect, TRACE "/" SPAN " 0=/a"), 0);
}

static void test_scopes(void **state) {
    (void)state;
    assert_string_equal(seen(), "");
    within(TRACE, SPAN, "/a", NULL, nest, NULL);
    assert_string_equal(seen(), "");
    within(TRACE, NULL, "/b", NULL, expect, " 0=/b"); /* an id alone is none */
    within(TRACE, NULL, NULL, NULL, expect, "");
}

/* ---- Snapshots, threads, forks ---- */

static void run_elsewhere(void *arg) {
    gls_snapshot *none = arg;
    int status = 0;
    assert_int_equal(gls_snapshot_run(none, expect, ""), 0);
    assert_string_equal(seen(), TRACE "/" SPAN " 0=/a");
    const pid_t child = fork();
    if (child == 0)
        _exit(strcmp(seen(), TRACE "/" SPAN " 0=/a") == 0 ? 0 : 1);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static void test_snapshot_and_fork(void **state) {
    (void)state;
    gls_snapshot *none = gls_snapshot_take();
    assert_non_null(none);
    within(TRACE, SPAN, "/a", NULL, run_elsewhere, none);
    gls_snapshot_release(none);
}

static void *see_in_thread(void *arg) {
    (void)arg;
    return strdup(seen());
}

static void start_thread(void *arg) {
    pthread_t thread;
    void *text = NULL;
    (void)arg;
    assert_int_equal(gls_go(&thread, NULL, see_in_thread, NULL), 0);
    assert_int_equal(pthread_join(thread, &text), 0);
    assert_string_equal(text, TRACE "/" SPAN " 0=/a");
    free(text);
    assert_int_equal(pthread_create(&thread, NULL, see_in_thread, NULL), 0);
    assert_int_equal(pthread_join(thread, &text), 0);
    assert_string_equal(text, ""); /* a plain thread inherits nothing */
    free(text);
}

static void test_threads(void **state) {
    (void)state;
    within(TRACE, SPAN, "/a", NULL, start_thread, NULL);
}

/* ---- Fibers ---- */

static void yield_in_scope(void *arg) {
    assert_string_equal(seen(), arg);
    assert_int_equal(gls_fiber_yield(), 0);
    assert_string_equal(seen(), arg);
}

static void *run_fiber(void *arg) {
    (void)arg;
    assert_string_equal(seen(), TRACE "/" SPAN " 0=/a"); /* inherited */
    within(NULL, "onfiber.", NULL, "bob", yield_in_scope, TRACE "/onfiber. 0=/a 1=bob");
    assert_string_equal(seen(), TRACE "/" SPAN " 0=/a");
    return NULL;
}

static void start_fiber(void *arg) {
    gls_fiber **fiber = arg;
    const int error = gls_go_fiber(fiber, 0, run_fiber, NULL);
    assert_true(error == 0 || error == ENOSYS);
    if (error == ENOSYS)
        return;
    assert_int_equal(gls_fiber_resume(*fiber), 0);
    assert_string_equal(seen(), TRACE "/" SPAN " 0=/a"); /* the resumer's own again */
}

/* Another thread ends what this one began: the record lies on the fiber's stack. */
static void *resume_elsewhere(void *arg) {
    assert_int_equal(gls_fiber_resume(arg), 0);
    assert_string_equal(seen(), "");
    assert_true(gls_fiber_is_done(arg, NULL));
    assert_int_equal(gls_fiber_resume(arg), ESRCH);
    return NULL;
}

static void test_fiber(void **state) {
    (void)state;
    gls_fiber *fiber = NULL;
    pthread_t thread;
    within(TRACE, SPAN, "/a", NULL, start_fiber, &fiber);
    assert_string_equal(seen(), "");
    if (fiber == NULL)
        skip();
    assert_int_equal(pthread_create(&thread, NULL, resume_elsewhere, fiber), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_string_equal(seen(), "");
    gls_fiber_free(fiber);
}

/* ---- Long texts ---- */

static void expect_cut(void *arg) {
    const unsigned char *record = record_here();
    (void)arg;
    /* "x", then two bytes a character: 127 of them fit beside it, and no half of one. */
    assert_int_equal(record[HEAD_BYTES + 1], 255);
    assert_int_equal(record[HEAD_BYTES + 2 + 255 + 1], 255);
    assert_int_equal(record[HEAD_BYTES + 2 + 254], 0xa4);
}

static void test_long_texts(void **state) {
    (void)state;
    char text[600] = "x";
    for (size_t i = 1; i + 2 < sizeof text; i += 2)
        memcpy(text + i, "\xc3\xa4", 3);
    within(TRACE, SPAN, text, text, expect_cut, NULL);
    text[0] = 'y'; /* the record was a copy, and is gone */
    assert_string_equal(seen(), "");
}

/* ---- Once in a process ---- */

static int publish(void **state) {
    (void)state;
    manager = gls_manager_new();
    stranger = gls_manager_new();
    trace_id = gls_key_intern("trace");
    span_id = gls_key_intern("span");
    route = gls_key_intern("http.route");
    user = gls_key_intern("user.id");
    const gls_key *attributes[17] = {route, user};
    for (size_t i = 2; i < 17; i++)
        attributes[i] = route;
    struct gls_publication publication = {manager, trace_id, span_id, attributes, 17};
    const bool is_refused = gls_publish(&publication) == EINVAL;
    publication.attribute_count = 2;
    return is_refused && gls_publish(&publication) == 0 && gls_publish(&publication) == EALREADY ? 0 : 1;
}

static int end(void **state) {
    (void)state;
    gls_manager_free(manager);
    gls_manager_free(stranger);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scopes), cmocka_unit_test(test_snapshot_and_fork), cmocka_unit_test(test_threads),
        cmocka_unit_test(test_fiber),  cmocka_unit_test(test_long_texts),
    };
    return cmocka_run_group_tests(tests, publish, end);
}
