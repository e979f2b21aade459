#include "gate/callgrind.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/interrupt.h"
#include "session/worker_call.h"

/* Enough to show thousandths of an instruction, where work is done once in many operations. */
static const uint64_t counted_iterations = 1000;

/* Callgrind takes some fifty times as long. */
static const double patience_factor = 12;

static char valgrind_name[] = "valgrind";

/* What the environment of a counted worker may take from ours: where programs and libraries are found. */
static const char *const passed_on[] = {"PATH", "LD_LIBRARY_PATH", "VALGRIND_LIB", "TMPDIR"};
enum { PASSED_ON_COUNT = sizeof passed_on / sizeof passed_on[0], ENVIRONMENT_MAX = PASSED_ON_COUNT + 2 };

static bool make_environment(char *environment[static ENVIRONMENT_MAX]) {
    size_t count = 0;
    environment[count++] = strdup("LD_BIND_NOW=1");
    bool complete = environment[0] != NULL;
    for (size_t i = 0; i < PASSED_ON_COUNT; i++) {
        const char *value = getenv(passed_on[i]);
        if (value != NULL)
            complete = asprintf(&environment[count++], "%s=%s", passed_on[i], value) >= 0 && complete;
    }
    environment[count] = NULL;
    return complete;
}

static void free_environment(char *environment[static ENVIRONMENT_MAX]) {
    for (size_t i = 0; i < ENVIRONMENT_MAX && environment[i] != NULL; i++)
        free(environment[i]);
}

static bool find_version(struct callgrind *callgrind, struct error *error) {
    static char option[] = "--version";
    char *const argv[] = {valgrind_name, option, NULL};
    const struct child_plan plan = {
        .program = valgrind_name,
        .argv = argv,
        .input = "",
        .deadline_seconds = callgrind->deadline_seconds,
    };
    struct error why = {.text = "it ended without telling its version"};
    bool ran = child_run(&plan, callgrind->end, &why);
    if (!ran || callgrind->end->fate != CHILD_ENDED || callgrind->end->status != 0)
        return error_set(error,
                         "instructions are counted by valgrind, which cannot be run (%s); scripts/setup installs it",
                         why.text);
    (void)snprintf(callgrind->version, sizeof callgrind->version, "%.*s", (int)strcspn(callgrind->end->output, "\n"),
                   callgrind->end->output);
    return true;
}

bool callgrind_open(struct callgrind *callgrind, struct error *error) {
    *callgrind = (struct callgrind){
        .end = malloc(sizeof *callgrind->end),
        .deadline_seconds = patience_factor * worker_patience_seconds(),
    };
    if (callgrind->end == NULL)
        return error_set_code(error, ERROR_MEMORY, "out of memory for a worker's answer");
    const char *place = getenv("TMPDIR");
    char folder[PATH_MAX];
    (void)snprintf(folder, sizeof folder, "%s/ctxbench-counts-XXXXXX", place != NULL ? place : "/tmp");
    if (mkdtemp(folder) == NULL)
        return error_set_code(error, ERROR_SYSTEM, "cannot make a folder for callgrind's dumps, %s: %s", folder,
                              strerror(errno));
    (void)snprintf(callgrind->folder, sizeof callgrind->folder, "%s", folder);
    return find_version(callgrind, error);
}

/* The file of the dump with this number; the last, which is of the worker's end, has none. */
static void dump_path(const struct callgrind *callgrind, int number, char path[static PATH_MAX]) {
    if (number == 0)
        (void)snprintf(path, PATH_MAX, "%.*s/dump", PATH_MAX - 32, callgrind->folder);
    else
        (void)snprintf(path, PATH_MAX, "%.*s/dump.%d", PATH_MAX - 32, callgrind->folder, number);
}

static void remove_dumps(const struct callgrind *callgrind) {
    char path[PATH_MAX];
    for (int i = 0; i <= 1 + EXECUTION_DUMPS; i++) {
        dump_path(callgrind, i, path);
        (void)unlink(path);
    }
}

void callgrind_close(struct callgrind *callgrind) {
    if (callgrind->folder[0] != '\0') {
        remove_dumps(callgrind);
        (void)rmdir(callgrind->folder);
    }
    free(callgrind->end);
    *callgrind = (struct callgrind){.end = NULL};
}

