/*
 * Errors as values. A function that can fail takes a `struct error *` and returns false (or NULL) after it has written
 * there what was found, what was wanted and what to do: the message is made where the facts are. Callers may put a
 * subject in front ("--depth: ...") and pass it on; only main prints. What a caller does about it follows from the
 * code: the text is for people.
 */
#ifndef CTXBENCH_ERROR_H
#define CTXBENCH_ERROR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

enum error_code {
    ERROR_NONE,
    ERROR_REFUSED,     /* what is asked for cannot be done; also where none of the others fits */
    ERROR_SYSTEM,      /* the system refuses: a file that is not there, a disk that is full */
    ERROR_FORMAT,      /* a file or an answer is not what it has to be */
    ERROR_VERSION,     /* it is, in a version that this program does not read */
    ERROR_MEMORY,      /* out of memory, or over a limit that keeps memory bounded */
    ERROR_INTERRUPTED, /* by a signal */
};

struct error {
    char text[1024]; /* one sentence or a few, without a trailing newline */
    enum error_code code;
};

/* As error_set_code below, with the arguments of the format in a list. */
__attribute__((format(printf, 3, 0))) static inline bool error_set_list(struct error *error, enum error_code code,
                                                                        const char *format, va_list args) {
    error->code = code;
    (void)vsnprintf(error->text, sizeof error->text, format, args);
    return false;
}

/* Writes code and message, and returns false, so that callers can say `return error_set_code(...)`. */
__attribute__((format(printf, 3, 4))) static inline bool error_set_code(struct error *error, enum error_code code,
                                                                        const char *format, ...) {
    va_list args;
    va_start(args, format);
    (void)error_set_list(error, code, format, args);
    va_end(args);
    return false;
}

/* The same with ERROR_REFUSED. */
__attribute__((format(printf, 2, 3))) static inline bool error_set(struct error *error, const char *format, ...) {
    va_list args;
    va_start(args, format);
    (void)error_set_list(error, ERROR_REFUSED, format, args);
    va_end(args);
    return false;
}

/* Puts a subject in front of the message, "--depth: " or the name of a file; the code stays. Returns false. */
__attribute__((format(printf, 2, 3))) static inline bool error_prefix(struct error *error, const char *format, ...) {
    struct error message = *error;
    va_list args;
    va_start(args, format);
    int length = vsnprintf(error->text, sizeof error->text, format, args);
    va_end(args);
    size_t used = length < 0 ? 0 : (size_t)length < sizeof error->text ? (size_t)length : sizeof error->text - 1;
    (void)snprintf(error->text + used, sizeof error->text - used, "%s", message.text);
    return false;
}

/* The exit statuses of the program; where several apply: usage before failed before the verdicts. */
enum exit_status {
    EXIT_STATUS_OK = 0,
    EXIT_STATUS_FAILED = 1,
    EXIT_STATUS_USAGE = 2,
    EXIT_STATUS_REGRESSED = 3,
    EXIT_STATUS_INCONCLUSIVE = 4, /* and --strict was given */
    EXIT_STATUS_INTERRUPTED = 130,
};

#endif
