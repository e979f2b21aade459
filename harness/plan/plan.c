#include "plan/plan.h"
#include "registry/kernel_names.h"

#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "base/text.h"
#include "plan/plan_gaps.h"
#include "plan/selection.h"

/* The values that a parameter takes in this run; the first is its base. */
struct sweep {
    uint32_t values[PARAMETER_VALUES_MAX];
    size_t count;
};

struct builder {
    struct selection selection;
    struct plan *plan;
    size_t capacity;      /* of plan->cases */
    size_t strategy_base; /* the first case of the strategy in hand */
};

static const struct parameter_choice *find_choice(const struct parameter_choice *choices, size_t count,
                                                  const char *name) {
    for (size_t i = 0; i < count; i++) {
        if (strcmp(choices[i].name, name) == 0)
            return &choices[i];
    }
    return NULL;
}

static bool has_trait(const struct ctx_strategy *strategy, uint32_t trait) {
    return (strategy->traits & trait) != 0;
}

/* References keep no values, and stand beside every store. */
static bool takes_store(const struct builder *builder, const struct ctx_strategy *strategy,
                        const struct ctx_kernel *kernel) {
    return has_trait(strategy, CTX_TRAIT_REFERENCE) ||
           text_matches(builder->selection.options->stores, kernel_store_name(strategy, kernel));
}

static bool has_kernel(const struct builder *builder, const struct ctx_strategy *strategy,
                       const struct ctx_kernel *kernel) {
    for (size_t i = 0; i < strategy->kernel_count; i++) {
        if (strategy->kernels[i].form == kernel->form && takes_store(builder, strategy, &strategy->kernels[i]) &&
            strcmp(strategy->kernels[i].workload->name, kernel->workload->name) == 0)
            return true;
    }
    return false;
}

/* A yardstick measures what a chosen strategy of its runtime measures; what reads the stack stands beside its like. */
static bool is_yardstick_for(const struct builder *builder, const struct peer *peer,
                             const struct ctx_strategy *yardstick, const struct ctx_kernel *kernel) {
    for (size_t i = 0; i < builder->selection.registry->count; i++) {
        const struct registry_entry *entry = &builder->selection.registry->entries[i];
        const struct ctx_strategy *chosen = entry->strategy;
        if (builder->selection.parts[i] != PART_CHOSEN || has_trait(chosen, CTX_TRAIT_REFERENCE) || entry->peer != peer)
            continue;
        bool alike = !has_trait(yardstick, CTX_TRAIT_READS_STACK) || has_trait(chosen, CTX_TRAIT_READS_STACK);
        if (alike && has_kernel(builder, chosen, kernel))
            return true;
    }
    return false;
}

/* ---- The cases ---- */

static bool add_case(struct builder *builder, const struct bench_case *c, struct error *error) {
    struct plan *plan = builder->plan;
    if (plan->case_count == PLAN_CASES_MAX)
        return error_set(error, "the plan has more than %d cases; name fewer values or split it over several runs",
                         PLAN_CASES_MAX);
    if (plan->case_count == builder->capacity) {
        size_t capacity = builder->capacity == 0 ? 256 : builder->capacity * 2;
        struct bench_case *cases = realloc(plan->cases, capacity * sizeof *cases);
        if (cases == NULL)
            return error_set_code(error, ERROR_MEMORY, "out of memory for %zu cases", capacity);
        plan->cases = cases;
        builder->capacity = capacity;
    }
    plan->cases[plan->case_count++] = *c;
    return true;
}

static bool is_same_case(const struct bench_case *a, const struct bench_case *b) {
    return a->kernel == b->kernel && a->placement == b->placement &&
           memcmp(a->parameters, b->parameters, sizeof a->parameters) == 0;
}

/* Two cases of a suite may overlap in their base, say; what both name is measured once. */
static bool is_there(const struct builder *builder, const struct use *use, const struct bench_case *c) {
    for (size_t i = builder->strategy_base; !use->is_first && i < builder->plan->case_count; i++) {
        if (is_same_case(&builder->plan->cases[i], c))
            return true;
    }
    return false;
}

/* What the command line says of a parameter goes before what the suite says, and that before the workload's own. */
static struct sweep sweep_of(const struct options *options, const struct suite_case *wanted,
                             const struct ctx_parameter *parameter) {
    struct sweep sweep = {.count = 0};
    const struct parameter_choice *given = find_choice(options->choices, options->choice_count, parameter->name);
    if (given == NULL)
        given = find_choice(wanted->choices, wanted->choice_count, parameter->name);
    if (given != NULL) {
        while (sweep.count < given->count) {
            sweep.values[sweep.count] = (uint32_t)given->values[sweep.count]; /* in range: check_parameter */
            sweep.count++;
        }
        return sweep;
    }
    sweep.count = parameter->default_count;
    memcpy(sweep.values, parameter->defaults, sweep.count * sizeof sweep.values[0]);
    return sweep;
}

