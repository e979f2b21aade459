/*
 * Part of workloads/request.h: what a request does, how reads and scopes are dealt out to its functions, and what comes
 * out of it.
 */

enum { REQUEST_READS, REQUEST_DEPTH, REQUEST_SCOPES, REQUEST_HANDOFFS, REQUEST_CALLBACKS };
enum { REQUEST_READS_MAX = 10000, REQUEST_DEPTH_MAX = 1000, REQUEST_SCOPES_MAX = 64, REQUEST_HANDOFFS_MAX = 64 };
enum { REQUEST_FRONT, REQUEST_WORKER, REQUEST_THREADS };

enum { REQUEST_COMPARISONS_LOGGED = 8 }; /* the first of each sort, which makes no fewer than 15 */

/* What a request does; how often the logger reads in each part of it. */
struct request_plan {
    uint32_t depth, scopes, handoffs;
    uint32_t calls, sort, comparison, worker;
};

static inline struct request_plan request_plan(const struct ctx_job *job) {
    const uint32_t reads = job->parameters[REQUEST_READS], handoffs = job->parameters[REQUEST_HANDOFFS];
    const uint32_t sort = reads * job->parameters[REQUEST_CALLBACKS] / 100;
    const uint32_t fifth = reads / 5, rest = reads - sort;
    const uint32_t worker = handoffs == 0 ? 0 : fifth < rest ? fifth : rest;
    return (struct request_plan){
        .depth = job->parameters[REQUEST_DEPTH],
        .scopes = job->parameters[REQUEST_SCOPES],
        .handoffs = handoffs,
        .calls = rest - worker,
        .sort = sort,
        .comparison = (sort + REQUEST_COMPARISONS_LOGGED - 1) / REQUEST_COMPARISONS_LOGGED,
        .worker = worker,
    };
}

/* The share of one part among `parts`, to which a number is dealt out evenly. */
static inline uint32_t request_share(uint32_t number, uint32_t parts, uint32_t part) {
    return number / parts + (part < number % parts ? 1 : 0);
}

/* The number of scopes that lie one in another. */
static inline uint32_t request_nested(const struct request_plan *plan) {
    return plan->depth > 0 && plan->scopes > plan->depth ? plan->depth : plan->scopes;
}

/* The number of functions that are called before the nested scope of this number is opened. */
static inline uint32_t request_scope_place(const struct request_plan *plan, uint32_t scope) {
    return scope * plan->depth / request_nested(plan);
}

/* What one function does: in so many scopes of its own after one another, and around them, it logs some lines. */
struct request_step {
    uint32_t lines, scopes;
};

static inline struct request_step request_step_at(const struct request_plan *plan, uint32_t step) {
    return (struct request_step){request_share(plan->calls, plan->depth, step),
                                 request_share(plan->scopes - request_nested(plan), plan->depth, step)};
}

enum {
    REQUEST_TEXTS = 8, /* different ones, in turn */
    REQUEST_TEXT_MAX = 128,
    REQUEST_ROWS = 16,
    REQUEST_USER = 100, /* of the first text; others count on from there */
    REQUEST_PRICE = 5,  /* of the cheapest row */
    REQUEST_PRICE_STEP = 10,
};

/* The sum of i % REQUEST_TEXTS for i below `count`. */
static inline uint64_t request_sum_of_variants(uint64_t count) {
    const uint64_t last = count % REQUEST_TEXTS;
    return count / REQUEST_TEXTS * (REQUEST_TEXTS * (REQUEST_TEXTS - 1) / 2) + (last == 0 ? 0 : last * (last - 1) / 2);
}

/* The sum, over all reads that thread 0 makes in a request, of the number of the scope around them. */
static inline uint64_t request_sum_of_scopes(const struct request_plan *plan) {
    const uint32_t nested = request_nested(plan);
    uint64_t sum = (uint64_t)(plan->sort + (plan->depth == 0 ? plan->calls : 0)) * (nested - 1);
    uint32_t opened = 0;
    for (uint32_t step = 0; step < plan->depth; step++) {
        const struct request_step here = request_step_at(plan, step);
        while (opened < nested && request_scope_place(plan, opened) <= step)
            opened++;
        sum += (uint64_t)request_share(here.lines, here.scopes + 1, here.scopes) * (opened - 1);
        for (uint32_t i = 0; i < here.scopes; i++)
            sum += (uint64_t)request_share(here.lines, here.scopes + 1, i) * (nested + i);
    }
    return sum;
}

static uint64_t request_checksum(const struct ctx_job *job, uint32_t traits) {
    const uint64_t requests = job->iterations, variants = request_sum_of_variants(requests);
    const bool reference = (traits & CTX_TRAIT_REFERENCE) != 0;
    const uint64_t ids = requests * ctx_value_read(traits) + (reference ? 0 : variants);
    const struct request_plan plan = request_plan(job);
    const uint64_t worker =
        plan.worker * (ids + (reference ? 0 : requests * (request_nested(&plan) - 1))) + requests * plan.handoffs;
    if (job->thread == REQUEST_WORKER)
        return worker;
    const uint64_t users = requests * REQUEST_USER + variants;
    const uint64_t prices = requests * REQUEST_PRICE + variants * REQUEST_PRICE_STEP;
    return (plan.calls + plan.sort) * ids + (reference ? 0 : requests * request_sum_of_scopes(&plan)) +
           requests * plan.depth + prices + (1 + plan.handoffs) * users + (job->threads == 1 ? worker : 0);
}

static const struct ctx_workload request_workload = {
    .name = "request",
    .summary = "serve a request: parse, calls, scopes, a logger that reads, a sort, a worker",
    .operation = "request",
    .revision = 2,
    .requires = CTX_SCENARIO_NEST | CTX_SCENARIO_HANDOFF,
    .threads_min = 1,
    .threads_max = REQUEST_THREADS,
    .communicates = true,
    .records = true,
    .role = CTX_ROLE_WHOLE,
    .overview = 6,
    .section = &ctx_section_request,
    .parameters =
        {
            [REQUEST_READS] = {.name = "reads",
                               .summary = "lines that are logged in a request, each of which reads its id",
                               .min = 0,
                               .max = REQUEST_READS_MAX,
                               .defaults = {5, 0, 50, 400},
                               .default_count = 4},
            [REQUEST_DEPTH] = {.name = "depth",
                               .summary = "functions that call one another on the way to the bottom",
                               .min = 0,
                               .max = REQUEST_DEPTH_MAX,
                               .defaults = {30},
                               .default_count = 1},
            [REQUEST_SCOPES] = {.name = "scopes",
                                .summary = "scopes, opened evenly on that way",
                                .min = 1,
                                .max = REQUEST_SCOPES_MAX,
                                .defaults = {3},
                                .default_count = 1},
            [REQUEST_HANDOFFS] = {.name = "handoffs",
                                  .summary = "times that the request is handed to a worker, which makes a fifth of the "
                                             "reads, and answers",
                                  .min = 0,
                                  .max = REQUEST_HANDOFFS_MAX,
                                  .defaults = {1},
                                  .default_count = 1},
            [REQUEST_CALLBACKS] = {.name = "callbacks",
                                   .summary = "percent of the reads that are made below qsort, by its comparator",
                                   .min = 0,
                                   .max = 100,
                                   .defaults = {20},
                                   .default_count = 1},
        },
    .checksum = request_checksum,
};
