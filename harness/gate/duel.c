#include "gate/duel.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/interrupt.h"
#include "base/now.h"
#include "base/random.h"
#include "gate/sequence.h"
#include "session/progress.h"
#include "session/worker_call.h"

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
    struct child_end *ends; /* of each side; too large for the stack */
};

static double spent_seconds(const struct ring *ring) {
    return now_seconds() - ring->started;
}

/* ---- What was measured ---- */

/* Makes room for one value more, of several doubles each. How much there is follows from how many there are. */
static bool make_room(double **values, size_t count, size_t doubles) {
    enum { FIRST = 32 };
    const bool is_full = count == 0 || (count >= FIRST && (count & (count - 1)) == 0);
    if (!is_full)
        return true;
    double *moved = realloc(*values, (count == 0 ? FIRST : 2 * count) * doubles * sizeof *moved);
    if (moved != NULL)
        *values = moved;
    return moved != NULL;
}

bool duel_add_execution(struct duel_entry *entry, int side, double median_ns) {
    struct duel_side *values = &entry->sides[side];
    if (!make_room(&values->execution_ns, values->count, 1))
        return false;
    values->execution_ns[values->count++] = median_ns;
    return true;
}

static bool add_samples(struct duel_entry *entry, int side, const double *samples_ns, unsigned sample_count) {
    struct duel_side *values = &entry->sides[side];
    if (!make_room(&values->samples_ns, values->count, sample_count))
        return false;
    memcpy(values->samples_ns + values->count * sample_count, samples_ns, sample_count * sizeof *samples_ns);
    return duel_add_execution(entry, side, statistics_median(samples_ns, sample_count));
}

/*
 * Before the samples of a pair are added. The n-th ones of both were taken one after the other: what the machine was
 * like meanwhile is in both.
 */
static bool add_shift(struct duel_entry *entry, double samples_ns[DUEL_SIDES][EXECUTION_SAMPLES_MAX],
                      unsigned sample_count) {
    const size_t pair = entry->sides[DUEL_NEW].count;
    double shifts[EXECUTION_SAMPLES_MAX];
    for (unsigned i = 0; i < sample_count; i++)
        shifts[i] = log(samples_ns[DUEL_NEW][i] / samples_ns[DUEL_BASE][i]);
    if (!make_room(&entry->pair_shifts, pair, 1))
        return false;
    entry->pair_shifts[pair] = statistics_median(shifts, sample_count);
    return true;
}

void duel_enter(struct duel_entry *entry, const struct bench_case *c, double work) {
    *entry = (struct duel_entry){.c = c, .work = work, .verdict = {.verdict = VERDICT_INCONCLUSIVE}};
    case_name(c, entry->name);
}

void duel_clear(struct duel *duel) {
    for (size_t i = 0; i < duel->count; i++) {
        for (int side = 0; side < DUEL_SIDES; side++) {
            free(duel->entries[i].sides[side].execution_ns);
            free(duel->entries[i].sides[side].samples_ns);
        }
        free(duel->entries[i].pair_shifts);
    }
}

/* ---- One execution ---- */

/* A side that does not know a case lacks it; one that knows it and does not carry it out has failed. */
static void give_up(struct duel_entry *entry, int side, enum duel_state state, const char *reason) {
    entry->state = state;
    entry->side = side;
    (void)snprintf(entry->reason, sizeof entry->reason, "%.*s", (int)sizeof entry->reason - 1, reason);
}

/* A call of one side's worker, and what it leads to. */
struct side_call {
    char plugin[PATH_MAX];
    struct execution_request request;
    struct worker_call call;
};

