#include "worker/worker.h"
#include "registry/kernel_names.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "machine/topology.h"
#include "protocol/execution.h"
#include "protocol/protocol.h"
#include "protocol/turns.h"
#include "registry/linkage.h"
#include "registry/registry.h"
#include "worker/allocations.h"
#include "worker/callgrind_loop.h"
#include "worker/gbench.h"
#include "worker/last_words.h"
#include "worker/observe.h"
#include "worker/worker_parts.h"

bool worker_fail(struct gbench_work *work, enum execution_outcome outcome, const char *format, ...) {
    if (atomic_exchange(&work->failed, true))
        return false;
    work->answer->outcome = outcome;
    va_list args;
    va_start(args, format);
    (void)vsnprintf(work->answer->reason, sizeof work->answer->reason, format, args);
    va_end(args);
    return false;
}

/* Each returns false after it called worker_fail(). */

static bool find_strategy(struct gbench_work *work, struct registry *registry) {
    const struct execution_request *request = work->request;
    struct error error;
    if (request->plugin != NULL && !registry_load_tried_plugin(registry, request->plugin, &error))
        return worker_fail(work, EXECUTION_FAILED, "%s", error.text);
    work->entry = registry_find(registry, request->strategy);
    if (work->entry == NULL)
        return worker_fail(work, EXECUTION_FAILED, "this build has no strategy \"%s\"", request->strategy);
    const struct ctx_strategy *strategy = work->entry->strategy;
    const char *why_not = strategy->unavailable != NULL ? strategy->unavailable() : NULL;
    if (why_not != NULL)
        return worker_fail(work,
                           request->scenario != NULL || request->count ? EXECUTION_INAPPLICABLE : EXECUTION_FAILED,
                           "%s cannot run here: %s", strategy->name, why_not);
    return true;
}

static bool is_store_asked_for(const struct execution_request *request, const struct ctx_strategy *strategy,
                               const struct ctx_kernel *kernel) {
    if (request->store == NULL)
        return kernel->store == NULL || strcmp(kernel->store, KERNEL_STORE_COMMON) == 0;
    return strcmp(kernel_store_name(strategy, kernel), request->store) == 0;
}

static bool find_kernel(struct gbench_work *work) {
    const struct execution_request *request = work->request;
    const struct ctx_strategy *strategy = work->entry->strategy;
    for (size_t i = 0; i < strategy->kernel_count && work->kernel == NULL; i++) {
        const struct ctx_kernel *kernel = &strategy->kernels[i];
        if (strcmp(kernel->workload->name, request->workload) == 0 &&
            strcmp(kernel_form_name(kernel->form), request->form) == 0 && is_store_asked_for(request, strategy, kernel))
            work->kernel = kernel;
    }
    if (work->kernel == NULL)
        return worker_fail(work, EXECUTION_FAILED,
                           "%s has no kernel for the workload \"%s\" in its %s form with the store \"%s\"",
                           strategy->name, request->workload, request->form,
                           request->store != NULL ? request->store : KERNEL_STORE_COMMON);
    const uint32_t revision = work->kernel->workload->revision;
    if (request->revision != 0 && request->revision != revision)
        return worker_fail(work, EXECUTION_FAILED,
                           "this build has revision %u of the workload \"%s\", wanted revision %u", revision,
                           request->workload, request->revision);
    return true;
}

static const struct execution_parameter *find_parameter(const struct execution_request *request, const char *name) {
    for (size_t i = 0; i < request->parameter_count; i++) {
        if (strcmp(request->parameters[i].name, name) == 0)
            return &request->parameters[i];
    }
    return NULL;
}

struct ctx_job worker_job(const struct gbench_work *work, unsigned thread) {
    struct ctx_job job = {
        .iterations = work->iterations,
        .thread = thread,
        .threads = work->request->thread_count,
        .shared = work->shared,
        .recorder = work->recorders == NULL ? NULL : &work->recorders[thread],
    };
    memcpy(job.parameters, work->parameters, sizeof job.parameters);
    return job;
}

