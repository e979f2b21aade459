#include "duel.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "interrupt.h"
#include "now.h"
#include "progress.h"
#include "random.h"
#include "sequence.h"
#include "worker_call.h"

enum { PAD_BYTES_MAX = 4096 };

/* A worker may take this many times as long as it should, beside worker_patience_seconds. */
static const double patience_factor = 20;

/* A duel under way. */
struct ring {
    struct duel *duel;
    struct sequence sequence;
    struct verdict_case *verdicts; /* of the entries, in their order */
    bool *settled;                 /* or never to be */
    size_t *order;
    struct random random;
    double started, patience;
    struct progress progress;
    struct child_end *end; /* too large for the stack */
};

static double spent_seconds(const struct ring *ring) {
    return now_seconds() - ring->started;
}

/* ---- What was measured ---- */

/* Makes room for one execution more. */
static bool reserve(struct duel_entry *entry, int side, unsigned sample_count) {
    const size_t count = entry->counts[side];
    if (count < entry->capacity[side])
        return true;
    const size_t capacity = count == 0 ? 32 : count * 2;
    double *values = realloc(entry->execution_ns[side], capacity * sizeof *values);
    if (values == NULL)
        return false;
    entry->execution_ns[side] = values;
    if (sample_count > 0) {
        values = realloc(entry->samples_ns[side], capacity * sample_count * sizeof *values);
        if (values == NULL)
            return false;
        entry->samples_ns[side] = values;
    }
    entry->capacity[side] = capacity;
    return true;
}

bool duel_add_execution(struct duel_entry *entry, int side, double median_ns) {
    if (!reserve(entry, side, 0))
        return false;
    entry->execution_ns[side][entry->counts[side]++] = median_ns;
    return true;
}

static bool add_samples(struct duel_entry *entry, int side, const double *samples_ns, unsigned sample_count) {
    if (!reserve(entry, side, sample_count))
        return false;
    memcpy(entry->samples_ns[side] + entry->counts[side] * sample_count, samples_ns, sample_count * sizeof *samples_ns);
    entry->execution_ns[side][entry->counts[side]++] = statistics_median(samples_ns, sample_count);
    return true;
}

void duel_enter(struct duel_entry *entry, const struct bench_case *c, double work) {
    *entry = (struct duel_entry){.c = c, .work = work, .verdict = {.verdict = VERDICT_INCONCLUSIVE}};
    case_name(c, entry->name);
}

void duel_clear(struct duel *duel) {
    for (size_t i = 0; i < duel->count; i++) {
        for (int side = 0; side < DUEL_SIDES; side++) {
            free(duel->entries[i].execution_ns[side]);
            free(duel->entries[i].samples_ns[side]);
        }
    }
}

/* ---- One execution ---- */

/* A side that does not know a case lacks it; one that knows it and does not carry it out has failed. */
static void give_up(struct duel_entry *entry, int side, enum duel_state state, const char *reason) {
    entry->state = state;
    entry->side = side;
    (void)snprintf(entry->reason, sizeof entry->reason, "%.*s", (int)sizeof entry->reason - 1, reason);
}

/* False when interrupted. Whether it went well, the answer says; on failure the entry's state does. */
static bool call(struct ring *ring, struct duel_entry *entry, int side, uint64_t iterations,
                 struct execution_answer *answer) {
    const struct duel *duel = ring->duel;
    char plugin[PATH_MAX];
    struct execution_request request;
    struct error error;
    *answer = (struct execution_answer){.outcome = EXECUTION_FAILED};
    if (!gate_side_request(duel->sides[side], entry->c, entry->name, duel->registry, plugin, &request, &error)) {
        give_up(entry, side, DUEL_LACKING, error.text);
        return true;
    }
    request.iterations = iterations;
    request.sample_count = duel->sample_count;
    request.sample_seconds = duel->sample_seconds;
    request.proved = entry->proved[side];
    const struct worker_call worker = {
        .request = &request,
        .program = duel->sides[side]->program,
        .pad_bytes = random_below(&ring->random, PAD_BYTES_MAX + 1),
        .deadline_seconds = ring->patience + patience_factor * duel->sample_seconds * duel->sample_count,
        .progress = &ring->progress,
        .end = ring->end,
    };
    if (!worker_call(&worker, answer))
        return false;
    entry->proved[side] = answer->outcome == EXECUTION_OK;
    if (answer->outcome != EXECUTION_OK)
        give_up(entry, side,
                answer->outcome == EXECUTION_FAILED && duel->sides[side]->is_other ? DUEL_LACKING : DUEL_FAILED,
                answer->reason);
    return true;
}

