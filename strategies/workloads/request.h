/*
 * W9 `request`: a small service answers a request. Part of kernels.h.
 *
 * Thread 0 parses the text of a request and takes it through three layers of ten functions each. Every layer opens a
 * scope; the outermost binds the id of the request, and a logger that knows nothing but its context reads that id, as
 * often in a request as the parameter says. Three in five of the reads are spread over the thirty functions, one in
 * five are made by the comparator of a sort at the bottom, and one in five by a worker thread, to which the request is
 * handed with its context, and which answers. So where does passing an argument through every call stop being cheaper?
 *
 * The sort is qsort, which hands nothing to its comparator: an explicit context has to take qsort_r. Throughput only:
 * one request follows another. Each has an id of its own, so that what stays in force from the one before is noticed.
 * Checksum: on thread 0 all ids that were read, and what was parsed, passed, sorted and answered; on thread 1 the ids
 * that it read, and the number of requests. Floor: the same service, whose logger loads a constant.
 */

enum { REQUEST_READS, REQUEST_READS_MAX = 10000 };
enum { REQUEST_FRONT, REQUEST_WORKER, REQUEST_THREADS };

enum { REQUEST_COMPARISONS_LOGGED = 8 }; /* the first of each sort, which makes no fewer than 15 */

/* How often the logger reads in each part of one request. */
struct request_reads {
    uint32_t calls, sort, comparison, worker;
};

static inline struct request_reads request_share_out(uint32_t reads) {
    const uint32_t fifth = reads / 5;
    return (struct request_reads){
        .calls = reads - 2 * fifth,
        .sort = fifth,
        .comparison = (fifth + REQUEST_COMPARISONS_LOGGED - 1) / REQUEST_COMPARISONS_LOGGED,
        .worker = fifth,
    };
}

enum {
    REQUEST_TEXTS = 8, /* different ones, in turn */
    REQUEST_TEXT_MAX = 128,
    REQUEST_ROWS = 16,
    REQUEST_STEPS = 30,
    REQUEST_USER = 100, /* of the first text; others count on from there */
    REQUEST_PRICE = 5,  /* of the cheapest row */
    REQUEST_PRICE_STEP = 10,
};

/* The sum of i % REQUEST_TEXTS for i below `count`. */
static inline uint64_t request_sum_of_variants(uint64_t count) {
    const uint64_t last = count % REQUEST_TEXTS;
    return count / REQUEST_TEXTS * (REQUEST_TEXTS * (REQUEST_TEXTS - 1) / 2) + (last == 0 ? 0 : last * (last - 1) / 2);
}

static uint64_t request_checksum(const struct ctx_job *job, uint32_t traits) {
    const uint64_t requests = job->iterations, variants = request_sum_of_variants(requests);
    const uint64_t ids = requests * ctx_value_read(traits) + ((traits & CTX_TRAIT_REFERENCE) != 0 ? 0 : variants);
    const struct request_reads reads = request_share_out(job->parameters[REQUEST_READS]);
    if (job->thread == REQUEST_WORKER)
        return reads.worker * ids + requests;
    const uint64_t users = requests * REQUEST_USER + variants;
    const uint64_t prices = requests * REQUEST_PRICE + variants * REQUEST_PRICE_STEP;
    return (reads.calls + reads.sort) * ids + requests * REQUEST_STEPS + prices + 2 * users;
}

static const struct ctx_workload request_workload = {
    .name = "request",
    .summary = "serve a request: parse, 30 calls, 3 scopes, a logger that reads, a sort, a worker",
    .operation = "request",
    .revision = 1,
    .requires = CTX_SCENARIO_NEST | CTX_SCENARIO_HANDOFF,
    .threads_min = REQUEST_THREADS,
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
        },
    .checksum = request_checksum,
};

/* ---- The logger ---- */

enum { REQUEST_LOG_LINES = 64 };

/* The last lines of a thread, in binary: to write a number out costs more than most ways to find it. */
struct request_log {
    _Alignas(128) uint64_t sum;
    uint64_t count;
    uintptr_t ids[REQUEST_LOG_LINES];
};

CTX_OPAQUE static void CTX_FN(request_log_line, struct request_log *log) {
    void *id = NULL;
    CTX_ENTER_OPAQUE();
    (void)CTX_GET(0, &ctx_bench_manager, &ctx_bench_keys[0], &id);
    log->ids[log->count++ % REQUEST_LOG_LINES] = (uintptr_t)id;
    log->sum += (uintptr_t)id;
}

/* ---- What is served ---- */

/* What is read from its text, and bound by the layers, under the key of that number. */
enum { REQUEST_ID, REQUEST_BY, REQUEST_PAGE, REQUEST_PARSED };

struct request_row {
    uint32_t price, item;
    struct request *request;
};

struct request {
    struct request_reads reads;
    struct request_service *service;
    uintptr_t parsed[REQUEST_PARSED];
    uint32_t steps, sort_reads_left;
    uint64_t response;
    struct request_row rows[REQUEST_ROWS];
};

