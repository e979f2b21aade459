#include "worker/worker.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "machine/topology.h"
#include "protocol/protocol.h"
#include "protocol/turns.h"
#include "registry/linkage.h"
#include "registry/registry.h"
#include "worker/last_words.h"
#include "worker/measure.h"
#include "worker/observe.h"
#include "worker/prepare.h"

/* Takes samples of `iterations` operations each. */
static bool take_samples(struct gbench_work *work, uint64_t iterations, unsigned sample_count) {
    if (!worker_pass(work, iterations, sample_count, work->answer->samples, worker_run))
        return false;
    work->answer->iterations = iterations;
    work->answer->sample_count = sample_count;
    return true;
}

/*
 * How long so many iterations last. Others may take the PU meanwhile, so what seems `enough` must do so several times,
 * and the least counts.
 */
static bool time_iterations(struct gbench_work *work, double iterations, double enough, double *seconds) {
    static const unsigned tries = 3;
    *seconds = INFINITY;
    for (unsigned i = 0; i < tries && *seconds >= enough; i++) {
        if (!take_samples(work, (uint64_t)iterations, 1))
            return false;
        *seconds = fmin(*seconds, work->answer->samples[0].values[SAMPLE_REAL_NS] * 1e-9 * iterations);
    }
    return true;
}

/*
 * Finds how many iterations last sample_seconds: grows their number at most tenfold at a time, since short measurements
 * mislead, until one measurement lasted half as long as wanted, and scales that.
 */
static bool calibrate(struct gbench_work *work) {
    static const double growth_max = 10, trusted = 0.5, iterations_max = 1e15;
    const double wanted = work->request->sample_seconds;
    double iterations = 1;
    for (;;) {
        double seconds;
        if (!time_iterations(work, iterations, trusted * wanted, &seconds))
            return false;
        bool good = seconds >= trusted * wanted || iterations >= iterations_max;
        double growth = seconds > 0 ? wanted / seconds : growth_max;
        iterations *= growth < growth_max ? growth : growth_max;
        iterations = iterations < 1 ? 1 : iterations > iterations_max ? iterations_max : floor(iterations + 0.5);
        if (good)
            break;
    }
    work->answer->iterations = (uint64_t)iterations;
    return true;
}

/* Resident memory at its highest. Not ru_maxrss, which begins with that of the process we were spawned from. */
static double memory_peak_bytes(void) {
    FILE *status = fopen("/proc/self/status", "re");
    char line[256];
    unsigned long long kibibytes = 0;
    while (status != NULL && kibibytes == 0 && fgets(line, sizeof line, status) != NULL)
        (void)sscanf(line, "VmHWM: %llu", &kibibytes);
    if (status != NULL)
        fclose(status);
    return kibibytes == 0 ? NAN : (double)kibibytes * 1024;
}

/* Before anything is allocated that the measurement uses. Other threads let go of it when they begin. */
static bool bind_memory(struct gbench_work *work) {
    const struct execution_request *request = work->request;
    struct error error;
    if (request->memory_node_count == 0)
        return true;
    work->answer->memory_bound = topology_bind_memory(request->memory_nodes, request->memory_node_count, &error);
    return work->answer->memory_bound || worker_fail(work, EXECUTION_FAILED, "%s", error.text);
}

static bool allocate_threads(struct gbench_work *work) {
    unsigned count = work->request->thread_count;
    work->threads = aligned_alloc(CACHE_LINE_PAIR, count * sizeof *work->threads);
    work->answer->pus_bound = calloc(count, sizeof *work->answer->pus_bound);
    work->answer->thread_count = count;
    if (work->threads == NULL || work->answer->pus_bound == NULL)
        return worker_fail(work, EXECUTION_OUT_OF_MEMORY, "out of memory for %u threads", count);
    memset(work->threads, 0, count * sizeof *work->threads);
    return true;
}

static void measure(struct gbench_work *work) {
    const struct execution_request *request = work->request;
    const bool done =
        request->iterations == 0 ? calibrate(work) : take_samples(work, request->iterations, request->sample_count);
    if (request->in_turns) /* what follows must not disturb the other's last sample */
        turns_wait(TURNS_DESCRIPTOR);
    linkage_describe(work->entry, work->answer->linkage);
    work->answer->quantities[QUANTITY_MEMORY_PEAK_BYTES] = memory_peak_bytes();
    if (done && request->observe)
        observe(work);
}

/* From request to answer. */
static void execute(const struct execution_request *request, struct registry *registry,
                    struct execution_answer *answer) {
    struct gbench_work work = {.request = request, .answer = answer};
    if (worker_prepare(&work, registry) && bind_memory(&work) && allocate_threads(&work)) {
        if (request->count)
            worker_count(&work);
        else
            measure(&work);
    }
    free(work.threads);
}

/*
 * Dies with the supervisor. If that ended before we asked for it, nobody reads our standard output any more.
 */
static bool supervisor_is_there(void) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    struct pollfd output = {.fd = STDOUT_FILENO};
    return poll(&output, 1, 0) == 0 || (output.revents & POLLERR) == 0;
}

/* All of standard input; freed by free(). NULL with *error set. */
static char *read_input(size_t *length, struct error *error) {
    char *text = NULL;
    size_t capacity = 0;
    ssize_t got = getdelim(&text, &capacity, '\n', stdin);
    if (got <= 0) {
        free(text);
        error_set(error, "a worker reads one request from standard input, and there is none");
        return NULL;
    }
    *length = (size_t)got;
    return text;
}

/* Past stdio, whose buffer goes first: what a kernel printed must not be hidden behind a good answer. */
static bool write_answer(const char *line) {
    fflush(stdout);
    size_t left = strlen(line);
    while (left > 0) {
        ssize_t written = write(STDOUT_FILENO, line, left);
        if (written < 0 && errno != EINTR)
            return false;
        if (written > 0) {
            line += written;
            left -= (size_t)written;
        }
    }
    return true;
}

/* Answers one request. False with *error set if not even that could be done. */
static bool answer_request(const struct execution_request *request, struct error *error) {
    struct registry registry;
    if (!registry_init_only(&registry, request->strategy, error))
        return false;
    struct execution_answer answer = execution_answer_empty();
    answer.outcome = EXECUTION_OUT_OF_MEMORY;
    (void)strcpy(answer.reason, "no memory is left");
    char *words = protocol_encode_answer(&answer, request->case_name);
    if (words != NULL)
        last_words_prepare(words);
    execution_answer_clear(&answer);
    execute(request, &registry, &answer);
    char *line = protocol_encode_answer(&answer, request->case_name);
    bool written = line != NULL && write_answer(line);
    free(line);
    execution_answer_clear(&answer);
    registry_free(&registry);
    return written || error_set_code(error, ERROR_SYSTEM, "cannot answer: %s", strerror(errno));
}

int worker_main(void) {
    if (!supervisor_is_there())
        return EXIT_STATUS_FAILED;
    struct error error;
    size_t length;
    char *line = read_input(&length, &error);
    struct protocol_request decoded = {0};
    bool good = line != NULL && protocol_decode_request(line, length, &decoded, &error) &&
                answer_request(&decoded.request, &error);
    protocol_request_clear(&decoded);
    free(line);
    if (!good)
        fprintf(stderr, "bench --worker: %s\n", error.text);
    return good ? EXIT_STATUS_OK : EXIT_STATUS_FAILED;
}
