#include "figure/gnuplot.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "figure/gnuplot_source.h"

/* What to tell people when it is missing. */
static const char missing[] =
    "figures are written without PDF: there is no gnuplot, which makes it; "
    "install Debian's package gnuplot-nox (scripts/setup does)";

enum { PATIENCE_SECONDS = 60, READ_BYTES = 64 << 10 };

struct output {
    char *bytes;
    size_t size, capacity;
};

/* A file in memory that holds the text, read from its beginning. -1 on failure. */
static int file_with(const char *text) {
    const int fd = memfd_create("gnuplot", MFD_CLOEXEC);
    size_t length = strlen(text);
    while (fd >= 0 && length > 0) {
        const ssize_t written = write(fd, text, length);
        if (written < 0) {
            (void)close(fd);
            return -1;
        }
        text += written;
        length -= (size_t)written;
    }
    if (fd >= 0)
        (void)lseek(fd, 0, SEEK_SET);
    return fd;
}

/* Starts it with the descriptors given. Returns 0 or an error's number. */
static int start(int in, int out, int err, pid_t *pid) {
    char program[] = "gnuplot", defaults[] = "-d", script[] = "-";
    char *argv[] = {program, defaults, script, NULL};
    posix_spawn_file_actions_t actions;
    int code = posix_spawn_file_actions_init(&actions);
    if (code != 0)
        return code;
    if ((code = posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO)) == 0 &&
        (code = posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO)) == 0 &&
        (code = posix_spawn_file_actions_adddup2(&actions, err, STDERR_FILENO)) == 0)
        code = posix_spawnp(pid, program, &actions, NULL, argv, environ);
    (void)posix_spawn_file_actions_destroy(&actions);
    return code;
}

/* Appends what can be read. 0 at the end, less on failure. */
static ssize_t take(int fd, struct output *output) {
    if (output->capacity - output->size < READ_BYTES + 1) {
        const size_t capacity = 2 * output->capacity + READ_BYTES + 1;
        char *larger = realloc(output->bytes, capacity);
        if (larger == NULL)
            return -1;
        output->bytes = larger;
        output->capacity = capacity;
    }
    const ssize_t count = read(fd, output->bytes + output->size, READ_BYTES);
    if (count > 0)
        output->size += (size_t)count;
    if (count >= 0)
        output->bytes[output->size] = '\0';
    return count;
}

/* Reads to the end. False if that does not come in time. */
static bool take_all(int fd, struct output *output) {
    const time_t deadline = time(NULL) + PATIENCE_SECONDS;
    for (;;) {
        struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
        const time_t now = time(NULL);
        if (now >= deadline)
            return false;
        const int ready = poll(&poll_fd, 1, (int)(deadline - now) * 1000);
        if (ready < 0 && errno != EINTR)
            return false;
        if (ready <= 0)
            continue;
        const ssize_t count = take(fd, output);
        if (count <= 0)
            return count == 0;
    }
}

/* The first line of what it complained of. */
static void read_complaint(int fd, char *text, size_t size) {
    ssize_t count = pread(fd, text, size - 1, 0);
    text[count > 0 ? count : 0] = '\0';
    const char *line = text + strspn(text, "\n ");
    memmove(text, line, strlen(line) + 1);
    text[strcspn(text, "\n")] = '\0';
}

/* Reads what a started gnuplot draws, and waits for its end. */
static bool finish(pid_t pid, int out, int err, struct output *output, struct error *error) {
    const bool in_time = take_all(out, output);
    int status = 0;
    if (!in_time)
        (void)kill(pid, SIGKILL);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    if (in_time && WIFEXITED(status) && WEXITSTATUS(status) == 0 && output->size > 0)
        return true;
    char complaint[512];
    read_complaint(err, complaint, sizeof complaint);
    (void)error_set(error, "gnuplot %s%s%s", in_time ? "failed" : "was stopped after a minute",
                    complaint[0] != '\0' ? ": " : "", complaint);
    return false;
}

static char *draw(const char *script, size_t *size, struct error *error) {
    struct output output = {0};
    int pipes[2] = {-1, -1};
    pid_t pid = -1;
    const int in = file_with(script), err = file_with("");
    int code = in < 0 || err < 0 || pipe2(pipes, O_CLOEXEC) != 0 ? errno : start(in, pipes[1], err, &pid);
    if (pipes[1] >= 0)
        (void)close(pipes[1]);
    bool drawn = false;
    if (code == ENOENT)
        (void)error_set(error, "%s", missing);
    else if (code != 0)
        (void)error_set_code(error, ERROR_SYSTEM, "gnuplot cannot be started: %s", strerror(code));
    else
        drawn = finish(pid, pipes[0], err, &output, error);
    for (size_t i = 0; i < 3; i++) {
        const int fd = (const int[]){in, err, pipes[0]}[i];
        if (fd >= 0)
            (void)close(fd);
    }
    *size = output.size;
    if (drawn)
        return output.bytes;
    free(output.bytes);
    return NULL;
}

/* NULL when out of memory. */
static char *script_of(const struct figure *figure) {
    char *script = NULL;
    size_t size;
    FILE *out = open_memstream(&script, &size);
    if (out == NULL)
        return NULL;
    const bool written = gnuplot_write_source(figure, NULL, out);
    if (fclose(out) == 0 && written)
        return script;
    free(script);
    return NULL;
}

char *gnuplot_draw_pdf(const struct figure *figure, size_t *size, struct error *error) {
    char *script = script_of(figure);
    if (script == NULL) {
        (void)error_set_code(error, ERROR_MEMORY, "out of memory for the figure %s", figure->id);
        return NULL;
    }
    char *drawn = draw(script, size, error);
    free(script);
    return drawn;
}
