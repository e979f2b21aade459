#include "plan.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "random.h"
#include "text.h"

/* What keeps a plan far below 64 MiB: more than this is a slip of the keyboard, or a task for several runs. */
enum { PLAN_CASES_MAX = 300000, PLAN_STEPS_MAX = 3000000 };

/* Where threads of a workload run; parameters vary there, or stay at their base to keep the default run short. */
struct spot {
    const struct placement *placement;
    bool varies_parameters;
};

/* A workload of the run, and where. */
struct choice {
    const struct ctx_workload *workload;
    bool chosen;
    struct spot *spots;
    size_t spot_count;
};

/* The values that a parameter takes in this run; the first is its base. */
struct sweep {
    uint32_t values[PARAMETER_VALUES_MAX];
    size_t count;
};

/* What a strategy is in this run. */
enum part {
    PART_NONE,
    PART_CHOSEN,    /* all its kernels of the chosen workloads */
    PART_YARDSTICK, /* a reference that nobody asked for: the kernels that stand beside a chosen strategy's */
};

struct builder {
    const struct options *options;
    const struct registry *registry;
    const struct topology *topology;
    FILE *notes;
    struct plan *plan;
    size_t capacity;
    struct choice *choices; /* all workloads, by name */
    size_t choice_count;
    enum part *parts;      /* one for each strategy of the registry */
    struct error left_out; /* the last note: when nothing remains, the reason why */
};

__attribute__((format(printf, 2, 3))) static void note(struct builder *builder, const char *format, ...) {
    va_list args;
    va_start(args, format);
    (void)vsnprintf(builder->left_out.text, sizeof builder->left_out.text, format, args);
    va_end(args);
    if (builder->notes != NULL)
        (void)fprintf(builder->notes, "bench: %s\n", builder->left_out.text);
}

static bool has_trait(const struct ctx_strategy *strategy, uint32_t trait) {
    return (strategy->traits & trait) != 0;
}

static const struct ctx_parameter *find_parameter(const struct ctx_workload *workload, const char *name) {
    for (size_t i = 0; i < CTX_PARAMETERS_MAX && workload->parameters[i].name != NULL; i++) {
        if (strcmp(workload->parameters[i].name, name) == 0)
            return &workload->parameters[i];
    }
    return NULL;
}

static const struct parameter_choice *find_given(const struct options *options, const char *name) {
    for (size_t i = 0; i < options->choice_count; i++) {
        if (strcmp(options->choices[i].name, name) == 0)
            return &options->choices[i];
    }
    return NULL;
}

/* ---- What the options name exists, and is in range ---- */

static bool choose_workloads(struct builder *builder, struct error *error) {
    size_t count;
    const struct ctx_workload **workloads = registry_workloads(builder->registry, &count, error);
    if (workloads == NULL)
        return false;
    const char **names = calloc(count + 1, sizeof *names);
    bool *selected = calloc(count + 1, sizeof *selected);
    builder->choices = calloc(count + 1, sizeof *builder->choices);
    bool done = names != NULL && selected != NULL && builder->choices != NULL;
    if (!done) {
        error_set(error, "out of memory for %zu workloads", count);
    } else {
        for (size_t i = 0; i < count; i++)
            names[i] = workloads[i]->name;
        done = text_select("workload", builder->options->workloads, names, count, selected, error) ||
               error_prefix(error, "--workload: ");
        builder->choice_count = count;
        for (size_t i = 0; i < count; i++)
            builder->choices[i] = (struct choice){.workload = workloads[i], .chosen = selected[i]};
    }
    free(names);
    free(selected);
    free(workloads);
    return done;
}

