/*
 * One line of a stack trace, whoever wrote it: gdb, perf script, eu-stack, backtrace_symbols, a sanitizer. What matters
 * of it is where it returns to: a mark's name, or an address, be it the process's own or one within a module.
 */
#ifndef GLS_DECODE_FRAME_H
#define GLS_DECODE_FRAME_H

#include <stdbool.h>
#include <stdint.h>

/* What a frame's name says. The digits are 0 to 15. */
enum { FRAME_MARK_E = 16, FRAME_MARK_S = 17, FRAME_NO_MARK = 18 };

enum { FRAME_BASE_MAX = 128, FRAME_NOT_NUMBERED = -1 };

struct frame {
    int number;                /* "#7" in front of it; FRAME_NOT_NUMBERED */
    unsigned mark;             /* FRAME_NO_MARK: it has no name that says so */
    bool is_library;           /* the line names the library, or its marks */
    bool has_address;          /* then it is ... */
    uint64_t address;          /* ... so many bytes beyond ... */
    char base[FRAME_BASE_MAX]; /* ... a module or a symbol; "": the address is the process's own */
};

/* False: the line is none of a frame. */
bool frame_parse(const char *line, struct frame *frame);

#endif
