/*
 * W8 `fiber`: threads resume fibers in turn; each, being resumed, reads, and gives the thread back. Part of kernels.h.
 *
 * Every fiber is inside a scope of its own, and has its own value there: whoever takes one stack's context for
 * another's finds a wrong one. One operation is one turn: two switches of stacks (gls/fiber.h, gls/switch.h), and the
 * read. Whether both sides have the same floating-point flags makes no difference to such a switch on x86-64, which
 * leaves flags alone. A strategy that has to save and restore around a switch does so; one that has no way to is not
 * applicable.
 * Throughput only: what a turn costs is mostly the switch, which waits for what is on the stack.
 *
 * Migration: that part of all turns ends with the fiber being passed to the next thread. Each thread has its fibers in
 * the places of a ring, and goes through it in order. A place whose fiber was passed on is filled, before its next
 * turn, with the fiber that the thread before passed on from the same place: all threads pass on in the same turns, so
 * no number of fibers ever changes, and a thread waits for another only if it is a whole round ahead.
 *
 * Checksum: the sum of the values read. Floor: the same switches around one load.
 */
#include <sys/mman.h>

enum { FIBER_COUNT, FIBER_MIGRATION };

enum {
    FIBER_COUNT_MAX = 40000,
    /* A guard takes a mapping, and another is between it and the next: at the usual vm.max_map_count they end at
       32,000. */
    FIBER_GUARDED_MAX = 20000,
    FIBER_STACK_BYTES = 64 << 10, /* address space; what a fiber touches is one page or two */
    FIBER_WITH_TOOL_MAX = 4000,
};

static uint64_t fiber_checksum(const struct ctx_job *job, uint32_t traits) {
    return job->iterations * ctx_value_read(traits);
}

static const char *fiber_inapplicable(const struct ctx_job *job, uint32_t traits) {
    if (!ctx_is_right_on_fibers(traits))
        return "the context belongs to the thread, and nothing saves and restores it when the stack changes";
    if (job->parameters[FIBER_MIGRATION] > 0 && job->threads == 1)
        return "a fiber can go from thread to thread only where there are two";
#ifdef CTX_STACKS_MAX
    if (job->parameters[FIBER_COUNT] + job->threads >= CTX_STACKS_MAX)
        return "the strategy has no stacks for so many fibers";
#endif
#if defined(FIBER_ASAN) || defined(FIBER_TSAN)
    if (job->parameters[FIBER_COUNT] > FIBER_WITH_TOOL_MAX)
        return "the sanitizer that this program was built with keeps too much for each of so many fibers";
#endif
    return ctx_fibers_missing();
}

static const struct ctx_workload fiber_workload = {
    .name = "fiber",
    .summary = "switch to a fiber, which reads, and back; fibers may go from thread to thread",
    .operation = "turn",
    .revision = 1,
    .requires = CTX_SCENARIO_NEST | CTX_SCENARIO_FIBER_SWITCH | CTX_SCENARIO_FIBER_MIGRATION,
    .threads_min = 1,
    .threads_max = 0,
    .communicates = true,
    .records = true,
    .overview = 5,
    .section = &ctx_section_fibers,
    .parameters =
        {
            [FIBER_COUNT] = {.name = "fibers",
                             .summary = "on all threads, each of which has one at least; above 20000 without guards "
                                        "below their stacks, since mappings end near 32000",
                             .min = 1,
                             .max = FIBER_COUNT_MAX,
                             .defaults = {1000, 1, 10000},
                             .default_count = 3},
            [FIBER_MIGRATION] = {.name = "migration",
                                 .summary = "turns in a hundred after which the fiber goes to the next thread",
                                 .min = 0,
                                 .max = 100,
                                 .defaults = {0, 10, 100},
                                 .default_count = 3},
        },
    .inapplicable = fiber_inapplicable,
    .checksum = fiber_checksum,
};

/* ---- On a fiber ---- */

struct fiber_cell {
    _Alignas(128) struct fiber fiber;
    struct ctx_binding binding;
    struct ctx scope;
    uintptr_t mask; /* its value is CTX_BENCH_VALUE with these bits changed; 0 for references, which have but one */
    uint64_t answer;
    bool must_end;
};

static inline void fiber_give_back(void) {
    CTX_AROUND_SWITCH((void)fiber_yield());
}