/* One parameter at a time: first all at their base, then each through its other values. */
static bool add_kernel_at(struct builder *builder, const struct use *use, const struct registry_entry *entry,
                          const struct ctx_kernel *kernel, const struct spot *spot, struct error *error) {
    struct bench_case base = {
        .strategy = entry->strategy, .kernel = kernel, .placement = spot->placement, .peer = entry->peer};
    struct sweep sweeps[CTX_PARAMETERS_MAX] = {0};
    const struct ctx_parameter *parameters = kernel->workload->parameters;
    for (size_t i = 0; i < CTX_PARAMETERS_MAX && parameters[i].name != NULL; i++) {
        sweeps[i] = sweep_of(builder->selection.options, use->wanted, &parameters[i]);
        base.parameters[i] = sweeps[i].values[0];
    }
    if (!is_there(builder, use, &base) && !add_case(builder, &base, error))
        return false;
    for (size_t i = 0; i < CTX_PARAMETERS_MAX && spot->varies_parameters; i++) {
        struct bench_case varied = base;
        for (size_t j = 1; j < sweeps[i].count; j++) {
            varied.parameters[i] = sweeps[i].values[j];
            if (!is_there(builder, use, &varied) && !add_case(builder, &varied, error))
                return false;
        }
    }
    return true;
}

static bool add_kernel(struct builder *builder, const struct use *use, size_t index, const struct ctx_kernel *kernel,
                       struct error *error) {
    const struct registry_entry *entry = &builder->selection.registry->entries[index];
    if (builder->selection.parts[index] == PART_YARDSTICK &&
        !is_yardstick_for(builder, entry->peer, entry->strategy, kernel))
        return true;
    if (use->wanted->forms != NULL && !text_matches(use->wanted->forms, kernel_form_name(kernel->form)))
        return true;
    for (size_t i = 0; i < use->spot_count; i++) {
        if (!add_kernel_at(builder, use, entry, kernel, &use->spots[i], error))
            return false;
    }
    return true;
}

static bool add_strategy(struct builder *builder, size_t index, struct error *error) {
    const struct ctx_strategy *strategy = builder->selection.registry->entries[index].strategy;
    builder->strategy_base = builder->plan->case_count;
    for (size_t i = 0; i < builder->selection.use_count; i++) {
        const struct use *use = &builder->selection.uses[i];
        bool has_workload = false, has_store = false;
        for (size_t j = 0; use->spot_count > 0 && j < strategy->kernel_count; j++) {
            if (strcmp(strategy->kernels[j].workload->name, use->workload->name) != 0)
                continue;
            has_workload = true;
            if (!takes_store(builder, strategy, &strategy->kernels[j]))
                continue;
            has_store = true;
            if (!add_kernel(builder, use, index, &strategy->kernels[j], error))
                return false;
        }
        if (use->spot_count > 0 && !has_workload && use->is_first && !has_trait(strategy, CTX_TRAIT_REFERENCE))
            selection_leave_out(&builder->selection, "strategy %s has no kernel for the workload %s", strategy->name,
                                use->workload->name);
        else if (has_workload && !has_store && use->is_first)
            selection_leave_out(&builder->selection,
                                "strategy %s has the workload %s with none of the stores --store=%s", strategy->name,
                                use->workload->name, builder->selection.options->stores);
    }
    return true;
}

/* Does any kernel of the chosen workloads keep its values so? */
static bool has_store(const struct builder *builder, const struct ctx_strategy *strategy, const char *store) {
    for (size_t i = 0; i < builder->selection.use_count; i++) {
        const struct use *use = &builder->selection.uses[i];
        for (size_t j = 0; use->spot_count > 0 && j < strategy->kernel_count; j++) {
            const struct ctx_kernel *kernel = &strategy->kernels[j];
            if (strcmp(kernel->workload->name, use->workload->name) == 0 && takes_store(builder, strategy, kernel) &&
                strcmp(kernel_store_name(strategy, kernel), store) == 0)
                return true;
        }
    }
    return false;
}

