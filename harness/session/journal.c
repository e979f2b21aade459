#include "session/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes_json.h"
#include "base/json_text.h"
#include "protocol/answer_json.h"

struct journal {
    char *path;
    int fd;       /* for appending */
    off_t length; /* of the whole lines */
    FILE *reader;
    char *line;
    size_t line_capacity, line_number;
    struct results_entry entry; /* the one last read */
};

static json_t *arguments_to_json(char *const *arguments) {
    json_t *array = json_array();
    for (; array != NULL && arguments != NULL && *arguments != NULL; arguments++) {
        if (json_array_append_new(array, bytes_to_json(*arguments)) != 0) {
            json_decref(array);
            array = NULL;
        }
    }
    return array;
}

static json_t *header_to_json(const struct journal_header *header) {
    char seed[24];
    snprintf(seed, sizeof seed, "%" PRIu64, header->seed); /* beyond what a JSON integer can hold */
    return json_pack("{s:i, s:s, s:s, s:s, s:s, s:o, s:s, s:o}", "ctxbench_journal", JOURNAL_VERSION, "program",
                     header->program, "revision", header->revision, "fingerprint", header->fingerprint, "plan",
                     header->plan, "process", json_text(header->process), "seed", seed, "arguments",
                     arguments_to_json(header->arguments));
}

static bool copy_text(char *to, size_t size, const char *from) {
    return (size_t)snprintf(to, size, "%s", from) < size;
}

static bool copy_arguments(const json_t *array, struct journal_header *header) {
    size_t count = json_array_size(array);
    header->arguments = calloc(count + 1, sizeof *header->arguments);
    for (size_t i = 0; header->arguments != NULL && i < count; i++) {
        header->arguments[i] = bytes_from_json(json_array_get(array, i));
        if (header->arguments[i] == NULL)
            return false;
    }
    return header->arguments != NULL;
}

static bool header_from_json(json_t *object, struct journal_header *header, struct error *error) {
    int version = 0;
    if (json_unpack(object, "{s:i}", "ctxbench_journal", &version) != 0)
        return error_set_code(error, ERROR_FORMAT, "it is no journal of a run");
    if (version != JOURNAL_VERSION)
        return error_set_code(error, ERROR_VERSION, "found a journal of version %d, wanted %d", version,
                              JOURNAL_VERSION);
    const char *program, *revision, *fingerprint, *plan, *seed, *process = "";
    json_t *arguments;
    if (json_unpack(object, "{s:s, s:s, s:s, s:s, s?s, s:s, s:o}", "program", &program, "revision", &revision,
                    "fingerprint", &fingerprint, "plan", &plan, "process", &process, "seed", &seed, "arguments",
                    &arguments) != 0 ||
        !copy_text(header->program, sizeof header->program, program) ||
        !copy_text(header->revision, sizeof header->revision, revision) ||
        !copy_text(header->fingerprint, sizeof header->fingerprint, fingerprint) ||
        !copy_text(header->plan, sizeof header->plan, plan) ||
        !copy_text(header->process, sizeof header->process, process) || !copy_arguments(arguments, header))
        return error_set_code(error, ERROR_FORMAT, "its first line is incomplete");
    header->seed = strtoull(seed, NULL, 10);
    return true;
}

static json_t *entry_to_json(const struct results_entry *entry) {
    json_t *answer = json_object();
    if (answer == NULL || !answer_to_json(&entry->answer, answer)) {
        json_decref(answer);
        return NULL;
    }
    return json_pack("{s:I, s:I, s:b, s:f, s:o}", "case", (json_int_t)entry->case_index, "execution",
                     (json_int_t)entry->execution, "calibration", (int)entry->calibration, "seconds", entry->seconds,
                     "answer", answer);
}

