#include "advice/program.h"

#include <string.h>

const struct program_preset program_presets[PROGRAM_PRESETS] = {
    {"logging", "each log line reads the id of its request", {30, 50, 3, 1}},
    {"tracing", "each span is a scope, and reads its parent", {15, 40, 40, 2}},
    {"allocator-tag", "each allocation reads whom it is for", {40, 1000, 3, 0}},
};

/* Whoever opens no scope in a request reads what one around all of it binds. */
static double scopes_or_one(const struct program *program) {
    return program->scopes > 1 ? program->scopes : 1;
}

static double nested_scopes(const struct program *program) {
    const double scopes = scopes_or_one(program);
    return program->depth > 0 && scopes > program->depth ? program->depth : scopes;
}

/* Of a scope's calls, the first reads right in it. */
double program_distance(const struct program *program) {
    const double calls = program->depth / scopes_or_one(program);
    return calls > 1 ? (calls - 1) / 2 : 0;
}

double program_layers_within(const struct program *program) {
    return nested_scopes(program) - 1;
}

double program_layer_depth(const struct program *program) {
    return program->depth / nested_scopes(program);
}

const struct program_preset *program_preset_named(const char *name) {
    for (size_t i = 0; i < PROGRAM_PRESETS; i++)
        if (strcmp(program_presets[i].name, name) == 0)
            return &program_presets[i];
    return NULL;
}
