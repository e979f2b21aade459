/*
 * The contract between a strategy (a way to find the current context) and whoever runs it.
 *
 * A strategy is one C file: it defines a few static inline operations, includes "kernels.h", and thereby exports one
 * const descriptor, `struct ctx_strategy`. Its operations are inlined into the measuring loops, so nothing below is
 * called while the clock runs. See skeleton.c for an annotated example and README.md for the operations.
 *
 * Sources of ideas: fio's ioengine_ops (descriptor, refusals that name found and wanted), stress-ng (a module that
 * cannot run registers and says why), Concurrency Kit's regressions (one file of operations feeds timing and proof).
 */
#ifndef CTX_STRATEGY_H
#define CTX_STRATEGY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "context/context.h"
#include "recorder.h"

/* Changes whenever a struct below changes its layout or meaning. */
#define CTX_STRATEGY_ABI 7u

/*
 * An operation of a strategy is part of every loop that measures it; a compiler's limits on inlining have no say. clang
 * 14 calls the read of a stack tag as a function otherwise, and the walk then starts one frame further in.
 */
#define CTX_OPERATION static inline __attribute__((always_inline))

enum ctx_trait {
    CTX_TRAIT_REFERENCE = 1u << 0,             /* a yardstick, not a way to propagate (struct ctx_yardstick) */
    CTX_TRAIT_NO_CONTEXT = 1u << 1,            /* finds no context by design: reads add 0 to a checksum */
    CTX_TRAIT_EXPLICIT_ARGUMENT = 1u << 2,     /* the context is a parameter of every function */
    CTX_TRAIT_READS_STACK = 1u << 3,           /* walks frames; so does the reference that is its yardstick */
    CTX_TRAIT_SURVIVES_FIBER_SWITCH = 1u << 4, /* the context belongs to the stack, not to the thread */
    CTX_TRAIT_NEEDS_FRAME_POINTERS = 1u << 5,  /* slower, though still right, in code without them */
    CTX_TRAIT_SWAPS_AT_SWITCH = 1u << 6, /* right on fibers, if whoever switches them saves and restores its context */
    CTX_TRAIT_RESERVES_REGISTER = 1u << 7, /* of the processor: all code is to leave it alone */
    CTX_TRAIT_HAS_SLOTS = 1u << 8,         /* a place of its own for each key (kernels.h finds out) */
    CTX_TRAIT_ATTACHES =
        1u << 9, /* a context can be attached in one call and detached in another (kernels.h finds out) */
    /* What profilers, debuggers and core files show of a thread's context, without the program's help: */
    CTX_TRAIT_ID_SEEN_OUTSIDE = 1u << 10,       /* a number that tells contexts apart */
    CTX_TRAIT_BINDINGS_SEEN_OUTSIDE = 1u << 11, /* and what it binds */
    CTX_TRAIT_END = 1u << 12,                   /* beyond all of them */
};

#define CTX_TRAITS_OF_FIBERS (CTX_TRAIT_SURVIVES_FIBER_SWITCH | CTX_TRAIT_SWAPS_AT_SWITCH)

/* Whether a strategy of these traits finds the right context on fibers; references have none to mistake. */
static inline bool ctx_is_right_on_fibers(uint32_t traits) {
    return (traits & (CTX_TRAITS_OF_FIBERS | CTX_TRAIT_REFERENCE)) != 0;
}

/* The same in a word. */
static inline const char *ctx_seen_from_outside(uint32_t traits) {
    return (traits & CTX_TRAIT_BINDINGS_SEEN_OUTSIDE) != 0 ? "bindings"
           : (traits & CTX_TRAIT_ID_SEEN_OUTSIDE) != 0     ? "id"
                                                           : "nothing";
}

/*
 * A section of a report, of one or several workloads. Sections of one id are the same; workloads name those that are
 * defined in sections.h, or one of their own.
 */
struct ctx_section {
    const char *id; /* lower case, digits, '-' */
    const char *title;
    unsigned order; /* reports have them in this order */
};

/* A number that a workload takes. The first default is its base; a plan varies one parameter at a time. */
enum { CTX_PARAMETERS_MAX = 6, CTX_DEFAULTS_MAX = 8 };
struct ctx_parameter {
    const char *name; /* NULL ends the list */
    const char *summary;
    uint32_t min, max;
    uint32_t defaults[CTX_DEFAULTS_MAX], default_count;
    const struct ctx_section *section; /* where costs that vary with it are shown; NULL: where the workload's are */
};

