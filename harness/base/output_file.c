#include "base/output_file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/interrupt.h"
#include "base/stream_output.h"

static bool is_standard_output(const char *path) {
    return strcmp(path, "-") == 0;
}

static bool fail(const struct output_file *file, int code, struct error *error) {
    const char *name = is_standard_output(file->path) ? "standard output" : file->path;
    const char *why = code == EINTR ? "interrupted before all of it was taken" : strerror(code);
    return error_set(error, "cannot write %s: %s", name, why);
}

static bool fail_exists(const char *path, struct error *error) {
    return error_set(error, "%s exists already: name another file with --out, or replace it with --force", path);
}

/* Writes the directory that holds `path`. */
static void directory_of(const char *path, char directory[static PATH_MAX]) {
    char copy[PATH_MAX];
    (void)snprintf(copy, sizeof copy, "%s", path);
    (void)snprintf(directory, PATH_MAX, "%s", dirname(copy));
}

/* A rename is on the disk only when its directory is. A file system that cannot do that keeps its own promises. */
static void sync_directory(const char *path) {
    char directory[PATH_MAX];
    directory_of(path, directory);
    int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        (void)fsync(fd);
        (void)close(fd);
    }
}

/* Gives the file its name, which must be free. Not every file system can rename so; those that cannot can link. */
static int move_to(const char *temporary, const char *name) {
    if (renameat2(AT_FDCWD, temporary, AT_FDCWD, name, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return -1;
    return link(temporary, name) == 0 ? unlink(temporary) : -1;
}

static int publish(const struct output_file *file) {
    return file->force ? rename(file->temporary, file->target) : move_to(file->temporary, file->target);
}

/* The name is taken since output_file_open saw that it was free. What was measured is not to be had again. */
static bool keep_beside(const struct output_file *file, struct error *error) {
    enum { TRIES = 1000 };
    char beside[PATH_MAX + sizeof ".-2147483648"];
    for (int i = 2; i < TRIES; i++) {
        (void)snprintf(beside, sizeof beside, "%s.%d", file->target, i);
        if (move_to(file->temporary, beside) == 0)
            return error_set(error, "%s was made by somebody else in the meantime; what was to be written is in %s",
                             file->path, beside);
        if (errno != EEXIST)
            break;
    }
    (void)unlink(file->temporary);
    return fail_exists(file->path, error);
}

static void ignore_sigpipe(struct output_file *file) {
    const struct sigaction ignore = {.sa_handler = SIG_IGN};
    (void)sigaction(SIGPIPE, &ignore, &file->old_sigpipe);
}

static int flush(FILE *stream) {
    if (fflush(stream) != 0)
        return errno;
    return ferror(stream) ? EIO : 0; /* who wrote to the stream itself did not look */
}

/* Closes the streams; returns 0 or the first error that writing met. */
static int close_streams(struct output_file *file) {
    int code = file->write_error;
    const int flushed = flush(file->bytes);
    if (code == 0)
        code = flushed;
    if (code == 0 && file->bytes != file->stream)
        code = flush(file->stream);
    if (code == 0 && file->temporary[0] != '\0' && fsync(fileno(file->stream)) != 0)
        code = errno;
    if (fclose(file->bytes) != 0 && code == 0)
        code = errno;
    file->stream = file->bytes = NULL;
    (void)sigaction(SIGPIPE, &file->old_sigpipe, NULL);
    return code;
}

/* Opens the temporary file, by a name that no other writer has: processes of two containers may share their number. */
static int open_temporary(struct output_file *file) {
    enum { TRIES = 100 };
    char directory[PATH_MAX];
    directory_of(file->target, directory);
    for (int i = 0; i < TRIES; i++) {
        unsigned long long number = (unsigned long long)getpid() + (unsigned long long)i;
        (void)getrandom(&number, sizeof number, GRND_NONBLOCK);
        if (snprintf(file->temporary, sizeof file->temporary, "%s/.ctxbench-%016llx.partial", directory, number) >=
            (int)sizeof file->temporary) {
            errno = ENAMETOOLONG;
            return -1;
        }
        const int fd = open(file->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (fd >= 0 || errno != EEXIST)
            return fd;
    }
    return -1;
}

bool output_file_check(const char *path, bool force, struct error *error) {
    if (is_standard_output(path))
        return true;
    const struct output_file file = {.path = path};
    struct stat status;
    char directory[PATH_MAX];
    directory_of(path, directory);
    if (stat(path, &status) == 0) {
        if (S_ISDIR(status.st_mode))
            return fail(&file, EISDIR, error);
        if (!S_ISREG(status.st_mode))
            return access(path, W_OK) == 0 || fail(&file, errno, error);
        if (!force)
            return fail_exists(path, error);
    } else if (errno != ENOENT) {
        return fail(&file, errno, error);
    }
    return access(directory, W_OK | X_OK) == 0 || fail(&file, errno, error);
}

/* What was printed before goes first. */
static bool open_standard_output(struct output_file *file) {
    file->stream = stdout;
    file->bytes = fflush(stdout) == 0 ? stream_output_to(STDOUT_FILENO) : NULL;
    return file->bytes != NULL;
}

static bool open_stream(struct output_file *file) {
    const int fd = stream_output_open(file->path);
    file->stream = file->bytes = fd >= 0 ? stream_output_to(fd) : NULL;
    return file->stream != NULL;
}

static bool open_file(struct output_file *file) {
    const int fd = open_temporary(file);
    file->stream = file->bytes = fd >= 0 ? fdopen(fd, "w") : NULL;
    if (file->stream != NULL)
        return true;
    const int code = errno;
    if (fd >= 0) {
        (void)close(fd);
        (void)unlink(file->temporary);
    }
    errno = code;
    return false;
}

bool output_file_open(struct output_file *file, const char *path, bool force, struct error *error) {
    return output_file_check(path, force, error) && output_file_open_late(file, path, force, error);
}

bool output_file_open_late(struct output_file *file, const char *path, bool force, struct error *error) {
    *file = (struct output_file){.path = path, .force = force};
    if (!output_file_check(path, true, error))
        return false;
    /* A symbolic link stays one: what it points to is replaced. */
    if (realpath(path, file->target) == NULL)
        (void)snprintf(file->target, sizeof file->target, "%s", path);

    struct stat status;
    const bool is_standard = is_standard_output(path);
    const bool as_it_stands = is_standard || (stat(path, &status) == 0 && !S_ISREG(status.st_mode));
    if (!(is_standard ? open_standard_output(file) : as_it_stands ? open_stream(file) : open_file(file)))
        return fail(file, errno, error);
    if (as_it_stands)
        interrupt_acknowledge();
    ignore_sigpipe(file);
    return true;
}

bool output_file_write(struct output_file *file, const char *bytes, size_t size) {
    if (file->write_error == 0 && fwrite(bytes, 1, size, file->bytes) != size)
        file->write_error = errno;
    return file->write_error == 0;
}

bool output_file_commit(struct output_file *file, struct error *error) {
    int code = close_streams(file);
    if (file->temporary[0] == '\0')
        return code == 0 || fail(file, code, error);
    if (code == 0 && publish(file) != 0)
        code = errno;
    if (code == 0) {
        sync_directory(file->target);
        return true;
    }
    if (code == EEXIST && !file->force)
        return keep_beside(file, error);
    (void)unlink(file->temporary);
    return fail(file, code, error);
}

void output_file_discard(struct output_file *file) {
    (void)close_streams(file);
    if (file->temporary[0] != '\0')
        (void)unlink(file->temporary);
}
