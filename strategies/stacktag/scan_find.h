/*
 * The search for a word in memory, in as large steps as the processor can take.
 *
 * CTXBENCH_SCAN=plain, avx2 or avx512 in the environment makes it take smaller ones, for tests and comparisons.
 */
#ifndef STACKTAG_SCAN_FIND_H
#define STACKTAG_SCAN_FIND_H

#include <stdint.h>

/*
 * The address of the first word from `from` to `end` that equals `wanted`; 0 if there is none. Both addresses are
 * multiples of a word's size. The words may change meanwhile. Reads whole aligned vectors, so never of a page that
 * holds none of the words.
 */
uintptr_t scan_find(uintptr_t from, uintptr_t end, uintptr_t wanted);

/* Takes the steps of this name from now on. NULL, or what is wrong with it: nothing has changed then. */
const char *scan_find_use(const char *name);

/* NULL, or what is wrong with CTXBENCH_SCAN. */
const char *scan_find_unavailable(void);

#endif
