/*
 * The shim around Google Benchmark, above all how it reports the times of several threads: the same with every version.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"
#include "worker/gbench.h"
#include "worker/gbench_witness.h"

enum { THREADS = 4, SAMPLES = 3, ITERATIONS = 1000 };

/* Each thread times its own work, inside and around what the shim times. */
struct gbench_work {
    double inside_s[SAMPLES][THREADS], inside_cpu_s[SAMPLES][THREADS];
    double begun_s[SAMPLES];
    double around_s[SAMPLES]; /* from before the threads start until after they ended */
    unsigned sample;
    atomic_uint begun, run, ended;
    atomic_bool overlapped;
};

static double clock_s(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void sample_begin(struct gbench_work *work) {
    work->begun_s[work->sample] = clock_s(CLOCK_MONOTONIC);
}

static void sample_end(struct gbench_work *work) {
    work->around_s[work->sample] = clock_s(CLOCK_MONOTONIC) - work->begun_s[work->sample];
    work->sample++;
}

static void thread_begin(struct gbench_work *work, unsigned thread) {
    (void)thread;
    atomic_fetch_add(&work->begun, 1);
}

static void thread_end(struct gbench_work *work, unsigned thread) {
    (void)thread;
    atomic_fetch_add(&work->ended, 1);
}

/* Some work for the PU, then some waiting, so that the two clocks differ. */
static void run(struct gbench_work *work, unsigned thread) {
    if (atomic_load(&work->begun) == (work->sample + 1) * THREADS)
        atomic_store(&work->overlapped, true);
    double real_s = clock_s(CLOCK_MONOTONIC), cpu_s = clock_s(CLOCK_THREAD_CPUTIME_ID);
    while (clock_s(CLOCK_THREAD_CPUTIME_ID) - cpu_s < 0.002)
        ;
    usleep(20000);
    work->inside_cpu_s[work->sample][thread] = clock_s(CLOCK_THREAD_CPUTIME_ID) - cpu_s;
    work->inside_s[work->sample][thread] = clock_s(CLOCK_MONOTONIC) - real_s;
    atomic_fetch_add(&work->run, 1);
}

static double mean(const double *values) {
    double sum = 0;
    for (int i = 0; i < THREADS; i++)
        sum += values[i];
    return sum / (double)THREADS;
}

static const double rounding = 1e-6;

static void measure(const struct gbench_plan *plan, struct gbench_sample *samples) {
    struct error error = {.text = ""};
    if (!gbench_measure(plan, samples, &error))
        fail_msg("%s", error.text);
}

/*
 * What the shim reports contains what each thread timed inside, and is contained in what was timed around. Were it
 * divided by the number of threads, it would be less than what is inside; were it summed, more than what is around.
 */
static void test_times_are_per_thread(void **state) {
    (void)state;
    static struct gbench_work work;
    const struct gbench_plan plan = {
        .name = "test/with:odd,characters(.*)",
        .thread_count = THREADS,
        .sample_count = SAMPLES,
        .iterations = ITERATIONS,
        .work = &work,
        .sample_begin = sample_begin,
        .sample_end = sample_end,
        .thread_begin = thread_begin,
        .thread_end = thread_end,
        .run = run,
    };
    struct gbench_sample samples[SAMPLES];
    measure(&plan, samples);
    assert_int_equal(work.sample, SAMPLES);
    assert_int_equal(atomic_load(&work.begun), SAMPLES * THREADS);
    assert_int_equal(atomic_load(&work.run), SAMPLES * THREADS);
    assert_int_equal(atomic_load(&work.ended), SAMPLES * THREADS);
    assert_true(atomic_load(&work.overlapped));
    for (int i = 0; i < SAMPLES; i++) {
        const double operations = ITERATIONS;
        double real_s = samples[i].real_ns * 1e-9 * operations, cpu_s = samples[i].cpu_ns * 1e-9 * operations;
        assert_true(real_s >= mean(work.inside_s[i]) * (1 - rounding));
        assert_true(real_s <= work.around_s[i] * (1 + rounding));
        assert_true(cpu_s >= mean(work.inside_cpu_s[i]) * (1 - rounding));
        assert_true(cpu_s <= real_s * (1 + rounding));
    }
}

/* A second measurement in the same process, as in a calibration, is not mixed with the first. */
static void test_measures_again(void **state) {
    (void)state;
    static struct gbench_work work;
    struct gbench_plan plan = {
        .name = "again",
        .thread_count = 1,
        .sample_count = 1,
        .work = &work,
        .sample_begin = sample_begin,
        .sample_end = sample_end,
        .thread_begin = thread_begin,
        .thread_end = thread_end,
        .run = run,
    };
    struct gbench_sample sample;
    for (plan.iterations = 1; plan.iterations <= 100; plan.iterations *= 10) {
        measure(&plan, &sample);
        double inside_ns = work.inside_s[work.sample - 1][0] * 1e9;
        assert_true(sample.real_ns * (double)plan.iterations >= inside_ns * (1 - rounding));
    }
    assert_int_equal(work.sample, SAMPLES);
}

/*
 * A sample of two threads, each of which spent 1 s in its loop, for 0.8 s of it on its PU, within 1.1 s. What versions
 * of Google Benchmark report of it agrees, by each of the ways in which they count; what none could does not.
 */
static const struct {
    const char *what;
    struct gbench_witness seen;
    struct gbench_report report;
    const char *complaint; /* NULL: agrees */
} accounts[] = {
    {"the sum (1.9.0 on)", {2, 50, 2, 2, 1.6, 1.1}, {2, 100, 2.02, 1.62}, NULL},
    {"the mean (to 1.8)", {2, 50, 2, 2, 1.6, 1.1}, {2, 100, 1.01, 1.62}, NULL},
    {"one thread", {1, 50, 1, 1, 0.8, 1.1}, {1, 50, 1.01, 0.81}, NULL},
    {"threads that waited for a PU", {2, 50, 2, 1, 0.8, 1.1}, {2, 100, 0.52, 0.82}, NULL},
    {"divided twice", {2, 50, 2, 2, 1.6, 1.1}, {2, 100, 0.505, 1.62}, "found a real time"},
    {"neither sum nor mean", {2, 50, 2, 2, 1.6, 1.1}, {2, 100, 1.5, 1.62}, "found a real time"},
    {"multiplied twice", {2, 50, 2, 2, 1.6, 1.1}, {2, 100, 4.04, 1.62}, "found a real time"},
    {"one thread, doubled", {1, 50, 1, 1, 0.8, 1.1}, {1, 50, 2.02, 0.81}, "found a real time"},
    {"one thread, halved", {1, 50, 1, 1, 0.8, 1.1}, {1, 50, 0.505, 0.81}, "found a real time"},
    {"CPU time as a mean", {2, 50, 2, 2, 1.6, 1.1}, {2, 100, 2.02, 0.81}, "found a CPU time"},
    {"a loop entered again", {2, 50, 3, 2, 1.6, 1.1}, {2, 100, 2.02, 1.62}, "found 3 entries"},
    {"a loop never entered", {2, 50, 1, 2, 1.6, 1.1}, {2, 100, 2.02, 1.62}, "found 1 entries"},
    {"iterations of one thread", {2, 50, 2, 2, 1.6, 1.1}, {2, 50, 2.02, 1.62}, "found 50 iterations"},
    {"another number of threads", {2, 50, 2, 2, 1.6, 1.1}, {1, 100, 2.02, 1.62}, "found 1 threads"},
};

static void test_a_report_that_cannot_be_is_noticed(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof accounts / sizeof *accounts; i++) {
        struct error error = {.text = ""};
        const char *const complaint = accounts[i].complaint;
        const bool agrees = gbench_agree(&accounts[i].seen, &accounts[i].report, &error);
        if (agrees != (complaint == NULL))
            fail_msg("%s: %s", accounts[i].what, agrees ? "was not noticed" : error.text);
        if (complaint != NULL && (strstr(error.text, complaint) == NULL || strstr(error.text, "wanted") == NULL))
            fail_msg("%s: wanted '%s', found: %s", accounts[i].what, complaint, error.text);
    }
}

static void test_samples_that_nobody_asked_for_are_noticed(void **state) {
    (void)state;
    struct error error = {.text = ""};
    assert_true(gbench_agree_on_samples(3, 3, 3, &error));
    assert_false(gbench_agree_on_samples(3, 4, 3, &error));
    assert_non_null(strstr(error.text, "found 4 samples begun, wanted 3"));
    assert_false(gbench_agree_on_samples(3, 3, 0, &error));
    assert_non_null(strstr(error.text, "found 0 samples reported, wanted 3"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_times_are_per_thread),
        cmocka_unit_test(test_measures_again),
        cmocka_unit_test(test_a_report_that_cannot_be_is_noticed),
        cmocka_unit_test(test_samples_that_nobody_asked_for_are_noticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
