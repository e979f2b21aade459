/*
 * What the harness must know of the processor: one header for each, with the same names. The comments are in that of
 * x86-64.
 */
#ifndef CTXBENCH_PROCESSOR_H
#define CTXBENCH_PROCESSOR_H

#if defined(__x86_64__)
#include "base/processor_x86_64.h"
#elif defined(__aarch64__)
#include "base/processor_aarch64.h"
#else
#error "processor.h knows x86-64 and aarch64"
#endif

#endif