/* The number of iterations for both sides, as the base has it, unless it is from elsewhere and does not say. */
static bool calibrate(struct ring *ring, struct duel_entry *entry) {
    struct execution_answer answer;
    const bool going_on = call(ring, entry, ring->duel->sides[DUEL_BASE] != NULL ? DUEL_BASE : DUEL_NEW, 0, &answer);
    if (going_on && answer.outcome == EXECUTION_OK)
        entry->iterations = answer.iterations;
    execution_answer_clear(&answer);
    return going_on;
}

/* Times are divided by the iterations that were asked for, whatever more the side executes for them. */
static bool execute(struct ring *ring, struct duel_entry *entry, int side, double *samples_ns) {
    struct execution_answer answer;
    const double work = side == DUEL_NEW ? entry->work : 1;
    const uint64_t executed = (uint64_t)ceil((double)entry->iterations * work);
    const bool going_on = call(ring, entry, side, executed, &answer);
    for (unsigned i = 0; going_on && answer.outcome == EXECUTION_OK && i < ring->duel->sample_count; i++)
        samples_ns[i] = answer.samples[i].real_ns * ((double)executed / (double)entry->iterations);
    if (answer.outcome == EXECUTION_OK)
        (void)snprintf(entry->linkage[side], sizeof entry->linkage[side], "%s", answer.linkage);
    if (going_on && answer.outcome == EXECUTION_OK && answer.sample_count != ring->duel->sample_count)
        give_up(entry, side, DUEL_FAILED, "answered with another number of samples than was asked for");
    ring->duel->executions_done++;
    execution_answer_clear(&answer);
    return going_on;
}

/* ---- One pair ---- */

/* Pairs come in twos, the second the other way round; which way the first goes, the seed says. */
static bool new_goes_first(const struct duel *duel, size_t entry, size_t pair) {
    struct random random = {duel->seed ^ ((uint64_t)entry << 32 | pair / 2)};
    return (random_below(&random, 2) ^ (pair % 2)) != 0;
}

static enum duel_end measure_pair(struct ring *ring, size_t index) {
    struct duel *duel = ring->duel;
    struct duel_entry *entry = &duel->entries[index];
    double samples_ns[DUEL_SIDES][EXECUTION_SAMPLES_MAX];
    const int first = new_goes_first(duel, index, entry->counts[DUEL_NEW]) ? DUEL_NEW : DUEL_BASE;
    for (int turn = 0; turn < DUEL_SIDES && entry->state == DUEL_OPEN; turn++) {
        const int side = turn == 0 ? first : DUEL_SIDES - 1 - first;
        if (duel->sides[side] != NULL && !execute(ring, entry, side, samples_ns[side]))
            return DUEL_INTERRUPTED;
    }
    for (int side = 0; side < DUEL_SIDES && entry->state == DUEL_OPEN; side++) {
        if (duel->sides[side] != NULL && !add_samples(entry, side, samples_ns[side], duel->sample_count))
            return DUEL_NO_MEMORY;
    }
    return DUEL_DONE;
}

static enum duel_end step(struct ring *ring, size_t index) {
    struct duel_entry *entry = &ring->duel->entries[index];
    if (interrupt_requested() || (entry->iterations == 0 && !calibrate(ring, entry)))
        return DUEL_INTERRUPTED;
    return entry->state == DUEL_OPEN ? measure_pair(ring, index) : DUEL_DONE;
}

/* ---- Rounds and looks ---- */

static double fraction_done(const struct ring *ring, size_t pairs) {
    const struct duel *duel = ring->duel;
    const double by_time = spent_seconds(ring) / duel->budget_seconds;
    const double by_pairs = duel->pairs_max == 0 ? 0 : (double)pairs / (double)duel->pairs_max;
    return fmin(1, fmax(by_time, by_pairs));
}

