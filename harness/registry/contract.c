#include "registry/contract.h"

#include <string.h>

#include "base/text.h"

enum { NAME_LENGTH_MAX = 31, SUMMARY_LENGTH_MAX = 200 };

static const uint32_t traits_known = CTX_TRAIT_END - 1;

/* Length of a string that might lack its terminator: looks at no more than `max` + 1 characters. */
static bool is_line(const char *text, size_t length_max) {
    if (text == NULL)
        return false;
    size_t length = strnlen(text, length_max + 1);
    return length > 0 && length <= length_max && memchr(text, '\n', length) == NULL;
}

static bool check_name(const char *what, const char *name, struct error *error) {
    if (name == NULL)
        return error_set(error, "%s has no name; wanted lower-case letters, digits and '-'", what);
    if (!text_is_name(name, NAME_LENGTH_MAX))
        return error_set(error, "%s is called \"%.40s\"; wanted at most %d lower-case letters, digits and '-'", what,
                         name, NAME_LENGTH_MAX);
    return true;
}

static bool check_summary(const char *what, const char *summary, struct error *error) {
    if (!is_line(summary, SUMMARY_LENGTH_MAX))
        return error_set(error, "%s; wanted one line, of 1 to %d characters", what, SUMMARY_LENGTH_MAX);
    return true;
}

/* A section is optional; one that is there has an id and a title. */
static bool check_section(const struct ctx_section *section, struct error *error) {
    return section == NULL || (check_name("its section", section->id, error) &&
                               check_summary("the title of its section is missing or too long", section->title, error));
}

/* Default values: how many, within the range, none twice (two cases would share a name). */
static bool check_defaults(const struct ctx_parameter *parameter, struct error *error) {
    const uint32_t *values = parameter->defaults, count = parameter->default_count;
    if (count > CTX_DEFAULTS_MAX)
        return error_set(error, "found %u default values, wanted at most %d", count, CTX_DEFAULTS_MAX);
    for (uint32_t i = 0; i < count; i++) {
        if (values[i] < parameter->min || values[i] > parameter->max)
            return error_set(error, "found %u among the default values, wanted %u to %u", values[i], parameter->min,
                             parameter->max);
        for (uint32_t j = 0; j < i; j++) {
            if (values[i] == values[j])
                return error_set(error, "found %u twice among the default values, wanted each once", values[i]);
        }
    }
    return true;
}

static bool check_parameter(const struct ctx_workload *workload, size_t index, struct error *error) {
    const struct ctx_parameter *parameter = &workload->parameters[index];
    if (!check_name("a parameter", parameter->name, error) ||
        !check_summary("its summary is missing or too long", parameter->summary, error) ||
        !check_section(parameter->section, error))
        return false;
    for (size_t i = 0; i < index; i++) {
        if (strcmp(workload->parameters[i].name, parameter->name) == 0)
            return error_set(error, "found two parameters of this name, wanted one");
    }
    if (parameter->min > parameter->max)
        return error_set(error, "found the range %u to %u, wanted the lower end first", parameter->min, parameter->max);
    if (parameter->default_count == 0)
        return error_set(error, "found no default values, wanted at least one: the first is the base");
    return check_defaults(parameter, error);
}

static bool check_parameters(const struct ctx_workload *workload, struct error *error) {
    for (size_t i = 0; i < CTX_PARAMETERS_MAX && workload->parameters[i].name != NULL; i++) {
        if (!check_parameter(workload, i, error))
            return error_prefix(error, "parameter %.31s: ", workload->parameters[i].name);
    }
    return true;
}

static bool check_workload(const struct ctx_workload *workload, struct error *error) {
    if (!check_summary("its summary is missing or too long", workload->summary, error) ||
        !check_summary("its operation is missing or too long", workload->operation, error) ||
        !check_section(workload->section, error) || !check_section(workload->threads_section, error))
        return false;
    if ((int)workload->role < 0 || workload->role >= CTX_ROLE_COUNT)
        return error_set(error, "found role %d, wanted one of enum ctx_role", (int)workload->role);
    if (workload->threads_min == 0)
        return error_set(error, "threads_min is 0, wanted at least 1");
    if (workload->threads_max != 0 && workload->threads_max < workload->threads_min)
        return error_set(error, "threads_max is %u and threads_min %u, wanted 0 (no limit) or no less than threads_min",
                         workload->threads_max, workload->threads_min);
    if (workload->checksum == NULL)
        return error_set(error, "checksum is NULL, wanted the closed form that proves the work was done");
    return check_parameters(workload, error);
}

