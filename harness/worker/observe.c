#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/observation.h"
#include "worker/allocations.h"
#include "worker/measure.h"
#include "worker/observe.h"

/* ---- What is recorded: single operations ---- */

/* Once more as many operations as in all samples, with a recorder on each thread. */
static bool record_operations(struct gbench_work *work) {
    const unsigned thread_count = work->request->thread_count;
    struct execution_sample unused;
    struct recording_clock clock;
    work->recorders = aligned_alloc(_Alignof(struct ctx_recorder), thread_count * sizeof *work->recorders);
    if (work->recorders == NULL)
        return worker_fail(work, EXECUTION_OUT_OF_MEMORY, "out of memory for the times of operations");
    memset(work->recorders, 0, thread_count * sizeof *work->recorders);
    recording_clock_begin(&clock);
    bool done = worker_pass(work, work->request->iterations * work->request->sample_count, 1, &unused, worker_run);
    const double ps_per_tick = recording_clock_ps_per_tick(&clock);
    for (unsigned i = 1; i < thread_count; i++)
        recording_merge(&work->recorders[0], &work->recorders[i]);
    if (done && !recording_make(&work->recorders[0], ps_per_tick, &work->answer->recording))
        done = worker_fail(work, EXECUTION_OUT_OF_MEMORY, "out of memory for the times of operations");
    free(work->recorders);
    work->recorders = NULL;
    return done;
}

/* ---- What is counted: allocations, and what a scope takes ---- */

/* Between its threads' beginnings and their ends the harness allocates, too: that is not the workload's. */
static void run_counting(struct gbench_work *work, unsigned thread) {
    allocations_enter();
    worker_run(work, thread);
    allocations_leave();
}

/* What twice as many operations allocate more is what operations allocate, and not what surrounds them. */
static bool count_allocations(struct gbench_work *work) {
    const uint64_t operations = observation_counted_operations(work->request->iterations);
    struct allocations counted[3];
    for (unsigned i = 0; i < 3; i++) {
        struct execution_sample unused;
        counted[i] = allocations_counted();
        if (i < 2 && !worker_pass(work, operations * (i + 1), 1, &unused, run_counting))
            return false;
    }
    const uint64_t calls = counted[1].calls - counted[0].calls, bytes = counted[1].bytes - counted[0].bytes;
    work->answer->quantities[QUANTITY_ALLOCATIONS] =
        ((double)(counted[2].calls - counted[1].calls) - (double)calls) / (double)operations;
    work->answer->quantities[QUANTITY_ALLOCATED_BYTES] =
        ((double)(counted[2].bytes - counted[1].bytes) - (double)bytes) / (double)operations;
    return true;
}

struct place_in_scopes {
    uintptr_t stack;
    int64_t held_bytes;
};

static void look_around(void *arg) {
    *(struct place_in_scopes *)arg = (struct place_in_scopes){
        .stack = (uintptr_t)__builtin_frame_address(0),
        .held_bytes = allocations_counted().held_bytes,
    };
}

/* Goes there twice: what a strategy sets up once and for all is there the second time. */
static struct place_in_scopes look_inside(struct gbench_work *work, bool outside) {
    const struct ctx_job job = worker_job(work, 0);
    struct place_in_scopes place = {0};
    int64_t before = 0;
    for (int i = 0; i < 2; i++) {
        before = allocations_counted().held_bytes;
        allocations_enter();
        work->kernel->innermost(&job, outside, look_around, &place);
        allocations_leave();
    }
    place.held_bytes -= before;
    return place;
}

static void look_at_scope(struct gbench_work *work) {
    const struct ctx_strategy *strategy = work->entry->strategy;
    double *quantities = work->answer->quantities;
    if (strategy->thread_begin != NULL)
        strategy->thread_begin();
    const struct place_in_scopes outside = look_inside(work, true), inside = look_inside(work, false);
    if (strategy->thread_end != NULL)
        strategy->thread_end();
    quantities[QUANTITY_SCOPE_STACK_BYTES] = (double)(outside.stack - inside.stack);
    if (work->answer->allocations_absent[0] == '\0')
        quantities[QUANTITY_SCOPE_HEAP_BYTES] = (double)(inside.held_bytes - outside.held_bytes);
}

static void take_footprint(struct gbench_work *work) {
    const char *missing = allocations_begin();
    allocations_stand_by();
    if (missing != NULL)
        (void)snprintf(work->answer->allocations_absent, sizeof work->answer->allocations_absent, "%s", missing);
    const bool done = missing != NULL || count_allocations(work);
    if (done && work->kernel->innermost != NULL)
        look_at_scope(work);
    if (missing == NULL)
        allocations_end();
}

void observe(struct gbench_work *work) {
    if (!work->kernel->workload->records || record_operations(work))
        take_footprint(work);
}
