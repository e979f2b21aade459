/*
 * One line on a terminal that says how far a run is and how long it will still take. Anywhere else, and when asked to
 * be quiet, it writes nothing.
 */
#ifndef CTXBENCH_PROGRESS_H
#define CTXBENCH_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>

struct progress {
    int fd;         /* -1: silent */
    unsigned width; /* as last drawn */
    double drawn_seconds;
    size_t done, total; /* executions */
    double seconds_left;
    char what[192]; /* the case in hand */
};

enum { PROGRESS_WIDTH_MAX = 512 };

/* Speaks on standard error if that is a terminal. */
void progress_start(struct progress *progress, bool quiet, size_t total);

/* Shows the case that comes next. Draws at most ten times a second. */
void progress_step(struct progress *progress, size_t done, double seconds_left, const char *what);

/* Draws again if the terminal was resized or the line is older than a second. */
void progress_refresh(struct progress *progress);

/* Clears the line, so that other text can be written. */
void progress_clear(struct progress *progress);

/*
 * Writes the line for a terminal of `width` columns; it takes at most width - 1, so that the cursor stays on its line.
 * What matters most comes first: how far, how long, and if there is room, on what.
 */
void progress_format(const struct progress *progress, unsigned width, char line[static PROGRESS_WIDTH_MAX]);

#endif
