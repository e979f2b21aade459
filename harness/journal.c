#include "journal.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "answer_json.h"

struct journal {
    char *path;
    int fd;       /* for appending */
    off_t length; /* of the whole lines */
    FILE *reader;
    char *line;
    size_t line_capacity, line_number;
    struct results_entry entry; /* the one last read */
};

static json_t *header_to_json(const struct journal_header *header) {
    char seed[24];
    snprintf(seed, sizeof seed, "%" PRIu64, header->seed); /* beyond what a JSON integer can hold */
    json_t *arguments = json_array();
    for (char **argument = header->arguments; argument != NULL && *argument != NULL; argument++)
        json_array_append_new(arguments, json_string(*argument));
    return json_pack("{s:i, s:s, s:s, s:s, s:s, s:s, s:o}", "ctxbench_journal", JOURNAL_VERSION, "program",
                     header->program, "revision", header->revision, "fingerprint", header->fingerprint, "plan",
                     header->plan, "seed", seed, "arguments", arguments);
}

static bool copy_text(char *to, size_t size, const char *from) {
    return (size_t)snprintf(to, size, "%s", from) < size;
}

static bool copy_arguments(const json_t *array, struct journal_header *header) {
    size_t count = json_array_size(array);
    header->arguments = calloc(count + 1, sizeof *header->arguments);
    for (size_t i = 0; header->arguments != NULL && i < count; i++) {
        const char *argument = json_string_value(json_array_get(array, i));
        header->arguments[i] = argument == NULL ? NULL : strdup(argument);
        if (header->arguments[i] == NULL)
            return false;
    }
    return header->arguments != NULL;
}

static bool header_from_json(json_t *object, struct journal_header *header, struct error *error) {
    int version = 0;
    if (json_unpack(object, "{s:i}", "ctxbench_journal", &version) != 0)
        return error_set(error, "it is no journal of a run");
    if (version != JOURNAL_VERSION)
        return error_set(error, "found a journal of version %d, wanted %d", version, JOURNAL_VERSION);
    const char *program, *revision, *fingerprint, *plan, *seed;
    json_t *arguments;
    if (json_unpack(object, "{s:s, s:s, s:s, s:s, s:s, s:o}", "program", &program, "revision", &revision, "fingerprint",
                    &fingerprint, "plan", &plan, "seed", &seed, "arguments", &arguments) != 0 ||
        !copy_text(header->program, sizeof header->program, program) ||
        !copy_text(header->revision, sizeof header->revision, revision) ||
        !copy_text(header->fingerprint, sizeof header->fingerprint, fingerprint) ||
        !copy_text(header->plan, sizeof header->plan, plan) || !copy_arguments(arguments, header))
        return error_set(error, "its first line is incomplete");
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
        return error_set(error, "it is no entry of a journal");
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
        return error_set(error, "%s: an entry cannot be put into JSON: out of memory, or a text that is not UTF-8",
                         journal->path);
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
        return error_set(error, "cannot write %s, and it ends in a torn line: %s", journal->path, strerror(failure));
    return error_set(error, "cannot write %s: %s", journal->path, strerror(failure));
}

static struct journal *journal_new(const char *path, int fd, struct error *error) {
    struct journal *journal = calloc(1, sizeof *journal);
    char *name = strdup(path);
    if (journal == NULL || name == NULL) {
        error_set(error, "out of memory for the journal");
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
    journal->reader = fopen(journal->path, "re");
    return journal->reader != NULL || error_set(error, "cannot read %s: %s", journal->path, strerror(errno));
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
        error_set(error, "%s, line %zu: %s", journal->path, journal->line_number, where.text);
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
        error_set(&why, "it has no whole line");
    bool good = object != NULL && header_from_json(object, header, &why);
    json_decref(object);
    if (good)
        return true;
    journal_header_clear(header);
    return error_set(error, "%s is no journal to go on with: %s", journal->path, why.text);
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

struct journal *journal_create(const char *path, const struct journal_header *header, bool replace,
                               struct error *error) {
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | (replace ? O_TRUNC : O_EXCL), 0666);
    if (fd < 0 && errno == EEXIST) {
        error_set(error,
                  "%s exists: a run did not come to its end. Go on with it by --resume=%s, or drop it by --force", path,
                  path);
        return NULL;
    }
    if (fd < 0) {
        error_set(error, "cannot write %s: %s", path, strerror(errno));
        return NULL;
    }
    struct journal *journal = journal_new(path, fd, error);
    if (journal != NULL && append_line(journal, header_to_json(header), error))
        return journal;
    journal_close(journal);
    unlink(path);
    return NULL;
}

struct journal *journal_open(const char *path, struct error *error) {
    int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
    if (fd < 0) {
        error_set(error, "cannot go on with %s: %s", path, strerror(errno));
        return NULL;
    }
    struct journal *journal = journal_new(path, fd, error);
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
    error_set(error, "cannot drop the torn last line of %s: %s", path, strerror(errno));
    journal_close(journal);
    return NULL;
}

bool journal_read_header(const char *path, struct journal_header *header, struct error *error) {
    struct journal journal = {.path = (char *)path};
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
    error_set(error, "%s, line %zu: %s", journal->path, journal->line_number, why.text);
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
