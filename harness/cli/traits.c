#include "cli/traits.h"

const struct trait_words trait_words[TRAIT_COUNT] = {
    {CTX_TRAIT_REFERENCE, "a yardstick"},
    {CTX_TRAIT_NO_CONTEXT, "finds no context, by design"},
    {CTX_TRAIT_EXPLICIT_ARGUMENT, "changes every signature"},
    {CTX_TRAIT_READS_STACK, "reads the stack"},
    {CTX_TRAIT_SURVIVES_FIBER_SWITCH, "survives a fiber switch"},
    {CTX_TRAIT_NEEDS_FRAME_POINTERS, "faster with frame pointers"},
    {CTX_TRAIT_ID_SEEN_OUTSIDE, "an id is seen from outside"},
    {CTX_TRAIT_BINDINGS_SEEN_OUTSIDE, "bindings are seen from outside"},
};
