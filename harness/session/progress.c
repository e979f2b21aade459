#include "session/progress.h"
#include "base/display.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/now.h"

static const char clear_line[] = "\r\033[K";
static const double redraw_seconds = 0.1, stale_seconds = 1.0;

static unsigned terminal_width(int fd) {
    const unsigned width = text_terminal_width(fd);
    return width > 0 ? width : TEXT_WIDTH;
}

/* A terminal that is gone or full is no reason to stop measuring. */
static void put(int fd, const char *text) {
    ssize_t written = write(fd, text, strlen(text));
    (void)written;
}

static void draw(struct progress *progress) {
    char line[PROGRESS_WIDTH_MAX], sequence[PROGRESS_WIDTH_MAX + sizeof clear_line];
    progress->width = terminal_width(progress->fd);
    progress->drawn_seconds = now_seconds();
    progress_format(progress, progress->width, line);
    snprintf(sequence, sizeof sequence, "%s%s", clear_line, line);
    put(progress->fd, sequence);
}

/* "  0:42 left", "  1:02:03 left" */
static void format_left(double seconds, char *text, size_t size) {
    unsigned long all = seconds > 0 && seconds < 1e9 ? (unsigned long)(seconds + 0.5) : 0;
    if (all >= 3600)
        snprintf(text, size, "  %lu:%02lu:%02lu left", all / 3600, all / 60 % 60, all % 60);
    else
        snprintf(text, size, "  %lu:%02lu left", all / 60, all % 60);
}

void progress_start(struct progress *progress, bool quiet, size_t total) {
    bool speaks = !quiet && isatty(STDERR_FILENO) == 1;
    *progress = (struct progress){.fd = speaks ? STDERR_FILENO : -1, .total = total};
}

void progress_step(struct progress *progress, size_t done, double seconds_left, const char *what) {
    progress->done = done;
    progress->seconds_left = seconds_left;
    snprintf(progress->what, sizeof progress->what, "%s", what);
    if (progress->fd >= 0 && now_seconds() - progress->drawn_seconds >= redraw_seconds)
        draw(progress);
}

void progress_refresh(struct progress *progress) {
    if (progress->fd < 0)
        return;
    double age = now_seconds() - progress->drawn_seconds;
    if (age >= stale_seconds && progress->seconds_left > age)
        progress->seconds_left -= age;
    if (age >= stale_seconds || terminal_width(progress->fd) != progress->width)
        draw(progress);
}

void progress_clear(struct progress *progress) {
    if (progress->fd >= 0)
        put(progress->fd, clear_line);
}

void progress_format(const struct progress *progress, unsigned width, char line[static PROGRESS_WIDTH_MAX]) {
    size_t room = width == 0 ? 0 : width > PROGRESS_WIDTH_MAX ? PROGRESS_WIDTH_MAX - 1 : width - 1;
    char percent[24], left[48], count[48];
    snprintf(percent, sizeof percent, "%zu%%", progress->total == 0 ? 100 : progress->done * 100 / progress->total);
    format_left(progress->seconds_left, left, sizeof left);
    snprintf(count, sizeof count, "  %zu/%zu", progress->done, progress->total);
    const char *const parts[] = {percent, left, count, "  ", progress->what};
    size_t length = 0;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        size_t part = strlen(parts[i]);
        if (part > room - length) {
            if (parts[i] != progress->what) /* half a number would be another number; half a name is still one */
                break;
            part = room - length;
        }
        memcpy(line + length, parts[i], part);
        length += part;
    }
    line[length] = '\0';
}
