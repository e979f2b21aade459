/* Traits of strategies, in words. */
#ifndef CTXBENCH_TRAITS_H
#define CTXBENCH_TRAITS_H

#include "strategy.h"

enum { TRAIT_COUNT = 8 };

/* Those that say something to people; the others follow from them, or from the strategy's operations. */
extern const struct trait_words {
    enum ctx_trait trait;
    const char *words;
} trait_words[TRAIT_COUNT];

#endif
