/*
 * Expressions in unwind tables (DWARF 5, section 2.5): as linkers write them for call stubs, compilers for functions
 * that align their stack, and libraries for code of their own that changes it.
 */
#ifndef GLS_EXPRESSION_H
#define GLS_EXPRESSION_H

#include "gls/walk.h"

/*
 * Computes the expression at `at` (its length stands in front), with the registers of `walk`. `initial`, if not NULL,
 * is what its stack begins with. WALK_STEPPED: `*value` is the result; WALK_LACKS, WALK_LOST: as for a step.
 */
enum walk_step glsi_expression(const unsigned char *at, const struct walk *walk, const uintptr_t *initial,
                               uintptr_t *value);

/* Reads a word that a step needs. False: it cannot be read. */
bool glsi_walk_load(const struct walk *walk, uintptr_t address, uintptr_t *value);

#endif
