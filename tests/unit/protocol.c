/* Requests and answers survive the way, and what is none is told apart. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "protocol/protocol.h"

static const unsigned pus[] = {3, 7};

static const unsigned memory_nodes[] = {1, 3};

static struct execution_request request_make(void) {
    return (struct execution_request){
        .case_name = "tls/get/depth:16/latency/threads:2/l3",
        .strategy = "tls",
        .workload = "get",
        .form = "latency",
        .store = "flat",
        .parameters = {{"depth", 16}, {"up", 4294967295u}},
        .parameter_count = 2,
        .thread_count = 2,
        .pus = pus,
        .iterations = 1234567890123,
        .sample_count = 5,
        .proved = true,
        .in_turns = true,
        .memory_nodes = memory_nodes,
        .memory_node_count = 2,
        .sample_seconds = 0.002,
        .plugin = "/tmp/a \"quoted\" name.so",
    };
}

static void test_request_survives(void **state) {
    (void)state;
    struct execution_request sent = request_make();
    char *line = protocol_encode_request(&sent);
    assert_non_null(line);
    assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
    struct protocol_request decoded;
    struct error error;
    assert_true(protocol_decode_request(line, strlen(line), &decoded, &error));
    const struct execution_request *got = &decoded.request;
    assert_string_equal(got->case_name, sent.case_name);
    assert_string_equal(got->strategy, "tls");
    assert_string_equal(got->workload, "get");
    assert_string_equal(got->form, "latency");
    assert_string_equal(got->store, "flat");
    assert_int_equal(got->parameter_count, 2);
    for (size_t i = 0; i < 2; i++) { /* by name: their order does not matter */
        uint32_t wanted = strcmp(got->parameters[i].name, "up") == 0 ? 4294967295u : 16;
        assert_int_equal(got->parameters[i].value, wanted);
    }
    assert_int_equal(got->thread_count, 2);
    assert_memory_equal(got->pus, pus, sizeof pus);
    assert_int_equal(got->iterations, 1234567890123);
    assert_int_equal(got->sample_count, 5);
    assert_true(got->proved);
    assert_true(got->in_turns);
    assert_int_equal(got->memory_node_count, 2);
    assert_memory_equal(got->memory_nodes, memory_nodes, sizeof memory_nodes);
    assert_float_equal(got->sample_seconds, 0.002, 1e-12);
    assert_string_equal(got->plugin, sent.plugin);
    protocol_request_clear(&decoded);
    free(line);
}

static void assert_request_refused(const char *line, const char *because) {
    struct protocol_request decoded;
    struct error error = {.text = ""};
    assert_false(protocol_decode_request(line, strlen(line), &decoded, &error));
    assert_non_null(strstr(error.text, because));
}

/* A worker opens exactly this path, UTF-8 or not. */
static void test_a_path_comes_as_it_was_sent(void **state) {
    (void)state;
    static const char *const paths[] = {"/M\xc3\xbcller/x.so", "/M\xfcller/x.so", "/\xff\x01\"\\/x.so"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        struct execution_request sent = request_make();
        struct protocol_request decoded;
        struct error error;
        sent.plugin = paths[i];
        char *line = protocol_encode_request(&sent);
        assert_non_null(line);
        assert_true(protocol_decode_request(line, strlen(line), &decoded, &error));
        assert_string_equal(decoded.request.plugin, paths[i]);
        protocol_request_clear(&decoded);
        free(line);
    }
}

static void test_wrong_requests_are_refused(void **state) {
    (void)state;
    assert_request_refused("", "no JSON");
    assert_request_refused("[1]", "no JSON object");
    assert_request_refused("{\"protocol\":1}", "found protocol version 1, wanted 5");
    assert_request_refused("{\"protocol\":5}", "case");
#define REST(pus, iterations, samples, seconds, depth)                                                                 \
    "{\"protocol\":5,\"case\":\"c\",\"strategy\":\"s\",\"workload\":\"w\",\"form\":\"f\",\"parameters\":{"             \
    "\"depth\":" depth "},\"pus\":" pus ",\"iterations\":" iterations ",\"samples\":" samples                          \
    ",\"sample_seconds\":" seconds "}"
    assert_request_refused(REST("[]", "1", "1", "1", "0"), "no PU");
    assert_request_refused(REST("[-1]", "1", "1", "1", "0"), "found PU -1");
    assert_request_refused(REST("[0]", "-1", "1", "1", "0"), "found -1 iterations");
    assert_request_refused(REST("[0]", "1", "0", "1", "0"), "found 0 samples");
    assert_request_refused(REST("[0]", "1", "65", "1", "0"), "found 65 samples");
    assert_request_refused(REST("[0]", "1", "1", "0", "0"), "wanted more than 0");
    assert_request_refused(REST("[0]", "1", "1", "1", "-1"), "\"depth\"");
    assert_request_refused(REST("[0]", "1", "1", "1", "4294967296"), "\"depth\"");
}