static bool entry_from_json(json_t *object, struct results_entry *entry, struct error *error) {
    json_int_t case_index, execution;
    int calibration;
    json_t *answer;
    if (json_unpack(object, "{s:I, s:I, s:b, s:F, s:o}", "case", &case_index, "execution", &execution, "calibration",
                    &calibration, "seconds", &entry->seconds, "answer", &answer) != 0 ||
        case_index < 0 || case_index > UINT32_MAX || execution < 0 || execution > UINT32_MAX)
        return error_set_code(error, ERROR_FORMAT, "it is no entry of a journal");
    entry->case_index = (uint32_t)case_index;
    entry->execution = (uint32_t)execution;
    entry->calibration = calibration != 0;
    return answer_from_json(answer, &entry->answer, error);
}

/*
 * Appends the object as one line and releases it. A line that does not fit on the disk is taken back, so that what is
 * there stays readable.
 */
static bool append_line(struct journal *journal, json_t *object, struct error *error) {
    char *line = object == NULL ? NULL : json_dumps(object, JSON_COMPACT);
    json_decref(object);
    if (line == NULL)
        return error_set_code(error, ERROR_MEMORY, "%s: out of memory for an entry", journal->path);
    size_t length = strlen(line);
    line[length] = '\n'; /* in the place of the zero: one write(2) for the whole line */
    ssize_t written = write(journal->fd, line, length + 1);
    int failure = written < 0 ? errno : ENOSPC;
    free(line);
    if (written == (ssize_t)(length + 1)) {
        journal->length += written;
        return true;
    }
    if (ftruncate(journal->fd, journal->length) != 0)
        return error_set_code(error, ERROR_SYSTEM, "cannot write %s, and it ends in a torn line: %s", journal->path,
                              strerror(failure));
    return error_set_code(error, ERROR_SYSTEM, "cannot write %s: %s", journal->path, strerror(failure));
}

static struct journal *journal_new(const char *path, int fd, struct error *error) {
    struct journal *journal = calloc(1, sizeof *journal);
    char *name = strdup(path);
    if (journal == NULL || name == NULL) {
        error_set_code(error, ERROR_MEMORY, "out of memory for the journal");
        free(journal);
        free(name);
        close(fd);
        return NULL;
    }
    *journal = (struct journal){.path = name, .fd = fd};
    return journal;
}

/* Starts reading anew. Not by rewind(3), which may keep bytes in its buffer that were cut off the file since. */
static bool reader_open(struct journal *journal, struct error *error) {
    if (journal->reader != NULL)
        fclose(journal->reader);
    journal->line_number = 0;
    char open_file[64]; /* whatever has become of its name; where there is no /proc, by that */
    (void)snprintf(open_file, sizeof open_file, "/proc/self/fd/%d", journal->fd);
    journal->reader = fopen(open_file, "re");
    if (journal->reader == NULL)
        journal->reader = fopen(journal->path, "re");
    return journal->reader != NULL ||
           error_set_code(error, ERROR_SYSTEM, "cannot read %s: %s", journal->path, strerror(errno));
}

/* The next whole line without its end; NULL at the end of the file or at a torn line. */
static json_t *read_line(struct journal *journal, bool *at_end, struct error *error) {
    ssize_t length = getline(&journal->line, &journal->line_capacity, journal->reader);
    journal->line_number++;
    *at_end = length <= 0 || journal->line[length - 1] != '\n';
    if (*at_end)
        return NULL;
    json_error_t where;
    json_t *object = json_loadb(journal->line, (size_t)length, 0, &where);
    if (object == NULL)
        error_set_code(error, ERROR_FORMAT, "%s, line %zu: %s", journal->path, journal->line_number, where.text);
    return object;
}

