#include "protocol/execution.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const outcome_names[] = {
    [EXECUTION_OK] = "ok",
    [EXECUTION_FAILED] = "failed",
    [EXECUTION_UNPROVED] = "unproved",
    [EXECUTION_WRONG_CHECKSUM] = "wrong-checksum",
    [EXECUTION_CRASHED] = "crashed",
    [EXECUTION_ABORTED] = "aborted",
    [EXECUTION_OUT_OF_MEMORY] = "out-of-memory",
    [EXECUTION_TIMED_OUT] = "timed-out",
    [EXECUTION_EXITED] = "exited",
    [EXECUTION_NONSENSE] = "nonsense",
    [EXECUTION_HELD] = "held",
    [EXECUTION_INAPPLICABLE] = "inapplicable",
    [EXECUTION_COUNTED] = "counted",
};
enum { OUTCOME_COUNT = sizeof outcome_names / sizeof outcome_names[0] };

const char *execution_outcome_name(enum execution_outcome outcome) {
    return outcome_names[outcome];
}

bool execution_outcome_parse(const char *name, enum execution_outcome *outcome) {
    for (size_t i = 0; i < OUTCOME_COUNT; i++) {
        if (strcmp(outcome_names[i], name) == 0) {
            *outcome = (enum execution_outcome)i;
            return true;
        }
    }
    return false;
}

struct execution_answer execution_answer_empty(void) {
    struct execution_answer answer = {.sample_count = 0};
    quantities_clear(answer.quantities, EXECUTION_QUANTITIES);
    for (size_t i = 0; i < EXECUTION_SAMPLES_MAX; i++)
        quantities_clear(answer.samples[i].values, SAMPLE_QUANTITIES);
    return answer;
}

void execution_answer_clear(struct execution_answer *answer) {
    free(answer->pus_bound);
    recording_clear(&answer->recording);
    *answer = execution_answer_empty();
}

void execution_answer_refuse_v(struct execution_answer *answer, enum execution_outcome outcome, const char *format,
                               va_list args) {
    execution_answer_clear(answer);
    answer->outcome = outcome;
    (void)vsnprintf(answer->reason, sizeof answer->reason, format, args);
}

void execution_answer_refuse(struct execution_answer *answer, enum execution_outcome outcome, const char *format, ...) {
    va_list args;
    va_start(args, format);
    execution_answer_refuse_v(answer, outcome, format, args);
    va_end(args);
}