static bool take_parameters(struct gbench_work *work) {
    const struct ctx_workload *workload = work->kernel->workload;
    size_t count = 0;
    for (; count < CTX_PARAMETERS_MAX && workload->parameters[count].name != NULL; count++) {
        const struct ctx_parameter *wanted = &workload->parameters[count];
        const struct execution_parameter *found = find_parameter(work->request, wanted->name);
        if (found == NULL)
            return worker_fail(work, EXECUTION_FAILED,
                               "the workload \"%s\" wants a parameter \"%s\", which is not given", workload->name,
                               wanted->name);
        if (found->value < wanted->min || found->value > wanted->max)
            return worker_fail(work, EXECUTION_FAILED, "found %s %u, wanted %u to %u", wanted->name, found->value,
                               wanted->min, wanted->max);
        work->parameters[count] = found->value;
    }
    if (count != work->request->parameter_count)
        return worker_fail(work, EXECUTION_FAILED, "found %zu parameters, wanted the %zu that the workload \"%s\" has",
                           work->request->parameter_count, count, workload->name);
    const struct ctx_job job = worker_job(work, 0);
    const char *reason =
        workload->inapplicable == NULL ? NULL : workload->inapplicable(&job, work->entry->strategy->traits);
    return reason == NULL || worker_fail(work, EXECUTION_FAILED, "not applicable: %s", reason);
}

/*
 * References find no context by design, so there is nothing to prove; that nobody else lacks a scenario is part of the
 * contract. Runs before any thread is bound. One worker does it for all executions of a case: a stack of 10,000 frames
 * takes longer than the samples.
 */
static bool prove(struct gbench_work *work) {
    const struct ctx_strategy *strategy = work->entry->strategy;
    uint32_t wanted = (strategy->traits & CTX_TRAIT_REFERENCE) != 0 ? 0 : work->kernel->workload->requires;
    if (!ctx_is_right_on_fibers(strategy->traits))
        wanted &= ~(uint32_t)(CTX_SCENARIO_FIBER_SWITCH | CTX_SCENARIO_FIBER_MIGRATION);
    for (size_t i = 0; i < strategy->scenario_count; i++) {
        const struct ctx_scenario *scenario = &strategy->scenarios[i];
        if ((wanted & scenario->id) == 0 || scenario->run == NULL)
            continue;
        const char *broken = scenario->run();
        if (broken != NULL)
            return worker_fail(work, EXECUTION_UNPROVED, "the scenario \"%s\" does not hold: %s", scenario->name,
                               broken);
    }
    const char *broken = work->kernel->prove == NULL ? NULL : work->kernel->prove();
    if (broken != NULL)
        return worker_fail(work, EXECUTION_UNPROVED, "the store \"%s\" is not right: %s", work->kernel->store, broken);
    return true;
}

static const struct ctx_scenario *find_scenario(const struct ctx_strategy *strategy, const char *name) {
    for (size_t i = 0; i < strategy->scenario_count; i++) {
        if (strcmp(strategy->scenarios[i].name, name) == 0)
            return &strategy->scenarios[i];
    }
    return NULL;
}

/* Proves the one scenario that was asked for. The answer is in every case other than "ok", which is a measurement's. */
static void prove_one(struct gbench_work *work) {
    const struct ctx_strategy *strategy = work->entry->strategy;
    const struct ctx_scenario *scenario = find_scenario(strategy, work->request->scenario);
    if (scenario == NULL) {
        (void)worker_fail(work, EXECUTION_FAILED, "%s has no scenario \"%s\"", strategy->name, work->request->scenario);
        return;
    }
    const char *missing = scenario->unavailable != NULL ? scenario->unavailable() : NULL;
    const char *broken = missing == NULL && scenario->run != NULL ? scenario->run() : NULL;
    if (missing != NULL)
        (void)worker_fail(work, EXECUTION_INAPPLICABLE, "%s", missing);
    else if (scenario->run == NULL)
        (void)worker_fail(work, EXECUTION_INAPPLICABLE, "there is no way to take part");
    else if (broken != NULL)
        (void)worker_fail(work, EXECUTION_UNPROVED, "%s", broken);
    else
        work->answer->outcome = EXECUTION_HELD;
}

static struct thread_counters read_counters(void) {
    struct thread_counters counters = {EXECUTION_UNKNOWN, EXECUTION_UNKNOWN};
    struct rusage usage;
    if (getrusage(RUSAGE_THREAD, &usage) == 0)
        counters.involuntary_switches = (uint64_t)usage.ru_nivcsw;
    FILE *schedstat = fopen("/proc/thread-self/schedstat", "re"); /* ns on a PU, ns waiting for one, time slices */
    unsigned long long delay_ns;
    if (schedstat != NULL && fscanf(schedstat, "%*u %llu", &delay_ns) == 1)
        counters.run_delay_ns = delay_ns;
    if (schedstat != NULL)
        fclose(schedstat);
    return counters;
}