/* Reads the header, which is the first line, and leaves the reader behind it. */
static bool read_header(struct journal *journal, struct journal_header *header, struct error *error) {
    *header = (struct journal_header){0};
    if (!reader_open(journal, error))
        return false;
    bool at_end;
    struct error why;
    json_t *object = read_line(journal, &at_end, &why);
    if (at_end)
        error_set_code(&why, ERROR_FORMAT, "it has no whole line");
    bool good = object != NULL && header_from_json(object, header, &why);
    json_decref(object);
    if (good)
        return true;
    journal_header_clear(header);
    return error_set_code(error, why.code, "%s is no journal to go on with: %s", journal->path, why.text);
}

/* The length of the file up to the end of its last whole line. The reader stands behind the first. */
static off_t whole_length(struct journal *journal) {
    off_t length = ftello(journal->reader);
    ssize_t got;
    while ((got = getline(&journal->line, &journal->line_capacity, journal->reader)) > 0) {
        if (journal->line[got - 1] == '\n')
            length += got;
    }
    return length;
}

void journal_header_clear(struct journal_header *header) {
    for (char **argument = header->arguments; argument != NULL && *argument != NULL; argument++)
        free(*argument);
    free(header->arguments);
    *header = (struct journal_header){0};
}

/* ---- The file, and the lock on it ---- */

static bool is_named(int fd, const char *path) {
    struct stat opened, named;
    return fstat(fd, &opened) == 0 && stat(path, &named) == 0 && opened.st_dev == named.st_dev &&
           opened.st_ino == named.st_ino;
}

static bool is_regular(int fd) {
    struct stat status;
    return fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
}

/* A file system without locks lets everybody pass. */
static bool take_lock(int fd) {
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    return fcntl(fd, F_OFD_SETLK, &whole) == 0 || (errno != EAGAIN && errno != EACCES);
}

static bool fail_in_use(const char *path, struct error *error) {
    return error_set(error,
                     "%s is in use: a run that has not ended writes to it. Wait for its end, or name another file with "
                     "--out",
                     path);
}

bool journal_check_unused(const char *path, struct error *error) {
    const int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    const bool in_use = fd >= 0 && fcntl(fd, F_OFD_GETLK, &whole) == 0 && whole.l_type != F_UNLCK;
    if (fd >= 0)
        close(fd);
    return !in_use || fail_in_use(path, error);
}

static bool fail_exists(const char *path, struct error *error) {
    return journal_check_unused(path, error) &&
           error_set(error,
                     "%s exists: a run did not come to its end. Go on with it by --resume=%s, or drop it by --force",
                     path, path);
}

/* Opens the file and locks it. Whoever held the lock before may have taken the file away: then there is another. */
static int open_locked(const char *path, int flags, bool *is_taken, struct error *error) {
    for (;;) {
        const int fd = open(path, O_RDWR | O_APPEND | O_NONBLOCK | O_CLOEXEC | flags, 0666);
        *is_taken = fd < 0 && errno == EEXIST;
        if (*is_taken)
            (void)fail_exists(path, error);
        else if (fd < 0)
            (void)error_set_code(error, ERROR_SYSTEM, "cannot write %s: %s", path, strerror(errno));
        if (fd < 0)
            return -1;
        if (!is_regular(fd)) {
            close(fd);
            (void)error_set(error, "%s is no regular file, which a journal has to be; name another file with --out",
                            path);
            return -1;
        }
        if (!take_lock(fd)) {
            close(fd);
            *is_taken = true;
            (void)fail_in_use(path, error);
            return -1;
        }
        if (is_named(fd, path))
            return fd;
        close(fd);
    }
}

struct journal *journal_create(const char *path, const struct journal_header *header, bool replace, bool *is_taken,
                               struct error *error) {
    const int fd = open_locked(path, O_CREAT | (replace ? 0 : O_EXCL), is_taken, error);
    struct journal *journal = fd >= 0 ? journal_new(path, fd, error) : NULL;
    if (journal == NULL)
        return NULL;
    if (ftruncate(fd, 0) != 0)
        (void)error_set_code(error, ERROR_SYSTEM, "cannot write %s: %s", path, strerror(errno));
    else if (append_line(journal, header_to_json(header), error))
        return journal;
    journal_remove(journal);
    journal_close(journal);
    return NULL;
}

