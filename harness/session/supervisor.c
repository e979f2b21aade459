#include "session/supervisor.h"
#include "base/message.h"

#include <math.h>
#include <stdlib.h>

#include "base/interrupt.h"
#include "base/now.h"
#include "base/random.h"
#include "base/text.h"
#include "plan/estimate.h"
#include "protocol/observation.h"
#include "session/progress.h"
#include "session/request.h"
#include "session/worker_call.h"

enum { PAD_BYTES_MAX = 4096 };

/* A worker may take this many times as long as it should, beside worker_patience_seconds, before it is taken for hung.
 */
static const double patience_factor = 20;

/* In place of a count of iterations. */
#define NOT_CALIBRATED UINT64_C(0)
#define CALIBRATION_FAILED UINT64_MAX

struct supervisor {
    const struct supervision *given;
    struct supervisor_summary *summary;
    uint64_t *iterations; /* by case */
    uint8_t *done;        /* a bit for each execution, by case and repetition */
    uint32_t executions;  /* of each case, at most */
    uint32_t recalled;    /* rounds that the journal holds, the last perhaps in part */
    double patience;
    double started_seconds;
    double recalled_seconds; /* that earlier parts of the run took */
    struct estimate estimate;
    struct progress progress;
    struct child_end *end; /* of the worker in hand; too large for the stack */
};

static double spent_seconds(const struct supervisor *supervisor) {
    return supervisor->recalled_seconds + now_seconds() - supervisor->started_seconds;
}

static size_t bit_of(const struct supervisor *supervisor, uint32_t case_index, uint32_t execution) {
    return (size_t)case_index * supervisor->executions + execution;
}

static bool is_done(const struct supervisor *supervisor, const struct plan_step *step) {
    size_t bit = bit_of(supervisor, step->case_index, step->execution);
    return (supervisor->done[bit / 8] >> bit % 8 & 1) != 0 ||
           supervisor->iterations[step->case_index] == CALIBRATION_FAILED;
}

static void note_calibration(struct supervisor *supervisor, const struct results_entry *entry, bool good) {
    const struct execution_answer *answer = &entry->answer;
    supervisor->iterations[entry->case_index] = good ? answer->iterations : CALIBRATION_FAILED;
    if (!good) {
        estimate_given_up(&supervisor->estimate, entry->case_index, entry->seconds);
        return;
    }
    const struct estimate_calibration found = {
        .seconds = entry->seconds,
        .measured_seconds = answer->measured_ms * 1e-3,
        .sample_seconds = answer->samples[0].values[SAMPLE_REAL_NS] * 1e-9 * (double)answer->iterations,
        .observed_samples = observation_samples(supervisor->given->plan->cases[entry->case_index].kernel->workload,
                                                answer->iterations, supervisor->given->options->sample_count),
    };
    estimate_calibrated(&supervisor->estimate, entry->case_index, &found);
}

/* Takes note of an entry, be it fresh or read from the journal. */
static void note(struct supervisor *supervisor, const struct results_entry *entry) {
    bool good = entry->answer.outcome == EXECUTION_OK;
    supervisor->summary->failures += good ? 0 : 1;
    if (entry->calibration) {
        note_calibration(supervisor, entry, good);
        return;
    }
    size_t bit = bit_of(supervisor, entry->case_index, entry->execution);
    supervisor->done[bit / 8] |= (uint8_t)(1u << bit % 8);
    estimate_executed(&supervisor->estimate, entry->case_index, entry->seconds);
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
        supervisor->recalled_seconds += entry->seconds;
        if (!entry->calibration && entry->execution >= supervisor->recalled)
            supervisor->recalled = entry->execution + 1;
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
    request.proved = !calibration; /* as its calibration did */
    request.observe = !calibration;
    const double began_seconds = now_seconds();
    const struct worker_call call = {
        .request = &request,
        .peer = c->peer,
        .peer_case = c->peer != NULL ? c : NULL,
        .pad_bytes = pad_bytes(plan, &entry),
        .deadline_seconds = supervisor->patience + patience_factor * request.sample_seconds * request.sample_count,
        .progress = &supervisor->progress,
        .end = supervisor->end,
    };
    if (!worker_call(&call, &entry.answer)) {
        execution_answer_clear(&entry.answer);
        return SUPERVISOR_INTERRUPTED;
    }
    entry.seconds = now_seconds() - began_seconds;
    bool kept = journal_append(supervisor->given->journal, &entry, error);
    note(supervisor, &entry);
    execution_answer_clear(&entry.answer);
    return kept ? SUPERVISOR_DONE : SUPERVISOR_FAILED;
}

