/*
 * Every kernel of every strategy, over the range of its parameters and on several threads: it returns the checksum that
 * its workload has in closed form, and a kernel that loses or invents something does not.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define CTX_STRATEGY_ENTRY lossy_strategy /* of the one that is defined here */
#include "../support/all_strategies.h"
#include "../support/sanitized.h"
#include "registry/registry.h"

enum { THREADS = 2, VALUES_MAX = CTX_DEFAULTS_MAX + 2 };

/* How often a kernel does its work. A sanitizer, under which this takes minutes, sees in seven what it sees in one. */
#if IS_SANITIZED
#define ITERATIONS_TRIED 7
#else
#define ITERATIONS_TRIED 1, 7
#endif

/* One thread of a measurement. */
struct share {
    const struct ctx_strategy *strategy;
    const struct ctx_kernel *kernel;
    struct ctx_job job;
    uint64_t checksum;
};

static void *run_share(void *arg) {
    struct share *share = arg;
    if (share->strategy->thread_begin != NULL)
        share->strategy->thread_begin();
    share->checksum = share->kernel->run(&share->job);
    if (share->strategy->thread_end != NULL)
        share->strategy->thread_end();
    return NULL;
}

/* Runs the job on so many threads, this one being the first, as a worker does. */
static void run_shares(struct share shares[THREADS], const struct ctx_strategy *strategy,
                       const struct ctx_kernel *kernel, struct ctx_job job) {
    pthread_t others[THREADS];
    job.shared = kernel->prepare == NULL ? NULL : kernel->prepare(&job);
    for (job.thread = 0; job.thread < THREADS; job.thread++) {
        shares[job.thread] = (struct share){.strategy = strategy, .kernel = kernel, .job = job};
        if (job.recorder != NULL)
            shares[job.thread].job.recorder = &job.recorder[job.thread];
    }
    for (unsigned i = 1; i < job.threads; i++)
        assert_int_equal(pthread_create(&others[i], NULL, run_share, &shares[i]), 0);
    (void)run_share(&shares[0]);
    for (unsigned i = 1; i < job.threads; i++)
        assert_int_equal(pthread_join(others[i], NULL), 0);
    if (kernel->finish != NULL)
        kernel->finish(job.shared);
}

static bool is_right(const struct share *share) {
    return share->checksum == share->kernel->workload->checksum(&share->job, share->strategy->traits);
}

static void expect_right(const struct ctx_strategy *strategy, const struct ctx_kernel *kernel, struct ctx_job job) {
    struct share shares[THREADS];
    if (kernel->workload->inapplicable != NULL && kernel->workload->inapplicable(&job, strategy->traits) != NULL)
        return;
    run_shares(shares, strategy, kernel, job);
    for (unsigned i = 0; i < job.threads; i++)
        if (!is_right(&shares[i]))
            fail_msg("%s %s (form %d) with %u, %u, %llu iterations: thread %u of %u returned %#llx", strategy->name,
                     kernel->workload->name, (int)kernel->form, job.parameters[0], job.parameters[1],
                     (unsigned long long)job.iterations, i, job.threads, (unsigned long long)shares[i].checksum);
}

static size_t count_parameters(const struct ctx_workload *workload) {
    size_t count = 0;
    while (count < CTX_PARAMETERS_MAX && workload->parameters[count].name != NULL)
        count++;
    return count;
}

/* The first default of every parameter, as a plan has it. */
static struct ctx_job base_job(const struct ctx_workload *workload, unsigned threads, uint64_t iterations) {
    struct ctx_job job = {.iterations = iterations, .threads = threads};
    for (size_t i = 0; i < count_parameters(workload); i++)
        job.parameters[i] = workload->parameters[i].defaults[0];
    return job;
}

/* The smallest, the largest and all default values of the parameter but its base, one after the other. */
static void try_parameter(const struct ctx_strategy *strategy, const struct ctx_kernel *kernel, struct ctx_job job,
                          size_t index) {
    const struct ctx_parameter *parameter = &kernel->workload->parameters[index];
    uint32_t values[VALUES_MAX];
    memcpy(values, parameter->defaults, sizeof parameter->defaults);
    values[parameter->default_count] = parameter->min;
    values[parameter->default_count + 1] = parameter->max;
    for (uint32_t i = 1; i < parameter->default_count + 2; i++) {
        uint32_t earlier = 0;
        while (values[earlier] != values[i])
            earlier++;
        job.parameters[index] = values[i];
        if (earlier == i)
            expect_right(strategy, kernel, job);
    }
}