/* Lists the parameters of the chosen workloads, for a message. */
static bool unknown_parameter(const struct builder *builder, const char *name, struct error *error) {
    enum { NAMES_MAX = 64 };
    const char *names[NAMES_MAX];
    size_t count = 0;
    for (size_t i = 0; i < builder->choice_count; i++) {
        const struct ctx_parameter *parameters = builder->choices[i].workload->parameters;
        for (size_t j = 0; builder->choices[i].chosen && j < CTX_PARAMETERS_MAX && parameters[j].name != NULL; j++) {
            bool known = false;
            for (size_t k = 0; k < count; k++)
                known = known || strcmp(names[k], parameters[j].name) == 0;
            if (!known && count < NAMES_MAX)
                names[count++] = parameters[j].name;
        }
    }
    return text_unknown_name("parameter of the chosen workloads", name, names, count, error);
}

static bool check_parameter(const struct builder *builder, const struct parameter_choice *given, struct error *error) {
    bool known = false;
    for (size_t i = 0; i < builder->choice_count; i++) {
        const struct ctx_workload *workload = builder->choices[i].workload;
        const struct ctx_parameter *parameter = find_parameter(workload, given->name);
        if (!builder->choices[i].chosen || parameter == NULL)
            continue;
        known = true;
        for (size_t j = 0; j < given->count; j++) {
            if (given->values[j] < parameter->min || given->values[j] > parameter->max)
                return error_set(error, "parameter %s: found %" PRId64 "; the workload %s takes %u to %u", given->name,
                                 given->values[j], workload->name, parameter->min, parameter->max);
        }
    }
    return known || unknown_parameter(builder, given->name, error);
}

static bool check_threads(const struct builder *builder, struct error *error) {
    const struct parameter_choice *threads = &builder->options->threads;
    const struct topology_facts *facts = topology_facts(builder->topology);
    for (size_t i = 0; i < threads->count; i++) {
        if (threads->values[i] > facts->pu_count)
            return error_set(error,
                             "--threads: found %" PRId64 "; there are %u PUs to run on (%s of %s), so wanted 1 to %u",
                             threads->values[i], facts->pu_count, facts->allowed_pus, facts->source, facts->pu_count);
    }
    return true;
}

/* ---- Where each workload runs ---- */

static bool add_spot(struct choice *choice, const struct placement *placement, bool varies_parameters,
                     struct error *error) {
    struct spot *spots = realloc(choice->spots, (choice->spot_count + 1) * sizeof *spots);
    if (spots == NULL)
        return error_set(error, "out of memory for %zu placements", choice->spot_count + 1);
    spots[choice->spot_count++] = (struct spot){placement, varies_parameters};
    choice->spots = spots;
    return true;
}

/* Threads that do not communicate gain nothing from sharing a PU: it would only show that they take turns. */
static bool makes_sense(const struct ctx_workload *workload, const struct placement *placement) {
    return workload->communicates || placement->thread_count == 1 || strcmp(placement->name, "same-pu") != 0;
}

static bool add_spots(struct builder *builder, struct choice *choice, unsigned thread_count, struct error *error) {
    const struct options *options = builder->options;
    bool varies = thread_count == 1 || options->threads.count > 0 || choice->workload->threads_max != 0;
    const struct placement *placements;
    size_t count = topology_placements(builder->topology, thread_count, &placements), before = choice->spot_count;
    for (size_t i = 0; i < count; i++) {
        if (makes_sense(choice->workload, &placements[i]) && text_matches(options->placements, placements[i].name) &&
            !add_spot(choice, &placements[i], varies, error))
            return false;
    }
    size_t added = choice->spot_count - before;
    if (options->quick && added > 2) { /* a short run shows the closest and the farthest */
        choice->spots[before + 1] = choice->spots[choice->spot_count - 1];
        choice->spot_count = before + 2;
    }
    return true;
}

static bool takes_threads(const struct ctx_workload *workload, int64_t count) {
    return count >= workload->threads_min && (workload->threads_max == 0 || count <= workload->threads_max);
}

