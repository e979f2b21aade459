/*
 * W9 `request`: a small service answers a request. Part of kernels.h.
 *
 * Thread 0 parses the text of a request and takes it through so many functions, one called by the other, with scopes
 * opened evenly on the way, one in another, the outermost of which has no parent; of more scopes than functions, the
 * rest enclose some lines each. Each scope binds the logger's fields anew, as a child of a logger does, so that a
 * logger that knows nothing but its context reads the id of the request, and which scope it is in, from the scope
 * around it. The reads are spread over these functions. Of each five, one is made by a worker, to which the request is
 * handed with its context, and which answers: another thread, or, where there is one thread, a task that is run next,
 * as an event loop does. That part of the reads which the parameter `callbacks` says is made by the comparator of a
 * sort at the bottom. So where does passing an argument through every call stop being cheaper?
 *
 * The sort is qsort, which hands nothing to its comparator: an explicit context has to take qsort_r. Throughput only:
 * one request follows another. Each has an id of its own, so that what stays in force from the one before is noticed.
 * Checksum: on thread 0 all ids that were read, and what was parsed, passed, sorted and answered; of the worker the ids
 * that it read, and the number of messages. Floor: the same service, whose logger loads a constant.
 */

#include "request_plan.h"

/* ---- What is served ---- */

/* What is read from its text. */
enum { REQUEST_ID, REQUEST_BY, REQUEST_PAGE, REQUEST_PARSED };

struct request_row {
    uint32_t price, item;
    struct request *request;
};

struct request {
    struct request_plan plan;
    struct request_service *service;
    uintptr_t parsed[REQUEST_PARSED];
    uint32_t steps, scopes, sort_reads_left, inner_lines; /* steps taken and scopes opened so far */
    uint64_t response;
    struct request_row rows[REQUEST_ROWS];
};

struct request_message {
    struct ctx_snapshot *captured; /* owned by the message until it is served */
    struct request *request;
    uint32_t reads;
    uint64_t answer;
};

struct request_service {
    struct ctx_log logs[REQUEST_THREADS];
    _Alignas(128) _Atomic uint64_t asked;
    struct request_message message;
    bool has_worker; /* a thread of its own */
    _Alignas(128) _Atomic uint64_t answered;
    _Alignas(128) _Atomic uint64_t ended; /* 1: thread 0 has served all */
    _Alignas(128) char texts[REQUEST_TEXTS][REQUEST_TEXT_MAX];
};

static void *request_prepare(const struct ctx_job *job) {
    struct request_service *service = aligned_alloc(_Alignof(struct request_service), sizeof *service);
    if (service == NULL)
        ctx_die("out of memory for the service");
    memset(service->logs, 0, sizeof service->logs);
    atomic_init(&service->asked, 0);
    atomic_init(&service->answered, 0);
    atomic_init(&service->ended, 0);
    service->has_worker = job->threads == REQUEST_THREADS;
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
    for (uint32_t i = message->reads; i > 0; i--)
        CTX_CALL(ctx_log_line, &message->request->service->logs[REQUEST_WORKER]);
    message->answer = message->request->parsed[REQUEST_BY];
}

static void request_serve(struct request_message *message) {
    if (CTX_BINDS) {
        CTX_WITH(ctx_snapshot_context(message->captured), request_work, message);
        ctx_snapshot_release(message->captured);
    } else {
        CTX_BARE(request_work, message);
    }
}

/* Stays until all is served, so that each thread takes as long as the requests do. */
static uint64_t request_run_worker(const struct ctx_job *job) {
    struct request_service *service = job->shared;
    const uint64_t messages = job->iterations * job->parameters[REQUEST_HANDOFFS];
    for (uint64_t i = 1; i <= messages; i++) {
        ctx_await(&service->asked, i);
        request_serve(&service->message);
        atomic_store_explicit(&service->answered, i, memory_order_release);
    }
    ctx_await(&service->ended, 1);
    return service->logs[REQUEST_WORKER].sum + messages;
}

/* Hands the request over, with that number of reads, and waits for the answer. */
static inline uint64_t CTX_FN(request_ask_worker, struct request *request, uint32_t reads) {
    struct request_service *service = request->service;
    service->message.request = request;
    service->message.reads = reads;
    service->message.captured = CTX_BINDS ? ctx_take_or_die(CTX_CURRENT(0)) : NULL;
    const uint64_t asked = atomic_load_explicit(&service->asked, memory_order_relaxed) + 1;
    atomic_store_explicit(&service->asked, asked, memory_order_release);
    if (service->has_worker)
        ctx_await(&service->answered, asked);
    else
        request_serve(&service->message);
    return service->message.answer;
}

/* ---- The sort ---- */

