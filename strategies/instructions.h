/*
 * Instructions that strategies, scenarios and measuring loops need, and that C has no name for: one header for each
 * processor, with the same names. The comments are in that of x86-64.
 */
#ifndef CTX_INSTRUCTIONS_H
#define CTX_INSTRUCTIONS_H

#if defined(__x86_64__)
#include "instructions_x86_64.h"
#elif defined(__aarch64__)
#include "instructions_aarch64.h"
#else
#error "instructions.h knows x86-64 and aarch64"
#endif

#endif