static void try_kernel(const struct ctx_strategy *strategy, const struct ctx_kernel *kernel) {
    static const uint64_t iterations[] = {ITERATIONS_TRIED};
    const struct ctx_workload *workload = kernel->workload;
    for (unsigned threads = workload->threads_min; threads <= THREADS; threads++) {
        if (workload->threads_max != 0 && threads > workload->threads_max)
            break;
        for (size_t i = 0; i < sizeof iterations / sizeof *iterations; i++) {
            const struct ctx_job job = base_job(workload, threads, iterations[i]);
            expect_right(strategy, kernel, job);
            for (size_t p = 0; p < count_parameters(workload); p++)
                try_parameter(strategy, kernel, job, p);
        }
    }
}

static bool can_run(const struct ctx_strategy *strategy) {
    const char *reason = strategy->unavailable == NULL ? NULL : strategy->unavailable();
    if (reason != NULL)
        print_message("%s cannot run here: %s\n", strategy->name, reason);
    return reason == NULL;
}

/* Every store of every strategy is proved as a worker proves it. */
static void test_stores_are_right(void **state) {
    struct registry *registry = *state;
    unsigned proofs = 0;
    for (size_t i = 0; i < registry->count; i++) {
        const struct ctx_strategy *strategy = registry->entries[i].strategy;
        for (size_t k = 0; can_run(strategy) && k < strategy->kernel_count; k++) {
            const struct ctx_kernel *kernel = &strategy->kernels[k];
            const char *broken = kernel->prove == NULL ? NULL : kernel->prove();
            if (broken != NULL)
                fail_msg("%s with the store %s: %s", strategy->name, kernel->store, broken);
            proofs += kernel->prove != NULL;
        }
    }
    assert_true(proofs > 0);
}

static void test_checksums(void **state) {
    struct registry *registry = *state;
    assert_true(registry->count > 0);
    for (size_t i = 0; i < registry->count; i++) {
        const struct ctx_strategy *strategy = registry->entries[i].strategy;
        assert_true(strategy->kernel_count > 0);
        if (!can_run(strategy))
            continue;
        for (size_t k = 0; k < strategy->kernel_count; k++)
            try_kernel(strategy, &strategy->kernels[k]);
    }
}

/* Every parameter at its largest at once, where that is more than each alone. */
static void test_largest(void **state) {
    struct registry *registry = *state;
    for (size_t i = 0; i < registry->count; i++) {
        const struct ctx_strategy *strategy = registry->entries[i].strategy;
        if (!can_run(strategy))
            continue;
        for (size_t k = 0; k < strategy->kernel_count; k++) {
            const struct ctx_workload *workload = strategy->kernels[k].workload;
            struct ctx_job job = base_job(workload, workload->threads_min, 1);
            for (size_t p = 0; p < count_parameters(workload); p++)
                job.parameters[p] = workload->parameters[p].max;
            expect_right(strategy, &strategy->kernels[k], job);
        }
    }
}

/* ---- A strategy that loses its contexts, and bodies of scopes when it is told to ---- */

static unsigned bodies_skipped_of_ten;
static atomic_uint begun, ended;

static void lossy_with(void (*fn)(void *), void *arg) {
    static _Thread_local unsigned calls;
    if (calls++ % 10 >= bodies_skipped_of_ten)
        fn(arg);
}

static void lossy_begin(void) {
    begun++;
}

static void lossy_end(void) {
    ended++;
}

/* Slots for the store `native`, which may lose what is written, or keep it where it should be restored. */
static enum { SLOTS_GOOD, SLOTS_EMPTY, SLOTS_NOT_RESTORED } slots_fault;
enum { SLOTS_MAX = 2000 };
static void *slots[SLOTS_MAX];

static void write_slot(size_t slot, void *pointer) {
    if (slots_fault == SLOTS_EMPTY || (slots_fault == SLOTS_NOT_RESTORED && slots[slot] != NULL))
        return;
    slots[slot] = pointer;
}

#define CTX_OP_SLOTS_BEGIN() (void)0
#define CTX_OP_SLOT_READ(after, slot) ((void)(after), slots[slot])
#define CTX_OP_SLOT_WRITE(slot, pointer) write_slot(slot, pointer)
#define CTX_NAME "lossy"
#define CTX_SUMMARY "finds no context, though it should"
#define CTX_TRAITS 0
#define CTX_OP_CURRENT(after) ((void)(after), (const struct ctx *)NULL)
#define CTX_OP_WITH(next, fn, arg) ((void)(next), lossy_with(fn, arg))
#define CTX_OP_PUT(context) ((void)(context))
#define CTX_OP_THREAD_BEGIN lossy_begin
#define CTX_OP_THREAD_END lossy_end
#include "kernels.h"

/* The proof of `store`, which is found in any kernel that has it. */
static const char *prove_lossy(const char *store) {
    for (size_t k = 0; k < lossy_strategy.kernel_count; k++) {
        const struct ctx_kernel *kernel = &lossy_strategy.kernels[k];
        if (kernel->store != NULL && strcmp(kernel->store, store) == 0)
            return kernel->prove();
    }
    fail_msg("no kernel has the store %s", store);
    return NULL;
}

