#include "session/peer_check.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/interrupt.h"
#include "base/text.h"
#include "plan/case.h"
#include "protocol/protocol.h"
#include "registry/expectations.h"
#include "session/judge.h"
#include "session/request.h"
#include "session/trial.h"
#include "session/worker_call.h"

enum { SAMPLES = 2 };
static const double sample_seconds = 1e-3;

struct asking {
    struct peer_check *check;
    struct child_end *end; /* of the program in hand; too large for the stack */
    const struct ctx_strategy *strategy;
};

static void tell(struct peer_check *check, bool is_good, const char *what, const char *lacks) {
    check->good += is_good;
    check->lacking += !is_good;
    (void)fprintf(check->out, is_good ? "ok     %s\n" : "lacks  %s: %s\n", what, lacks);
    (void)fflush(check->out);
}

/* ---- Measurements ---- */

/* Asks for a calibration, and then for as many iterations as that answered. */
static bool measure(struct asking *asking, const struct bench_case *c) {
    struct execution_answer answer;
    char name[CASE_NAME_MAX];
    case_name(c, name);
    struct execution_request request = request_for_case(c, name, asking->check->registry);
    const struct worker_call call = {.request = &request,
                                     .peer = c->peer,
                                     .peer_case = c,
                                     .deadline_seconds = worker_patience_seconds(),
                                     .end = asking->end};
    request.sample_seconds = sample_seconds;
    request.sample_count = SAMPLES;
    bool goes_on = worker_call(&call, &answer);
    if (goes_on && answer.outcome == EXECUTION_OK) {
        request.iterations = answer.iterations;
        request.proved = true;
        request.observe = true;
        execution_answer_clear(&answer);
        goes_on = worker_call(&call, &answer);
    }
    if (goes_on)
        tell(asking->check, answer.outcome == EXECUTION_OK, name, answer.reason);
    execution_answer_clear(&answer);
    return goes_on;
}

/* Each parameter at its base, and then, one after the other, at its last default that the peer takes. */
static bool measure_kernel(struct asking *asking, const struct ctx_kernel *kernel) {
    const struct ctx_workload *workload = kernel->workload;
    const struct placement *placements;
    if (topology_placements(asking->check->topology, workload->threads_min, &placements) == 0)
        return true;
    struct bench_case base = {
        .strategy = asking->strategy, .kernel = kernel, .placement = placements, .peer = asking->check->peer};
    for (size_t i = 0; i < CTX_PARAMETERS_MAX && workload->parameters[i].name != NULL; i++)
        base.parameters[i] = workload->parameters[i].defaults[0];
    bool goes_on = case_inapplicable(&base) != NULL || measure(asking, &base);
    for (size_t i = 0; goes_on && i < CTX_PARAMETERS_MAX && workload->parameters[i].name != NULL; i++) {
        struct bench_case varied = base;
        for (size_t k = workload->parameters[i].default_count - 1; k > 0; k--) {
            varied.parameters[i] = workload->parameters[i].defaults[k];
            if (case_inapplicable(&varied) != NULL)
                continue;
            goes_on = measure(asking, &varied);
            break;
        }
    }
    return goes_on;
}

/* ---- Scenarios ---- */

static bool prove(struct asking *asking, const struct ctx_scenario *scenario) {
    const struct registry_entry *entry = registry_find(asking->check->registry, asking->strategy->name);
    const enum scenario_outcome expected = expectation_of(asking->strategy, scenario).outcome;
    struct execution_answer answer;
    char what[TEXT_ITEM_MAX], lacks[sizeof answer.reason + 64];
    if (scenario->run == NULL)
        return true;
    (void)snprintf(what, sizeof what, "%s, scenario %s", asking->strategy->name, scenario->name);
    if (!trial_of_scenario(entry, scenario->name, NULL, asking->end, &answer))
        return false;
    const bool is_good = answer.outcome == (expected == SCENARIO_BROKEN ? EXECUTION_UNPROVED : EXECUTION_HELD);
    (void)snprintf(lacks, sizeof lacks, "found %s, and its manifest says that it %s%s%s",
                   execution_outcome_name(answer.outcome), expected == SCENARIO_BROKEN ? "fails" : "holds",
                   answer.reason[0] != '\0' ? ": " : "", answer.reason);
    tell(asking->check, is_good, what, lacks);
    execution_answer_clear(&answer);
    return true;
}

