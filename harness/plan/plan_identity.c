#include "plan/plan_identity.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/hash.h"

static uint64_t hash_number(uint64_t hash, uint64_t number) {
    return hash_bytes(hash, &number, sizeof number);
}

void plan_identity(const struct plan *plan, const struct options *options, char identity[static PLAN_IDENTITY_SIZE]) {
    uint64_t hash = HASH_BASIS;
    for (size_t i = 0; i < plan->case_count; i++) {
        char name[CASE_NAME_MAX];
        case_name(&plan->cases[i], name);
        hash = hash_bytes(hash, name, strlen(name) + 1);
        hash = hash_number(hash, plan->cases[i].kernel->workload->revision);
        if (plan->cases[i].peer != NULL)
            hash = hash_text(hash, plan->cases[i].peer->version);
        for (unsigned thread = 0; thread < plan->cases[i].placement->thread_count; thread++)
            hash = hash_number(hash, plan->cases[i].placement->pus[thread]);
    }
    for (size_t i = 0; i < plan->step_count; i++)
        hash = hash_number(hash, (uint64_t)plan->steps[i].case_index << 32 | plan->steps[i].execution);
    hash = hash_number(hash, options->sample_count);
    hash = hash_bytes(hash, &options->sample_seconds, sizeof options->sample_seconds);
    hash = hash_number(hash, plan->seed);
    (void)snprintf(identity, PLAN_IDENTITY_SIZE, "%016" PRIx64, hash);
}
