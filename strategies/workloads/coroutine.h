/*
 * `coroutine`: a thread resumes its coroutines in turn; each, being resumed, reads so many times, and suspends. Part of
 * kernels.h.
 *
 * C++20 coroutines have no stack of their own: suspended, they have returned from every call. So each has its context
 * in its frame, and each resumption is a scope of that context (conformance/coroutines.h); an explicit argument needs
 * none. That is the trade which this workload shows: what a resumption costs, beside what a read costs. One operation
 * is one resumption with its reads. All threads have as many coroutines; none goes to another thread, for that is one
 * more scope to every strategy (the scenario coroutine-migration proves it).
 *
 * Each coroutine binds a value of its own. Checksum: the sum of the values read. Floor: the same resumptions around one
 * load for each read.
 */
#include <limits.h>

#include "conformance/peer.h"

enum { COROUTINE_COUNT, COROUTINE_READS };

static uint64_t coroutine_checksum(const struct ctx_job *job, uint32_t traits) {
    return job->iterations * job->parameters[COROUTINE_READS] * ctx_value_read(traits);
}

static const struct ctx_workload coroutine_workload = {
    .name = "coroutine",
    .summary = "resume a C++20 coroutine in a scope of its context; it reads, and suspends",
    .operation = "resumption",
    .revision = 1,
    .requires = CTX_SCENARIO_NEST,
    .threads_min = 1,
    .threads_max = 0,
    .section = &ctx_section_fibers,
    .parameters =
        {
            [COROUTINE_COUNT] = {.name = "coroutines",
                                 .summary = "of each thread",
                                 .min = 1,
                                 .max = 100000,
                                 .defaults = {1000, 1},
                                 .default_count = 2},
            [COROUTINE_READS] = {.name = "reads",
                                 .summary = "by each resumption",
                                 .min = 0,
                                 .max = 1000,
                                 .defaults = {1, 0, 10},
                                 .default_count = 3},
        },
    .checksum = coroutine_checksum,
};

struct coroutine_cell {
    struct ctx_peer_coroutine *coroutine;
    struct ctx_binding binding;
    struct ctx scope; /* as its promise would keep it */
    uintptr_t mask;   /* its value is CTX_BENCH_VALUE with these bits changed; 0 for references, which have but one */
    uint32_t reads;
    uint64_t sum;
};

CTX_OPAQUE static void CTX_FN(coroutine_read, struct coroutine_cell *cell) {
    void *value = NULL;
    CTX_ENTER_OPAQUE();
    for (uint32_t i = cell->reads; i > 0; i--) {
        ctx_forget_memory();
        (void)CTX_GET(0, &ctx_bench_manager, &ctx_bench_keys[0], &value);
        cell->sum += (uintptr_t)value ^ cell->mask;
    }
}

static void coroutine_step(void *arg, unsigned step) {
    struct coroutine_cell *cell = arg;
    (void)step;
#if defined(CTX_EXPLICIT) && CTX_EXPLICIT
    coroutine_read(&cell->scope, cell);
#else
    coroutine_read(cell);
#endif
}

CTX_OPAQUE static void CTX_FN(coroutine_resume, void *arg) {
    const struct coroutine_cell *cell = arg;
    CTX_ENTER_OPAQUE();
    (void)ctx_peer_coroutine_resume(cell->coroutine);
}

static void coroutine_make(struct coroutine_cell *cell, uint32_t number, uint32_t reads) {
    cell->mask = CTX_BINDS ? number * UINT32_C(2654435761) : 0; /* no two differ in a way that others undo */
    cell->binding = (struct ctx_binding){&ctx_bench_keys[0], (void *)(CTX_BENCH_VALUE ^ cell->mask)}; /* NOLINT */
    cell->scope = (struct ctx){NULL, &ctx_bench_manager, &cell->binding, 1};
    cell->reads = reads;
    cell->coroutine = ctx_peer_coroutine_new(coroutine_step, cell, UINT_MAX);
    if (cell->coroutine == NULL)
        ctx_die("out of memory for coroutines");
}

struct coroutine_crew {
    uint32_t of_a_thread, count;
    struct coroutine_cell cells[];
};

static void *coroutine_prepare(const struct ctx_job *job) {
    const uint32_t count = job->parameters[COROUTINE_COUNT] * job->threads;
    struct coroutine_crew *crew = calloc(1, sizeof *crew + count * sizeof crew->cells[0]);
    if (crew == NULL)
        ctx_die("out of memory for coroutines");
    crew->of_a_thread = job->parameters[COROUTINE_COUNT];
    crew->count = count;
    for (uint32_t i = 0; i < count; i++)
        coroutine_make(&crew->cells[i], i, job->parameters[COROUTINE_READS]);
    return crew;
}

static void coroutine_finish(void *shared) {
    struct coroutine_crew *crew = shared;
    for (uint32_t i = 0; i < crew->count; i++)
        ctx_peer_coroutine_free(crew->cells[i].coroutine);
    free(crew);
}

CTX_OPAQUE static void CTX_FN(coroutine_loop, void *arg) {
    const struct ctx_job *job = arg;
    struct coroutine_crew *crew = job->shared;
    struct coroutine_cell *cells = &crew->cells[(size_t)job->thread * crew->of_a_thread];
    uint32_t at = 0;
    CTX_ENTER_OPAQUE();
    for (uint64_t i = job->iterations; i > 0; i--) {
        CTX_WITH(&cells[at].scope, coroutine_resume, &cells[at]);
        at = at + 1 == crew->of_a_thread ? 0 : at + 1;
    }
}

static uint64_t coroutine_run(const struct ctx_job *job) {
    struct coroutine_crew *crew = job->shared;
    struct coroutine_cell *cells = &crew->cells[(size_t)job->thread * crew->of_a_thread];
    uint64_t sum = 0;
    CTX_BARE(coroutine_loop, (void *)job); /* NOLINT: bodies take what is not const, and this one only reads */
    for (uint32_t i = 0; i < crew->of_a_thread; i++) {
        sum += cells[i].sum;
        cells[i].sum = 0;
    }
    return sum;
}

#define CTX_KERNELS_COROUTINE                                                                                          \
    {.workload = &coroutine_workload,                                                                                  \
     .form = CTX_FORM_THROUGHPUT,                                                                                      \
     .prepare = coroutine_prepare,                                                                                     \
     .run = coroutine_run,                                                                                             \
     .finish = coroutine_finish},