/* What follows after so many steps of the plan. */
static double seconds_left(const struct supervisor *supervisor, size_t steps_done) {
    const size_t case_count = supervisor->given->plan->case_count;
    const size_t steps = supervisor->summary->rounds * case_count, left = steps > steps_done ? steps - steps_done : 0;
    return estimate_calibration_seconds(&supervisor->estimate) +
           estimate_round_seconds(&supervisor->estimate) * (double)left / (double)case_count;
}

static void show_progress(struct supervisor *supervisor, size_t step) {
    const struct plan *plan = supervisor->given->plan;
    char name[CASE_NAME_MAX];
    case_name(&plan->cases[plan->steps[step].case_index], name);
    supervisor->progress.total = supervisor->summary->rounds * plan->case_count;
    progress_step(&supervisor->progress, step, seconds_left(supervisor, step), name);
}

/* Does one step of the plan, with the calibration of its case if that is still to be done. */
static enum supervisor_end do_step(struct supervisor *supervisor, size_t index, struct error *error) {
    const struct plan_step *step = &supervisor->given->plan->steps[index];
    enum supervisor_end end = SUPERVISOR_DONE;
    if (is_done(supervisor, step))
        return end;
    show_progress(supervisor, index);
    if (supervisor->iterations[step->case_index] == NOT_CALIBRATED)
        end = attempt(supervisor, step, true, error);
    if (end == SUPERVISOR_DONE && !is_done(supervisor, step))
        end = attempt(supervisor, step, false, error);
    return end;
}

/* Calibrates and executes one case of each group, so that there is something to base an estimate on. */
static enum supervisor_end probe(struct supervisor *supervisor, struct error *error) {
    const struct plan *plan = supervisor->given->plan;
    enum supervisor_end end = SUPERVISOR_DONE;
    for (size_t i = 0; i < plan->case_count && end == SUPERVISOR_DONE; i++) {
        const struct plan_step *step = &plan->steps[i];
        if (interrupt_requested())
            return SUPERVISOR_INTERRUPTED;
        if (!estimate_is_blind(&supervisor->estimate, step->case_index))
            continue;
        end = do_step(supervisor, i, error);
    }
    return end;
}

/* Decides how many rounds there is time for, when so many are done. */
static void set_rounds(struct supervisor *supervisor, uint32_t done) {
    const struct options *options = supervisor->given->options;
    supervisor->summary->rounds = estimate_rounds(&supervisor->estimate, options->budget_seconds,
                                                  spent_seconds(supervisor), done, supervisor->executions);
}

/* "9 executions of each case instead of 15, to end within 30 s" */
static void say_rounds(const struct supervisor *supervisor, FILE *notes) {
    const struct options *options = supervisor->given->options;
    const unsigned rounds = supervisor->summary->rounds;
    (void)fprintf(notes, "%u execution%s of each case", rounds, rounds == 1 ? "" : "s");
    if (rounds < options->executions) {
        char budget[TEXT_DURATION_MAX];
        text_format_duration(options->budget_seconds, budget);
        (void)fprintf(notes, " instead of %u, to end within %s", options->executions, budget);
    }
}

/* So many executions give the median an interval of 95 %: with five, even the widest one holds it less often. */
enum { EXECUTIONS_OF_AN_INTERVAL = 6 };

/* "--budget=540s", for so many executions of each case; a tenth more than is foreseen, in whole tens of seconds. */
static double budget_for(const struct supervisor *supervisor, unsigned executions) {
    const struct estimate *estimate = &supervisor->estimate;
    const double seconds = spent_seconds(supervisor) + estimate_calibration_seconds(estimate) +
                           executions * estimate_round_seconds(estimate);
    return ceil(1.1 * seconds / 10) * 10;
}

