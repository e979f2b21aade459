/* A plan of made-up strategies, with what it is made from: what tests of plans share. */
#ifndef PLAN_FIXTURE_H
#define PLAN_FIXTURE_H

#include <fnmatch.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "cli/command_line.h"
#include "plan/plan.h"

struct fixture {
    struct options options;
    struct registry registry;
    struct topology *topology;
    struct plan plan;
    struct error error;
    char *notes; /* what making it has told */
};

/* From the options, which are there, to the plan: on the machine that hwloc makes of `spec`. */
static inline bool fixture_plan(struct fixture *fixture, const struct ctx_strategy *strategies, size_t count,
                                const char *spec) {
    for (size_t i = 0; i < count; i++)
        assert_true(registry_add(&fixture->registry, &strategies[i], NULL, &fixture->error));
    fixture->topology = topology_load(spec, &fixture->error);
    assert_non_null(fixture->topology);
    size_t size;
    FILE *notes = open_memstream(&fixture->notes, &size);
    assert_non_null(notes);
    const bool made =
        plan_make(&fixture->plan, &fixture->options, &fixture->registry, fixture->topology, notes, &fixture->error);
    assert_int_equal(fclose(notes), 0);
    return made;
}

static inline void unmake(struct fixture *fixture) {
    plan_free(&fixture->plan);
    topology_free(fixture->topology);
    registry_free(&fixture->registry);
    options_free(&fixture->options);
    free(fixture->notes);
}

/* How many cases have names that match, as file names match the pattern of a shell. */
static inline size_t count_cases(const struct plan *plan, const char *pattern) {
    size_t count = 0;
    for (size_t i = 0; i < plan->case_count; i++) {
        char name[CASE_NAME_MAX];
        case_name(&plan->cases[i], name);
        count += fnmatch(pattern, name, 0) == 0;
    }
    return count;
}

#endif