static struct execution_answer answer_make(void) {
    struct execution_answer answer = execution_answer_empty();
    answer.iterations = 42;
    answer.sample_count = 2;
    answer.thread_count = 2;
    answer.pus_bound = malloc(sizeof pus);
    (void)strcpy(answer.linkage, "program");
    answer.measured_ms = 8.25;
    const double samples[2][SAMPLE_QUANTITIES] = {{1.25, 1.5, 100, 3, 7, 0, NAN, 4321, NAN, NAN},
                                                  {2.25, 2.5, 200, 0, 0, 0, 99, 1234, NAN, NAN}};
    for (int i = 0; i < 2; i++)
        memcpy(answer.samples[i].values, samples[i], sizeof samples[i]);
    const double quantities[EXECUTION_QUANTITIES] = {0.5, 1 << 20, 1.5, 160, 336, NAN};
    memcpy(answer.quantities, quantities, sizeof quantities);
    (void)strcpy(answer.allocations_absent, "no heap here");
    answer.recording = (struct recording){
        .operations = 9, .clock_ps = 20015, .points = calloc(2, sizeof(struct quantile_point)), .point_count = 2};
    memcpy(answer.pus_bound, pus, sizeof pus);
    answer.recording.points[0] = (struct quantile_point){1234567, 7};
    answer.recording.points[1] = (struct quantile_point){UINT64_C(1) << 53, 2};
    return answer;
}

static void test_answer_survives(void **state) {
    (void)state;
    struct execution_answer sent = answer_make(), got;
    struct error error;
    char *line = protocol_encode_answer(&sent, "a case");
    assert_non_null(line);
    assert_true(protocol_decode_answer(line, strlen(line), "a case", &got, &error));
    assert_int_equal(got.outcome, EXECUTION_OK);
    assert_int_equal(got.iterations, 42);
    assert_int_equal(got.sample_count, 2);
    for (int i = 0; i < SAMPLE_QUANTITIES; i++) {
        /* What one sample lacks is sent of none. */
        const bool is_known = !isnan(sent.samples[0].values[i]) && !isnan(sent.samples[1].values[i]);
        for (int j = 0; j < 2; j++) {
            if (is_known)
                assert_float_equal(got.samples[j].values[i], sent.samples[j].values[i], 1e-9);
            else
                assert_true(isnan(got.samples[j].values[i]));
        }
    }
    assert_float_equal(got.measured_ms, 8.25, 1e-9);
    assert_memory_equal(got.pus_bound, pus, sizeof pus);
    assert_string_equal(got.linkage, "program");
    assert_int_equal(got.recording.operations, 9);
    assert_int_equal(got.recording.clock_ps, 20015);
    assert_int_equal(got.recording.point_count, 2);
    assert_memory_equal(got.recording.points, sent.recording.points, 2 * sizeof *sent.recording.points);
    for (int i = 0; i < EXECUTION_QUANTITIES; i++) {
        if (isnan(sent.quantities[i]))
            assert_true(isnan(got.quantities[i]));
        else
            assert_float_equal(got.quantities[i], sent.quantities[i], 1e-9);
    }
    assert_string_equal(got.allocations_absent, "no heap here");
    execution_answer_clear(&got);
    execution_answer_clear(&sent);
    free(line);
}

static void test_reasons_survive(void **state) {
    (void)state;
    struct execution_answer sent = {.outcome = EXECUTION_UNPROVED, .reason = "a path like \xff\xfe is no UTF-8"}, got;
    struct error error;
    char *line = protocol_encode_answer(&sent, "a case");
    assert_non_null(line);
    assert_true(protocol_decode_answer(line, strlen(line), "a case", &got, &error));
    assert_int_equal(got.outcome, EXECUTION_UNPROVED);
    assert_string_equal(got.reason, "a path like \\xff\\xfe is no UTF-8"); /* as UTF-8 */
    free(line);
}