/* What chosen strategies keep no values in, though others do: one line a store. */
static bool note_missing_stores(struct builder *builder, struct error *error) {
    struct selection *selection = &builder->selection;
    struct text_names stores;
    bool complete = registry_stores(selection->registry, &stores, error);
    for (size_t s = 0; complete && s < stores.count; s++) {
        struct text_names without = {0};
        bool anybody = false;
        for (size_t i = 0; i < selection->registry->count; i++) {
            const struct ctx_strategy *strategy = selection->registry->entries[i].strategy;
            if (selection->parts[i] != PART_CHOSEN || has_trait(strategy, CTX_TRAIT_REFERENCE))
                continue;
            const bool has = has_store(builder, strategy, stores.items[s]);
            anybody = anybody || has;
            if (!has && !text_names_add(&without, strategy->name))
                complete = error_set_code(error, ERROR_MEMORY, "out of memory for the names of strategies");
        }
        char names[512];
        text_names_join(&without, names, sizeof names);
        if (anybody && without.count > 0)
            selection_leave_out(selection, "store %s is left out for those that cannot keep values so: %s",
                                stores.items[s], names);
        text_names_free(&without);
    }
    text_names_free(&stores);
    return complete;
}

static bool add_cases(struct builder *builder, struct error *error) {
    for (size_t i = 0; i < builder->selection.registry->count; i++) {
        if (builder->selection.parts[i] != PART_NONE && !add_strategy(builder, i, error))
            return false;
    }
    if (builder->plan->case_count == 0)
        return error_set(error, "nothing is left to measure: %s",
                         builder->selection.left_out.text[0] != '\0'
                             ? builder->selection.left_out.text
                             : "no strategy that is asked for has a case of these workloads, forms and threads");
    return note_missing_stores(builder, error);
}

/* Whether a case has two threads that hand something to each other, and so a memory that could be bound. */
static bool is_handing_on(const struct bench_case *c) {
    return c->placement->thread_count == 2 && c->kernel->workload->communicates;
}

/* That there is one NUMA node is no news; that memory cannot be bound to one of several is. */
static void note_memory(struct builder *builder) {
    struct selection *selection = &builder->selection;
    struct plan *plan = builder->plan;
    const struct placement *bound;
    for (size_t i = 0; i < plan->case_count; i++)
        if (is_handing_on(&plan->cases[i]))
            plan->memory_stays = selection->memory_stays;
    if (plan->memory_stays.text[0] != '\0' && topology_bound_placements(selection->topology, &bound) > 0)
        selection_leave_out(selection, "cases with memory bound to NUMA nodes are left out: %s",
                            plan->memory_stays.text);
}

/* ---- Their order ---- */

/* Each round executes every case once, in an order of its own: what drifts with time meets all cases alike. */
static bool add_steps(struct plan *plan, unsigned executions, struct error *error) {
    if (plan->case_count * executions > PLAN_STEPS_MAX)
        return error_set(error,
                         "the plan has %zu cases x %u executions, more than the %d that one run can have; "
                         "name fewer --executions or fewer cases",
                         plan->case_count, executions, PLAN_STEPS_MAX);
    plan->step_count = plan->case_count * executions;
    plan->steps = calloc(plan->step_count, sizeof *plan->steps);
    if (plan->steps == NULL)
        return error_set_code(error, ERROR_MEMORY, "out of memory for %zu executions", plan->step_count);
    struct random random = {plan->seed};
    for (uint32_t round = 0; round < executions; round++) {
        struct plan_step *steps = plan->steps + round * plan->case_count;
        for (size_t i = 0; i < plan->case_count; i++) { /* Fisher and Yates, filling as it goes */
            size_t j = (size_t)random_below(&random, i + 1);
            steps[i] = steps[j];
            steps[j] = (struct plan_step){(uint32_t)i, round};
        }
    }
    return true;
}

bool plan_make(struct plan *plan, const struct options *options, const struct registry *registry,
               const struct topology *topology, FILE *notes, struct error *error) {
    *plan = (struct plan){.seed = options->seed_given ? options->seed : random_fresh_seed() & OPTIONS_SEED_MAX};
    struct builder builder = {.plan = plan};
    bool made = selection_make(&builder.selection, options, registry, topology, notes, error) &&
                add_cases(&builder, error) && plan_part_gaps(plan, notes, error) &&
                add_steps(plan, options->executions, error);
    note_memory(&builder);
    plan->pairs = selection_take_pairs(&builder.selection);
    selection_free(&builder.selection);
    if (!made)
        plan_free(plan);
    return made;
}

void plan_free(struct plan *plan) {
    free(plan->cases);
    free(plan->gaps);
    free(plan->steps);
    free(plan->pairs);
    *plan = (struct plan){0};
}

void plan_shorten(struct plan *plan, unsigned rounds) {
    const size_t kept = plan->case_count * rounds;
    plan->step_count = kept < plan->step_count ? kept : plan->step_count;
}
