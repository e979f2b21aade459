#include "selection.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

void selection_leave_out(struct selection *selection, const char *format, ...) {
    va_list args;
    va_start(args, format);
    (void)vsnprintf(selection->left_out.text, sizeof selection->left_out.text, format, args);
    va_end(args);
    if (selection->notes != NULL)
        (void)fprintf(selection->notes, "bench: %s\n", selection->left_out.text);
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

/* ---- What the options name exists, and is in range ---- */

static bool choose_workloads(struct selection *selection, struct error *error) {
    size_t count;
    const struct ctx_workload **workloads = registry_workloads(selection->registry, &count, error);
    if (workloads == NULL)
        return false;
    const char **names = calloc(count + 1, sizeof *names);
    bool *selected = calloc(count + 1, sizeof *selected);
    selection->workloads = calloc(count + 1, sizeof *selection->workloads);
    bool done = names != NULL && selected != NULL && selection->workloads != NULL;
    if (!done) {
        error_set(error, "out of memory for %zu workloads", count);
    } else {
        for (size_t i = 0; i < count; i++)
            names[i] = workloads[i]->name;
        done = text_select("workload", selection->options->workloads, names, count, selected, error) ||
               error_prefix(error, "--workload: ");
        selection->workload_count = count;
        for (size_t i = 0; i < count; i++)
            selection->workloads[i] = (struct selected_workload){.workload = workloads[i], .chosen = selected[i]};
    }
    free(names);
    free(selected);
    free(workloads);
    return done;
}

static bool unknown_parameter(const struct selection *selection, const char *name, struct error *error) {
    struct text_names names = {0};
    bool complete = true;
    for (size_t i = 0; i < selection->workload_count; i++) {
        const struct ctx_parameter *parameters = selection->workloads[i].workload->parameters;
        for (size_t j = 0; selection->workloads[i].chosen && j < CTX_PARAMETERS_MAX && parameters[j].name != NULL; j++)
            complete = text_names_add(&names, parameters[j].name) && complete;
    }
    if (complete)
        (void)text_unknown_name("parameter of the chosen workloads", name, names.items, names.count, error);
    else
        (void)error_set(error, "out of memory for the names of parameters");
    text_names_free(&names);
    return false;
}

static bool check_parameter(const struct selection *selection, const struct parameter_choice *given,
                            struct error *error) {
    bool known = false;
    for (size_t i = 0; i < selection->workload_count; i++) {
        const struct ctx_workload *workload = selection->workloads[i].workload;
        const struct ctx_parameter *parameter = find_parameter(workload, given->name);
        if (!selection->workloads[i].chosen || parameter == NULL)
            continue;
        known = true;
        for (size_t j = 0; j < given->count; j++) {
            if (given->values[j] < parameter->min || given->values[j] > parameter->max)
                return error_set(error, "parameter %s: found %" PRId64 "; the workload %s takes %u to %u", given->name,
                                 given->values[j], workload->name, parameter->min, parameter->max);
        }
    }
    return known || given->preset || unknown_parameter(selection, given->name, error);
}

static bool check_threads(const struct selection *selection, struct error *error) {
    const struct parameter_choice *threads = &selection->options->threads;
    const struct topology_facts *facts = topology_facts(selection->topology);
    for (size_t i = 0; i < threads->count; i++) {
        if (threads->values[i] <= facts->pu_count)
            continue;
        return error_set(error, "--threads: found %" PRId64 "; there %s %u PU%s to run on (%s of %s)",
                         threads->values[i], facts->pu_count == 1 ? "is only" : "are", facts->pu_count,
                         facts->pu_count == 1 ? "" : "s", facts->allowed_pus, facts->source);
    }
    return true;
}

/* ---- Where each workload runs ---- */

static bool add_spot(struct selected_workload *selected, const struct placement *placement, bool varies_parameters,
                     struct error *error) {
    struct spot *spots = realloc(selected->spots, (selected->spot_count + 1) * sizeof *spots);
    if (spots == NULL)
        return error_set(error, "out of memory for %zu placements", selected->spot_count + 1);
    spots[selected->spot_count++] = (struct spot){placement, varies_parameters};
    selected->spots = spots;
    return true;
}

/* Threads that do not communicate gain nothing from sharing a PU: it would only show that they take turns. */
static bool makes_sense(const struct ctx_workload *workload, const struct placement *placement) {
    return workload->communicates || placement->thread_count == 1 || strcmp(placement->name, "same-pu") != 0;
}

static bool add_spots(struct selection *selection, struct selected_workload *selected, unsigned thread_count,
                      struct error *error) {
    const struct options *options = selection->options;
    bool varies = thread_count == 1 || options->threads.count > 0 || selected->workload->threads_max != 0;
    const struct placement *placements;
    size_t count = topology_placements(selection->topology, thread_count, &placements), before = selected->spot_count;
    for (size_t i = 0; i < count; i++) {
        if (makes_sense(selected->workload, &placements[i]) && text_matches(options->placements, placements[i].name) &&
            !add_spot(selected, &placements[i], varies, error))
            return false;
    }
    size_t added = selected->spot_count - before;
    if (options->quick && added > 2) { /* a short run shows the closest and the farthest */
        selected->spots[before + 1] = selected->spots[selected->spot_count - 1];
        selected->spot_count = before + 2;
    }
    return true;
}

static bool takes_threads(const struct ctx_workload *workload, int64_t count) {
    return count >= workload->threads_min && (workload->threads_max == 0 || count <= workload->threads_max);
}

/* The numbers of threads to try for a workload: those asked for, or its own, or a sweep. Returns how many. */
static size_t thread_counts(const struct selection *selection, const struct ctx_workload *workload,
                            unsigned counts[static PARAMETER_VALUES_MAX]) {
    const struct options *options = selection->options;
    const unsigned pu_count = topology_facts(selection->topology)->pu_count;
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

static bool place_workload(struct selection *selection, struct selected_workload *selected, struct error *error) {
    const struct ctx_workload *workload = selected->workload;
    const unsigned pu_count = topology_facts(selection->topology)->pu_count;
    unsigned counts[PARAMETER_VALUES_MAX];
    size_t count = thread_counts(selection, workload, counts);
    for (size_t i = 0; i < count; i++) {
        if (!add_spots(selection, selected, counts[i], error))
            return false;
    }
    if (count == 0)
        selection_leave_out(selection,
                            "workload %s is left out: it takes %u thread%s%s, and --threads names no such number",
                            workload->name, workload->threads_min, workload->threads_min == 1 ? "" : "s",
                            workload->threads_max == workload->threads_min ? "" : " or more");
    else if (selected->spot_count == 0)
        selection_leave_out(selection,
                            "workload %s is left out: --placement=%s has no place for %u thread%s on %u PU%s",
                            workload->name, selection->options->placements, counts[0], counts[0] == 1 ? "" : "s",
                            pu_count, pu_count == 1 ? "" : "s");
    return true;
}

/* Adds the names of the placements that a workload's numbers of threads have here. */
static bool add_placement_names(const struct selection *selection, const struct ctx_workload *workload,
                                struct text_names *names) {
    unsigned counts[PARAMETER_VALUES_MAX];
    size_t count = thread_counts(selection, workload, counts);
    for (size_t i = 0; i < count; i++) {
        const struct placement *placements;
        size_t placement_count = topology_placements(selection->topology, counts[i], &placements);
        for (size_t j = 0; j < placement_count; j++) {
            if (!text_names_add(names, placements[j].name))
                return false;
        }
    }
    return true;
}

static bool check_placements(const struct selection *selection, struct error *error) {
    struct text_names names = {0};
    bool complete = true;
    for (size_t i = 0; i < selection->workload_count; i++) {
        const struct selected_workload *selected = &selection->workloads[i];
        complete = complete && (!selected->chosen || add_placement_names(selection, selected->workload, &names));
    }
    bool *matches = calloc(names.count + 1, sizeof *matches);
    bool known = complete && matches != NULL;
    if (!known)
        (void)error_set(error, "out of memory for the names of placements");
    else if (names.count > 0) /* else the notes tell which workload has no place, and why */
        known = text_select("placement of the chosen workloads and threads", selection->options->placements,
                            names.items, names.count, matches, error) ||
                error_prefix(error, "--placement: ");
    free(matches);
    text_names_free(&names);
    return known;
}

/* ---- Which strategies take part ---- */

static bool is_available(struct selection *selection, const struct ctx_strategy *strategy) {
    const char *reason = strategy->unavailable != NULL ? strategy->unavailable() : NULL;
    if (reason != NULL)
        selection_leave_out(selection, "strategy %s is left out: %s", strategy->name, reason);
    return reason == NULL;
}

static bool choose_strategies(struct selection *selection, struct error *error) {
    const struct registry *registry = selection->registry;
    bool *selected = calloc(registry->count + 1, sizeof *selected);
    selection->parts = calloc(registry->count + 1, sizeof *selection->parts);
    bool done = selected != NULL && selection->parts != NULL;
    if (!done) {
        error_set(error, "out of memory for %zu strategies", registry->count);
    } else {
        done = registry_select(registry, selection->options->strategies, selected, error) ||
               error_prefix(error, "--strategy: ");
        bool stack_is_read = false;
        for (size_t i = 0; done && i < registry->count; i++) { /* references come last */
            const struct ctx_strategy *strategy = registry->entries[i].strategy;
            bool stands_beside = selection->options->command == COMMAND_RUN &&
                                 has_trait(strategy, CTX_TRAIT_REFERENCE) &&
                                 (stack_is_read || !has_trait(strategy, CTX_TRAIT_READS_STACK));
            if ((!selected[i] && !stands_beside) || !is_available(selection, strategy))
                continue;
            selection->parts[i] = selected[i] ? PART_CHOSEN : PART_YARDSTICK;
            stack_is_read = stack_is_read || has_trait(strategy, CTX_TRAIT_READS_STACK);
        }
    }
    free(selected);
    return done;
}

bool selection_make(struct selection *selection, const struct options *options, const struct registry *registry,
                    const struct topology *topology, FILE *notes, struct error *error) {
    *selection = (struct selection){.options = options, .registry = registry, .topology = topology, .notes = notes};
    if (!choose_strategies(selection, error) || !choose_workloads(selection, error))
        return false;
    for (size_t i = 0; i < options->choice_count; i++) {
        if (!check_parameter(selection, &options->choices[i], error))
            return false;
    }
    if (!check_threads(selection, error) || !check_placements(selection, error))
        return false;
    for (size_t i = 0; i < selection->workload_count; i++) {
        if (selection->workloads[i].chosen && !place_workload(selection, &selection->workloads[i], error))
            return false;
    }
    return true;
}

void selection_free(struct selection *selection) {
    for (size_t i = 0; i < selection->workload_count; i++)
        free(selection->workloads[i].spots);
    free(selection->workloads);
    free(selection->parts);
    *selection = (struct selection){0};
}
