#include "worker/measure.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "machine/topology.h"
#include "protocol/turns.h"
#include "worker/allocations.h"
#include "worker/callgrind_loop.h"

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

/* What the kernel of the operating system counts for one thread, into the sample's quantities. */
static void read_kernel(double values[static SAMPLE_QUANTITIES]) {
    struct rusage usage;
    unsigned long long delay_ns;
    if (getrusage(RUSAGE_THREAD, &usage) == 0)
        values[SAMPLE_INVOLUNTARY_SWITCHES] = (double)usage.ru_nivcsw;
    FILE *schedstat = fopen("/proc/thread-self/schedstat", "re"); /* ns on a PU, ns waiting for one, time slices */
    if (schedstat != NULL && fscanf(schedstat, "%*u %llu", &delay_ns) == 1)
        values[SAMPLE_RUN_DELAY_NS] = (double)delay_ns;
    if (schedstat != NULL)
        fclose(schedstat);
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
    quantities_clear(own->before, SAMPLE_QUANTITIES);
    read_kernel(own->before);
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
    uint64_t counts[COUNTER_COUNT];
    quantities_clear(own->spent, SAMPLE_QUANTITIES);
    counters_stop(&own->counters, counts);
    read_kernel(own->spent);
    for (int i = 0; i < SAMPLE_QUANTITIES; i++)
        own->spent[i] -= own->before[i]; /* unknown where one of them is */
    for (int i = 0; i < COUNTER_COUNT; i++)
        own->spent[counter_quantity((enum counter)i)] = counts[i] == COUNTER_UNKNOWN ? NAN : (double)counts[i];
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
    memcpy(sample->values, work->threads[0].spent, sizeof sample->values);
    for (unsigned i = 1; i < work->request->thread_count; i++)
        for (int quantity = 0; quantity < SAMPLE_QUANTITIES; quantity++)
            sample->values[quantity] += work->threads[i].spent[quantity];
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
        samples[i].values[SAMPLE_REAL_NS] = times[i].real_ns;
        samples[i].values[SAMPLE_CPU_NS] = times[i].cpu_ns;
        work->answer->measured_ms += times[i].real_ns * (double)iterations * 1e-6;
    }
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

void worker_count(struct gbench_work *work) {
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
