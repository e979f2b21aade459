#include "output_file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_standard_output(const char *path) {
    return strcmp(path, "-") == 0;
}

static bool fail(const struct output_file *file, int code, struct error *error) {
    const char *name = is_standard_output(file->path) ? "standard output" : file->path;
    return error_set(error, "cannot write %s: %s", name, strerror(code));
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

/* Puts the temporary file in place. Not every file system can rename without replacing; those can link. */
static int publish(const struct output_file *file) {
    if (file->force)
        return rename(file->temporary, file->target);
    if (renameat2(AT_FDCWD, file->temporary, AT_FDCWD, file->target, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return -1;
    return link(file->temporary, file->target) == 0 ? unlink(file->temporary) : -1;
}

static void ignore_sigpipe(struct output_file *file) {
    const struct sigaction ignore = {.sa_handler = SIG_IGN};
    (void)sigaction(SIGPIPE, &ignore, &file->old_sigpipe);
}

/* Closes the stream; returns 0 or the first error that writing met. */
static int close_stream(struct output_file *file) {
    int code = file->write_error;
    if (fflush(file->stream) != 0 && code == 0)
        code = errno;
    if (ferror(file->stream) && code == 0) /* who wrote to the stream itself did not look */
        code = EIO;
    if (code == 0 && file->temporary[0] != '\0' && fsync(fileno(file->stream)) != 0)
        code = errno;
    if (file->stream != stdout && fclose(file->stream) != 0 && code == 0)
        code = errno;
    file->stream = NULL;
    (void)sigaction(SIGPIPE, &file->old_sigpipe, NULL);
    return code;
}

/* Opens the temporary file: named by the process, so that two writers in one directory do not meet. */
static int open_temporary(struct output_file *file) {
    char directory[PATH_MAX];
    directory_of(file->target, directory);
    if (snprintf(file->temporary, sizeof file->temporary, "%s/.ctxbench-%ld.partial", directory, (long)getpid()) >=
        (int)sizeof file->temporary) {
        errno = ENAMETOOLONG;
        return -1;
    }
    return open(file->temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0666);
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

bool output_file_open(struct output_file *file, const char *path, bool force, struct error *error) {
    *file = (struct output_file){.path = path, .force = force};
    if (!output_file_check(path, force, error))
        return false;
    /* A symbolic link stays one: what it points to is replaced. */
    if (realpath(path, file->target) == NULL)
        (void)snprintf(file->target, sizeof file->target, "%s", path);

    struct stat status;
    if (is_standard_output(path)) {
        file->stream = stdout;
    } else {
        bool as_it_stands = stat(path, &status) == 0 && !S_ISREG(status.st_mode);
        int fd = as_it_stands ? open(path, O_WRONLY | O_CLOEXEC) : open_temporary(file);
        if (fd < 0)
            return fail(file, errno, error);
        file->stream = fdopen(fd, "w");
        if (file->stream == NULL) {
            int code = errno;
            (void)close(fd);
            if (file->temporary[0] != '\0')
                (void)unlink(file->temporary);
            return fail(file, code, error);
        }
    }
    ignore_sigpipe(file);
    return true;
}

bool output_file_write(struct output_file *file, const char *bytes, size_t size) {
    if (file->write_error == 0 && fwrite(bytes, 1, size, file->stream) != size)
        file->write_error = errno;
    return file->write_error == 0;
}

bool output_file_commit(struct output_file *file, struct error *error) {
    int code = close_stream(file);
    if (file->temporary[0] == '\0')
        return code == 0 || fail(file, code, error);
    if (code == 0 && publish(file) != 0)
        code = errno;
    if (code == 0) {
        sync_directory(file->target);
        return true;
    }
    (void)unlink(file->temporary);
    return code == EEXIST ? fail_exists(file->path, error) : fail(file, code, error);
}

void output_file_discard(struct output_file *file) {
    (void)close_stream(file);
    if (file->temporary[0] != '\0')
        (void)unlink(file->temporary);
}