/*
 * What the scenarios that workloads rest on prove. A workload names them; a worker runs those before it times a kernel.
 */
enum ctx_scenario_id {
    CTX_SCENARIO_NEST = 1u << 0,          /* nested override and restore */
    CTX_SCENARIO_FAILING_BODY = 1u << 1,  /* restore after a body that gives up half-way */
    CTX_SCENARIO_THREE_ANSWERS = 1u << 2, /* unset, NULL and no context are told apart */
    CTX_SCENARIO_TWO_MANAGERS = 1u << 3,  /* the same key under two managers */
    CTX_SCENARIO_PLAIN_CHILD = 1u << 4,   /* a plain thread sees nothing */
    CTX_SCENARIO_INHERIT = 1u << 5,       /* an inheriting thread sees the values as they were at the call */
    CTX_SCENARIO_HANDOFF = 1u << 6,       /* through a queue to another thread */
    CTX_SCENARIO_DEEP = 1u << 7,          /* 10,000 frames below the scope */
    CTX_SCENARIO_REUSE = 1u << 8,         /* a released id or slot carries no residue */
    CTX_SCENARIO_MANY_THREADS = 1u << 9,  /* threads that set and read at once do not see each other */
    /* For those alone that claim to be right on fibers (ctx_is_right_on_fibers): */
    CTX_SCENARIO_FIBER_SWITCH = 1u << 10,    /* fibers take turns on one thread */
    CTX_SCENARIO_FIBER_MIGRATION = 1u << 11, /* a fiber goes from thread to thread */
};

/* What is to come of a scenario with a strategy. */
enum ctx_expected { CTX_PASSES, CTX_FAILS, CTX_DOES_NOT_APPLY };

/* What follows for a scenario from a strategy's traits. Without a reason it is no rule. */
struct ctx_rule {
    uint32_t having;  /* it fits strategies that have one of these traits (0: all strategies) ... */
    uint32_t lacking; /* ... and none of these */
    enum ctx_expected expected;
    const char *reason; /* a clause, without a stop */
};

/*
 * What is to come of a scenario with one strategy, where that is not what follows from its traits. "*" stands for all
 * scenarios that no other exception names, and that do apply to the strategy.
 */
struct ctx_exception {
    const char *scenario;
    enum ctx_expected expected;
    const char *reason; /* a clause, without a stop; CTX_PASSES needs none */
};

/*
 * What code may have to live with: a report says which strategies pass all scenarios that decide it. Conditions of one
 * title are the same.
 */
struct ctx_condition {
    const char *title;
    unsigned order;                       /* reports have them in this order; the first is what all code needs */
    const struct ctx_condition *includes; /* whose scenarios decide this one, too; or NULL */
    const char *need; /* the name by which people ask for it: lower case, digits, '-'; NULL: made of the title */
};

/*
 * Proves one thing. `run` returns NULL, or what was found and what was wanted (static or thread-local storage). Whoever
 * runs scenarios that no workload rests on, runs each in a process of its own: some leave it as no other should find
 * it.
 */
struct ctx_scenario {
    uint32_t id; /* one of enum ctx_scenario_id; 0: no workload rests on it */
    const char *name;
    const char *summary;
    const char *(*unavailable)(void);      /* optional; NULL when it can be tried here, else what is missing */
    const char *(*run)(void);              /* NULL: there is no way for this strategy to take part */
    const struct ctx_condition *condition; /* that it decides; NULL: none */
    struct ctx_rule implied;               /* a strategy that it does not fit is to pass */
    const char *story;                     /* optional: where programs were bitten by it, for people to look up */
};

/* One thread's share of a measurement. */
struct ctx_job {
    uint64_t iterations;                     /* operations to do; at least 1 */
    uint32_t parameters[CTX_PARAMETERS_MAX]; /* in the order of the workload's parameters */
    unsigned thread, threads;                /* this thread's index, and how many run at once */
    void *shared;                            /* what prepare returned, the same for all threads; else NULL */
    struct ctx_recorder *recorder;           /* this thread's; NULL: operations are not to be noted */
};

enum ctx_form {
    CTX_FORM_THROUGHPUT, /* independent iterations, which the processor may overlap */
    CTX_FORM_LATENCY,    /* each iteration waits for the value that the one before loaded */
};

