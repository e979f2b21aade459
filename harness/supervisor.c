#include "supervisor.h"

#include <stdlib.h>

#include "interrupt.h"
#include "progress.h"
#include "random.h"
#include "request.h"
#include "worker_call.h"

enum { PAD_BYTES_MAX = 4096 };

/* A worker may take this many times as long as it should, beside worker_patience_seconds, before it is taken for hung.
 */
static const double patience_factor = 20;

/* In place of a count of iterations. */
#define NOT_CALIBRATED UINT64_C(0)
#define CALIBRATION_FAILED UINT64_MAX

/* The mean of what has been seen so far. */
struct mean {
    double sum;
    size_t count;
};

struct supervisor {
    const struct supervision *given;
    struct supervisor_summary *summary;
    uint64_t *iterations; /* by case */
    uint8_t *done;        /* a bit for each execution, by case and repetition */
    uint32_t executions;  /* of each case */
    size_t calibrations_left;
    double patience;
    struct mean calibration_seconds, execution_seconds;
    struct progress progress;
    struct child_end *end; /* of the worker in hand; too large for the stack */
};

static size_t bit_of(const struct supervisor *supervisor, uint32_t case_index, uint32_t execution) {
    return (size_t)case_index * supervisor->executions + execution;
}

static bool is_done(const struct supervisor *supervisor, const struct plan_step *step) {
    size_t bit = bit_of(supervisor, step->case_index, step->execution);
    return (supervisor->done[bit / 8] >> bit % 8 & 1) != 0 ||
           supervisor->iterations[step->case_index] == CALIBRATION_FAILED;
}

/* Takes note of an entry, be it fresh or read from the journal. */
static void note(struct supervisor *supervisor, const struct results_entry *entry) {
    bool good = entry->answer.outcome == EXECUTION_OK;
    supervisor->summary->failures += good ? 0 : 1;
    if (entry->calibration) {
        supervisor->iterations[entry->case_index] = good ? entry->answer.iterations : CALIBRATION_FAILED;
        supervisor->calibrations_left--;
        supervisor->summary->executions_done += good ? 0 : supervisor->executions;
        return;
    }
    size_t bit = bit_of(supervisor, entry->case_index, entry->execution);
    supervisor->done[bit / 8] |= (uint8_t)(1u << bit % 8);
    supervisor->summary->executions_done++;
}

/* Takes note of what the journal holds already. */
static bool recall(struct supervisor *supervisor, struct error *error) {
    struct journal *journal = supervisor->given->journal;
    if (!journal_rewind(journal, error))
        return false;
    const struct results_entry *entry;
    enum results_next next;
    while ((next = journal_next(journal, &entry, error)) == RESULTS_ENTRY) {
        if (entry->case_index >= supervisor->given->plan->case_count || entry->execution >= supervisor->executions)
            return error_set(error, "the journal holds execution %u of case %u, which the plan does not have",
                             entry->execution, entry->case_index);
        note(supervisor, entry);
    }
    return next == RESULTS_END;
}

/* A length for this execution, the same whenever the run is resumed. */
static size_t pad_bytes(const struct plan *plan, const struct results_entry *entry) {
    struct random random = {.state = plan->seed ^ ((uint64_t)entry->case_index << 32 | entry->execution)};
    return random_below(&random, PAD_BYTES_MAX + 1);
}

/* Executes a case once, or calibrates it, and journals what came of it. */
static enum supervisor_end attempt(struct supervisor *supervisor, const struct plan_step *step, bool calibration,
                                   struct error *error) {
    const struct plan *plan = supervisor->given->plan;
    struct results_entry entry = {
        .case_index = step->case_index,
        .execution = calibration ? 0 : step->execution,
        .calibration = calibration,
    };
    const struct bench_case *c = &plan->cases[step->case_index];
    char name[CASE_NAME_MAX];
    case_name(c, name);
    struct execution_request request = request_for_case(c, name, supervisor->given->registry);
    request.iterations = calibration ? 0 : supervisor->iterations[step->case_index];
    request.sample_count = supervisor->given->options->sample_count;
    request.sample_seconds = supervisor->given->options->sample_seconds;
    const struct worker_call call = {
        .request = &request,
        .pad_bytes = pad_bytes(plan, &entry),
        .deadline_seconds = supervisor->patience + patience_factor * request.sample_seconds * request.sample_count,
        .progress = &supervisor->progress,
        .end = supervisor->end,
    };
    if (!worker_call(&call, &entry.answer)) {
        execution_answer_clear(&entry.answer);
        return SUPERVISOR_INTERRUPTED;
    }
    bool kept = journal_append(supervisor->given->journal, &entry, error);
    struct mean *mean = calibration ? &supervisor->calibration_seconds : &supervisor->execution_seconds;
    mean->sum += supervisor->end->wall_seconds;
    mean->count++;
    note(supervisor, &entry);
    execution_answer_clear(&entry.answer);
    return kept ? SUPERVISOR_DONE : SUPERVISOR_FAILED;
}

