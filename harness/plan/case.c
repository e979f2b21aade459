#include "plan/case.h"
#include "registry/kernel_names.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Appends to a name; one that does not fit is cut at its end. */
__attribute__((format(printf, 2, 3))) static void append(char name[static CASE_NAME_MAX], const char *format, ...) {
    size_t length = strlen(name);
    va_list args;
    va_start(args, format);
    (void)vsnprintf(name + length, CASE_NAME_MAX - length, format, args);
    va_end(args);
}

static void append_comparison_name(const struct bench_case *c, char name[static CASE_NAME_MAX]) {
    const struct ctx_workload *workload = c->kernel->workload;
    append(name, "%s", workload->name);
    for (size_t i = 0; i < CTX_PARAMETERS_MAX && workload->parameters[i].name != NULL; i++)
        append(name, "/%s:%u", workload->parameters[i].name, c->parameters[i]);
    append(name, "/%s/threads:%u/%s", kernel_form_name(c->kernel->form), c->placement->thread_count,
           c->placement->name);
}

void case_comparison_name(const struct bench_case *c, char name[static CASE_NAME_MAX]) {
    name[0] = '\0';
    append_comparison_name(c, name);
}

void case_name(const struct bench_case *c, char name[static CASE_NAME_MAX]) {
    name[0] = '\0';
    const bool is_common = c->kernel->store == NULL || strcmp(c->kernel->store, KERNEL_STORE_COMMON) == 0;
    append(name, "%s%s%s/", c->strategy->name, is_common ? "" : "+", is_common ? "" : c->kernel->store);
    append_comparison_name(c, name);
}

static const char *refusal_of_peer(const struct bench_case *c) {
    if (c->placement->thread_count != c->kernel->workload->threads_min)
        return "peers are measured on as few threads as it takes";
    if (c->placement->memory_node_count > 0)
        return "peers bind no memory to NUMA nodes";
    return peer_refuses(c->peer, c->kernel->workload, c->parameters);
}

const char *case_inapplicable(const struct bench_case *c) {
    const struct ctx_workload *workload = c->kernel->workload;
    struct ctx_job job = {.iterations = 1, .threads = c->placement->thread_count};
    memcpy(job.parameters, c->parameters, sizeof job.parameters);
    const char *refusal = c->peer != NULL ? refusal_of_peer(c) : NULL;
    if (refusal != NULL)
        return refusal;
    return workload->inapplicable == NULL ? NULL : workload->inapplicable(&job, c->strategy->traits);
}