struct request_message {
    struct ctx_snapshot *captured; /* owned by the message until it is served */
    struct request *request;
    uint64_t answer;
};

struct request_service {
    struct request_log logs[REQUEST_THREADS];
    _Alignas(128) _Atomic uint64_t asked;
    struct request_message message;
    _Alignas(128) _Atomic uint64_t answered;
    _Alignas(128) char texts[REQUEST_TEXTS][REQUEST_TEXT_MAX];
};

static void *request_prepare(const struct ctx_job *job) {
    (void)job;
    struct request_service *service = aligned_alloc(_Alignof(struct request_service), sizeof *service);
    if (service == NULL)
        ctx_die("out of memory for the service");
    memset(service->logs, 0, sizeof service->logs);
    atomic_init(&service->asked, 0);
    atomic_init(&service->answered, 0);
    for (unsigned i = 0; i < REQUEST_TEXTS; i++)
        (void)snprintf(service->texts[i], REQUEST_TEXT_MAX,
                       "GET /items?page=%u HTTP/1.1\r\nHost: shop\r\nX-User: %u\r\nX-Request-Id: %lx\r\n\r\n", i,
                       REQUEST_USER + i, (unsigned long)(CTX_BENCH_VALUE + i));
    return service;
}

static void request_finish(void *shared) {
    free(shared);
}

/* ---- The worker ---- */

CTX_OPAQUE static void CTX_FN(request_work, void *arg) {
    struct request_message *message = arg;
    CTX_ENTER_OPAQUE();
    for (uint32_t i = message->request->reads.worker; i > 0; i--)
        CTX_CALL(request_log_line, &message->request->service->logs[REQUEST_WORKER]);
    message->answer = message->request->parsed[REQUEST_BY];
}

static uint64_t request_run_worker(const struct ctx_job *job) {
    struct request_service *service = job->shared;
    struct request_message *message = &service->message;
    for (uint64_t i = 1; i <= job->iterations; i++) {
        ctx_await(&service->asked, i);
        if (CTX_BINDS) {
            CTX_WITH(ctx_snapshot_context(message->captured), request_work, message);
            ctx_snapshot_release(message->captured);
        } else {
            CTX_BARE(request_work, message);
        }
        atomic_store_explicit(&service->answered, i, memory_order_release);
    }
    return service->logs[REQUEST_WORKER].sum + job->iterations;
}

/* Hands the request over, and waits for the answer. */
static inline uint64_t CTX_FN(request_ask_worker, struct request *request) {
    struct request_service *service = request->service;
    service->message.request = request;
    service->message.captured = CTX_BINDS ? ctx_take_or_die(CTX_CURRENT(0)) : NULL;
    const uint64_t asked = atomic_load_explicit(&service->asked, memory_order_relaxed) + 1;
    atomic_store_explicit(&service->asked, asked, memory_order_release);
    ctx_await(&service->answered, asked);
    return service->message.answer;
}

/* ---- The sort ---- */

CTX_OPAQUE static void CTX_FN(request_log_comparison, struct request *request) {
    CTX_ENTER_OPAQUE();
    for (uint32_t i = request->reads.comparison; i > 0 && request->sort_reads_left > 0; i--, request->sort_reads_left--)
        CTX_CALL(request_log_line, &request->service->logs[REQUEST_FRONT]);
}

static inline int request_order(const struct request_row *a, const struct request_row *b) {
    return (a->price > b->price) - (a->price < b->price);
}

#if defined(CTX_EXPLICIT) && CTX_EXPLICIT
static int request_compare(const void *a, const void *b, void *here) {
    request_log_comparison(here, ((const struct request_row *)a)->request);
    return request_order(a, b);
}

static inline void request_sort(const struct ctx *here, struct request *request) {
    qsort_r(request->rows, REQUEST_ROWS, sizeof *request->rows, request_compare, (void *)here);
}
#else
static int request_compare(const void *a, const void *b) {
    request_log_comparison(((const struct request_row *)a)->request);
    return request_order(a, b);
}

static inline void request_sort(struct request *request) {
    qsort(request->rows, REQUEST_ROWS, sizeof *request->rows, request_compare);
}
#endif

/* In an order that makes sorting work. */
static inline void request_find_rows(struct request *request) {
    for (uint32_t i = 0; i < REQUEST_ROWS; i++) {
        const uint32_t rank = i * 7 % REQUEST_ROWS;
        request->rows[i] = (struct request_row){REQUEST_PRICE + rank * REQUEST_PRICE_STEP, i, request};
    }
}

/* ---- The way down ---- */

/* What all thirty functions do: log their part of the lines. */
static inline void CTX_FN(request_step, struct request *request) {
    const uint32_t step = request->steps++, calls = request->reads.calls;
    const uint32_t lines = calls / REQUEST_STEPS + (step < calls % REQUEST_STEPS ? 1 : 0);
    for (uint32_t i = lines; i > 0; i--)
        CTX_CALL(request_log_line, &request->service->logs[REQUEST_FRONT]);
}

