#include "plan/plan_gaps.h"
#include "base/message.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static bool is_reference(const struct bench_case *c) {
    return (c->strategy->traits & CTX_TRAIT_REFERENCE) != 0;
}

static bool same_workload(const struct bench_case *a, const struct bench_case *b) {
    return strcmp(a->kernel->workload->name, b->kernel->workload->name) == 0;
}

static bool add_gap(struct plan *plan, const struct bench_case *c, const char *reason, struct error *error) {
    /* Doubled whenever the number is a power of two, which needs no count of its own. */
    if ((plan->gap_count & (plan->gap_count - 1)) == 0) {
        struct plan_gap *gaps = realloc(plan->gaps, (plan->gap_count == 0 ? 1 : 2 * plan->gap_count) * sizeof *gaps);
        if (gaps == NULL)
            return error_set_code(error, ERROR_MEMORY, "out of memory for %zu cases that are not applicable",
                                  plan->gap_count + 1);
        plan->gaps = gaps;
    }
    plan->gaps[plan->gap_count++] = (struct plan_gap){*c, reason};
    return true;
}

static bool part(struct plan *plan, struct error *error) {
    size_t kept = 0;
    for (size_t i = 0; i < plan->case_count; i++) {
        const char *reason = case_inapplicable(&plan->cases[i]);
        if (reason == NULL)
            plan->cases[kept++] = plan->cases[i];
        else if (!add_gap(plan, &plan->cases[i], reason, error))
            return false;
    }
    plan->case_count = kept;
    return true;
}

/* Whether the gap's is the first of its workload. */
static bool begins_workload(const struct plan *plan, size_t index) {
    for (size_t i = 0; i < index; i++)
        if (same_workload(&plan->gaps[i].c, &plan->gaps[index].c))
            return false;
    return true;
}

/* Takes the workload out of the plan, unless a strategy is left that is no reference. */
static void drop_without_strategies(struct plan *plan, const struct bench_case *of) {
    bool any_left = false;
    for (size_t i = 0; i < plan->case_count; i++)
        any_left = any_left || (same_workload(&plan->cases[i], of) && !is_reference(&plan->cases[i]));
    size_t kept = 0;
    for (size_t i = 0; i < plan->case_count; i++)
        if (any_left || !same_workload(&plan->cases[i], of))
            plan->cases[kept++] = plan->cases[i];
    plan->case_count = kept;
}

/* References alone may be what was asked for; they are dropped only where others were, too. */
static void drop_lonely_references(struct plan *plan) {
    for (size_t i = 0; i < plan->gap_count; i++)
        if (!is_reference(&plan->gaps[i].c) && begins_workload(plan, i))
            drop_without_strategies(plan, &plan->gaps[i].c);
}

static bool same_note(const struct plan_gap *a, const struct plan_gap *b) {
    return same_workload(&a->c, &b->c) && strcmp(a->reason, b->reason) == 0;
}

/* Tells the reason of a gap, and all strategies that share it; what an earlier gap has told is not told again. */
static void tell(const struct plan *plan, size_t index, FILE *notes) {
    const struct plan_gap *gap = &plan->gaps[index];
    struct text_names strategies = {0};
    bool is_new = true;
    for (size_t i = 0; i < plan->gap_count && is_new; i++) {
        if (!same_note(&plan->gaps[i], gap))
            continue;
        is_new = i >= index;
        (void)text_names_add(&strategies, plan->gaps[i].c.strategy->name); /* a note may be shorter, out of memory */
    }
    char names[512];
    text_names_join(&strategies, names, sizeof names);
    if (is_new)
        message(notes, "%s is not applicable to %s: %s", gap->c.kernel->workload->name, names, gap->reason);
    text_names_free(&strategies);
}

bool plan_part_gaps(struct plan *plan, FILE *notes, struct error *error) {
    if (!part(plan, error))
        return false;
    drop_lonely_references(plan);
    for (size_t i = 0; notes != NULL && i < plan->gap_count; i++)
        tell(plan, i, notes);
    return plan->case_count > 0 || error_set(error, "nothing is left to measure: %s", plan->gaps[0].reason);
}
