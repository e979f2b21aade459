/* What came of a scenario with a strategy. */
#ifndef CTXBENCH_OUTCOME_H
#define CTXBENCH_OUTCOME_H

enum scenario_outcome {
    SCENARIO_HELD,
    SCENARIO_BROKEN,
    SCENARIO_NOT_APPLICABLE,
    SCENARIO_UNKNOWN, /* as an outcome: it could not be tried; as an expectation: there is none */
};

/* "held", "broken", "not-applicable": the words of the result file. NULL for SCENARIO_UNKNOWN. */
const char *scenario_outcome_name(enum scenario_outcome outcome);

/* The same for people: "pass", "fail", "not applicable", "could not be tried". */
const char *scenario_outcome_words(enum scenario_outcome outcome);

#endif