/* A function with a frame of its own size; the locals are touched after the call, too, so that it is no tail call. */
#define REQUEST_STEP(name, bytes, next)                                                                                \
    CTX_OPAQUE static void CTX_FN(name, void *arg) {                                                                   \
        unsigned char locals[bytes];                                                                                   \
        CTX_ENTER_OPAQUE();                                                                                            \
        ctx_touch(locals);                                                                                             \
        CTX_CALL(request_step, arg);                                                                                   \
        CTX_CALL(next, arg);                                                                                           \
        ctx_touch(locals);                                                                                             \
    }

/* A scope, ten functions, and what they lead to. */
#define REQUEST_LAYER(name, number, next)                                                                              \
    REQUEST_STEP(name##_9, 24, next)                                                                                   \
    REQUEST_STEP(name##_8, 136, name##_9)                                                                              \
    REQUEST_STEP(name##_7, 40, name##_8)                                                                               \
    REQUEST_STEP(name##_6, 16, name##_7)                                                                               \
    REQUEST_STEP(name##_5, 88, name##_6)                                                                               \
    REQUEST_STEP(name##_4, 8, name##_5)                                                                                \
    REQUEST_STEP(name##_3, 200, name##_4)                                                                              \
    REQUEST_STEP(name##_2, 56, name##_3)                                                                               \
    REQUEST_STEP(name##_1, 32, name##_2)                                                                               \
    REQUEST_STEP(name##_0, 104, name##_1)                                                                              \
    CTX_OPAQUE static void CTX_FN(name, void *arg) {                                                                   \
        const struct request *request = arg;                                                                           \
        struct ctx_binding binding;                                                                                    \
        struct ctx scope;                                                                                              \
        if (CTX_BINDS) {                                                                                               \
            binding = (struct ctx_binding){&ctx_bench_keys[number], (void *)request->parsed[number]};                  \
            scope = (struct ctx){CTX_CURRENT(0), &ctx_bench_manager, &binding, 1};                                     \
        }                                                                                                              \
        CTX_WITH(&scope, name##_0, arg);                                                                               \
        ctx_touch(&scope);                                                                                             \
    }

CTX_OPAQUE static void CTX_FN(request_answer, void *arg) {
    struct request *request = arg;
    CTX_ENTER_OPAQUE();
    request_find_rows(request);
    CTX_CALL(request_sort, request);
    request->response = request->rows[request->parsed[REQUEST_PAGE]].price + request->parsed[REQUEST_BY] +
                        CTX_CALL(request_ask_worker, request);
}

REQUEST_LAYER(request_store, REQUEST_PAGE, request_answer)
REQUEST_LAYER(request_users, REQUEST_BY, request_store)
REQUEST_LAYER(request_front, REQUEST_ID, request_users)

/* ---- The front ---- */

/* The number behind `name`, which may stand anywhere in the text. */
static inline uintptr_t request_number_after(const char *text, const char *name, int base) {
    const char *found = strstr(text, name);
    return found == NULL ? 0 : strtoul(found + strlen(name), NULL, base);
}

CTX_OPAQUE static void request_parse(const char *text, struct request *request) {
    request->parsed[REQUEST_PAGE] = request_number_after(text, "?page=", 10) % REQUEST_ROWS;
    request->parsed[REQUEST_BY] = request_number_after(text, "\r\nX-User:", 10);
    request->parsed[REQUEST_ID] = request_number_after(text, "\r\nX-Request-Id:", 16);
}

struct request_run {
    const struct ctx_job *job;
    uint64_t sum;
};

CTX_OPERATION void CTX_FN(request_go, struct ctx_recorder *recorder, struct request_run *run) {
    struct request_service *service = run->job->shared;
    const struct request_reads reads = request_share_out(run->job->parameters[REQUEST_READS]);
    CTX_RECORD_START(recorder);
    for (uint64_t i = 0; i < run->job->iterations; i++) {
        struct request request = {.reads = reads, .service = service, .sort_reads_left = reads.sort};
        request_parse(service->texts[i % REQUEST_TEXTS], &request);
        CTX_CALL(request_front, &request);
        run->sum += request.response + request.steps;
        CTX_RECORD(recorder);
    }
    run->sum += service->logs[REQUEST_FRONT].sum;
}

CTX_OPAQUE static void CTX_FN(request_loop, void *arg) {
    struct request_run *run = arg;
    CTX_ENTER_OPAQUE();
    CTX_CALL_RECORDED(request_go, run->job, run);
}

static uint64_t request_run(const struct ctx_job *job) {
    if (job->thread == REQUEST_WORKER)
        return request_run_worker(job);
    struct request_run run = {.job = job};
    CTX_BARE(request_loop, &run);
    return run.sum;
}

#define CTX_KERNELS_REQUEST                                                                                            \
    {.workload = &request_workload,                                                                                    \
     .form = CTX_FORM_THROUGHPUT,                                                                                      \
     .prepare = request_prepare,                                                                                       \
     .run = request_run,                                                                                               \
     .finish = request_finish},