static uint64_t spent_of(uint64_t before, uint64_t after) {
    return before == EXECUTION_UNKNOWN || after == EXECUTION_UNKNOWN ? EXECUTION_UNKNOWN : after - before;
}

static uint64_t sum_of(uint64_t a, uint64_t b) {
    return a == EXECUTION_UNKNOWN || b == EXECUTION_UNKNOWN ? EXECUTION_UNKNOWN : a + b;
}

static void sample_begin(struct gbench_work *work) {
    if (work->request->in_turns)
        turns_wait(TURNS_DESCRIPTOR);
    work->shared = NULL;
    work->prepared = !atomic_load(&work->failed);
    if (work->kernel->prepare != NULL && work->prepared) {
        struct ctx_job job = worker_job(work, 0);
        work->shared = work->kernel->prepare(&job);
    }
}

static void thread_begin(struct gbench_work *work, unsigned thread) {
    struct worker_thread *own = &work->threads[thread];
    allocations_stand_by();
    own->job = worker_job(work, thread);
    struct error error;
    if (topology_bind_thread(work->request->pus[thread], &error))
        work->answer->pus_bound[thread] = work->request->pus[thread]; /* which it has read back */
    else
        worker_fail(work, EXECUTION_FAILED, "%s", error.text);
    if (thread > 0 && work->answer->memory_bound && !topology_bind_memory(NULL, 0, &error))
        worker_fail(work, EXECUTION_FAILED, "%s", error.text);
    if (work->entry->strategy->thread_begin != NULL)
        work->entry->strategy->thread_begin();
    own->before = read_counters();
    counters_start(&own->counters);
}

void worker_run(struct gbench_work *work, unsigned thread) {
    struct worker_thread *own = &work->threads[thread];
    if (!atomic_load_explicit(&work->failed, memory_order_relaxed))
        own->checksum = work->kernel->run(&own->job);
}

static void thread_end(struct gbench_work *work, unsigned thread) {
    struct worker_thread *own = &work->threads[thread];
    const struct ctx_strategy *strategy = work->entry->strategy;
    counters_stop(&own->counters, own->counts);
    struct thread_counters after = read_counters();
    own->spent.run_delay_ns = spent_of(own->before.run_delay_ns, after.run_delay_ns);
    own->spent.involuntary_switches = spent_of(own->before.involuntary_switches, after.involuntary_switches);
    if (strategy->thread_end != NULL)
        strategy->thread_end();
    uint64_t wanted = work->kernel->workload->checksum(&own->job, strategy->traits);
    if (!atomic_load(&work->failed) && own->checksum != wanted)
        worker_fail(work, EXECUTION_WRONG_CHECKSUM,
                    "thread %u returned the checksum %#llx after %llu operations, wanted %#llx", thread,
                    (unsigned long long)own->checksum, (unsigned long long)work->iterations,
                    (unsigned long long)wanted);
}

static void sample_end(struct gbench_work *work) {
    struct execution_sample *sample = &work->samples[work->sample++];
    sample->run_delay_ns = sample->involuntary_switches = 0;
    for (unsigned i = 0; i < work->request->thread_count; i++) {
        const struct thread_counters *spent = &work->threads[i].spent;
        sample->run_delay_ns = sum_of(sample->run_delay_ns, spent->run_delay_ns);
        sample->involuntary_switches = sum_of(sample->involuntary_switches, spent->involuntary_switches);
        for (int counter = 0; counter < COUNTER_COUNT; counter++) {
            const uint64_t sum = i == 0 ? 0 : sample->counts[counter];
            sample->counts[counter] = sum_of(sum, work->threads[i].counts[counter]);
        }
    }
    if (work->kernel->finish != NULL && work->prepared)
        work->kernel->finish(work->shared);
    if (work->request->in_turns)
        turns_pass(TURNS_DESCRIPTOR);
}

bool worker_pass(struct gbench_work *work, uint64_t iterations, unsigned sample_count, struct execution_sample *samples,
                 void (*run_thread)(struct gbench_work *work, unsigned thread)) {
    struct gbench_sample times[EXECUTION_SAMPLES_MAX];
    work->iterations = iterations;
    work->samples = samples;
    work->sample = 0;
    const struct gbench_plan plan = {
        .name = work->request->case_name,
        .thread_count = work->request->thread_count,
        .sample_count = sample_count,
        .iterations = iterations,
        .work = work,
        .sample_begin = sample_begin,
        .sample_end = sample_end,
        .thread_begin = thread_begin,
        .thread_end = thread_end,
        .run = run_thread,
    };
    struct error error;
    const bool taken = gbench_measure(&plan, times, &error);
    if (atomic_load(&work->failed))
        return false;
    if (!taken)
        return worker_fail(work, EXECUTION_FAILED, "%s", error.text);
    for (unsigned i = 0; i < sample_count; i++) {
        samples[i].real_ns = times[i].real_ns;
        samples[i].cpu_ns = times[i].cpu_ns;
        work->answer->measured_ms += times[i].real_ns * (double)iterations * 1e-6;
    }
    return true;
}

