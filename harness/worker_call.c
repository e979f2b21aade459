#include "worker_call.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "interrupt.h"
#include "judge.h"
#include "protocol.h"

static const char patience_variable[] = "CTXBENCH_PATIENCE"; /* for tests and slow machines */
static const double patience_seconds = 10;

double worker_patience_seconds(void) {
    const char *text = getenv(patience_variable);
    double seconds = text == NULL ? 0 : strtod(text, NULL);
    return isfinite(seconds) && seconds > 0 ? seconds : patience_seconds;
}

/* A measurement is no proof, and a proof no measurement. */
static void check_kind(const struct execution_request *request, struct execution_answer *answer) {
    const bool is_proof = answer->outcome == EXECUTION_HELD || answer->outcome == EXECUTION_INAPPLICABLE;
    if (request->scenario != NULL ? answer->outcome != EXECUTION_OK : !is_proof)
        return;
    execution_answer_clear(answer);
    answer->outcome = EXECUTION_NONSENSE;
    (void)snprintf(answer->reason, sizeof answer->reason, "answered with a %s where a %s was asked for",
                   is_proof ? "proof" : "measurement", is_proof ? "measurement" : "proof");
}

bool worker_call(const struct worker_call *call, struct execution_answer *answer) {
    static char program[] = "/proc/self/exe", name[] = "bench", role[] = "--worker";
    char *const argv[] = {name, role, NULL};
    struct error error;
    char *line = protocol_encode_request(call->request);
    const struct child_plan plan = {
        .program = program,
        .argv = argv,
        .input = line,
        .input_length = line == NULL ? 0 : strlen(line),
        .pad_bytes = call->pad_bytes,
        .deadline_seconds = call->deadline_seconds,
        .progress = call->progress,
    };
    *answer = (struct execution_answer){.outcome = EXECUTION_FAILED};
    if (line == NULL) {
        (void)snprintf(answer->reason, sizeof answer->reason,
                       "the request cannot be put into JSON: out of memory, or a path that is not UTF-8");
    } else if (!child_run(&plan, call->end, &error)) {
        (void)snprintf(answer->reason, sizeof answer->reason, "%.*s", (int)sizeof answer->reason - 1, error.text);
    } else if (call->end->fate != CHILD_INTERRUPTED) {
        judge_worker(call->end, call->request->case_name, answer);
        check_kind(call->request, answer);
    }
    free(line);
    return !interrupt_requested();
}