static bool same_store(const char *a, const char *b) {
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* A store of its own must be provable, as what a workload rests on must. References keep nothing. */
static bool check_store(const struct ctx_strategy *strategy, const struct ctx_kernel *kernel, struct error *error) {
    if (kernel->store == NULL)
        return true;
    if (!check_name("the store", kernel->store, error))
        return false;
    if (kernel->prove == NULL && (strategy->traits & CTX_TRAIT_REFERENCE) == 0)
        return error_set(error, "the store %s has no proof, wanted one", kernel->store);
    return true;
}

static bool check_kernel(const struct ctx_strategy *strategy, size_t index, struct error *error) {
    const struct ctx_kernel *kernel = &strategy->kernels[index];
    const struct ctx_workload *workload = kernel->workload;
    if (workload == NULL)
        return error_set(error, "kernel %zu: found no workload, wanted one", index);
    if (!check_name("the workload", workload->name, error))
        return error_prefix(error, "kernel %zu: ", index);
    if (kernel->form != CTX_FORM_THROUGHPUT && kernel->form != CTX_FORM_LATENCY)
        return error_set(error, "workload %s: found form %d, wanted throughput (%d) or latency (%d)", workload->name,
                         (int)kernel->form, CTX_FORM_THROUGHPUT, CTX_FORM_LATENCY);
    if (kernel->run == NULL)
        return error_set(error, "workload %s: run is NULL, wanted the loop to measure", workload->name);
    for (size_t i = 0; i < index; i++) {
        const struct ctx_kernel *earlier = &strategy->kernels[i];
        if (earlier->form == kernel->form && strcmp(earlier->workload->name, workload->name) == 0 &&
            same_store(earlier->store, kernel->store))
            return error_set(error, "workload %s: found two kernels of the same form, wanted one", workload->name);
    }
    if (!check_store(strategy, kernel, error))
        return error_prefix(error, "workload %s: ", workload->name);
    return check_workload(workload, error) || error_prefix(error, "workload %s: ", workload->name);
}

static bool check_kernels(const struct ctx_strategy *strategy, struct error *error) {
    if (strategy->kernels == NULL || strategy->kernel_count == 0)
        return error_set(error, "found no kernels, wanted at least one (include \"kernels.h\" at the end of the file)");
    for (size_t i = 0; i < strategy->kernel_count; i++) {
        if (!check_kernel(strategy, i, error))
            return false;
    }
    return true;
}

static bool is_expected(enum ctx_expected expected) {
    return expected == CTX_PASSES || expected == CTX_FAILS || expected == CTX_DOES_NOT_APPLY;
}

/* What a scenario says of reports and of strategies is optional. */
static bool check_statements(const struct ctx_scenario *scenario, struct error *error) {
    const struct ctx_condition *condition = scenario->condition;
    for (; condition != NULL; condition = condition->includes) {
        if (!check_summary("the title of its condition is missing or too long", condition->title, error))
            return false;
        if (condition->need != NULL && !check_name("the need of its condition", condition->need, error))
            return false;
        if (condition->includes != NULL && condition->includes->order >= condition->order)
            return error_set(error, "found a condition of order %u that includes one of order %u, wanted a lower one",
                             condition->order, condition->includes->order);
    }
    if (scenario->story != NULL && !check_summary("its story is too long", scenario->story, error))
        return false;
    const struct ctx_rule *rule = &scenario->implied;
    if (rule->reason == NULL)
        return true;
    if (!is_expected(rule->expected))
        return error_set(error, "its rule expects %d, wanted one of enum ctx_expected", (int)rule->expected);
    return check_summary("the reason of its rule is missing or too long", rule->reason, error);
}

static bool names_scenario(const struct ctx_strategy *strategy, const char *name) {
    for (size_t i = 0; i < strategy->scenario_count; i++)
        if (strcmp(strategy->scenarios[i].name, name) == 0)
            return true;
    return strcmp(name, "*") == 0;
}

/* An exception is about a scenario that there is, and says why. */
static bool check_exceptions(const struct ctx_strategy *strategy, struct error *error) {
    if (strategy->exceptions == NULL && strategy->exception_count > 0)
        return error_set(error, "found %zu exceptions at NULL, wanted a table", strategy->exception_count);
    for (size_t i = 0; i < strategy->exception_count; i++) {
        const struct ctx_exception *exception = &strategy->exceptions[i];
        if (!is_line(exception->scenario, NAME_LENGTH_MAX) || !names_scenario(strategy, exception->scenario))
            return error_set(error, "exception %zu: found \"%.31s\", wanted the name of a scenario, or \"*\"", i,
                             exception->scenario != NULL ? exception->scenario : "");
        if (!is_expected(exception->expected))
            return error_set(error, "exception %zu: it expects %d, wanted one of enum ctx_expected", i,
                             (int)exception->expected);
        if (!(exception->expected == CTX_PASSES && exception->reason == NULL) &&
            !check_summary("its reason is missing or too long", exception->reason, error))
            return error_prefix(error, "exception %zu: ", i);
    }
    return true;
}

/* Both texts of a yardstick are optional. */
static bool check_yardstick(const struct ctx_yardstick *yardstick, struct error *error) {
    return (yardstick->label == NULL || check_name("its yardstick", yardstick->label, error)) &&
           (yardstick->legend == NULL ||
            check_summary("the legend of its yardstick is missing or too long", yardstick->legend, error));
}

static bool check_scenarios(const struct ctx_strategy *strategy, struct error *error) {
    if (strategy->scenarios == NULL && strategy->scenario_count > 0)
        return error_set(error, "found %zu scenarios at NULL, wanted a table", strategy->scenario_count);
    for (size_t i = 0; i < strategy->scenario_count; i++) {
        const struct ctx_scenario *scenario = &strategy->scenarios[i];
        if (!check_name("the scenario", scenario->name, error) ||
            !check_summary("its summary is missing or too long", scenario->summary, error) ||
            !check_statements(scenario, error))
            return error_prefix(error, "scenario %zu: ", i);
    }
    return true;
}

/* What a workload rests on must be provable, or a worker would time what may be wrong. References have no proofs. */
static bool check_proofs(const struct ctx_strategy *strategy, struct error *error) {
    uint32_t provided = 0;
    for (size_t i = 0; i < strategy->scenario_count; i++)
        provided |= strategy->scenarios[i].run != NULL ? strategy->scenarios[i].id : 0;
    for (size_t i = 0; i < strategy->kernel_count && (strategy->traits & CTX_TRAIT_REFERENCE) == 0; i++) {
        const struct ctx_workload *workload = strategy->kernels[i].workload;
        if ((workload->requires & ~provided) != 0)
            return error_set(error, "workload %s: found no scenarios for the proofs %#x that it requires, wanted them",
                             workload->name, workload->requires & ~provided);
    }
    return true;
}

static bool same_parameters(const struct ctx_workload *a, const struct ctx_workload *b) {
    for (size_t i = 0; i < CTX_PARAMETERS_MAX; i++) {
        const struct ctx_parameter *p = &a->parameters[i], *q = &b->parameters[i];
        if (p->name == NULL || q->name == NULL)
            return p->name == q->name;
        if (strcmp(p->name, q->name) != 0 || p->min != q->min || p->max != q->max)
            return false;
    }
    return true;
}

static bool check_descriptor(const struct ctx_strategy *strategy, struct error *error) {
    /* These two first: without them nothing else may be believed. */
    if (strategy->abi != CTX_STRATEGY_ABI)
        return error_set(error, "found ABI %u, wanted %u; build it against this program's strategy.h", strategy->abi,
                         CTX_STRATEGY_ABI);
    if (strategy->struct_size != sizeof *strategy)
        return error_set(error,
                         "found a descriptor of %u bytes, wanted %zu; build it against this program's strategy.h",
                         strategy->struct_size, sizeof *strategy);
    if (!check_name("the strategy", strategy->name, error))
        return false;
    if (!check_summary("the strategy's summary is missing or too long", strategy->summary, error) ||
        !check_yardstick(&strategy->yardstick, error) || !check_kernels(strategy, error) ||
        !check_scenarios(strategy, error) || !check_exceptions(strategy, error))
        return error_prefix(error, "strategy %s: ", strategy->name);
    if ((strategy->traits & ~traits_known) != 0)
        return error_set(error, "strategy %s: found the unknown traits %#x, wanted only those of strategy.h",
                         strategy->name, strategy->traits & ~traits_known);
    return true;
}

bool contract_check(const struct ctx_strategy *strategy, struct error *error) {
    return check_descriptor(strategy, error) &&
           (check_proofs(strategy, error) || error_prefix(error, "strategy %s: ", strategy->name));
}

bool contract_check_peer(const struct ctx_strategy *strategy, struct error *error) {
    return check_descriptor(strategy, error);
}

bool contract_check_agreement(const struct ctx_strategy *newcomer, const struct ctx_strategy *known,
                              struct error *error) {
    if (strcmp(newcomer->name, known->name) == 0)
        return error_set(error, "found a second strategy called %s, wanted another name", newcomer->name);
    for (size_t i = 0; i < newcomer->kernel_count; i++) {
        const struct ctx_workload *ours = newcomer->kernels[i].workload;
        for (size_t j = 0; j < known->kernel_count; j++) {
            const struct ctx_workload *theirs = known->kernels[j].workload;
            if (strcmp(ours->name, theirs->name) != 0)
                continue;
            if (ours->revision != theirs->revision)
                return error_set(error, "strategy %s: found revision %u of the workload %s, wanted %u as %s has",
                                 newcomer->name, ours->revision, ours->name, theirs->revision, known->name);
            if (!same_parameters(ours, theirs))
                return error_set(error, "strategy %s: found other parameters of the workload %s than %s has",
                                 newcomer->name, ours->name, known->name);
        }
    }
    return true;
}