CTX_OPAQUE static void CTX_FN(request_log_comparison, struct request *request) {
    CTX_ENTER_OPAQUE();
    for (uint32_t i = request->plan.comparison; i > 0 && request->sort_reads_left > 0; i--, request->sort_reads_left--)
        CTX_CALL(ctx_log_line, &request->service->logs[REQUEST_FRONT]);
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

CTX_OPERATION void CTX_FN(request_log_lines, struct request *request, uint32_t lines) {
    for (uint32_t i = lines; i > 0; i--)
        CTX_CALL(ctx_log_line, &request->service->logs[REQUEST_FRONT]);
}

CTX_OPAQUE static void CTX_FN(request_answer, void *arg) {
    struct request *request = arg;
    const struct request_plan *plan = &request->plan;
    CTX_ENTER_OPAQUE();
    if (plan->depth == 0)
        CTX_CALL(request_log_lines, request, plan->calls);
    request_find_rows(request);
    CTX_CALL(request_sort, request);
    request->response = request->rows[request->parsed[REQUEST_PAGE]].price + request->parsed[REQUEST_BY];
    for (uint32_t i = 0; i < plan->handoffs; i++)
        request->response += CTX_CALL(request_ask_worker, request, request_share(plan->worker, plan->handoffs, i));
}

static void CTX_FN(request_open_scope, void *arg);

enum { REQUEST_FUNCTIONS = 10 };
static ctx_body *const request_functions[REQUEST_FUNCTIONS];

/* What is called next on the way down. */
static inline ctx_body *request_next(const struct request *request) {
    const struct request_plan *plan = &request->plan;
    if (request->scopes < request_nested(plan) && request_scope_place(plan, request->scopes) <= request->steps)
        return request_open_scope;
    return request->steps < plan->depth ? request_functions[request->steps % REQUEST_FUNCTIONS] : request_answer;
}

/* What a scope binds: the id of the request and, added to it, the number of the scope. */
static inline struct ctx_binding request_binding(const struct request *request, uint32_t scope) {
    return (struct ctx_binding){&ctx_bench_keys[0], (void *)(request->parsed[REQUEST_ID] + scope)}; /* NOLINT */
}

CTX_OPAQUE static void CTX_FN(request_inner, void *arg) {
    struct request *request = arg;
    CTX_ENTER_OPAQUE();
    CTX_CALL(request_log_lines, request, request->inner_lines);
}

/* A scope around some lines and nothing else. */
CTX_OPERATION void CTX_FN(request_inner_scope, struct request *request, uint32_t number, uint32_t lines) {
    struct ctx_binding binding;
    struct ctx scope;
    request->inner_lines = lines;
    if (CTX_BINDS) {
        binding = request_binding(request, number);
        scope = (struct ctx){CTX_CURRENT(0), &ctx_bench_manager, &binding, 1};
    }
    CTX_WITH(&scope, request_inner, request);
    ctx_touch(&scope);
}

/* What all functions do: log their part of the lines. */
CTX_OPERATION void CTX_FN(request_step, struct request *request) {
    const struct request_plan *plan = &request->plan;
    const struct request_step step = request_step_at(plan, request->steps++);
    for (uint32_t i = 0; i < step.scopes; i++)
        CTX_CALL(request_inner_scope, request, request_nested(plan) + i, request_share(step.lines, step.scopes + 1, i));
    CTX_CALL(request_log_lines, request, request_share(step.lines, step.scopes + 1, step.scopes));
}

/* A function with a frame of its own size; the locals are touched after the call, too, so that it is no tail call. */
#define REQUEST_FUNCTION(number, bytes)                                                                                \
    CTX_OPAQUE static void CTX_FN(request_function_##number, void *arg) {                                              \
        unsigned char locals[bytes];                                                                                   \
        CTX_ENTER_OPAQUE();                                                                                            \
        ctx_touch(locals);                                                                                             \
        CTX_CALL(request_step, arg);                                                                                   \
        ctx_body *next = request_next(arg);                                                                            \
        CTX_CALL(next, arg);                                                                                           \
        ctx_touch(locals);                                                                                             \
    }

REQUEST_FUNCTION(0, 104)
REQUEST_FUNCTION(1, 32)
REQUEST_FUNCTION(2, 56)
REQUEST_FUNCTION(3, 200)
REQUEST_FUNCTION(4, 8)
REQUEST_FUNCTION(5, 88)
REQUEST_FUNCTION(6, 16)
REQUEST_FUNCTION(7, 40)
REQUEST_FUNCTION(8, 136)
REQUEST_FUNCTION(9, 24)

static ctx_body *const request_functions[REQUEST_FUNCTIONS] = {
    request_function_0, request_function_1, request_function_2, request_function_3, request_function_4,
    request_function_5, request_function_6, request_function_7, request_function_8, request_function_9,
};

CTX_OPAQUE static void CTX_FN(request_open_scope, void *arg) {
    struct request *request = arg;
    struct ctx_binding binding;
    struct ctx scope;
    if (CTX_BINDS) {
        binding = request_binding(request, request->scopes);
        scope = (struct ctx){request->scopes == 0 ? NULL : CTX_CURRENT(0), &ctx_bench_manager, &binding, 1};
    }
    request->scopes++;
    ctx_body *next = request_next(request);
    CTX_WITH(&scope, next, arg);
    ctx_touch(&scope);
}

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
    const struct request_plan plan = request_plan(run->job);
    CTX_RECORD_START(recorder);
    for (uint64_t i = 0; i < run->job->iterations; i++) {
        struct request request = {.plan = plan, .service = service, .sort_reads_left = plan.sort};
        request_parse(service->texts[i % REQUEST_TEXTS], &request);
        CTX_CALL(request_open_scope, &request);
        run->sum += request.response + request.steps;
        CTX_RECORD(recorder);
    }
    run->sum += service->logs[REQUEST_FRONT].sum;
    if (!service->has_worker)
        run->sum += service->logs[REQUEST_WORKER].sum + atomic_load_explicit(&service->asked, memory_order_relaxed);
    atomic_store_explicit(&service->ended, 1, memory_order_release);
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
