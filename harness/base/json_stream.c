#include "base/json_stream.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* How much of the file may stay in memory once it was read. */
enum { RELEASE_BYTES = 4 << 20 };

/* The largest value that is taken whole: parsed, a hostile one takes up to a hundred times as much. */
enum { VALUE_BYTES_MAX = 4 << 20 };

/* The longest thing in JSON that is only understood whole: a pair of escapes for one character. */
enum { CUT_BYTES_MAX = 12 };

static size_t count_lines(const char *begin, const char *end) {
    size_t lines = 0;
    for (const char *c = begin; c < end; c++)
        lines += *c == '\n';
    return lines;
}

/* What was given back is not read again. */
static size_t line_of(const struct json_stream *stream) {
    return 1 + stream->released_lines + count_lines(stream->released, stream->at);
}

static bool fail(struct json_stream *stream, const char *what) {
    return error_set_code(stream->error, ERROR_FORMAT, "%s: line %zu is no valid JSON: %s", stream->path,
                          line_of(stream), what);
}

static void fail_large(struct json_stream *stream) {
    (void)error_set_code(
        stream->error, ERROR_MEMORY,
        "%s: the value that begins in line %zu is larger than %d MiB; no result file of ctxbench has such",
        stream->path, line_of(stream), VALUE_BYTES_MAX >> 20);
}

static bool fail_system(struct json_stream *stream, int code) {
    return error_set_code(stream->error, ERROR_SYSTEM, "cannot read %s: %s", stream->path, strerror(code));
}

static bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Pages that were read count as ours until they are given back. */
static void release_pages(struct json_stream *stream) {
    if (stream->at - stream->released < RELEASE_BYTES)
        return;
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    size_t size = (size_t)(stream->at - stream->released) / page * page;
    stream->released_lines += count_lines(stream->released, stream->released + size);
    (void)madvise((void *)(uintptr_t)stream->released, size, MADV_DONTNEED);
    stream->released += size;
}

static void skip_space(struct json_stream *stream) {
    while (stream->at < stream->end && is_space(*stream->at)) {
        stream->at++;
        release_pages(stream);
    }
}

/* Takes the character if it comes next. */
static bool take(struct json_stream *stream, char wanted) {
    skip_space(stream);
    if (stream->at == stream->end || *stream->at != wanted)
        return false;
    stream->at++;
    return true;
}

static bool expect(struct json_stream *stream, char wanted) {
    if (take(stream, wanted))
        return true;
    char what[32];
    (void)snprintf(what, sizeof what, "'%c' expected", wanted);
    return fail(stream, what);
}

bool json_stream_open(struct json_stream *stream, const char *path, struct error *error) {
    *stream = (struct json_stream){.path = path, .error = error};
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC); /* a pipe, which is refused, need not be waited for */
    if (fd < 0)
        return fail_system(stream, errno);
    struct stat status;
    int code = fstat(fd, &status) != 0 ? errno : S_ISDIR(status.st_mode) ? EISDIR : 0;
    const bool is_file = code == 0 && S_ISREG(status.st_mode);
    if (is_file && status.st_size > 0) {
        void *map = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
        code = map == MAP_FAILED ? errno : 0;
        stream->begin = code == 0 ? map : NULL;
    }
    (void)close(fd);
    if (code != 0)
        return fail_system(stream, code);
    if (!is_file)
        return error_set(
            error, "cannot read %s: a pipe or a device cannot be mapped into memory; write it to a file first", path);
    if (stream->begin == NULL)
        return error_set_code(error, ERROR_FORMAT, "%s is empty", path);
    stream->at = stream->released = stream->begin;
    stream->end = stream->begin + status.st_size;
    return true;
}

void json_stream_close(struct json_stream *stream) {
    (void)munmap((void *)(uintptr_t)stream->begin, (size_t)(stream->end - stream->begin));
}

json_t *json_stream_value(struct json_stream *stream) {
    json_error_t error;
    skip_space(stream);
    stream->value = stream->at;
    size_t left = (size_t)(stream->end - stream->at), size = left < VALUE_BYTES_MAX ? left : VALUE_BYTES_MAX;
    json_t *value = json_loadb(stream->at, size, JSON_DISABLE_EOF_CHECK | JSON_DECODE_ANY, &error);
    /* A mistake at the very end of what was offered is no mistake of the file: it is where the value was cut. */
    if (value == NULL && size < left && (size_t)error.position + CUT_BYTES_MAX > size) {
        fail_large(stream);
        return NULL;
    }
    stream->at += error.position;
    if (value == NULL)
        (void)fail(stream, error.text);
    release_pages(stream);
    return value;
}

bool json_stream_object(struct json_stream *stream,
                        bool (*visit)(struct json_stream *stream, const char *key, void *arg), void *arg) {
    if (!expect(stream, '{'))
        return false;
    if (take(stream, '}'))
        return true;
    do {
        json_t *key = json_stream_value(stream);
        bool good = key != NULL && (json_is_string(key) || fail(stream, "a name in quotes expected")) &&
                    expect(stream, ':') && visit(stream, json_string_value(key), arg);
        json_decref(key);
        if (!good)
            return false;
    } while (take(stream, ','));
    return expect(stream, '}');
}

bool json_stream_array(struct json_stream *stream, bool (*visit)(struct json_stream *stream, void *arg), void *arg) {
    if (!expect(stream, '['))
        return false;
    if (take(stream, ']'))
        return true;
    do {
        if (!visit(stream, arg))
            return false;
    } while (take(stream, ','));
    return expect(stream, ']');
}

bool json_stream_at_end(struct json_stream *stream) {
    skip_space(stream);
    return stream->at == stream->end || fail(stream, "nothing more expected");
}