/* A function of its own, as a program's would be: no compiler may keep across a switch what belongs to a thread. */
CTX_OPAQUE static void CTX_FN(fiber_read, void *arg) {
    struct fiber_cell *cell = arg;
    void *value = NULL;
    CTX_ENTER_OPAQUE();
    (void)CTX_GET(0, &ctx_bench_manager, &ctx_bench_keys[0], &value);
    cell->answer = (uintptr_t)value ^ cell->mask;
}

CTX_OPAQUE static void CTX_FN(fiber_in_scope, void *arg) {
    struct fiber_cell *cell = arg;
    CTX_ENTER_OPAQUE();
    for (;;) {
        fiber_give_back();
        if (cell->must_end)
            return;
        CTX_CALL(fiber_read, cell);
    }
}

static void *fiber_main(void *arg) {
    struct fiber_cell *cell = arg;
    CTX_NEW_STACK();
    CTX_WITH(&cell->scope, fiber_in_scope, cell);
    return NULL;
}

/* ---- All fibers ---- */

/* One thread's ring. The next place's fiber lies in `inbox` if its turn before this ended with another being passed on.
 */
struct fiber_lane {
    _Alignas(128) struct fiber_cell **places;
    _Alignas(128) struct fiber_cell *_Atomic *inbox;
};

/*
 * To make 10,000 fibers takes a hundred times as long as to measure them, so they are kept for the next measurement;
 * and one that goes through few places makes no more than it needs.
 */
struct fiber_crew {
    uint32_t threads, lane_size;
    uint32_t places_filled; /* in each lane */
    struct fiber_cell *cells;
    char *stacks; /* NULL: each has its own, with a guard */
    struct fiber_lane *lanes;
};

static struct fiber_crew *fiber_crew_kept;

static void *fiber_allocate(size_t alignment, size_t bytes) {
    void *memory = aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
    if (memory == NULL)
        ctx_die("out of memory for fibers");
    memset(memory, 0, bytes);
    return memory;
}

static inline void fiber_turn(struct fiber_cell *cell) {
    CTX_AROUND_SWITCH((void)fiber_resume(&cell->fiber));
}

/* Its first turn takes it into its scope. */
static void fiber_start(struct fiber_cell *cell, uint32_t number, char *stack) {
    cell->mask = CTX_BINDS ? number * UINT32_C(2654435761) : 0; /* no two differ in a way that others undo */
    cell->binding = (struct ctx_binding){&ctx_bench_keys[0], (void *)(CTX_BENCH_VALUE ^ cell->mask)}; /* NOLINT */
    cell->scope = (struct ctx){NULL, &ctx_bench_manager, &cell->binding, 1};
    const int error = stack == NULL ? fiber_init(&cell->fiber, FIBER_STACK_BYTES, fiber_main, cell)
                                    : fiber_init_on(&cell->fiber, stack, FIBER_STACK_BYTES, fiber_main, cell);
    if (error != 0)
        ctx_die("cannot make so many fibers: memory is out, or mappings are (sysctl vm.max_map_count)");
    fiber_turn(cell);
}

static size_t fiber_stacks_bytes(const struct fiber_crew *crew) {
    return (size_t)crew->lane_size * crew->threads * FIBER_STACK_BYTES;
}