/* What is missing, and what it would take, where not even one execution of each case fits. */
static void say_shortage(const struct supervisor *supervisor, FILE *notes) {
    const double budget_seconds = supervisor->given->options->budget_seconds;
    const unsigned wanted =
        supervisor->executions < EXECUTIONS_OF_AN_INTERVAL ? supervisor->executions : EXECUTIONS_OF_AN_INTERVAL;
    char budget[TEXT_DURATION_MAX];
    if (!(budget_seconds > 0) || supervisor->summary->course.estimated_seconds <= budget_seconds)
        return;
    text_format_duration(budget_seconds, budget);
    message(notes,
            "%s are too short for so many cases: %u execution%s of each take%s --budget=%.0fs, and one of "
            "each --budget=%.0fs; or name fewer cases",
            budget, wanted, wanted == 1 ? "" : "s", wanted == 1 ? "s" : "", budget_for(supervisor, wanted),
            budget_for(supervisor, 1));
}

/* Says what the run will take, before it takes it. */
static void announce(struct supervisor *supervisor) {
    const struct supervision *given = supervisor->given;
    struct results_course *course = &supervisor->summary->course;
    set_rounds(supervisor, supervisor->recalled);
    course->estimated_seconds =
        spent_seconds(supervisor) + seconds_left(supervisor, supervisor->recalled * given->plan->case_count);
    if (given->notes == NULL)
        return;
    char duration[TEXT_DURATION_MAX];
    text_format_duration(course->estimated_seconds, duration);
    progress_clear(&supervisor->progress);
    (void)fprintf(given->notes, "%s: suite %s: %zu cases, ", message_program(), given->options->suite->name,
                  given->plan->case_count);
    say_rounds(supervisor, given->notes);
    (void)fprintf(given->notes, ": about %s\n", duration);
    say_shortage(supervisor, given->notes);
}

/* Goes through the rounds. Those that were recalled are completed in any case. */
static enum supervisor_end do_rounds(struct supervisor *supervisor, struct error *error) {
    const struct plan *plan = supervisor->given->plan;
    const unsigned announced = supervisor->summary->rounds;
    enum supervisor_end end = SUPERVISOR_DONE;
    for (size_t i = 0; end == SUPERVISOR_DONE; i++) {
        const uint32_t round = (uint32_t)(i / plan->case_count);
        if (i % plan->case_count == 0 && round >= supervisor->recalled)
            set_rounds(supervisor, round); /* at the end, too: there may be time for one more */
        if (round >= supervisor->summary->rounds)
            break;
        end = interrupt_requested() ? SUPERVISOR_INTERRUPTED : do_step(supervisor, i, error);
    }
    progress_clear(&supervisor->progress);
    if (supervisor->given->notes != NULL && supervisor->summary->rounds != announced) {
        (void)fprintf(supervisor->given->notes, "%s: there was time for ", message_program());
        say_rounds(supervisor, supervisor->given->notes);
        (void)fputc('\n', supervisor->given->notes);
    }
    return end;
}

static enum supervisor_end do_all(struct supervisor *supervisor, struct error *error) {
    const struct plan *plan = supervisor->given->plan;
    supervisor->summary->rounds = supervisor->executions;
    if (!recall(supervisor, error))
        return SUPERVISOR_FAILED;
    progress_start(&supervisor->progress, supervisor->given->options->quiet, plan->step_count);
    enum supervisor_end end = probe(supervisor, error);
    if (end == SUPERVISOR_DONE) {
        announce(supervisor);
        end = do_rounds(supervisor, error);
    }
    progress_clear(&supervisor->progress);
    supervisor->summary->course.taken_seconds = spent_seconds(supervisor);
    return end;
}

enum supervisor_end supervisor_run(const struct supervision *supervision, struct supervisor_summary *summary,
                                   struct error *error) {
    const struct plan *plan = supervision->plan;
    struct supervisor supervisor = {
        .given = supervision,
        .summary = summary,
        .iterations = calloc(plan->case_count, sizeof *supervisor.iterations),
        .done = calloc(plan->step_count / 8 + 1, 1),
        .executions = supervision->options->executions,
        .patience = worker_patience_seconds(),
        .started_seconds = now_seconds(),
        .end = malloc(sizeof *supervisor.end),
    };
    *summary = (struct supervisor_summary){0};
    enum supervisor_end end = SUPERVISOR_FAILED;
    if (!estimate_init(&supervisor.estimate, plan, supervision->options, error) || supervisor.iterations == NULL ||
        supervisor.done == NULL || supervisor.end == NULL)
        error_set_code(error, ERROR_MEMORY, "out of memory for %zu executions", plan->step_count);
    else
        end = do_all(&supervisor, error);
    estimate_free(&supervisor.estimate);
    free(supervisor.iterations);
    free(supervisor.done);
    free(supervisor.end);
    return end;
}
