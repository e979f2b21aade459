#include "worker/callgrind_loop.h"

#include <stddef.h>

#if __has_include(<valgrind/callgrind.h>)
#include <valgrind/callgrind.h>

const char *callgrind_loop_unavailable(void) {
    return RUNNING_ON_VALGRIND ? NULL : "no callgrind listens: wanted a worker that runs under valgrind";
}

void callgrind_loop_begin(void) {
    CALLGRIND_START_INSTRUMENTATION; /* until here nothing was: proofs run at a bearable speed */
}

void callgrind_loop_enter(void) {
    CALLGRIND_TOGGLE_COLLECT;
}

void callgrind_loop_leave(void) {
    CALLGRIND_TOGGLE_COLLECT;
}

void callgrind_loop_dump(void) {
    CALLGRIND_DUMP_STATS;
}

#else

const char *callgrind_loop_unavailable(void) {
    return "this build cannot count: valgrind/callgrind.h was missing; scripts/setup installs it";
}

void callgrind_loop_begin(void) {
}

void callgrind_loop_enter(void) {
}

void callgrind_loop_leave(void) {
}

void callgrind_loop_dump(void) {
}

#endif
