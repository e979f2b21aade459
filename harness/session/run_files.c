#include "session/run_files.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "session/results.h"

static const char journal_suffix[] = ".journal";

static const char *stream_of(const char *out) {
    struct stat status;
    bool streams = out != NULL && (strcmp(out, "-") == 0 ||
                                   (stat(out, &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode)));
    return streams ? out : NULL;
}

/* The names that follow from that of the result file, of `length` characters. */
static bool name_all(struct run_files *files, const char *result, size_t length, struct error *error) {
    if (length + sizeof journal_suffix > sizeof files->journal)
        return error_set(error, "found a path of %zu characters, wanted at most %zu", length,
                         sizeof files->journal - sizeof journal_suffix);
    memmove(files->result, result, length);
    files->result[length] = '\0';
    (void)stpcpy(stpcpy(files->journal, files->result), journal_suffix);
    return true;
}

bool run_files_name(struct run_files *files, const char *out, struct error *error) {
    *files = (struct run_files){.stream = stream_of(out)};
    return out == NULL || files->stream != NULL || name_all(files, out, strlen(out), error);
}

bool run_files_name_default(struct run_files *files, const struct environment *environment, unsigned number,
                            struct error *error) {
    results_default_path(environment, number, files->result, sizeof files->result);
    return name_all(files, files->result, strlen(files->result), error);
}

bool run_files_name_resumed(struct run_files *files, const char *resume, const char *out, struct error *error) {
    size_t length = strlen(resume), suffix = strlen(journal_suffix);
    files->stream = stream_of(out);
    if (length > suffix && strcmp(resume + length - suffix, journal_suffix) == 0)
        length -= suffix;
    return name_all(files, resume, length, error);
}

const char *run_files_target(const struct run_files *files) {
    return files->stream != NULL ? files->stream : files->result;
}