/* Takes samples of `iterations` operations each. */
static bool take_samples(struct gbench_work *work, uint64_t iterations, unsigned sample_count) {
    if (!worker_pass(work, iterations, sample_count, work->answer->samples, worker_run))
        return false;
    work->answer->iterations = iterations;
    work->answer->sample_count = sample_count;
    return true;
}

/*
 * How long so many iterations last. Others may take the PU meanwhile, so what seems `enough` must do so several times,
 * and the least counts.
 */
static bool time_iterations(struct gbench_work *work, double iterations, double enough, double *seconds) {
    static const unsigned tries = 3;
    *seconds = INFINITY;
    for (unsigned i = 0; i < tries && *seconds >= enough; i++) {
        if (!take_samples(work, (uint64_t)iterations, 1))
            return false;
        *seconds = fmin(*seconds, work->answer->samples[0].real_ns * 1e-9 * iterations);
    }
    return true;
}

/*
 * Finds how many iterations last sample_seconds: grows their number at most tenfold at a time, since short measurements
 * mislead, until one measurement lasted half as long as wanted, and scales that.
 */
static bool calibrate(struct gbench_work *work) {
    static const double growth_max = 10, trusted = 0.5, iterations_max = 1e15;
    const double wanted = work->request->sample_seconds;
    double iterations = 1;
    for (;;) {
        double seconds;
        if (!time_iterations(work, iterations, trusted * wanted, &seconds))
            return false;
        bool good = seconds >= trusted * wanted || iterations >= iterations_max;
        double growth = seconds > 0 ? wanted / seconds : growth_max;
        iterations *= growth < growth_max ? growth : growth_max;
        iterations = iterations < 1 ? 1 : iterations > iterations_max ? iterations_max : floor(iterations + 0.5);
        if (good)
            break;
    }
    work->answer->iterations = (uint64_t)iterations;
    return true;
}

/* One of the stretches that callgrind counts: all that a sample is, without a clock. */
static bool run_counted(struct gbench_work *work, uint64_t iterations) {
    struct execution_sample unused;
    work->iterations = iterations;
    work->samples = &unused;
    work->sample = 0;
    sample_begin(work);
    thread_begin(work, 0);
    callgrind_loop_enter();
    worker_run(work, 0);
    callgrind_loop_leave();
    thread_end(work, 0);
    sample_end(work);
    return !atomic_load(&work->failed);
}

/* Goes through the loop with n, 2n and 3n iterations, each of them counted, after a first time that is not. */
static void count(struct gbench_work *work) {
    const struct execution_request *request = work->request;
    const char *missing = callgrind_loop_unavailable();
    if (missing == NULL && request->thread_count != 1)
        missing = "only cases of one thread have a count that does not vary";
    if (missing != NULL) {
        (void)worker_fail(work, EXECUTION_INAPPLICABLE, "%s", missing);
        return;
    }
    callgrind_loop_begin();
    for (unsigned i = 0; i <= EXECUTION_DUMPS; i++) {
        if (!run_counted(work, request->iterations * (i == 0 ? 1 : i)))
            return;
        callgrind_loop_dump();
    }
    work->answer->outcome = EXECUTION_COUNTED;
}

/* Resident memory at its highest. Not ru_maxrss, which begins with that of the process we were spawned from. */
static uint64_t memory_peak_bytes(void) {
    FILE *status = fopen("/proc/self/status", "re");
    char line[256];
    unsigned long long kibibytes = 0;
    while (status != NULL && kibibytes == 0 && fgets(line, sizeof line, status) != NULL)
        (void)sscanf(line, "VmHWM: %llu", &kibibytes);
    if (status != NULL)
        fclose(status);
    return kibibytes == 0 ? EXECUTION_UNKNOWN : kibibytes * 1024;
}

