#include "gate/sequence.h"

#include <stdlib.h>

#include "statistics/error_rate.h"

/* With fewer than the first, a suite of some cases comes to no verdict, whatever the values are. */
enum { FIRST_LOOK = 12 };
static const double LOOK_GROWTH = 1.3;

bool sequence_is_due(struct sequence *sequence, size_t executions) {
    if (executions < FIRST_LOOK || executions < sequence->next_look)
        return false;
    sequence->next_look = (size_t)((double)executions * LOOK_GROWTH) + 1;
    return true;
}

/* Copies the open cases to `open` and where they come from to `origin`. Returns how many there are. */
static size_t gather(const struct verdict_case *cases, const bool *settled, size_t count, struct verdict_case *open,
                     size_t *origin) {
    size_t open_count = 0;
    for (size_t i = 0; i < count; i++) {
        if (settled[i] || cases[i].base.count == 0 || cases[i].other.count == 0)
            continue;
        open[open_count] = cases[i];
        origin[open_count++] = i;
    }
    return open_count;
}

bool sequence_look(struct sequence *sequence, struct verdict_case *cases, bool *settled, double fraction) {
    const double spendable = statistics_alpha_spent(STATISTICS_POCOCK, sequence->alpha, fraction);
    struct verdict_case *open = calloc(sequence->case_count + 1, sizeof *open);
    size_t *origin = calloc(sequence->case_count + 1, sizeof *origin);
    bool judged = open != NULL && origin != NULL;
    const size_t count = judged ? gather(cases, settled, sequence->case_count, open, origin) : 0;
    /* Each case keeps to its share, whatever became of the others: which are still open is not known beforehand. */
    const double alpha = (spendable - sequence->spent) * (double)count / (double)sequence->case_count;
    if (count > 0 && alpha > 0) {
        judged = verdict_judge(open, count, sequence->threshold, alpha);
        sequence->spent = spendable;
        for (size_t i = 0; judged && i < count; i++) {
            cases[origin[i]] = open[i];
            settled[origin[i]] = open[i].verdict != VERDICT_INCONCLUSIVE;
        }
    }
    free(open);
    free(origin);
    return judged;
}

static size_t least(size_t a, size_t b) {
    return a < b ? a : b;
}

/* Shows each open case its first `executions`, of those that there are. */
static void uncover(struct verdict_case *cases, const struct verdict_case *all, const bool *settled, size_t count,
                    size_t executions) {
    for (size_t i = 0; i < count; i++) {
        if (settled[i])
            continue;
        cases[i].base.count = least(executions, all[i].base.count);
        cases[i].other.count = least(executions, all[i].other.count);
    }
}

static size_t longest(const struct verdict_case *cases, size_t count) {
    size_t executions = 0;
    for (size_t i = 0; i < count; i++)
        executions = cases[i].other.count > executions ? cases[i].other.count : executions;
    return executions;
}

bool sequence_replay(struct sequence *sequence, struct verdict_case *cases) {
    const size_t count = sequence->case_count, executions_max = longest(cases, count);
    struct verdict_case *all = calloc(count + 1, sizeof *all);
    bool *settled = calloc(count + 1, sizeof *settled);
    bool judged = all != NULL && settled != NULL;
    for (size_t i = 0; judged && i < count; i++) {
        cases[i].verdict = VERDICT_INCONCLUSIVE;
        all[i] = cases[i];
    }
    for (size_t executions = 1; judged && executions <= executions_max; executions++) {
        if (executions < executions_max && !sequence_is_due(sequence, executions))
            continue;
        uncover(cases, all, settled, count, executions);
        judged = sequence_look(sequence, cases, settled, (double)executions / (double)executions_max);
    }
    free(all);
    free(settled);
    return judged;
}
