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
        execution_answer_clear(answer);
        answer->outcome = EXECUTION_NONSENSE;
        (void)snprintf(answer->reason, sizeof answer->reason,
                       "measured without having bound its memory, as builds do that do not know how");
        return;
    }
    if (answer->outcome == EXECUTION_INAPPLICABLE && applies_always)
        found = "proof";
    if (found == NULL || strcmp(found, wanted) == 0)
        return;
    execution_answer_clear(answer);
    answer->outcome = EXECUTION_NONSENSE;
    (void)snprintf(answer->reason, sizeof answer->reason, "answered with a %s where a %s was asked for", found, wanted);
}

bool worker_call(const struct worker_call *call, struct execution_answer *answer) {
    static char program[] = "/proc/self/exe", name[] = "bench", role[] = "--worker";
    char *const argv[] = {name, role, NULL};
    struct error error;
    char *line = protocol_encode_request(call->request);
    const struct child_plan plan = {
        .program = call->program != NULL ? call->program : program,
        .argv = call->argv != NULL ? call->argv : argv,
        .environment = call->environment,
        .fixed_layout = call->request->count,
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
