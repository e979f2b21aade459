/*
 * The conformance matrix without the harness: every strategy in every scenario, each in a process of its own, against
 * what is expected of it. A child is forked, not spawned, so that this runs where a program cannot start itself
 * anew: under an emulator of another processor. (`bench conformance` is the real thing; its tests are in cli/.)
 *
 *   prove_all MODULES [STRATEGY...]    MODULES: the folder of the strategies that are shared objects
 *
 * Ends with 0 if all is as expected, with 77 if none of those named can be tried, and with 1 else.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "registry/expectations.h"
#include "registry/registry.h"

/* An emulator on a busy machine needs ten minutes for what takes four seconds without; a deadlock lasts for ever. */
enum { PATIENCE_SECONDS = 3600, CHILD_HELD = 0, CHILD_BROKEN = 3, CHILD_NOT_APPLICABLE = 4 };

/* As CTest has it. */
enum { STATUS_SKIPPED = 77 };

static struct { size_t held, broken, not_applicable, surprises, unavailable_strategies; } counts;

_Noreturn static void prove(const struct ctx_scenario *scenario) {
    const char *missing = scenario->unavailable != NULL ? scenario->unavailable() : NULL;
    (void)alarm(PATIENCE_SECONDS);
    if (missing != NULL) {
        (void)printf("  %s: %s\n", scenario->name, missing);
        exit(CHILD_NOT_APPLICABLE);
    }
    const char *broken = scenario->run();
    if (broken == NULL)
        exit(CHILD_HELD);
    (void)printf("  %s: %s\n", scenario->name, broken);
    exit(CHILD_BROKEN);
}

/* The status that waitpid gives; the child's words go where ours go. */
static int prove_apart(const struct ctx_scenario *scenario) {
    int status = 0;
    (void)fflush(NULL);
    const pid_t child = fork();
    if (child == 0)
        prove(scenario);
    while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
        continue;
    if (child < 0) {
        perror("fork");
        exit(EXIT_FAILURE);
    }
    return status;
}

static enum scenario_outcome outcome_of(int status) {
    if (WIFEXITED(status) && WEXITSTATUS(status) == CHILD_HELD)
        return SCENARIO_HELD;
    if (WIFEXITED(status) && WEXITSTATUS(status) == CHILD_NOT_APPLICABLE)
        return SCENARIO_NOT_APPLICABLE;
    return SCENARIO_BROKEN;
}

static void try_cell(const struct ctx_strategy *strategy, const struct ctx_scenario *scenario) {
    const struct expectation expectation = expectation_of(strategy, scenario);
    const int status = scenario->run != NULL ? prove_apart(scenario) : 0;
    const enum scenario_outcome outcome = scenario->run != NULL ? outcome_of(status) : SCENARIO_NOT_APPLICABLE;
    const bool noticed = WIFEXITED(status) || WTERMSIG(status) == SIGABRT;
    counts.held += outcome == SCENARIO_HELD;
    counts.broken += outcome == SCENARIO_BROKEN;
    counts.not_applicable += outcome == SCENARIO_NOT_APPLICABLE;
    if (expectation_is_met(expectation.outcome, outcome, scenario->run != NULL, noticed))
        return;
    counts.surprises++;
    (void)printf("NOT AS EXPECTED: %s with %s: %s", scenario->name, strategy->name, scenario_outcome_name(outcome));
    if (WIFSIGNALED(status))
        (void)printf(" by %s", strsignal(WTERMSIG(status)));
    const char *wanted = scenario_outcome_name(expectation.outcome);
    (void)printf("; expected %s\n", wanted != NULL ? wanted : "nothing: the table does not know the strategy");
}

static bool is_chosen(const char *name, char *const *chosen) {
    if (*chosen == NULL)
        return true;
    for (; *chosen != NULL; chosen++)
        if (strcmp(*chosen, name) == 0)
            return true;
    return false;
}

static void try_strategy(const struct ctx_strategy *strategy) {
    const char *reason = strategy->unavailable != NULL ? strategy->unavailable() : NULL;
    if ((strategy->traits & CTX_TRAIT_REFERENCE) != 0)
        reason = "it is a reference, which carries no context";
    if (reason != NULL) {
        (void)printf("%s is not tried: %s\n", strategy->name, reason);
        counts.unavailable_strategies++;
        return;
    }
    for (size_t i = 0; i < strategy->scenario_count; i++)
        try_cell(strategy, &strategy->scenarios[i]);
}

static int status_of_all(void) {
    if (counts.held > 0 && counts.surprises == 0)
        return EXIT_SUCCESS;
    const bool tried = counts.held + counts.broken + counts.not_applicable > 0;
    return counts.unavailable_strategies > 0 && !tried ? STATUS_SKIPPED : EXIT_FAILURE;
}

int main(int argc, char **argv) {
    struct registry registry;
    struct error error;
    if (argc < 2 || !registry_init(&registry, &error) || !registry_load_modules(&registry, argv[1], stderr)) {
        (void)fprintf(stderr, "prove_all: %s\n", argc < 2 ? "wanted the folder of the modules" : "see above");
        return 2;
    }
    for (size_t i = 0; i < registry.count; i++)
        if (is_chosen(registry.entries[i].strategy->name, argv + 2))
            try_strategy(registry.entries[i].strategy);
    registry_free(&registry);
    (void)printf("%zu held, %zu broken, %zu not applicable, %zu not as expected\n", counts.held, counts.broken,
                 counts.not_applicable, counts.surprises);
    return status_of_all();
}
