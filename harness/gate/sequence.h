/*
 * Judging while sampling goes on: each look at a suite spends a part of the chance to err (alpha spending), so that all
 * looks together stay within it. A case whose verdict is settled is not looked at again; what it might have spent later
 * is left unspent. Pure functions.
 */
#ifndef CTXBENCH_SEQUENCE_H
#define CTXBENCH_SEQUENCE_H

#include "statistics/verdict.h"

struct sequence {
    double threshold, alpha;
    size_t case_count; /* of the suite: what alpha is shared by */
    double spent;      /* of alpha, by the looks so far; 0 to begin with */
    size_t next_look;  /* at so many executions a side; 0 to begin with */
};

/* Whether to look now that each open case has `executions` a side. Looks become rarer as there is more to look at. */
bool sequence_is_due(struct sequence *sequence, size_t executions);

/*
 * Judges the cases that are not settled, and settles those that come to a verdict. `fraction` (0 to 1) is the part of
 * the planned sampling that is done; the last look has 1. Cases without executions stay as they are. False when out of
 * memory.
 */
bool sequence_look(struct sequence *sequence, struct verdict_case *cases, bool *settled, double fraction);

/*
 * Judges executions that are all there already as if they came one pair after the other, looked at when it is due: what
 * sampling that stops would have said of them, and when. Each case then holds the executions that it would have
 * taken, and the verdict on them. `sequence` is as it was before any look; false when out of memory.
 */
bool sequence_replay(struct sequence *sequence, struct verdict_case *cases);

#endif
