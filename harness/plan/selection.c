#include "plan/selection.h"
#include "base/message.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/placements.h"
#include "base/text.h"
#include "plan/plan.h"

void selection_leave_out(struct selection *selection, const char *format, ...) {
    va_list args;
    va_start(args, format);
    (void)vsnprintf(selection->left_out.text, sizeof selection->left_out.text, format, args);
    va_end(args);
    if (selection->notes != NULL)
        message(selection->notes, "%s", selection->left_out.text);
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

/* ---- What options and suite name exists, and is in range ---- */

/* In a suite's case: the workloads that none of its other cases names, those of plug-ins and of later days among them.
 */
static const char others[] = "others";

static bool is_of_others(const struct suite_case *c) {
    return strcmp(c->workload, others) == 0;
}

static bool names_workload(const struct suite *suite, const struct suite_case *c, const char *workload) {
    if (!is_of_others(c))
        return text_matches(c->workload, workload);
    for (size_t i = 0; i < suite->case_count; i++) {
        if (!is_of_others(&suite->cases[i]) && text_matches(suite->cases[i].workload, workload))
            return false;
    }
    return true;
}

/* Sets chosen[i] where one of the suite's cases names the workload; `matches` has room for as many. */
static bool choose_by_suite(const struct suite *suite, const char *const *names, size_t count, bool *chosen,
                            bool *matches, struct error *error) {
    for (size_t i = 0; i < suite->case_count; i++) {
        if (!is_of_others(&suite->cases[i]) &&
            !text_select("workload", suite->cases[i].workload, names, count, matches, error)) {
            (void)error_prefix(error, "cases[%zu].workload: ", i);
            return suite_error(suite, error);
        }
        for (size_t j = 0; j < count; j++)
            chosen[j] = chosen[j] || names_workload(suite, &suite->cases[i], names[j]);
    }
    return true;
}

/* Keeps of all the registry's workloads those that take part. */
static bool keep_chosen(struct selection *selection, const char **names, bool *chosen, struct error *error) {
    const struct options *options = selection->options;
    size_t count = selection->workload_count, kept = 0;
    if (names == NULL || chosen == NULL)
        return error_set_code(error, ERROR_MEMORY, "out of memory for %zu workloads", count);
    for (size_t i = 0; i < count; i++)
        names[i] = selection->workloads[i]->name;
    if (options->workloads == NULL && !choose_by_suite(options->suite, names, count, chosen, chosen + count, error))
        return false;
    if (options->workloads != NULL && !text_select("workload", options->workloads, names, count, chosen, error))
        return error_prefix(error, "--workload: ");
    for (size_t i = 0; i < count; i++) {
        if (chosen[i])
            selection->workloads[kept++] = selection->workloads[i];
    }
    selection->workload_count = kept;
    return true;
}

static bool choose_workloads(struct selection *selection, struct error *error) {
    selection->workloads = registry_workloads(selection->registry, &selection->workload_count, error);
    if (selection->workloads == NULL)
        return false;
    const char **names = calloc(selection->workload_count + 1, sizeof *names);
    bool *chosen = calloc(2 * selection->workload_count + 1, sizeof *chosen); /* and room to work in */
    bool done = keep_chosen(selection, names, chosen, error);
    free(names);
    free(chosen);
    return done;
}

static bool unknown_parameter(const struct selection *selection, const char *patterns, const char *name,
                              struct error *error) {
    struct text_names names = {0};
    bool complete = true;
    for (size_t i = 0; i < selection->workload_count; i++) {
        const struct ctx_workload *workload = selection->workloads[i];
        const struct ctx_parameter *parameters = workload->parameters;
        for (size_t j = 0; j < CTX_PARAMETERS_MAX && parameters[j].name != NULL; j++) {
            if (text_matches(patterns, workload->name))
                complete = text_names_add(&names, parameters[j].name) && complete;
        }
    }
    if (complete)
        (void)text_unknown_name("parameter of the chosen workloads", name, names.items, names.count, error);
    else
        (void)error_set_code(error, ERROR_MEMORY, "out of memory for the names of parameters");
    text_names_free(&names);
    return false;
}

/* Whether the workloads that match `patterns` take these values. One of them has to know the parameter, or `known`. */
static bool check_parameter(const struct selection *selection, const char *patterns,
                            const struct parameter_choice *given, bool known, struct error *error) {
    for (size_t i = 0; i < selection->workload_count; i++) {
        const struct ctx_workload *workload = selection->workloads[i];
        const struct ctx_parameter *parameter = find_parameter(workload, given->name);
        if (parameter == NULL || !text_matches(patterns, workload->name))
            continue;
        known = true;
        for (size_t j = 0; j < given->count; j++) {
            if (given->values[j] < parameter->min || given->values[j] > parameter->max)
                return error_set(error, "parameter %s: found %" PRId64 "; the workload %s takes %u to %u", given->name,
                                 given->values[j], workload->name, parameter->min, parameter->max);
        }
    }
    return known || given->preset || unknown_parameter(selection, patterns, given->name, error);
}

/* Those of the command line; and those of the suite's cases, where their workloads take part. */
static bool check_parameters(const struct selection *selection, struct error *error) {
    const struct options *options = selection->options;
    for (size_t i = 0; i < options->choice_count; i++) {
        if (!check_parameter(selection, "*", &options->choices[i], false, error))
            return false;
    }
    for (size_t i = 0; i < selection->use_count; i++) {
        const struct suite_case *wanted = selection->uses[i].wanted;
        for (size_t j = 0; j < wanted->choice_count; j++) {
            const bool others_may_know = options->workloads != NULL; /* those that do not take part */
            if (!check_parameter(selection, wanted->workload, &wanted->choices[j], others_may_know, error)) {
                (void)error_prefix(error, "cases[%td]: ", wanted - options->suite->cases);
                return suite_error(options->suite, error);
            }
        }
    }
    return true;
}

static bool check_stores(const struct selection *selection, struct error *error) {
    struct text_names names;
    bool known = registry_stores(selection->registry, &names, error);
    bool *selected = known ? calloc(names.count + 1, sizeof *selected) : NULL;
    if (known && selected == NULL)
        known = error_set_code(error, ERROR_MEMORY, "out of memory for %zu stores", names.count);
    known = known && (text_select("store", selection->options->stores, names.items, names.count, selected, error) ||
                      error_prefix(error, "--store: "));
    free(selected);
    text_names_free(&names);
    return known;
}

static bool check_threads(const struct selection *selection, struct error *error) {
    const struct parameter_choice *threads = &selection->options->threads;
    const struct topology_facts *facts = topology_facts(selection->topology);
    for (size_t i = 0; i < threads->count; i++) {
        if (threads->values[i] <= topology_threads_max(selection->topology))
            continue;
        return error_set(error,
                         "--threads: found %" PRId64
                         ", wanted at most %u (two for each PU, but %d on any machine); there %s %u PU%s to run on "
                         "(%s of %s)",
                         threads->values[i], topology_threads_max(selection->topology), TOPOLOGY_THREADS_ANYWHERE,
                         facts->pu_count == 1 ? "is only" : "are", facts->pu_count, facts->pu_count == 1 ? "" : "s",
                         facts->allowed_pus, facts->source);
    }
    return true;
}

/* ---- How each workload is used ---- */

/* Without a case that names it, a workload is measured in every way that it has. */
static const struct suite_case in_every_way = {.workload = "*"};

static bool add_use(struct selection *selection, const struct ctx_workload *workload, const struct suite_case *wanted,
                    struct error *error) {
    struct use *uses = realloc(selection->uses, (selection->use_count + 1) * sizeof *uses);
    if (uses == NULL)
        return error_set_code(error, ERROR_MEMORY, "out of memory for %zu uses of workloads", selection->use_count + 1);
    bool is_first = selection->use_count == 0 || uses[selection->use_count - 1].workload != workload;
    uses[selection->use_count++] = (struct use){.workload = workload, .wanted = wanted, .is_first = is_first};
    selection->uses = uses;
    return true;
}

static bool choose_uses(struct selection *selection, struct error *error) {
    const struct suite *suite = selection->options->suite;
    for (size_t i = 0; i < selection->workload_count; i++) {
        const struct ctx_workload *workload = selection->workloads[i];
        size_t before = selection->use_count;
        for (size_t j = 0; j < suite->case_count; j++) {
            if (names_workload(suite, &suite->cases[j], workload->name) &&
                !add_use(selection, workload, &suite->cases[j], error))
                return false;
        }
        if (selection->use_count == before && !add_use(selection, workload, &in_every_way, error))
            return false;
    }
    return true;
}

/* ---- Where each workload runs ---- */

static bool add_spot(struct use *use, const struct placement *placement, bool varies_parameters, struct error *error) {
    struct spot *spots = realloc(use->spots, (use->spot_count + 1) * sizeof *spots);
    if (spots == NULL)
        return error_set_code(error, ERROR_MEMORY, "out of memory for %zu placements", use->spot_count + 1);
    spots[use->spot_count++] = (struct spot){placement, varies_parameters};
    use->spots = spots;
    return true;
}

/*
 * Threads that do not communicate gain nothing from sharing a PU: it would only show that they take turns. Unless that
 * is what a workload wants to know, and there are more threads than PUs.
 */
static bool makes_sense(const struct selection *selection, const struct ctx_workload *workload,
                        const struct placement *placement) {
    if (placement->thread_count > topology_facts(selection->topology)->pu_count)
        return workload->communicates || workload->oversubscribes;
    return workload->communicates || placement->thread_count == 1 || strcmp(placement->name, PLACEMENT_SAME_PU) != 0;
}

/* What stands for a placement whose name differs from machine to machine: the first and the last that there are. */
static const char closest[] = "closest", farthest[] = "farthest";

/* What stands for each pair of PUs, in place of one pair for each thing that two can share. */
static const char all_pairs[] = "all-pairs";

/* Whether the word itself is among the patterns: a glob that happens to match it does not mean it. */
static bool has_item(const char *patterns, const char *word) {
    char item[TEXT_ITEM_MAX];
    struct error ignored;
    while (patterns != NULL && text_next_item(&patterns, item, &ignored)) {
        if (strcmp(item, word) == 0)
            return true;
    }
    return false;
}

static bool add_pairs(struct selection *selection, struct use *use, struct error *error) {
    if (selection->pairs == NULL)
        selection->pairs = topology_all_pairs(selection->topology, PLAN_CASES_MAX, &selection->pair_count, error);
    if (selection->pairs == NULL)
        return error_prefix(error, "placement %s: ", all_pairs);
    for (size_t i = 0; i < selection->pair_count; i++) {
        if (!add_spot(use, &selection->pairs[i], true, error))
            return false;
    }
    return true;
}

struct placement *selection_take_pairs(struct selection *selection) {
    struct placement *pairs = selection->pairs;
    selection->pairs = NULL;
    return pairs;
}

/* What goes from thread to thread may lie on either's NUMA node; parameters do not vary there, to keep runs short. */
static bool add_bound(const struct selection *selection, struct use *use, const char *patterns, struct error *error) {
    const struct placement *bound;
    const size_t count = topology_bound_placements(selection->topology, &bound);
    for (size_t i = 0; i < count && selection->memory_stays.text[0] == '\0'; i++) {
        if (text_matches(patterns, bound[i].name) && !add_spot(use, &bound[i], false, error))
            return false;
    }
    return true;
}

/* Finds out why memory cannot be bound here, if so. */
static void find_why_memory_stays(struct selection *selection) {
    const struct placement *bound;
    if (topology_bound_placements(selection->topology, &bound) == 0)
        (void)error_set(&selection->memory_stays, "no two PUs belong to different NUMA nodes");
    else if (topology_is_here(selection->topology))
        (void)topology_bind_memory(NULL, 0, &selection->memory_stays); /* changes nothing, and tries whether it can */
}

static const char *placements_of(const struct selection *selection, const struct use *use) {
    const char *patterns =
        selection->options->placements != NULL ? selection->options->placements : use->wanted->placements;
    return patterns != NULL ? patterns : "*";
}

static bool add_spots(struct selection *selection, struct use *use, unsigned thread_count, struct error *error) {
    const char *patterns = placements_of(selection, use);
    bool varies = thread_count == 1 || selection->options->threads.count > 0 || use->wanted->threads.count > 0 ||
                  use->workload->threads_max != 0;
    const struct placement *placements;
    size_t count = topology_placements(selection->topology, thread_count, &placements), first = 0, last = count;
    while (first < count && !makes_sense(selection, use->workload, &placements[first]))
        first++;
    while (last > first && !makes_sense(selection, use->workload, &placements[last - 1]))
        last--;
    for (size_t i = first; i < last; i++) {
        bool named = text_matches(patterns, placements[i].name) || (i == first && has_item(patterns, closest)) ||
                     (i == last - 1 && has_item(patterns, farthest));
        if (named && makes_sense(selection, use->workload, &placements[i]) &&
            !add_spot(use, &placements[i], varies, error))
            return false;
    }
    if (thread_count == 2 && use->workload->communicates && !add_bound(selection, use, patterns, error))
        return false;
    return thread_count != 2 || !has_item(patterns, all_pairs) || add_pairs(selection, use, error);
}

/* The largest number of threads that a workload takes here. */
static int64_t threads_max(const struct selection *selection, const struct ctx_workload *workload) {
    if (workload->threads_max != 0)
        return workload->threads_max;
    return workload->oversubscribes ? topology_threads_max(selection->topology)
                                    : topology_facts(selection->topology)->pu_count;
}

static bool has_count(const unsigned *counts, size_t count, int64_t wanted) {
    for (size_t i = 0; i < count; i++) {
        if (counts[i] == wanted)
            return true;
    }
    return false;
}

/*
 * The numbers of threads to try for a workload: those asked for, or its own, or a sweep. Returns how many. A suite is
 * for many machines: what it asks for beyond this one's PUs is left out.
 */
static size_t thread_counts(const struct selection *selection, const struct use *use,
                            unsigned counts[static PARAMETER_VALUES_MAX]) {
    const struct ctx_workload *workload = use->workload;
    const struct parameter_choice *given =
        selection->options->threads.count > 0 ? &selection->options->threads : &use->wanted->threads;
    const int64_t most = threads_max(selection, workload), pu_count = topology_facts(selection->topology)->pu_count;
    const int64_t sweep[] = {1, 2, pu_count, workload->oversubscribes ? 2 * pu_count : pu_count},
                  own[] = {workload->threads_min};
    const int64_t *wanted = given->values;
    size_t wanted_count = given->count, count = 0;
    if (wanted_count == 0 && workload->threads_max != 0) {
        wanted = own;
        wanted_count = 1;
    } else if (wanted_count == 0) {
        wanted = sweep;
        wanted_count = sizeof sweep / sizeof sweep[0];
    }
    for (size_t i = 0; i < wanted_count; i++) {
        if (wanted[i] >= workload->threads_min && wanted[i] <= most && !has_count(counts, count, wanted[i]))
            counts[count++] = (unsigned)wanted[i];
    }
    return count;
}

static void leave_out_by_threads(struct selection *selection, const struct ctx_workload *workload) {
    const int64_t most = threads_max(selection, workload);
    char range[64];
    if (workload->threads_min == most)
        (void)snprintf(range, sizeof range, "%u thread%s", workload->threads_min, most == 1 ? "" : "s");
    else
        (void)snprintf(range, sizeof range, "%u to %" PRId64 " threads here", workload->threads_min, most);
    selection_leave_out(selection, "workload %s is left out: it takes %s, and %s names no such number", workload->name,
                        range, selection->options->threads.count > 0 ? "--threads" : "the suite");
}

static bool place_use(struct selection *selection, struct use *use, struct error *error) {
    const struct ctx_workload *workload = use->workload;
    const unsigned pu_count = topology_facts(selection->topology)->pu_count;
    unsigned counts[PARAMETER_VALUES_MAX];
    size_t count = thread_counts(selection, use, counts);
    for (size_t i = 0; i < count; i++) {
        if (!add_spots(selection, use, counts[i], error))
            return false;
    }
    if (count == 0)
        leave_out_by_threads(selection, workload);
    else if (use->spot_count == 0)
        selection_leave_out(selection,
                            "workload %s is left out: the placement %s has no place for %u thread%s on %u PU%s",
                            workload->name, placements_of(selection, use), counts[0], counts[0] == 1 ? "" : "s",
                            pu_count, pu_count == 1 ? "" : "s");
    return true;
}

/* Adds the names of the placements that a workload's numbers of threads have here. */
static bool add_placement_names(const struct selection *selection, const struct use *use, struct text_names *names) {
    unsigned counts[PARAMETER_VALUES_MAX];
    size_t count = thread_counts(selection, use, counts);
    for (size_t i = 0; i < count; i++) {
        const struct placement *placements;
        size_t placement_count = topology_placements(selection->topology, counts[i], &placements);
        for (size_t j = 0; j < placement_count; j++) {
            if (!text_names_add(names, placements[j].name))
                return false;
        }
        const bool is_bound = counts[i] == 2 && use->workload->communicates;
        placement_count = is_bound ? topology_bound_placements(selection->topology, &placements) : 0;
        for (size_t j = 0; j < placement_count; j++) {
            if (!text_names_add(names, placements[j].name))
                return false;
        }
        if (counts[i] == 2 && !text_names_add(names, all_pairs))
            return false;
    }
    return count == 0 || (text_names_add(names, closest) && text_names_add(names, farthest));
}

/* What the command line names has to be here; a suite is for many machines. */
static bool check_placements(const struct selection *selection, struct error *error) {
    struct text_names names = {0};
    bool complete = true;
    if (selection->options->placements == NULL)
        return true;
    for (size_t i = 0; i < selection->use_count; i++)
        complete = complete && add_placement_names(selection, &selection->uses[i], &names);
    bool *matches = calloc(names.count + 1, sizeof *matches);
    bool known = complete && matches != NULL;
    if (!known)
        (void)error_set_code(error, ERROR_MEMORY, "out of memory for the names of placements");
    else if (names.count > 0) /* else the notes tell which workload has no place, and why */
        known = text_select("placement of the chosen workloads and threads", selection->options->placements,
                            names.items, names.count, matches, error) ||
                error_prefix(error, "--placement: ");
    free(matches);
    text_names_free(&names);
    return known;
}

/* ---- Which strategies take part ---- */

static bool is_available(struct selection *selection, const struct registry_entry *entry) {
    const char *reason = registry_unavailable(entry, selection->notes);
    if (reason != NULL)
        selection_leave_out(selection, "strategy %s is left out: %s", entry->strategy->name, reason);
    return reason == NULL;
}

/* Whether a reference belongs beside what is chosen so far: peers have their own, which are none for others. */
static bool stands_beside(const struct selection *selection, const struct registry_entry *entry) {
    if (!selection->options->adds_references || !has_trait(entry->strategy, CTX_TRAIT_REFERENCE))
        return false;
    const bool reads_stack = has_trait(entry->strategy, CTX_TRAIT_READS_STACK);
    for (size_t i = 0; i < selection->registry->count; i++) {
        const struct registry_entry *chosen = &selection->registry->entries[i];
        if (selection->parts[i] == PART_CHOSEN && chosen->peer == entry->peer &&
            (!reads_stack || has_trait(chosen->strategy, CTX_TRAIT_READS_STACK)))
            return true;
    }
    return false;
}

static bool choose_strategies(struct selection *selection, struct error *error) {
    const struct registry *registry = selection->registry;
    bool *selected = calloc(registry->count + 1, sizeof *selected);
    selection->parts = calloc(registry->count + 1, sizeof *selection->parts);
    bool done = selected != NULL && selection->parts != NULL;
    if (!done) {
        error_set_code(error, ERROR_MEMORY, "out of memory for %zu strategies", registry->count);
    } else {
        done = registry_select(registry, selection->options->strategies, selected, error) ||
               error_prefix(error, "--strategy: ");
        for (size_t i = 0; done && i < registry->count; i++) { /* references come last */
            const struct registry_entry *entry = &registry->entries[i];
            if ((selected[i] || stands_beside(selection, entry)) && is_available(selection, entry))
                selection->parts[i] = selected[i] ? PART_CHOSEN : PART_YARDSTICK;
        }
    }
    free(selected);
    return done;
}

bool selection_make(struct selection *selection, const struct options *options, const struct registry *registry,
                    const struct topology *topology, FILE *notes, struct error *error) {
    *selection = (struct selection){.options = options, .registry = registry, .topology = topology, .notes = notes};
    if (!choose_strategies(selection, error) || !choose_workloads(selection, error) || !choose_uses(selection, error) ||
        !check_parameters(selection, error) || !check_stores(selection, error) || !check_threads(selection, error) ||
        !check_placements(selection, error))
        return false;
    find_why_memory_stays(selection);
    for (size_t i = 0; i < selection->use_count; i++) {
        if (!place_use(selection, &selection->uses[i], error))
            return false;
    }
    return true;
}

void selection_free(struct selection *selection) {
    for (size_t i = 0; i < selection->use_count; i++)
        free(selection->uses[i].spots);
    free(selection->uses);
    free(selection->workloads);
    free(selection->pairs);
    free(selection->parts);
    *selection = (struct selection){0};
}