/* A dump's total of instructions. Not its summary, which is 0 once counting was stopped. */
static bool read_total(const char *path, uint64_t *total) {
    char *line = NULL;
    size_t size = 0;
    bool found = false;
    FILE *file = fopen(path, "re");
    while (file != NULL && !found && getline(&line, &size, file) > 0)
        found = sscanf(line, "totals: %" SCNu64, total) == 1;
    free(line);
    if (file != NULL)
        (void)fclose(file);
    return found;
}

bool callgrind_per_operation(const uint64_t totals[static 3], uint64_t iterations, double *instructions, char *found,
                             size_t size) {
    const int64_t first = (int64_t)(totals[1] - totals[0]), second = (int64_t)(totals[2] - totals[1]);
    *instructions = (double)first / (double)iterations;
    if (first == second && first > 0)
        return true;
    (void)snprintf(found, size,
                   "its count varies: %.3f instructions an operation, and in the next stretch of the same length %.3f",
                   *instructions, (double)second / (double)iterations);
    return false;
}

static enum callgrind_fate read_counts(const struct callgrind *callgrind, struct callgrind_count *count) {
    uint64_t totals[EXECUTION_DUMPS];
    for (int i = 0; i < EXECUTION_DUMPS; i++) {
        char path[PATH_MAX];
        dump_path(callgrind, i + 2, path); /* after the warming up */
        if (!read_total(path, &totals[i])) {
            (void)snprintf(count->reason, sizeof count->reason, "callgrind left no total in %.200s", path);
            return CALLGRIND_FAILED;
        }
    }
    return callgrind_per_operation(totals, counted_iterations, &count->instructions, count->reason,
                                   sizeof count->reason)
               ? CALLGRIND_COUNTED
               : CALLGRIND_INAPPLICABLE;
}

static enum callgrind_fate judge(const struct callgrind *callgrind, const struct execution_answer *answer,
                                 struct callgrind_count *count) {
    const int status = callgrind->end->status;
    if (answer->outcome == EXECUTION_COUNTED)
        return read_counts(callgrind, count);
    if (answer->outcome == EXECUTION_CRASHED && WIFSIGNALED(status) && WTERMSIG(status) == SIGILL) {
        (void)snprintf(count->reason, sizeof count->reason, "%s does not know an instruction of this case",
                       callgrind->version);
        return CALLGRIND_INAPPLICABLE;
    }
    (void)snprintf(count->reason, sizeof count->reason, "%s", answer->reason);
    return answer->outcome == EXECUTION_INAPPLICABLE ? CALLGRIND_INAPPLICABLE : CALLGRIND_FAILED;
}

enum callgrind_fate callgrind_count(struct callgrind *callgrind, const char *program,
                                    const struct execution_request *request, struct callgrind_count *count) {
    char tool[] = "--tool=callgrind", quiet[] = "-q", no_debugger[] = "--vgdb=no", late[] = "--instr-atstart=no",
         stopped[] = "--collect-atstart=no", role[] = "--worker", out[PATH_MAX + 32], path[PATH_MAX];
    (void)snprintf(out, sizeof out, "--callgrind-out-file=%s/dump", callgrind->folder);
    (void)snprintf(path, sizeof path, "%s", program);
    char *const argv[] = {valgrind_name, tool, quiet, no_debugger, late, stopped, out, path, role, NULL};
    char *environment[ENVIRONMENT_MAX];
    *count = (struct callgrind_count){.reason = "out of memory for the environment of a worker"};
    enum callgrind_fate fate = CALLGRIND_FAILED;
    struct execution_request counting = *request;
    counting.count = true;
    counting.iterations = counted_iterations;
    const struct worker_call call = {
        .request = &counting,
        .program = valgrind_name,
        .argv = argv,
        .environment = environment,
        .deadline_seconds = callgrind->deadline_seconds,
        .progress = callgrind->progress,
        .end = callgrind->end,
    };
    struct execution_answer answer = execution_answer_empty();
    remove_dumps(callgrind);
    if (make_environment(environment))
        fate = worker_call(&call, &answer) ? judge(callgrind, &answer, count) : CALLGRIND_INTERRUPTED;
    free_environment(environment);
    execution_answer_clear(&answer);
    return fate;
}