static void assert_nonsense(const char *output, size_t length, const char *because) {
    struct execution_answer answer;
    struct error error = {.text = ""};
    assert_false(protocol_decode_answer(output, length, "a case", &answer, &error));
    assert_non_null(strstr(error.text, because));
    assert_null(answer.pus_bound);
}

/* Each is made of a good line, by one change. */
static void test_nonsense_is_told_apart(void **state) {
    (void)state;
    struct execution_answer sent = answer_make();
    char *good = protocol_encode_answer(&sent, "a case"), *other = protocol_encode_answer(&sent, "another case");
    size_t length = strlen(good);
    char text[8192];
    assert_nonsense(good, length - 1, "no end");
    assert_nonsense(other, strlen(other), "not for this case");
    snprintf(text, sizeof text, "%s%s", good, good);
    assert_nonsense(text, strlen(text), "more than one line");
    snprintf(text, sizeof text, "hello\n%s", good);
    assert_nonsense(text, strlen(text), "found \"hello");
    snprintf(text, sizeof text, "hello %s", good);
    assert_nonsense(text, strlen(text), "hello");
    snprintf(text, sizeof text, "%sbye", good);
    assert_nonsense(text, strlen(text), "more than one line");
    assert_nonsense("\0\0\n", 3, "found \"??\"");
    const struct {
        const char *from, *to, *because;
    } changes[] = {
        {"\"protocol\":5", "\"protocol\":9", "found protocol version 9"},
        {"\"outcome\":\"ok\"", "\"outcome\":\"fine\"", "found outcome \"fine\""},
        {"1.25", "-1.2", "real_ns"},
        {"1.25", "null", "real_ns"},
        {"\"pus\":[3", "\"pus\":[-", "no JSON"},
        {"\"iterations\":42", "\"iterations\":0", "iterations"},
        {"run_delay_ns\":[100", "run_delay_ns\":[-10", "run_delay_ns"},
        {"run_delay_ns\":[100", "run_delay_ns\":[1.5", "run_delay_ns"},
        {"run_delay_ns\":[100,", "run_delay_ns\":[", "found 1 values of \"run_delay_ns\", wanted one for each of 2"},
        {"involuntary_switches", "involuntary", "found 0 values of \"involuntary_switches\""},
        {"\"scope_stack_bytes\":336", "\"scope_stack_bytes\":-33", "scope_stack_bytes"},
    };
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        const char *place = strstr(good, changes[i].from);
        assert_non_null(place);
        snprintf(text, sizeof text, "%.*s%s%s", (int)(place - good), good, changes[i].to,
                 place + strlen(changes[i].from));
        assert_nonsense(text, strlen(text), changes[i].because);
    }
    free(good);
    free(other);
    execution_answer_clear(&sent);
}

/* A peer's, which are compared here: one for each of two samples, below 2^32. */
static void test_checksums_are_read(void **state) {
    (void)state;
    static const struct {
        const char *list, *because; /* NULL: it is good */
    } cases[] = {
        {"[1, 4294967295]", NULL},
        {"[1]", "found 1 \"checksums\", wanted one for each of 2 samples"},
        {"[1, -1]", "no whole number below 2^32"},
        {"[1, 4294967296]", "no whole number below 2^32"},
        {"[1, \"2\"]", "no whole number below 2^32"},
    };
    struct execution_answer sent = answer_make();
    char *good = protocol_encode_answer(&sent, "a case"), text[8192];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct execution_answer got;
        struct error error;
        (void)snprintf(text, sizeof text, "{\"checksums\":%s,%s", cases[i].list, good + 1);
        if (cases[i].because != NULL) {
            assert_nonsense(text, strlen(text), cases[i].because);
            continue;
        }
        assert_true(protocol_decode_answer(text, strlen(text), "a case", &got, &error));
        assert_true(got.checksum_count == 2 && got.checksums[0] == 1 && got.checksums[1] == UINT32_MAX);
        execution_answer_clear(&got);
    }
    free(good);
    execution_answer_clear(&sent);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_request_survives),
        cmocka_unit_test(test_a_path_comes_as_it_was_sent),
        cmocka_unit_test(test_wrong_requests_are_refused),
        cmocka_unit_test(test_answer_survives),
        cmocka_unit_test(test_reasons_survive),
        cmocka_unit_test(test_nonsense_is_told_apart),
        cmocka_unit_test(test_checksums_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