/* ---- What it is to refuse ---- */

/* Asks with the line as it stands, and judges the answer alone. False when it was interrupted. */
static bool ask_line(struct asking *asking, const char *line, const char *case_name, struct execution_answer *answer) {
    const struct child_plan plan = {.program = asking->check->peer->argv[0],
                                    .argv = asking->check->peer->argv,
                                    .input = line,
                                    .input_length = strlen(line),
                                    .deadline_seconds = worker_patience_seconds()};
    struct error error;
    *answer = execution_answer_empty();
    answer->outcome = EXECUTION_NONSENSE;
    if (child_run(&plan, asking->end, &error))
        judge_worker(asking->end, case_name, answer);
    else
        (void)snprintf(answer->reason, sizeof answer->reason, "%.500s", error.text);
    return !interrupt_requested();
}

/* A request that is right but for one member. NULL when out of memory. */
static char *spoil(const char *key, json_t *value) {
    const unsigned pu = 0;
    const struct execution_request request = {.case_name = "spoilt",
                                              .strategy = "nobody",
                                              .workload = "get",
                                              .form = "throughput",
                                              .pus = &pu,
                                              .thread_count = 1,
                                              .iterations = 1,
                                              .sample_count = 1,
                                              .sample_seconds = sample_seconds};
    char *line = protocol_encode_request(&request);
    json_t *object = line == NULL ? NULL : json_loads(line, 0, NULL);
    free(line);
    line = json_object_set_new(object, key, value) == 0 ? json_dumps(object, JSON_COMPACT) : NULL;
    json_decref(object);
    char *whole = NULL;
    const bool is_made = line != NULL && asprintf(&whole, "%s\n", line) >= 0;
    free(line);
    return is_made ? whole : NULL;
}

/* The two ways to refuse: an answer that says so, and an end with another status than 0 without any. */
static bool refuses(struct asking *asking, const char *what, const char *key, json_t *value, bool may_exit) {
    struct execution_answer answer;
    char *line = spoil(key, value), lacks[sizeof answer.reason + 128];
    if (line == NULL)
        return false;
    const bool goes_on = ask_line(asking, line, "spoilt", &answer);
    const bool is_good =
        answer.outcome == EXECUTION_FAILED ||
        (may_exit && answer.outcome == EXECUTION_EXITED && asking->end->output_length == 0 && asking->end->status != 0);
    (void)snprintf(lacks, sizeof lacks, "wanted %s; found %s: %s",
                   may_exit ? "no answer, and a status other than 0" : "the outcome \"failed\", with a reason",
                   execution_outcome_name(answer.outcome), answer.reason);
    if (goes_on)
        tell(asking->check, is_good, what, lacks);
    execution_answer_clear(&answer);
    free(line);
    return goes_on;
}

static bool check_refusals(struct asking *asking) {
    return refuses(asking, "refuses a strategy that it does not have", "strategy", json_string("nobody"), false) &&
           refuses(asking, "refuses another version of the protocol", "protocol", json_integer(PROTOCOL_VERSION + 1),
                   true);
}

bool peer_check_all(struct peer_check *check) {
    struct asking asking = {.check = check, .end = malloc(sizeof *asking.end)};
    bool goes_on = asking.end != NULL;
    for (size_t i = 0; goes_on && i < check->peer->strategy_count; i++) {
        asking.strategy = &check->peer->strategies[i];
        for (size_t k = 0; goes_on && k < asking.strategy->kernel_count; k++)
            goes_on = measure_kernel(&asking, &asking.strategy->kernels[k]);
        for (size_t k = 0; goes_on && k < asking.strategy->scenario_count; k++)
            goes_on = prove(&asking, &asking.strategy->scenarios[k]);
    }
    goes_on = goes_on && check_refusals(&asking);
    free(asking.end);
    return goes_on;
}
