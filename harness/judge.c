#include "judge.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "excerpt.h"
#include "protocol.h"

static const double bytes_per_mib = 1024.0 * 1024.0;

/* Sets the outcome and its reason, with the last of what the worker complained about. */
__attribute__((format(printf, 4, 5))) static void conclude(struct execution_answer *answer,
                                                           enum execution_outcome outcome, const struct child_end *end,
                                                           const char *format, ...) {
    execution_answer_clear(answer);
    answer->outcome = outcome;
    va_list args;
    va_start(args, format);
    (void)vsnprintf(answer->reason, sizeof answer->reason, format, args);
    va_end(args);
    char said[256];
    excerpt_last(said, sizeof said, end->complaint, end->complaint_length);
    size_t length = strlen(answer->reason);
    if (said[0] != '\0')
        (void)snprintf(answer->reason + length, sizeof answer->reason - length, "; it said: %s", said);
}

/* The limit on memory that a worker inherits from us, in bytes; 0: none. */
static double memory_limit(void) {
    static const __rlimit_resource_t kinds[] = {RLIMIT_AS, RLIMIT_DATA};
    double least = 0;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        struct rlimit limit;
        if (getrlimit(kinds[i], &limit) == 0 && limit.rlim_cur != RLIM_INFINITY &&
            (least == 0 || (double)limit.rlim_cur < least))
            least = (double)limit.rlim_cur;
    }
    return least;
}

/*
 * A program that gets no more memory ends in its own way: by abort(), or by following a null pointer. What gives it
 * away is how much it had: the limit counts more than what is resident, so half of it is near enough.
 */
static void judge_signal(const struct child_end *end, struct execution_answer *answer) {
    int number = WTERMSIG(end->status);
    const char *name = sigabbrev_np(number), *description = sigdescr_np(number);
    double limit = memory_limit(), resident = (double)end->usage.ru_maxrss * 1024;
    name = name != NULL ? name : "?";
    description = description != NULL ? description : "a signal without a name";
    if (limit > 0 && resident >= limit / 2)
        conclude(answer, EXECUTION_OUT_OF_MEMORY, end,
                 "ended by SIG%s (%s) with %.0f MiB resident under a limit of %.0f MiB: out of memory", name,
                 description, resident / bytes_per_mib, limit / bytes_per_mib);
    else if (number == SIGKILL)
        conclude(answer, EXECUTION_OUT_OF_MEMORY, end,
                 "killed by SIGKILL with %.0f MiB resident, as the system does when memory runs out",
                 resident / bytes_per_mib);
    else if (number == SIGABRT)
        conclude(answer, EXECUTION_ABORTED, end, "ended itself by SIGABRT (%s)", description);
    else
        conclude(answer, EXECUTION_CRASHED, end, "ended by SIG%s (%s)", name, description);
}

/* The worker's whole time without the samples'. */
static double overhead_ms(const struct child_end *end, const struct execution_answer *answer) {
    double samples_ns = 0;
    for (unsigned i = 0; i < answer->sample_count; i++)
        samples_ns += answer->samples[i].real_ns * (double)answer->iterations;
    double overhead = end->wall_seconds * 1e3 - samples_ns * 1e-6;
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
        answer->overhead_ms = overhead_ms(end, answer);
}

void judge_worker(const struct child_end *end, const char *case_name, struct execution_answer *answer) {
    *answer = (struct execution_answer){0};
    if (end->fate == CHILD_TIMED_OUT)
        conclude(answer, EXECUTION_TIMED_OUT, end, "gave no answer within %.1f s, and was killed", end->wall_seconds);
    else if (end->fate == CHILD_FLOODED)
        conclude(answer, EXECUTION_NONSENSE, end,
                 "wrote more than %d KiB to standard output, where only the worker's answer belongs, and was killed",
                 CHILD_OUTPUT_MAX / 1024);
    else if (WIFSIGNALED(end->status))
        judge_signal(end, answer);
    else
        judge_exit(end, case_name, answer);
}
