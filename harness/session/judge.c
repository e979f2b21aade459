#include "session/judge.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "base/excerpt.h"
#include "protocol/protocol.h"

/* Sets the outcome and its reason, with the last of what the worker complained about. */
__attribute__((format(printf, 4, 5))) static void conclude(struct execution_answer *answer,
                                                           enum execution_outcome outcome, const struct child_end *end,
                                                           const char *format, ...) {
    va_list args;
    va_start(args, format);
    execution_answer_refuse_v(answer, outcome, format, args);
    va_end(args);
    char said[256];
    excerpt_last(said, sizeof said, end->complaint, end->complaint_length);
    size_t length = strlen(answer->reason);
    if (said[0] != '\0')
        (void)snprintf(answer->reason + length, sizeof answer->reason - length, "; it said: %s", said);
}

/* Whether the worker's last words were that it had no memory (last_words.h). */
static bool ran_out_of_memory(const struct child_end *end, const char *case_name) {
    struct execution_answer words;
    struct error error;
    bool said = protocol_decode_answer(end->output, end->output_length, case_name, &words, &error) &&
                words.outcome == EXECUTION_OUT_OF_MEMORY;
    execution_answer_clear(&words);
    return said;
}

static void judge_signal(const struct child_end *end, const char *case_name, struct execution_answer *answer) {
    int number = WTERMSIG(end->status);
    const char *name = sigabbrev_np(number), *description = sigdescr_np(number);
    name = name != NULL ? name : "?";
    description = description != NULL ? description : "a signal without a name";
    if (ran_out_of_memory(end, case_name))
        conclude(answer, EXECUTION_OUT_OF_MEMORY, end, "ended by SIG%s (%s) when no memory was left", name,
                 description);
    else if (number == SIGKILL)
        conclude(answer, EXECUTION_OUT_OF_MEMORY, end,
                 "killed by SIGKILL with %ld MiB resident, as the system does when memory runs out",
                 end->usage.ru_maxrss / 1024);
    else if (number == SIGABRT)
        conclude(answer, EXECUTION_ABORTED, end, "ended itself by SIGABRT (%s)", description);
    else
        conclude(answer, EXECUTION_CRASHED, end, "ended by SIG%s (%s)", name, description);
}

/* The worker's whole time without what it measured. */
static double overhead_ms(const struct child_end *end, const struct execution_answer *answer) {
    double overhead = end->wall_seconds * 1e3 - answer->measured_ms;
    return overhead > 0 ? overhead : 0;
}

/* A worker that ended by itself. */
static void judge_exit(const struct child_end *end, const char *case_name, struct execution_answer *answer) {
    struct error error;
    int status = WEXITSTATUS(end->status);
    if (end->output_length == 0)
        conclude(answer, EXECUTION_EXITED, end, "exited with status %d and without an answer", status);
    else if (!protocol_decode_answer(end->output, end->output_length, case_name, answer, &error))
        conclude(answer, EXECUTION_NONSENSE, end, "%s", error.text);
    else if (status != 0)
        conclude(answer, EXECUTION_EXITED, end, "exited with status %d after its answer", status);
    else
        answer->quantities[QUANTITY_OVERHEAD_MS] = overhead_ms(end, answer);
}

void judge_worker(const struct child_end *end, const char *case_name, struct execution_answer *answer) {
    *answer = execution_answer_empty();
    if (end->fate == CHILD_TIMED_OUT)
        conclude(answer, EXECUTION_TIMED_OUT, end, "gave no answer within %.1f s, and was killed", end->wall_seconds);
    else if (end->fate == CHILD_FLOODED)
        conclude(answer, EXECUTION_NONSENSE, end,
                 "wrote more than %d KiB to standard output, where only the worker's answer belongs, and was killed",
                 CHILD_OUTPUT_MAX / 1024);
    else if (WIFSIGNALED(end->status))
        judge_signal(end, case_name, answer);
    else
        judge_exit(end, case_name, answer);
}
