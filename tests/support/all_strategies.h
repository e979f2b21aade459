/* For tests of all strategies: the state of a group is the registry with ours, the skeleton and the modules. */
#ifndef CTXBENCH_ALL_STRATEGIES_H
#define CTXBENCH_ALL_STRATEGIES_H

#include "registry/registry.h"

static int all_strategies_load(void **state) {
    static struct registry registry;
    struct error error;
    *state = &registry;
    if (registry_init(&registry, &error) && registry_load_plugin(&registry, TEST_SKELETON, &error))
        return registry_load_modules(&registry, TEST_MODULES, stderr) ? 0 : -1;
    print_error("%s\n", error.text);
    return -1;
}

static int all_strategies_free(void **state) {
    registry_free(*state);
    return 0;
}

#endif