/* From what executions and calibrations have taken so far, or from the plan's guess until there are any. */
static double seconds_left(const struct supervisor *supervisor) {
    const struct plan *plan = supervisor->given->plan;
    size_t left = plan->step_count - supervisor->summary->executions_done;
    if (supervisor->execution_seconds.count == 0)
        return plan_estimate_seconds(plan, supervisor->given->options) * (double)left / (double)plan->step_count;
    double execution = supervisor->execution_seconds.sum / (double)supervisor->execution_seconds.count;
    double calibration = supervisor->calibration_seconds.count == 0
                             ? execution
                             : supervisor->calibration_seconds.sum / (double)supervisor->calibration_seconds.count;
    return execution * (double)left + calibration * (double)supervisor->calibrations_left;
}

static void show_progress(struct supervisor *supervisor, const struct plan_step *step) {
    char name[CASE_NAME_MAX];
    case_name(&supervisor->given->plan->cases[step->case_index], name);
    progress_step(&supervisor->progress, supervisor->summary->executions_done, seconds_left(supervisor), name);
}

/* Does one step of the plan, with the calibration of its case if that is still to be done. */
static enum supervisor_end do_step(struct supervisor *supervisor, const struct plan_step *step, struct error *error) {
    enum supervisor_end end = SUPERVISOR_DONE;
    if (is_done(supervisor, step))
        return end;
    show_progress(supervisor, step);
    if (supervisor->iterations[step->case_index] == NOT_CALIBRATED)
        end = attempt(supervisor, step, true, error);
    if (end == SUPERVISOR_DONE && !is_done(supervisor, step))
        end = attempt(supervisor, step, false, error);
    return end;
}

static enum supervisor_end do_all(struct supervisor *supervisor, struct error *error) {
    const struct plan *plan = supervisor->given->plan;
    if (!recall(supervisor, error))
        return SUPERVISOR_FAILED;
    progress_start(&supervisor->progress, supervisor->given->options->quiet, plan->step_count);
    enum supervisor_end end = SUPERVISOR_DONE;
    for (size_t i = 0; i < plan->step_count && end == SUPERVISOR_DONE; i++)
        end = interrupt_requested() ? SUPERVISOR_INTERRUPTED : do_step(supervisor, &plan->steps[i], error);
    progress_clear(&supervisor->progress);
    return end;
}

enum supervisor_end supervisor_run(const struct supervision *supervision, struct supervisor_summary *summary,
                                   struct error *error) {
    const struct plan *plan = supervision->plan;
    *summary = (struct supervisor_summary){0};
    struct supervisor supervisor = {
        .given = supervision,
        .summary = summary,
        .iterations = calloc(plan->case_count, sizeof *supervisor.iterations),
        .done = calloc(plan->step_count / 8 + 1, 1),
        .executions = (uint32_t)(plan->step_count / plan->case_count),
        .calibrations_left = plan->case_count,
        .patience = worker_patience_seconds(),
        .end = malloc(sizeof *supervisor.end),
    };
    enum supervisor_end end = SUPERVISOR_FAILED;
    if (supervisor.iterations == NULL || supervisor.done == NULL || supervisor.end == NULL)
        error_set(error, "out of memory for a plan of %zu cases", plan->case_count);
    else
        end = do_all(&supervisor, error);
    free(supervisor.iterations);
    free(supervisor.done);
    free(supervisor.end);
    return end;
}
