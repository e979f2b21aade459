#include "protocol/recording.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/now.h"

void recording_clock_begin(struct recording_clock *clock) {
    *clock = (struct recording_clock){.began_ticks = ctx_ticks(), .began_ns = now_ns()};
}

/* A pass may be over too soon to tell the rate. */
double recording_clock_ps_per_tick(const struct recording_clock *clock) {
    enum { ENOUGH_NS = 2000000 };
    uint64_t ns, ticks;
    do {
        ticks = ctx_ticks() - clock->began_ticks;
        ns = now_ns() - clock->began_ns;
    } while (ns < ENOUGH_NS);
    return (double)ns * 1e3 / (double)ticks;
}

/* In the middle of many: once in a while something else happens between two readings. */
static uint64_t clock_ticks(void) {
    enum { READINGS = 1001 };
    struct ctx_recorder *recorder = aligned_alloc(_Alignof(struct ctx_recorder), sizeof *recorder);
    uint64_t passed = 0;
    unsigned cell = 0;
    if (recorder == NULL)
        return 0;
    memset(recorder, 0, sizeof *recorder);
    ctx_recorder_start(recorder);
    for (int i = 0; i < READINGS; i++)
        ctx_recorder_note(recorder);
    while ((passed += recorder->operations[cell]) <= READINGS / 2)
        cell++;
    free(recorder);
    return (uint64_t)ctx_recorder_middle(cell);
}

void recording_merge(struct ctx_recorder *into, const struct ctx_recorder *from) {
    for (size_t i = 0; i < CTX_RECORDER_CELLS; i++)
        into->operations[i] += from->operations[i];
}

bool recording_make(const struct ctx_recorder *recorder, double ps_per_tick, struct recording *recording) {
    size_t count = 0;
    for (size_t i = 0; i < CTX_RECORDER_CELLS; i++)
        count += recorder->operations[i] > 0;
    *recording = (struct recording){.points = calloc(count + 1, sizeof *recording->points)};
    if (recording->points == NULL)
        return false;
    for (unsigned i = 0; i < CTX_RECORDER_CELLS; i++) {
        if (recorder->operations[i] == 0)
            continue;
        recording->operations += recorder->operations[i];
        recording->points[recording->point_count++] = (struct quantile_point){
            .value = (uint64_t)llround(ctx_recorder_middle(i) * ps_per_tick),
            .count = recorder->operations[i],
        };
    }
    recording->clock_ps = (uint64_t)llround((double)clock_ticks() * ps_per_tick);
    return true;
}

void recording_clear(struct recording *recording) {
    free(recording->points);
    *recording = (struct recording){0};
}
