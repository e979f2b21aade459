#include "advice/program.h"

#include <string.h>

const struct program_preset program_presets[PROGRAM_PRESETS] = {
    {"logging", "each log line reads the id of its request", {30, 50, 3, 1}},
    {"tracing", "each span is a scope, and reads its parent", {15, 40, 40, 2}},
    {"allocator-tag", "each allocation reads whom it is for", {40, 1000, 3, 0}},
};

const struct program_preset *program_preset_named(const char *name) {
    for (size_t i = 0; i < PROGRAM_PRESETS; i++)
        if (strcmp(program_presets[i].name, name) == 0)
            return &program_presets[i];
    return NULL;
}