static void fiber_make_stacks(struct fiber_crew *crew) {
    if (crew->lane_size * crew->threads <= FIBER_GUARDED_MAX)
        return;
    crew->stacks = mmap(NULL, fiber_stacks_bytes(crew), PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
    if (crew->stacks == MAP_FAILED)
        ctx_die("no address space for the stacks of the fibers");
}

static void fiber_make_lanes(struct fiber_crew *crew) {
    crew->lanes = fiber_allocate(_Alignof(struct fiber_lane), crew->threads * sizeof *crew->lanes);
    for (uint32_t t = 0; t < crew->threads; t++) {
        struct fiber_lane *lane = &crew->lanes[t];
        lane->places = fiber_allocate(128, crew->lane_size * sizeof *lane->places);
        lane->inbox = fiber_allocate(128, crew->lane_size * sizeof *lane->inbox);
    }
}

static struct fiber_crew *fiber_make_crew(uint32_t threads, uint32_t lane_size) {
    struct fiber_crew *crew = fiber_allocate(_Alignof(struct fiber_crew), sizeof *crew);
    crew->threads = threads;
    crew->lane_size = lane_size;
    crew->cells = fiber_allocate(_Alignof(struct fiber_cell), (size_t)lane_size * threads * sizeof *crew->cells);
    fiber_make_stacks(crew);
    fiber_make_lanes(crew);
    return crew;
}

/* Fills places that never had a fiber, up to so many in each lane. */
static void fiber_fill(struct fiber_crew *crew, uint32_t wanted) {
    for (; crew->places_filled < wanted; crew->places_filled++) {
        for (uint32_t t = 0; t < crew->threads; t++) {
            const uint32_t number = crew->places_filled * crew->threads + t;
            char *const stack = crew->stacks == NULL ? NULL : crew->stacks + (size_t)number * FIBER_STACK_BYTES;
            fiber_start(&crew->cells[number], number, stack);
            crew->lanes[t].places[crew->places_filled] = &crew->cells[number];
        }
    }
}

static void fiber_free_crew(struct fiber_crew *crew) {
    for (uint32_t i = 0; i < crew->places_filled * crew->threads; i++) {
        crew->cells[i].must_end = true;
        fiber_turn(&crew->cells[i]);
        fiber_destroy(&crew->cells[i].fiber);
    }
    for (uint32_t t = 0; t < crew->threads; t++) {
        free(crew->lanes[t].places);
        free((void *)crew->lanes[t].inbox);
    }
    if (crew->stacks != NULL)
        (void)munmap(crew->stacks, fiber_stacks_bytes(crew));
    free(crew->lanes);
    free(crew->cells);
    free(crew);
}

static void *fiber_prepare(const struct ctx_job *job) {
    const uint32_t lane_size = (job->parameters[FIBER_COUNT] + job->threads - 1) / job->threads;
    struct fiber_crew *crew = fiber_crew_kept;
    ctx_thread_begin();
    if (crew != NULL && (crew->threads != job->threads || crew->lane_size != lane_size)) {
        fiber_free_crew(crew);
        crew = NULL;
    }
    if (crew == NULL)
        crew = fiber_make_crew(job->threads, lane_size);
    fiber_fill(crew, job->iterations < lane_size ? (uint32_t)job->iterations : lane_size);
    ctx_thread_end();
    fiber_crew_kept = crew;
    return crew;
}

/* ---- On a thread ---- */

/* Every nth turn, spread evenly and without a period (the golden ratio), so that all fibers migrate alike. */
static inline bool fiber_passes_on(uint64_t turn, uint64_t threshold) {
    return (uint32_t)(turn * UINT64_C(2654435769)) < threshold;
}

static struct fiber_cell *fiber_take(struct fiber_cell *_Atomic *box) {
    struct fiber_cell *cell;
    for (unsigned spins = 0; (cell = atomic_load_explicit(box, memory_order_acquire)) == NULL; spins++)
        ctx_wait(spins);
    atomic_store_explicit(box, NULL, memory_order_release);
    return cell;
}

static void fiber_put(struct fiber_cell *_Atomic *box, struct fiber_cell *cell) {
    for (unsigned spins = 0; atomic_load_explicit(box, memory_order_acquire) != NULL; spins++)
        ctx_wait(spins);
    atomic_store_explicit(box, cell, memory_order_release);
}

CTX_OPERATION uint64_t fiber_go(const struct ctx_job *job, struct ctx_recorder *recorder) {
    const struct fiber_crew *crew = job->shared;
    const struct fiber_lane *lane = &crew->lanes[job->thread];
    const struct fiber_lane *next = &crew->lanes[(job->thread + 1) % crew->threads];
    const uint64_t threshold = (UINT64_C(1) << 32) * job->parameters[FIBER_MIGRATION] / 100;
    uint64_t sum = 0;
    uint32_t place = 0;
    CTX_RECORD_START(recorder);
    for (uint64_t turn = 0; turn < job->iterations; turn++) {
        struct fiber_cell *cell = lane->places[place];
        if (cell == NULL)
            cell = lane->places[place] = fiber_take(&lane->inbox[place]);
        fiber_turn(cell);
        sum += cell->answer;
        if (fiber_passes_on(turn, threshold)) {
            lane->places[place] = NULL;
            fiber_put(&next->inbox[place], cell);
        }
        place = place + 1 == crew->lane_size ? 0 : place + 1;
        CTX_RECORD(recorder);
    }
    return sum;
}

static uint64_t fiber_run(const struct ctx_job *job) {
    return job->recorder == NULL ? fiber_go(job, NULL) : fiber_go(job, job->recorder);
}

#define CTX_KERNELS_FIBER                                                                                              \
    {.workload = &fiber_workload, .form = CTX_FORM_THROUGHPUT, .prepare = fiber_prepare, .run = fiber_run},
