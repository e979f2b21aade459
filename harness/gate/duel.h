/*
 * Two builds, measured in turns: for each case an execution of one and one of the other at the same time, on the same
 * PUs and with the same number of iterations, which take their samples in turn (turns.h), in random order (A B, then B
 * A, or the other way round); until each verdict is settled or the budget is spent. What the machine does meanwhile
 * meets both sides alike; what is compared is by what one took longer than the other, pair by pair. Peers do not take
 * turns: a pair of theirs is one execution after the other.
 *
 * A side may be given more work than its times are divided by: that is a slow-down of known size, on the very code that
 * the case measures, and how the gate itself is tested. The base may be values that were measured before; then only the
 * new side is executed.
 */
#ifndef CTXBENCH_DUEL_H
#define CTXBENCH_DUEL_H

#include "gate/gate_side.h"
#include "statistics/verdict.h"

enum { DUEL_BASE, DUEL_NEW, DUEL_SIDES };

enum duel_state {
    DUEL_OPEN,
    DUEL_SETTLED, /* the verdict is one */
    DUEL_LACKING, /* one side cannot be asked for this case; the reason says why */
    DUEL_FAILED,  /* an execution went wrong; the reason says how */
};

/* What was measured of one side. Times are per operation; samples stand execution after execution. */
struct duel_side {
    bool proved;                       /* by a worker of this side */
    size_t count;                      /* of executions */
    double *execution_ns, *samples_ns; /* a base from elsewhere has no samples */
    char linkage[sizeof((struct execution_answer *)0)->linkage];
};

struct duel_entry {
    const struct bench_case *c;
    double work; /* of the new side: operations executed for each that its time is divided by; 1: no more */
    /* For a base that is no program: the number that it was measured with. Otherwise calibrated. */
    uint64_t iterations;

    /* What comes out. */
    char name[CASE_NAME_MAX];
    enum duel_state state;
    int side; /* which is lacking or failed */
    char reason[sizeof((struct execution_answer *)0)->reason];
    struct duel_side sides[DUEL_SIDES];
    double *pair_shifts; /* of each pair of executions (struct verdict_case); NULL: the base is from elsewhere */
    struct verdict_case verdict;
};

/* A duel that is a part of something longer: how far that is and when it ends, for the progress line. */
struct duel_part {
    const char *name;
    size_t done, total;
    double ends_seconds; /* as now_seconds() has it */
};

struct duel {
    const struct registry *registry;
    const struct gate_side *sides[DUEL_SIDES]; /* DUEL_BASE may be NULL: the entries hold its values */
    struct duel_entry *entries;
    size_t count;
    unsigned sample_count;
    double sample_seconds;
    double budget_seconds;
    size_t pairs_max; /* of each entry; 0: what the budget allows */
    bool fixed;       /* all pairs of every entry, whatever the verdicts are; one look at the end */
    double threshold, alpha;
    uint64_t seed;
    bool quiet;
    const struct duel_part *part; /* NULL: it is all there is */
    size_t executions_done;
    double seconds_spent;
};

enum duel_end { DUEL_DONE, DUEL_INTERRUPTED, DUEL_NO_MEMORY };

/* Interrupted or not, the entries then hold the verdicts on what was measured. */
enum duel_end duel_run(struct duel *duel);

/* Frees what the entries own. */
void duel_clear(struct duel *duel);

/* Makes an entry for a case; `work` as above. */
void duel_enter(struct duel_entry *entry, const struct bench_case *c, double work);

/* Adds an execution that was measured before, for a base that is no program. False when out of memory. */
bool duel_add_execution(struct duel_entry *entry, int side, double median_ns);

#endif