static void test_wrong_stores_are_found_out(void **state) {
    (void)state;
    static const char *const that_lose_the_context[] = {"cached", "chain", "flat", "table"};
    bodies_skipped_of_ten = 0;
    for (size_t i = 0; i < sizeof that_lose_the_context / sizeof *that_lose_the_context; i++)
        assert_non_null(prove_lossy(that_lose_the_context[i]));
    slots_fault = SLOTS_GOOD;
    assert_null(prove_lossy("native"));
    slots_fault = SLOTS_EMPTY;
    assert_non_null(strstr(prove_lossy("native"), "before the inner scope"));
    slots_fault = SLOTS_NOT_RESTORED;
    assert_non_null(prove_lossy("native"));
    memset(slots, 0, sizeof slots);
}

static void test_wrong_work_gives_a_wrong_checksum(void **state) {
    (void)state;
    slots_fault = SLOTS_EMPTY;
    enum { ITERATIONS = 100 };
    for (size_t k = 0; k < lossy_strategy.kernel_count; k++) {
        const struct ctx_kernel *kernel = &lossy_strategy.kernels[k];
        struct share shares[THREADS];
        /* Losing its context changes neither how many bodies `with` runs nor a bystander; skipping bodies does. */
        bodies_skipped_of_ten = kernel->workload == &with_workload        ? 1
                                : kernel->workload == &bystander_workload ? 10
                                                                          : 0;
        run_shares(shares, &lossy_strategy, kernel,
                   base_job(kernel->workload, kernel->workload->threads_min, ITERATIONS));
        if (is_right(&shares[0]))
            fail_msg("%s: the checksum does not show that the work was not done", kernel->workload->name);
    }
}

static void test_thread_hooks_are_the_strategys(void **state) {
    (void)state;
    const struct ctx_kernel *spawn = NULL;
    for (size_t k = 0; k < lossy_strategy.kernel_count; k++)
        if (lossy_strategy.kernels[k].workload == &spawn_workload)
            spawn = &lossy_strategy.kernels[k];
    assert_non_null(spawn);
    struct ctx_job job = base_job(&spawn_workload, 1, 5);
    struct share shares[THREADS];
    begun = ended = bodies_skipped_of_ten = 0;
    run_shares(shares, &lossy_strategy, spawn, job);
    assert_int_equal(begun, 1 + 5); /* this thread, and the one that each iteration starts */
    assert_int_equal(ended, 1 + 5);
}

/* The operations that were noted by all threads together. */
static uint64_t count_noted(const struct ctx_recorder recorders[THREADS]) {
    uint64_t noted = 0;
    for (unsigned i = 0; i < THREADS; i++)
        for (unsigned cell = 0; cell < CTX_RECORDER_CELLS; cell++)
            noted += recorders[i].operations[cell];
    return noted;
}

/* Given recorders, a kernel that says so notes each operation once, and does the same work; others note nothing. */
static void test_recorders_get_each_operation(void **state) {
    enum { ITERATIONS = 7 };
    struct registry *registry = *state;
    struct ctx_recorder *recorders = aligned_alloc(_Alignof(struct ctx_recorder), THREADS * sizeof *recorders);
    unsigned recorded = 0;
    assert_non_null(recorders);
    for (size_t i = 0; i < registry->count; i++) {
        const struct ctx_strategy *strategy = registry->entries[i].strategy;
        for (size_t k = 0; can_run(strategy) && k < strategy->kernel_count; k++) {
            const struct ctx_workload *workload = strategy->kernels[k].workload;
            struct ctx_job job = base_job(workload, workload->threads_min, ITERATIONS);
            if (workload->inapplicable != NULL && workload->inapplicable(&job, strategy->traits) != NULL)
                continue;
            memset(recorders, 0, THREADS * sizeof *recorders);
            job.recorder = recorders;
            expect_right(strategy, &strategy->kernels[k], job);
            assert_int_equal(count_noted(recorders), workload->records ? ITERATIONS : 0);
            recorded += workload->records;
        }
    }
    assert_true(recorded > 0);
    free(recorders);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stores_are_right),
        cmocka_unit_test(test_checksums),
        cmocka_unit_test(test_largest),
        cmocka_unit_test(test_recorders_get_each_operation),
        cmocka_unit_test(test_wrong_stores_are_found_out),
        cmocka_unit_test(test_wrong_work_gives_a_wrong_checksum),
        cmocka_unit_test(test_thread_hooks_are_the_strategys),
    };
    return cmocka_run_group_tests(tests, all_strategies_load, all_strategies_free);
}