/* False when the side cannot be asked, and the entry's state says why. */
static bool make_call(struct ring *ring, struct duel_entry *entry, int side, uint64_t iterations,
                      struct side_call *made) {
    const struct duel *duel = ring->duel;
    struct error error;
    if (!gate_side_request(duel->sides[side], entry->c, entry->name, duel->registry, made->plugin, &made->request,
                           &error)) {
        give_up(entry, side, DUEL_LACKING, error.text);
        return false;
    }
    const struct peer *peer;
    if (!gate_side_peer(duel->sides[side], entry->c, &peer, &error)) {
        give_up(entry, side, DUEL_LACKING, error.text);
        return false;
    }
    made->request.iterations = iterations;
    made->request.sample_count = duel->sample_count;
    made->request.sample_seconds = duel->sample_seconds;
    made->request.proved = entry->sides[side].proved;
    made->call = (struct worker_call){
        .request = &made->request,
        .program = duel->sides[side]->program,
        .peer = peer,
        .peer_case = peer != NULL ? entry->c : NULL,
        .pad_bytes = random_below(&ring->random, PAD_BYTES_MAX + 1),
        .deadline_seconds = ring->patience + patience_factor * duel->sample_seconds * duel->sample_count,
        .progress = &ring->progress,
        .end = &ring->ends[side],
    };
    return true;
}

/* Whether it went well; if not, the entry's state says how. */
static bool take_answer(const struct duel *duel, struct duel_entry *entry, int side,
                        const struct execution_answer *answer) {
    entry->sides[side].proved = answer->outcome == EXECUTION_OK;
    if (answer->outcome == EXECUTION_OK)
        return true;
    give_up(entry, side,
            answer->outcome == EXECUTION_FAILED && duel->sides[side]->is_other ? DUEL_LACKING : DUEL_FAILED,
            answer->reason);
    return false;
}

/*
 * The number of iterations for both sides, as the base has it, unless it is from elsewhere and does not say. Each side
 * is asked, since that is when it proves the case. False when interrupted.
 */
static bool calibrate(struct ring *ring, struct duel_entry *entry) {
    bool going_on = true;
    for (int side = 0; side < DUEL_SIDES && going_on && entry->state == DUEL_OPEN; side++) {
        struct side_call made;
        struct execution_answer answer;
        if (ring->duel->sides[side] == NULL || !make_call(ring, entry, side, 0, &made))
            continue;
        going_on = worker_call(&made.call, &answer);
        if (going_on && take_answer(ring->duel, entry, side, &answer) && entry->iterations == 0)
            entry->iterations = answer.iterations;
        execution_answer_clear(&answer);
    }
    return going_on;
}

/* How many iterations a side goes through for those that its times are divided by. */
static uint64_t executed_iterations(const struct duel_entry *entry, int side) {
    return (uint64_t)ceil((double)entry->iterations * (side == DUEL_NEW ? entry->work : 1));
}

static void take_samples(struct ring *ring, struct duel_entry *entry, int side, const struct execution_answer *answer,
                         double *samples_ns) {
    const struct duel *duel = ring->duel;
    ring->duel->executions_done++;
    if (!take_answer(duel, entry, side, answer))
        return;
    if (answer->sample_count != duel->sample_count) {
        give_up(entry, side, DUEL_FAILED, "answered with another number of samples than was asked for");
        return;
    }
    const double share = (double)executed_iterations(entry, side) / (double)entry->iterations;
    for (unsigned i = 0; i < duel->sample_count; i++)
        samples_ns[i] = answer->samples[i].values[SAMPLE_REAL_NS] * share;
    (void)snprintf(entry->sides[side].linkage, sizeof entry->sides[side].linkage, "%s", answer->linkage);
}

/* ---- One pair ---- */

/* Pairs come in twos, the second the other way round; which way the first goes, the seed says. */
static int first_of(const struct duel *duel, size_t entry, size_t pair) {
    struct random random = {duel->seed ^ ((uint64_t)entry << 32 | pair / 2)};
    return (random_below(&random, 2) ^ (pair % 2)) != 0 ? DUEL_NEW : DUEL_BASE;
}

/*
 * Lets both sides measure, in turns. Peers, which know no turns, measure one after the other: what the machine does
 * meanwhile need not meet both alike. False when interrupted.
 */
static bool call_pair(const struct worker_call calls[DUEL_SIDES], int first,
                      struct execution_answer answers[DUEL_SIDES]) {
    if (calls[first].peer == NULL)
        return worker_call_in_turns(calls, first, answers);
    answers[1 - first] = execution_answer_empty();
    return worker_call(&calls[first], &answers[first]) && worker_call(&calls[1 - first], &answers[1 - first]);
}

