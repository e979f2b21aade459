#include "base/outcome.h"

#include <stddef.h>

static const struct {
    const char *name, *words;
} outcomes[] = {
    [SCENARIO_HELD] = {"held", "pass"},
    [SCENARIO_BROKEN] = {"broken", "fail"},
    [SCENARIO_NOT_APPLICABLE] = {"not-applicable", "not applicable"},
    [SCENARIO_UNKNOWN] = {NULL, "could not be tried"},
};

const char *scenario_outcome_name(enum scenario_outcome outcome) {
    return outcomes[outcome].name;
}

const char *scenario_outcome_words(enum scenario_outcome outcome) {
    return outcomes[outcome].words;
}
