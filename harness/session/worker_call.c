#include "session/worker_call.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/interrupt.h"
#include "protocol/protocol.h"
#include "session/judge.h"
#include "session/peer_answer.h"

static const char patience_variable[] = "CTXBENCH_PATIENCE"; /* for tests and slow machines */
static const double patience_seconds = 10;

double worker_patience_seconds(void) {
    const char *text = getenv(patience_variable);
    double seconds = text == NULL ? 0 : strtod(text, NULL);
    return isfinite(seconds) && seconds > 0 ? seconds : patience_seconds;
}

/* What a good answer is a thing of; NULL for one that tells why there is none. */
static const char *kind_of(enum execution_outcome outcome) {
    switch (outcome) {
    case EXECUTION_OK:
        return "measurement";
    case EXECUTION_HELD:
        return "proof";
    case EXECUTION_COUNTED:
        return "count";
    default:
        return NULL;
    }
}

/* A measurement is no proof, and neither is a count; and a measurement always applies. */
static void check_kind(const struct execution_request *request, struct execution_answer *answer) {
    const char *wanted = kind_of(request->scenario != NULL ? EXECUTION_HELD
                                 : request->count          ? EXECUTION_COUNTED
                                                           : EXECUTION_OK);
    const bool applies_always = request->scenario == NULL && !request->count;
    const char *found = kind_of(answer->outcome);
    if (answer->outcome == EXECUTION_OK && request->memory_node_count > 0 && !answer->memory_bound) {
        execution_answer_refuse(answer, EXECUTION_NONSENSE,
                                "measured without having bound its memory, as builds do that do not know how");
        return;
    }
    if (answer->outcome == EXECUTION_INAPPLICABLE && applies_always)
        found = "proof";
    if (found == NULL || strcmp(found, wanted) == 0)
        return;
    execution_answer_refuse(answer, EXECUTION_NONSENSE, "answered with a %s where a %s was asked for", found, wanted);
}

static struct child_plan plan_of(const struct worker_call *call, const char *line) {
    static char program[] = "/proc/self/exe", name[] = "bench", role[] = "--worker";
    static char *const argv[] = {name, role, NULL};
    if (call->peer != NULL)
        return (struct child_plan){
            .program = call->peer->argv[0],
            .argv = call->peer->argv,
            .input = line,
            .input_length = strlen(line),
            .pus = call->request->pus,
            .pu_count = call->request->thread_count,
            .pad_bytes = call->pad_bytes,
            .deadline_seconds = call->deadline_seconds,
            .progress = call->progress,
        };
    return (struct child_plan){
        .program = call->program != NULL ? call->program : program,
        .argv = call->argv != NULL ? call->argv : argv,
        .environment = call->environment,
        .fixed_layout = call->request->count,
        .input = line,
        .input_length = strlen(line),
        .pad_bytes = call->pad_bytes,
        .deadline_seconds = call->deadline_seconds,
        .progress = call->progress,
    };
}

/* Lets the workers run, at the same time; with sockets, each is handed one. False with *error set: none did. */
static bool run(const struct worker_call *calls, int *sockets, size_t count, struct error *error) {
    char *lines[TURNS_SIDES] = {NULL};
    struct child_plan plans[TURNS_SIDES];
    struct child_end *ends[TURNS_SIDES];
    bool ready = true;
    for (size_t i = 0; i < count; i++) {
        lines[i] = protocol_encode_request(calls[i].request);
        if (lines[i] == NULL) {
            ready = error_set_code(error, ERROR_MEMORY, "out of memory for the request");
            break;
        }
        plans[i] = plan_of(&calls[i], lines[i]);
        plans[i].socket = sockets == NULL ? NULL : &sockets[i];
        ends[i] = calls[i].end;
    }
    const bool ran = ready && child_run_together(plans, ends, count, error);
    for (size_t i = 0; i < count; i++)
        free(lines[i]);
    return ran;
}

static void fill(const struct worker_call *call, bool ran, const struct error *error, struct execution_answer *answer) {
    *answer = execution_answer_empty();
    answer->outcome = EXECUTION_FAILED;
    if (!ran) {
        (void)snprintf(answer->reason, sizeof answer->reason, "%.*s", (int)sizeof answer->reason - 1, error->text);
    } else if (call->end->fate != CHILD_INTERRUPTED) {
        judge_worker(call->end, call->request->case_name, answer);
        check_kind(call->request, answer);
        if (call->peer_case != NULL)
            peer_answer_check(call->peer_case, call->request, call->end, answer);
    }
}

bool worker_call(const struct worker_call *call, struct execution_answer *answer) {
    struct error error;
    const bool ran = run(call, NULL, 1, &error);
    fill(call, ran, &error, answer);
    return !interrupt_requested();
}

bool worker_call_in_turns(const struct worker_call calls[TURNS_SIDES], int first,
                          struct execution_answer answers[TURNS_SIDES]) {
    struct error error;
    int sockets[TURNS_SIDES];
    const bool ran = turns_open(sockets, first, &error) && run(calls, sockets, TURNS_SIDES, &error);
    turns_close(sockets);
    for (int side = 0; side < TURNS_SIDES; side++)
        fill(&calls[side], ran, &error, &answers[side]);
    return !interrupt_requested();
}