/* Before anything is allocated that the measurement uses. Other threads let go of it when they begin. */
static bool bind_memory(struct gbench_work *work) {
    const struct execution_request *request = work->request;
    struct error error;
    if (request->memory_node_count == 0)
        return true;
    work->answer->memory_bound = topology_bind_memory(request->memory_nodes, request->memory_node_count, &error);
    return work->answer->memory_bound || worker_fail(work, EXECUTION_FAILED, "%s", error.text);
}

static bool allocate_threads(struct gbench_work *work) {
    unsigned count = work->request->thread_count;
    work->threads = aligned_alloc(CACHE_LINE_PAIR, count * sizeof *work->threads);
    work->answer->pus_bound = calloc(count, sizeof *work->answer->pus_bound);
    work->answer->thread_count = count;
    if (work->threads == NULL || work->answer->pus_bound == NULL)
        return worker_fail(work, EXECUTION_OUT_OF_MEMORY, "out of memory for %u threads", count);
    memset(work->threads, 0, count * sizeof *work->threads);
    return true;
}

/* From request to answer. */
static void execute(const struct execution_request *request, struct registry *registry,
                    struct execution_answer *answer) {
    struct gbench_work work = {.request = request, .answer = answer};
    if (!find_strategy(&work, registry))
        return;
    if (request->scenario != NULL) {
        prove_one(&work);
        return;
    }
    const bool ready = find_kernel(&work) && take_parameters(&work) && (request->proved || prove(&work)) &&
                       bind_memory(&work) && allocate_threads(&work);
    if (ready && request->count) {
        count(&work);
    } else if (ready) {
        const bool done = request->iterations == 0 ? calibrate(&work)
                                                   : take_samples(&work, request->iterations, request->sample_count);
        if (request->in_turns) /* what follows must not disturb the other's last sample */
            turns_wait(TURNS_DESCRIPTOR);
        linkage_describe(work.entry, answer->linkage);
        answer->memory_peak_bytes = memory_peak_bytes();
        if (done && request->observe)
            observe(&work);
    }
    free(work.threads);
}

/*
 * Dies with the supervisor. If that ended before we asked for it, nobody reads our standard output any more.
 */
static bool supervisor_is_there(void) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    struct pollfd output = {.fd = STDOUT_FILENO};
    return poll(&output, 1, 0) == 0 || (output.revents & POLLERR) == 0;
}

/* All of standard input; freed by free(). NULL with *error set. */
static char *read_input(size_t *length, struct error *error) {
    char *text = NULL;
    size_t capacity = 0;
    ssize_t got = getdelim(&text, &capacity, '\n', stdin);
    if (got <= 0) {
        free(text);
        error_set(error, "a worker reads one request from standard input, and there is none");
        return NULL;
    }
    *length = (size_t)got;
    return text;
}

/* Past stdio, whose buffer goes first: what a kernel printed must not be hidden behind a good answer. */
static bool write_answer(const char *line) {
    fflush(stdout);
    size_t left = strlen(line);
    while (left > 0) {
        ssize_t written = write(STDOUT_FILENO, line, left);
        if (written < 0 && errno != EINTR)
            return false;
        if (written > 0) {
            line += written;
            left -= (size_t)written;
        }
    }
    return true;
}

/* Answers one request. False with *error set if not even that could be done. */
static bool answer_request(const struct execution_request *request, struct error *error) {
    struct registry registry;
    if (!registry_init_only(&registry, request->strategy, error))
        return false;
    struct execution_answer answer = {.outcome = EXECUTION_OUT_OF_MEMORY, .reason = "no memory is left"};
    char *words = protocol_encode_answer(&answer, request->case_name);
    if (words != NULL)
        last_words_prepare(words);
    execution_answer_clear(&answer);
    execute(request, &registry, &answer);
    char *line = protocol_encode_answer(&answer, request->case_name);
    bool written = line != NULL && write_answer(line);
    free(line);
    execution_answer_clear(&answer);
    registry_free(&registry);
    return written || error_set(error, "cannot answer: %s", strerror(errno));
}

int worker_main(void) {
    if (!supervisor_is_there())
        return EXIT_STATUS_FAILED;
    struct error error;
    size_t length;
    char *line = read_input(&length, &error);
    struct protocol_request decoded = {0};
    bool good = line != NULL && protocol_decode_request(line, length, &decoded, &error) &&
                answer_request(&decoded.request, &error);
    protocol_request_clear(&decoded);
    free(line);
    if (!good)
        fprintf(stderr, "bench --worker: %s\n", error.text);
    return good ? EXIT_STATUS_OK : EXIT_STATUS_FAILED;
}