/* The numbers of threads to try for a workload: those asked for, or its own, or a sweep. Returns how many. */
static size_t thread_counts(const struct builder *builder, const struct ctx_workload *workload,
                            unsigned counts[static PARAMETER_VALUES_MAX]) {
    const struct options *options = builder->options;
    const unsigned pu_count = topology_facts(builder->topology)->pu_count;
    const int64_t sweep[] = {1, 2, pu_count}, own[] = {workload->threads_min};
    const int64_t *wanted = options->threads.values;
    size_t wanted_count = options->threads.count, count = 0;
    if (wanted_count == 0 && workload->threads_max != 0) {
        wanted = own;
        wanted_count = 1;
    } else if (wanted_count == 0) {
        wanted = sweep;
        wanted_count = pu_count == 1 ? 1 : pu_count == 2 || options->quick ? 2 : 3;
    }
    for (size_t i = 0; i < wanted_count; i++) {
        if (takes_threads(workload, wanted[i]))
            counts[count++] = (unsigned)wanted[i];
    }
    return count;
}

static bool place_workload(struct builder *builder, struct choice *choice, struct error *error) {
    const struct ctx_workload *workload = choice->workload;
    const unsigned pu_count = topology_facts(builder->topology)->pu_count;
    unsigned counts[PARAMETER_VALUES_MAX];
    size_t count = thread_counts(builder, workload, counts);
    for (size_t i = 0; i < count; i++) {
        if (!add_spots(builder, choice, counts[i], error))
            return false;
    }
    if (count == 0)
        note(builder, "workload %s is left out: it takes %u thread%s%s, and --threads names no such number",
             workload->name, workload->threads_min, workload->threads_min == 1 ? "" : "s",
             workload->threads_max == workload->threads_min ? "" : " or more");
    else if (choice->spot_count == 0)
        note(builder, "workload %s is left out: --placement=%s has no place for %u thread%s on %u PU%s", workload->name,
             builder->options->placements, counts[0], counts[0] == 1 ? "" : "s", pu_count, pu_count == 1 ? "" : "s");
    return true;
}

/* All names that placements of the run's numbers of threads have; text_select tells the misspelt ones. */
static bool check_placements(struct builder *builder, struct error *error) {
    enum { NAMES_MAX = 256 };
    const char *names[NAMES_MAX];
    bool selected[NAMES_MAX];
    size_t name_count = 0;
    for (size_t i = 0; i < builder->choice_count; i++) {
        unsigned counts[PARAMETER_VALUES_MAX];
        size_t count = builder->choices[i].chosen ? thread_counts(builder, builder->choices[i].workload, counts) : 0;
        for (size_t j = 0; j < count; j++) {
            const struct placement *placements;
            size_t placement_count = topology_placements(builder->topology, counts[j], &placements);
            for (size_t k = 0; k < placement_count; k++) {
                bool known = false;
                for (size_t l = 0; l < name_count; l++)
                    known = known || strcmp(names[l], placements[k].name) == 0;
                if (!known && name_count < NAMES_MAX)
                    names[name_count++] = placements[k].name;
            }
        }
    }
    return text_select("placement for the chosen workloads", builder->options->placements, names, name_count, selected,
                       error) ||
           error_prefix(error, "--placement: ");
}

/* ---- Which strategies take part ---- */

static bool has_kernel(const struct ctx_strategy *strategy, const struct ctx_kernel *kernel) {
    for (size_t i = 0; i < strategy->kernel_count; i++) {
        if (strategy->kernels[i].form == kernel->form &&
            strcmp(strategy->kernels[i].workload->name, kernel->workload->name) == 0)
            return true;
    }
    return false;
}

static bool is_available(struct builder *builder, const struct ctx_strategy *strategy) {
    const char *reason = strategy->unavailable != NULL ? strategy->unavailable() : NULL;
    if (reason != NULL)
        note(builder, "strategy %s is left out: %s", strategy->name, reason);
    return reason == NULL;
}