enum ctx_role {
    CTX_ROLE_PART,  /* one cost among others */
    CTX_ROLE_READ,  /* the read by which a report ranks strategies */
    CTX_ROLE_WHOLE, /* a whole piece of work, in which reading and handing on are weighed against each other */
    /* What a program does beside reading, and how much it costs: */
    CTX_ROLE_SCOPE,   /* enter and leave a scope */
    CTX_ROLE_HANDOFF, /* hand work and its context to another thread, and have the answer */
    CTX_ROLE_START,   /* start a thread that inherits the context, and join it */
    CTX_ROLE_LINE,    /* a read as a program makes it: by a function that is called and keeps what it has read */
    CTX_ROLE_TASK,    /* hand work and its context to a task of the same thread */
    CTX_ROLE_COUNT
};

struct ctx_workload {
    const char *name;
    const char *summary;
    const char *operation;             /* what one iteration is, for people: "read", "scope", "round trip" */
    uint32_t revision;                 /* raised when the work changes: figures of two revisions do not compare */
    uint32_t requires;                 /* mask of enum ctx_scenario_id */
    unsigned threads_min, threads_max; /* threads_max 0: as many as there are PUs */
    bool oversubscribes;               /* more threads than PUs are worth measuring: twice as many, if not told */
    bool communicates; /* its threads talk to each other, so one shared PU is a placement worth measuring */
    bool records;      /* its kernels note the time of each operation for whoever gives them a recorder */
    /* For reports: */
    enum ctx_role role;
    unsigned overview;                 /* its place among the costs of an overview, from 1 on; 0: after all others */
    const struct ctx_section *section; /* where its costs are shown; NULL: among other workloads */
    const struct ctx_section *threads_section; /* the same, as they vary with threads and places; NULL: no other */
    struct ctx_parameter parameters[CTX_PARAMETERS_MAX];
    /*
     * Optional: NULL, or the reason why a strategy of these traits has no such case: a clause, or several, without a
     * stop. Of the job only the parameters and the number of threads count.
     */
    const char *(*inapplicable)(const struct ctx_job *job, uint32_t traits);
    /* The checksum that thread job->thread must return; `traits` are the strategy's. */
    uint64_t (*checksum)(const struct ctx_job *job, uint32_t traits);
};

/* One workload compiled against one strategy. It owns its whole loop. */
struct ctx_kernel {
    const struct ctx_workload *workload;
    enum ctx_form form;
    void *(*prepare)(const struct ctx_job *job); /* optional; once per measurement, before the threads start */
    uint64_t (*run)(const struct ctx_job *job);  /* on each thread; returns that thread's checksum */
    void (*finish)(void *shared);                /* optional; once, after all threads ended */
    const char *store;          /* how contexts keep their values; NULL: in a chain, as gls/context.h has it */
    const char *(*prove)(void); /* what the store has to get right, as ctx_scenario's run; NULL without a store */
    /*
     * Optional, where an operation opens scopes: calls body(arg) once in the innermost of those that the job's has, or,
     * with `outside`, right outside of that one. The scope takes what has become of stack and heap between the two.
     */
    void (*innermost)(const struct ctx_job *job, bool outside, void (*body)(void *arg), void *arg);
};

/* What a reference is a yardstick for: tables say how many times its time the others take, in a column of its own. */
struct ctx_yardstick {
    const char *label;  /* the column is headed "vs LABEL" */
    const char *legend; /* what the column says: "times the same work ..." */
    unsigned order;     /* of the columns; the last give way first where there is no room */
};

struct ctx_strategy {
    uint32_t abi;                     /* CTX_STRATEGY_ABI */
    uint32_t struct_size;             /* sizeof(struct ctx_strategy) */
    const char *name;                 /* lower case, digits, '-' */
    const char *summary;              /* one line */
    uint32_t traits;                  /* mask of enum ctx_trait */
    const char *(*unavailable)(void); /* optional; NULL when it runs here, else the reason why it cannot */
    void (*thread_begin)(void);       /* optional; on each measuring thread, before its first operation */
    void (*thread_end)(void);         /* optional; on each measuring thread, after its last */
    const struct ctx_kernel *kernels;
    size_t kernel_count;
    const struct ctx_scenario *scenarios;
    size_t scenario_count;
    const struct ctx_exception *exceptions; /* to what its traits imply for scenarios */
    size_t exception_count;
    struct ctx_yardstick yardstick; /* of a reference; without a label its name stands for it */
};

/* The symbol that a plug-in exports. In the program each strategy's is renamed by the build, so that they can meet. */
#define CTX_STRATEGY_SYMBOL "ctx_strategy_entry"
#ifndef CTX_STRATEGY_ENTRY
#define CTX_STRATEGY_ENTRY ctx_strategy_entry
#endif
extern const struct ctx_strategy CTX_STRATEGY_ENTRY;

#endif
