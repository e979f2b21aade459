/*
 * Stack tags read through libunwind: the faithful port of the original, which asks Go's runtime, and the yardstick for
 * the library's own walk. They give the same answers as the readers of tag.h, from any thread, in signal handlers and
 * in the child of a fork. Where libunwind itself could not be right, the library's walk answers instead: below code
 * that may have been unloaded and replaced, and in the child of a fork.
 *
 * libunwind takes the loader's lock when it meets a function for the first time: in a signal handler that interrupts
 * dlopen, dlclose or dl_iterate_phdr that may be a wait for ever. The library's walk takes no lock.
 *
 * They take more of the stack than the library does: 8 KiB.
 */
#ifndef STACKTAG_UNWOUND_H
#define STACKTAG_UNWOUND_H

#include "gls/tag.h"

/* Reads through unw_backtrace, starting at the caller. */
enum tag_answer unwound_read_backtrace_in(const struct mark_alphabet *alphabet, uint32_t *id);
enum tag_answer unwound_read_backtrace(uint32_t *id);

/* Reads through libunwind's cursor, one unw_step a frame, starting at the caller. */
enum tag_answer unwound_read_cursor_in(const struct mark_alphabet *alphabet, uint32_t *id);
enum tag_answer unwound_read_cursor(uint32_t *id);

#endif