/* Both sides. False when interrupted. */
static bool execute_pair(struct ring *ring, size_t index, double samples_ns[DUEL_SIDES][EXECUTION_SAMPLES_MAX]) {
    struct duel_entry *entry = &ring->duel->entries[index];
    struct side_call made[DUEL_SIDES];
    struct execution_answer answers[DUEL_SIDES];
    struct worker_call calls[DUEL_SIDES];
    for (int side = 0; side < DUEL_SIDES; side++) {
        if (!make_call(ring, entry, side, executed_iterations(entry, side), &made[side]))
            return true;
        made[side].request.in_turns = entry->c->peer == NULL;
        calls[side] = made[side].call;
        calls[side].deadline_seconds *= (double)DUEL_SIDES; /* it waits for the other */
    }
    /* Where the new side hangs, the base sees it gone and ends well; where the base does, both are late, and the first
     * that is looked at is to blame. */
    calls[DUEL_BASE].deadline_seconds *= 2;
    const bool going_on = call_pair(calls, first_of(ring->duel, index, entry->sides[DUEL_NEW].count), answers);
    for (int side = 0; side < DUEL_SIDES; side++) {
        if (going_on && entry->state == DUEL_OPEN)
            take_samples(ring, entry, side, &answers[side], samples_ns[side]);
        execution_answer_clear(&answers[side]);
    }
    return going_on;
}

/* The new side alone. False when interrupted. */
static bool execute_new(struct ring *ring, struct duel_entry *entry, double *samples_ns) {
    struct side_call made;
    struct execution_answer answer;
    if (!make_call(ring, entry, DUEL_NEW, executed_iterations(entry, DUEL_NEW), &made))
        return true;
    const bool going_on = worker_call(&made.call, &answer);
    if (going_on)
        take_samples(ring, entry, DUEL_NEW, &answer, samples_ns);
    execution_answer_clear(&answer);
    return going_on;
}

static enum duel_end measure(struct ring *ring, size_t index) {
    struct duel *duel = ring->duel;
    struct duel_entry *entry = &duel->entries[index];
    double samples_ns[DUEL_SIDES][EXECUTION_SAMPLES_MAX];
    const bool has_pair = duel->sides[DUEL_BASE] != NULL;
    if (!(has_pair ? execute_pair(ring, index, samples_ns) : execute_new(ring, entry, samples_ns[DUEL_NEW])))
        return DUEL_INTERRUPTED;
    if (entry->state != DUEL_OPEN)
        return DUEL_DONE;
    const bool kept = (!has_pair || (add_shift(entry, samples_ns, duel->sample_count) &&
                                     add_samples(entry, DUEL_BASE, samples_ns[DUEL_BASE], duel->sample_count))) &&
                      add_samples(entry, DUEL_NEW, samples_ns[DUEL_NEW], duel->sample_count);
    return kept ? DUEL_DONE : DUEL_NO_MEMORY;
}

static enum duel_end step(struct ring *ring, size_t index) {
    struct duel_entry *entry = &ring->duel->entries[index];
    if (interrupt_requested() || (entry->iterations == 0 && !calibrate(ring, entry)))
        return DUEL_INTERRUPTED;
    return entry->state == DUEL_OPEN ? measure(ring, index) : DUEL_DONE;
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
        const struct duel_side *base = &entry->sides[DUEL_BASE], *new = &entry->sides[DUEL_NEW];
        ring->verdicts[i].base = (struct verdict_side){base->execution_ns, base->count};
        ring->verdicts[i].other = (struct verdict_side){new->execution_ns, new->count};
        ring->verdicts[i].pair_shifts = entry->pair_shifts;
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

/* One pair of each open entry, in an order of its own. Stops where the budget does, but not before the first. */
static enum duel_end fight_round(struct ring *ring, size_t open, bool *is_over) {
    for (size_t i = 0; i < open; i++) {
        if (spent_seconds(ring) >= ring->duel->budget_seconds && ring->duel->executions_done > 0) {
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
        .ends = calloc(DUEL_SIDES, sizeof *ring->ends),
    };
    return ring->verdicts != NULL && ring->settled != NULL && ring->order != NULL && ring->ends != NULL;
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
    free(ring.ends);
    return end;
}
