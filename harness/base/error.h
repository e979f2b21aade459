/*
 * Errors as values. A function that can fail takes a `struct error *` and returns false (or NULL) after it has written
 * there what was found, what was wanted and what to do: the message is made where the facts are. Callers may put a
 * subject in front ("--depth: ...") and pass it on; only main prints.
 */
#ifndef CTXBENCH_ERROR_H
#define CTXBENCH_ERROR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

struct error {
    char text[1024]; /* one sentence or a few, without a trailing newline */
};

/* Writes the message and returns false, so that callers can say `return error_set(...)`. */
__attribute__((format(printf, 2, 3))) static inline bool error_set(struct error *error, const char *format, ...) {
    va_list args;
    va_start(args, format);
    (void)vsnprintf(error->text, sizeof error->text, format, args);
    va_end(args);
    return false;
}

/* Puts a subject in front of the message: "--depth: " or the name of a file. Returns false, as error_set. */
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