static bool look(struct ring *ring, double fraction) {
    struct duel *duel = ring->duel;
    for (size_t i = 0; i < duel->count; i++) {
        struct duel_entry *entry = &duel->entries[i];
        ring->verdicts[i].base = (struct verdict_side){entry->execution_ns[DUEL_BASE], entry->counts[DUEL_BASE]};
        ring->verdicts[i].other = (struct verdict_side){entry->execution_ns[DUEL_NEW], entry->counts[DUEL_NEW]};
        ring->verdicts[i].alternating = duel->sides[DUEL_BASE] != NULL;
        ring->settled[i] = entry->state != DUEL_OPEN;
    }
    if (!sequence_look(&ring->sequence, ring->verdicts, ring->settled, fraction))
        return false;
    for (size_t i = 0; i < duel->count; i++) {
        struct duel_entry *entry = &duel->entries[i];
        entry->verdict = ring->verdicts[i];
        if (entry->state == DUEL_OPEN && ring->settled[i] && !duel->fixed)
            entry->state = DUEL_SETTLED;
    }
    return true;
}

static size_t shuffle_open(struct ring *ring) {
    size_t open = 0;
    for (size_t i = 0; i < ring->duel->count; i++) { /* Fisher and Yates, filling as it goes */
        if (ring->duel->entries[i].state != DUEL_OPEN)
            continue;
        const size_t j = (size_t)random_below(&ring->random, open + 1);
        ring->order[open] = ring->order[j];
        ring->order[j] = i;
        open++;
    }
    return open;
}

static void show_progress(struct ring *ring, size_t open, size_t index) {
    const struct duel *duel = ring->duel;
    const struct duel_part *part = duel->part;
    char what[sizeof ring->progress.what];
    if (part == NULL) {
        progress_step(&ring->progress, duel->count - open, fmax(0, duel->budget_seconds - spent_seconds(ring)),
                      duel->entries[index].name);
        return;
    }
    (void)snprintf(what, sizeof what, "%s: %.150s", part->name, duel->entries[index].name);
    progress_step(&ring->progress, part->done, fmax(0, part->ends_seconds - now_seconds()), what);
}

/* One pair of each open entry, in an order of its own. Stops where the budget does. */
static enum duel_end fight_round(struct ring *ring, size_t open, bool *is_over) {
    for (size_t i = 0; i < open; i++) {
        if (spent_seconds(ring) >= ring->duel->budget_seconds) {
            *is_over = true;
            return DUEL_DONE;
        }
        show_progress(ring, open, ring->order[i]);
        const enum duel_end end = step(ring, ring->order[i]);
        if (end != DUEL_DONE)
            return end;
    }
    return DUEL_DONE;
}

static enum duel_end fight(struct ring *ring) {
    struct duel *duel = ring->duel;
    enum duel_end end = DUEL_DONE;
    bool is_over = false;
    for (size_t round = 1; !is_over && end == DUEL_DONE; round++) {
        const size_t open = shuffle_open(ring);
        end = fight_round(ring, open, &is_over);
        is_over |= open == 0 || round == duel->pairs_max;
        if (end == DUEL_DONE && !is_over && !duel->fixed && sequence_is_due(&ring->sequence, round) &&
            !look(ring, fraction_done(ring, round)))
            end = DUEL_NO_MEMORY;
    }
    if (end != DUEL_NO_MEMORY && !look(ring, 1))
        end = DUEL_NO_MEMORY;
    return end;
}

static bool make_ring(struct ring *ring, struct duel *duel) {
    *ring = (struct ring){
        .duel = duel,
        .sequence = {.threshold = duel->threshold, .alpha = duel->alpha, .case_count = duel->count},
        .verdicts = calloc(duel->count + 1, sizeof *ring->verdicts),
        .settled = calloc(duel->count + 1, sizeof *ring->settled),
        .order = calloc(duel->count + 1, sizeof *ring->order),
        .random = {duel->seed},
        .started = now_seconds(),
        .patience = worker_patience_seconds(),
        .end = malloc(sizeof *ring->end),
    };
    return ring->verdicts != NULL && ring->settled != NULL && ring->order != NULL && ring->end != NULL;
}

enum duel_end duel_run(struct duel *duel) {
    struct ring ring;
    enum duel_end end = DUEL_NO_MEMORY;
    if (make_ring(&ring, duel)) {
        progress_start(&ring.progress, duel->quiet, duel->part != NULL ? duel->part->total : duel->count);
        end = fight(&ring);
        progress_clear(&ring.progress);
    }
    duel->seconds_spent = spent_seconds(&ring);
    free(ring.verdicts);
    free(ring.settled);
    free(ring.order);
    free(ring.end);
    return end;
}
