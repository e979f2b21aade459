/*
 * How a result is to be shown, by what its file says of workloads, strategies and scenarios (context.ctxbench.
 * presentation): no reader knows any of them by name. What a file does not say is derived from its cases: an older file
 * has a section for each workload, a column for each reference, and a condition for each scenario that
 * most strategies take part in.
 */
#ifndef CTXBENCH_REPORT_PRESENTATION_H
#define CTXBENCH_REPORT_PRESENTATION_H

#include "base/arena.h"
#include "data/matrix.h"
#include "data/result_file.h"

/* The axes that are no parameters. */
#define AXIS_STORE "store"
#define AXIS_THREADS "threads"

enum { YARDSTICKS_MAX = 4, YARDSTICK_RUNTIMES_MAX = 32 };

/* A reference, and the column of ratios to it: each runtime's cases are held against the reference of that runtime. */
struct yardstick {
    const char *strategy;       /* ctxbench's own, or else the first runtime's */
    const char *label, *legend; /* "vs LABEL: LEGEND" */
    bool reads_stack;           /* then it is one for those alone that read it, too */
    bool no_context;            /* it does the work without any context */
    struct {
        const char *strategy, *runtime;
    } of[YARDSTICK_RUNTIMES_MAX];
    size_t runtime_count;
};

/* The reference that cases of a runtime are held against; NULL if there is none. */
const char *yardstick_of(const struct yardstick *yardstick, const char *runtime);

/* Whether two, of the same file or of two, share a column: they have one label, and differ in no runtime's reference.
 */
bool yardsticks_share(const struct yardstick *a, const struct yardstick *b);

struct yardsticks {
    struct yardstick list[YARDSTICKS_MAX]; /* the most important first */
    size_t count;
};

/* Those of the file that were measured. Texts are the file's. */
struct yardsticks presentation_yardsticks(const struct result_file *file);

struct presented_section {
    const char *id; /* lower case, digits, '-'; NULL: none, and nothing else is set */
    const char *title;
    long long order;
};

/* What a workload is to a reader who has to choose. */
enum presented_role {
    ROLE_PART,    /* one cost among others */
    ROLE_READ,    /* its reads are what strategies are ranked by */
    ROLE_WHOLE,   /* a whole piece of work, in which reading and handing on are weighed against each other */
    ROLE_SCOPE,   /* enters and leaves a scope */
    ROLE_HANDOFF, /* hands work to another thread, and has the answer */
    ROLE_START,   /* starts a thread that inherits the context */
    ROLE_LINE,    /* reads by a function that is called, and keeps what it has read */
    ROLE_TASK,    /* hands work to a task of the same thread */
    ROLE_COUNT
};

struct presented_workload {
    size_t place; /* among the costs of an overview */
    enum presented_role role;
    bool communicates;                /* its threads do, so that it matters where they are */
    bool shows_axis_best;             /* the axis is what the workload is about */
    struct presented_section section; /* for costs that vary along the axis */
};

struct presented_workload presentation_of_workload(const struct result_file *file, const char *workload,
                                                   const char *axis);

/* Whether a strategy's context is a parameter of every function. */
bool presentation_takes_argument(const struct result_file *file, const char *strategy);

/* The strategy that it is to be shown beside, though that one is of another runtime; NULL if there is none. */
const char *presentation_beside(const struct result_file *file, const char *strategy);

/* What is seen of its context from outside of the process: "nothing", "id" or "bindings"; "" if nothing is known. */
const char *presentation_outside(const struct result_file *file, const char *strategy);

/* "longjmp, fork": the scenarios that the strategy is expected to fail; "" if there are none, or nothing is known. */
void presentation_failing(const struct result_file *file, const char *strategy, char *names, size_t size);

/* Why the strategy is expected to fail the scenario; NULL: it is not, or nothing is known. */
const char *presentation_why_failing(const struct result_file *file, const char *strategy, const char *scenario);

/* What code may have to live with: the strategies that hold all these scenarios are right there. */
struct condition {
    const char *need; /* the name by which people ask for it: lower case, digits, '-' */
    const char *title;
    const char **scenarios;
    size_t scenario_count;
};

struct conditions {
    struct condition *list; /* the first is what all code needs */
    size_t count;
};

/* Those of the file that the matrix is from; they live in the arena, texts are the file's. False when out of memory. */
bool presentation_conditions(const struct result_file *file, const struct matrix *matrix, struct arena *arena,
                             struct conditions *conditions);

#endif