static bool choose_strategies(struct builder *builder, struct error *error) {
    const struct registry *registry = builder->registry;
    bool *selected = calloc(registry->count + 1, sizeof *selected);
    builder->parts = calloc(registry->count + 1, sizeof *builder->parts);
    bool done = selected != NULL && builder->parts != NULL;
    if (!done) {
        error_set(error, "out of memory for %zu strategies", registry->count);
    } else {
        done = registry_select(registry, builder->options->strategies, selected, error) ||
               error_prefix(error, "--strategy: ");
        for (size_t i = 0; done && i < registry->count; i++) {
            const struct ctx_strategy *strategy = registry->entries[i].strategy;
            if (!selected[i] && !has_trait(strategy, CTX_TRAIT_REFERENCE))
                continue;
            if (is_available(builder, strategy))
                builder->parts[i] = selected[i] ? PART_CHOSEN : PART_YARDSTICK;
        }
    }
    free(selected);
    return done;
}

/* A yardstick measures what a chosen strategy measures; one that reads the stack stands only beside its like. */
static bool is_yardstick_for(const struct builder *builder, const struct ctx_strategy *yardstick,
                             const struct ctx_kernel *kernel) {
    for (size_t i = 0; i < builder->registry->count; i++) {
        const struct ctx_strategy *chosen = builder->registry->entries[i].strategy;
        if (builder->parts[i] != PART_CHOSEN || has_trait(chosen, CTX_TRAIT_REFERENCE))
            continue;
        bool alike = !has_trait(yardstick, CTX_TRAIT_READS_STACK) || has_trait(chosen, CTX_TRAIT_READS_STACK);
        if (alike && has_kernel(chosen, kernel))
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
            return error_set(error, "out of memory for %zu cases", capacity);
        plan->cases = cases;
        builder->capacity = capacity;
    }
    plan->cases[plan->case_count++] = *c;
    return true;
}

static struct sweep sweep_of(const struct options *options, const struct ctx_parameter *parameter) {
    struct sweep sweep = {.count = 0};
    const struct parameter_choice *given = find_given(options, parameter->name);
    if (given != NULL) {
        while (sweep.count < given->count) {
            sweep.values[sweep.count] = (uint32_t)given->values[sweep.count]; /* in range: check_parameter */
            sweep.count++;
        }
        return sweep;
    }
    bool quick = options->quick && parameter->quick_count > 0;
    sweep.count = quick ? parameter->quick_count : parameter->default_count;
    memcpy(sweep.values, quick ? parameter->quick : parameter->defaults, sweep.count * sizeof sweep.values[0]);
    return sweep;
}

/* One parameter at a time: first all at their base, then each through its other values. */
static bool add_kernel_at(struct builder *builder, const struct ctx_strategy *strategy, const struct ctx_kernel *kernel,
                          const struct spot *spot, struct error *error) {
    struct bench_case base = {.strategy = strategy, .kernel = kernel, .placement = spot->placement};
    struct sweep sweeps[CTX_PARAMETERS_MAX] = {0};
    const struct ctx_parameter *parameters = kernel->workload->parameters;
    for (size_t i = 0; i < CTX_PARAMETERS_MAX && parameters[i].name != NULL; i++) {
        sweeps[i] = sweep_of(builder->options, &parameters[i]);
        base.parameters[i] = sweeps[i].values[0];
    }
    if (!add_case(builder, &base, error))
        return false;
    for (size_t i = 0; i < CTX_PARAMETERS_MAX && spot->varies_parameters; i++) {
        struct bench_case varied = base;
        for (size_t j = 1; j < sweeps[i].count; j++) {
            varied.parameters[i] = sweeps[i].values[j];
            if (!add_case(builder, &varied, error))
                return false;
        }
    }
    return true;
}

