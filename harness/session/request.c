#include "session/request.h"
#include "registry/kernel_names.h"

struct execution_request request_for_case(const struct bench_case *c, const char *name,
                                          const struct registry *registry) {
    const struct ctx_workload *workload = c->kernel->workload;
    const struct registry_entry *entry = registry_find(registry, c->strategy->name);
    struct execution_request request = {
        .case_name = name,
        .strategy = c->strategy->name,
        .workload = workload->name,
        .form = kernel_form_name(c->kernel->form),
        .store = kernel_store_name(c->strategy, c->kernel),
        .revision = workload->revision,
        .thread_count = c->placement->thread_count,
        .pus = c->placement->pus,
        .memory_nodes = c->placement->memory_nodes,
        .memory_node_count = c->placement->memory_node_count,
        .sample_count = 1,
        .sample_seconds = 1e-3,
        .plugin = entry == NULL ? NULL : entry->plugin,
    };
    for (size_t i = 0; i < CTX_PARAMETERS_MAX && workload->parameters[i].name != NULL; i++) {
        request.parameters[i] =
            (struct execution_parameter){.name = workload->parameters[i].name, .value = c->parameters[i]};
        request.parameter_count++;
    }
    return request;
}