void journal_remove(const struct journal *journal) {
    if (is_named(journal->fd, journal->path))
        (void)unlink(journal->path);
}

struct journal *journal_open(const char *path, struct error *error) {
    bool is_taken;
    const int fd = open_locked(path, 0, &is_taken, error);
    struct journal *journal = fd >= 0 ? journal_new(path, fd, error) : NULL;
    struct journal_header header;
    if (journal == NULL)
        return NULL;
    if (!read_header(journal, &header, error)) {
        journal_close(journal);
        return NULL;
    }
    journal_header_clear(&header);
    journal->length = whole_length(journal);
    if (ftruncate(fd, journal->length) == 0)
        return journal;
    error_set_code(error, ERROR_SYSTEM, "cannot drop the torn last line of %s: %s", path, strerror(errno));
    journal_close(journal);
    return NULL;
}

bool journal_read_header(const char *path, struct journal_header *header, struct error *error) {
    struct journal journal = {.path = (char *)path, .fd = -1};
    bool good = read_header(&journal, header, error);
    if (journal.reader != NULL)
        fclose(journal.reader);
    free(journal.line);
    return good;
}

bool journal_header_matches(const struct journal_header *found, const struct journal_header *wanted,
                            struct error *error) {
    const struct {
        const char *what, *found, *wanted;
    } members[] = {
        {"the program's version", found->program, wanted->program},
        {"the source revision", found->revision, wanted->revision},
        {"the machine's fingerprint", found->fingerprint, wanted->fingerprint},
        {"the plan", found->plan, wanted->plan},
        {"what is loaded into the program", found->process, wanted->process},
    };
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        if (strcmp(members[i].found, members[i].wanted) != 0)
            return error_set(error, "%s differs: found \"%s\" in the journal, wanted \"%s\"", members[i].what,
                             members[i].found, members[i].wanted);
    }
    return true;
}

bool journal_append(struct journal *journal, const struct results_entry *entry, struct error *error) {
    return append_line(journal, entry_to_json(entry), error);
}

bool journal_rewind(struct journal *journal, struct error *error) {
    struct journal_header header;
    bool good = read_header(journal, &header, error);
    journal_header_clear(&header);
    return good;
}

enum results_next journal_next(struct journal *journal, const struct results_entry **entry, struct error *error) {
    execution_answer_clear(&journal->entry.answer);
    bool at_end;
    json_t *object = read_line(journal, &at_end, error);
    if (at_end)
        return RESULTS_END;
    if (object == NULL)
        return RESULTS_BROKEN;
    struct error why;
    bool good = entry_from_json(object, &journal->entry, &why);
    json_decref(object);
    *entry = &journal->entry;
    if (good)
        return RESULTS_ENTRY;
    error_set_code(error, why.code, "%s, line %zu: %s", journal->path, journal->line_number, why.text);
    return RESULTS_BROKEN;
}

static bool results_rewind(void *cursor, struct error *error) {
    return journal_rewind(cursor, error);
}

static enum results_next results_next(void *cursor, const struct results_entry **entry, struct error *error) {
    enum results_next next;
    do {
        next = journal_next(cursor, entry, error);
    } while (next == RESULTS_ENTRY && (*entry)->calibration && (*entry)->answer.outcome == EXECUTION_OK);
    return next;
}

struct results_source journal_results(struct journal *journal) {
    return (struct results_source){.rewind = results_rewind, .next = results_next, .cursor = journal};
}

void journal_close(struct journal *journal) {
    if (journal == NULL)
        return;
    execution_answer_clear(&journal->entry.answer);
    close(journal->fd);
    if (journal->reader != NULL)
        fclose(journal->reader);
    free(journal->line);
    free(journal->path);
    free(journal);
}
