/*
 * What the walk over a stack must know of the processor: its registers in DWARF's numbering, where a call leaves the
 * return address, what a signal leaves behind, and what instructions say. All else in the walk is the same everywhere.
 * What differs has one name in the headers of all processors, and its comment in that of x86-64.
 */
#ifndef GLS_PROCESSOR_H
#define GLS_PROCESSOR_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <ucontext.h>

/* Code is read as data, and perhaps it is none: no sanitizer takes part, and none of its functions is called. */
#define PROCESSOR_READS_CODE __attribute__((no_sanitize("address", "thread", "undefined"))) static inline

PROCESSOR_READS_CODE bool processor_bytes_are(const unsigned char *code, const unsigned char *wanted, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (*(const volatile unsigned char *)(code + i) != wanted[i])
            return false;
    return true;
}

#if defined(__x86_64__)
#include "gls/processor_x86_64.h"
#elif defined(__aarch64__)
#include "gls/processor_aarch64.h"
#else
#error "processor.h knows x86-64 and aarch64"
#endif

#endif