static bool add_strategy(struct builder *builder, size_t index, struct error *error) {
    const struct ctx_strategy *strategy = builder->registry->entries[index].strategy;
    for (size_t i = 0; i < builder->choice_count; i++) {
        const struct choice *choice = &builder->choices[i];
        bool has_workload = false;
        for (size_t j = 0; choice->chosen && j < strategy->kernel_count; j++) {
            const struct ctx_kernel *kernel = &strategy->kernels[j];
            if (strcmp(kernel->workload->name, choice->workload->name) != 0)
                continue;
            has_workload = true;
            if (builder->parts[index] == PART_YARDSTICK && !is_yardstick_for(builder, strategy, kernel))
                continue;
            for (size_t k = 0; k < choice->spot_count; k++) {
                if (!add_kernel_at(builder, strategy, kernel, &choice->spots[k], error))
                    return false;
            }
        }
        if (choice->chosen && !has_workload && !has_trait(strategy, CTX_TRAIT_REFERENCE))
            note(builder, "strategy %s has no kernel for the workload %s", strategy->name, choice->workload->name);
    }
    return true;
}

static bool add_cases(struct builder *builder, struct error *error) {
    for (size_t i = 0; i < builder->registry->count; i++) {
        if (builder->parts[i] != PART_NONE && !add_strategy(builder, i, error))
            return false;
    }
    if (builder->plan->case_count == 0)
        return error_set(error, "nothing is left to measure: %s", builder->left_out.text);
    return true;
}

/* ---- Their order ---- */

/* Each round executes every case once, in an order of its own: what drifts with time meets all cases alike. */
static bool add_steps(struct plan *plan, unsigned executions, struct error *error) {
    if (plan->case_count * executions > PLAN_STEPS_MAX)
        return error_set(error, "the plan has %zu cases x %u executions; more than %d are too many for one run",
                         plan->case_count, executions, PLAN_STEPS_MAX);
    plan->step_count = plan->case_count * executions;
    plan->steps = calloc(plan->step_count, sizeof *plan->steps);
    if (plan->steps == NULL)
        return error_set(error, "out of memory for %zu executions", plan->step_count);
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

static bool build(struct builder *builder, struct error *error) {
    const struct options *options = builder->options;
    if (!choose_strategies(builder, error) || !choose_workloads(builder, error))
        return false;
    for (size_t i = 0; i < options->choice_count; i++) {
        if (!check_parameter(builder, &options->choices[i], error))
            return false;
    }
    if (!check_threads(builder, error) || !check_placements(builder, error))
        return false;
    for (size_t i = 0; i < builder->choice_count; i++) {
        if (builder->choices[i].chosen && !place_workload(builder, &builder->choices[i], error))
            return false;
    }
    return add_cases(builder, error) && add_steps(builder->plan, options->executions, error);
}

bool plan_make(struct plan *plan, const struct options *options, const struct registry *registry,
               const struct topology *topology, FILE *notes, struct error *error) {
    *plan = (struct plan){.seed = options->seed_given ? options->seed : random_fresh_seed() & OPTIONS_SEED_MAX};
    struct builder builder = {
        .options = options, .registry = registry, .topology = topology, .notes = notes, .plan = plan};
    bool built = build(&builder, error);
    for (size_t i = 0; i < builder.choice_count; i++)
        free(builder.choices[i].spots);
    free(builder.choices);
    free(builder.parts);
    if (!built)
        plan_free(plan);
    return built;
}

void plan_free(struct plan *plan) {
    free(plan->cases);
    free(plan->steps);
    *plan = (struct plan){0};
}

double plan_estimate_seconds(const struct plan *plan, const struct options *options) {
    /* Spawning and proving, as measured on a 2-core virtual machine; and a calibration takes about two samples. */
    const double around_execution = 0.008, calibration = around_execution + 2 * options->sample_seconds;
    return (double)plan->case_count * calibration +
           (double)plan->step_count * (around_execution + options->sample_count * options->sample_seconds);
}
