/*
 * What the parts of the reader of result files share. Each part returns false with the stream's error
 * set, or with `exhausted` or `out_of_memory` set, for which the caller makes the message.
 */
#ifndef CTXBENCH_RESULT_LOADER_H
#define CTXBENCH_RESULT_LOADER_H

#include "base/json_stream.h"
#include "data/result_file.h"

enum {
    RESULT_LOADER_TEXT_MAX = 1024,
    RESULT_FAILURE_KEY_MAX = RESULT_LOADER_TEXT_MAX + 2,
};

struct result_row; /* an execution and the index of its case, until they are grouped */

struct result_loader {
    struct result_file *file;
    struct json_stream stream;
    struct result_row *rows;
    size_t row_count, row_capacity;
    size_t case_capacity, failure_capacity;
    size_t rows_seen;
    size_t bytes; /* what the file took until now, RESULT_FILE_BYTES_MAX at most */
    json_int_t schema_version;
    bool has_context, has_benchmarks, has_ours;
    bool exhausted, out_of_memory;
    const char *wanted_machine; /* of a file of several: by name or fingerprint; NULL: none was chosen */
    json_t *common;             /* the context that machines differ from */
    size_t machine_count;       /* 0: the file is of one machine, and does not list any */
    size_t matching_count;
    json_int_t machine; /* the index of the one that is taken */
    char machine_names[RESULT_LOADER_TEXT_MAX];
    char other_kind[32]; /* the member that says what else of ours the file is; empty: none does */
};

/* The array with room for `count` elements. Without memory or budget for them, that is noted and the array stays. */
void *result_loader_reserve(struct result_loader *loader, void *array, size_t *capacity, size_t count,
                            size_t element_size);

/* A new block, or NULL, which is noted. */
void *result_loader_allocate(struct result_loader *loader, size_t size);

/* The name with this text. NULL without memory or budget for it, which is noted. */
struct name *result_loader_name(struct result_loader *loader, const char *text);

/* The one copy of a text, its control characters replaced; "" when out of memory, which is noted. */
const char *result_loader_keep(struct result_loader *loader, const char *text);
const char *result_loader_keep_member(struct result_loader *loader, const json_t *object, const char *key);

/* A member that counts something; 0 if it is absent or negative. */
size_t result_loader_count(const json_t *object, const char *key);

/* Take what a file holds; it stays the caller's. False to stop, out of memory or budget. */
bool result_loader_take_context(struct result_loader *loader, const json_t *context);
bool result_loader_take_failure(struct result_loader *loader, const json_t *failure);

/* The first one counts, until another takes its place. */
void result_loader_forget_context(struct result_loader *loader);

/* Takes the list of machines, and the context of the one that is wanted. False with a message, or out of memory. */
bool result_loader_read_machines(struct result_loader *loader);

/* Whether a row or a failure, by its member "machine", is of the machine that is taken. */
bool result_loader_is_of_machine(const struct result_loader *loader, const json_t *machine);

/* False, with the stream's error set. */
__attribute__((format(printf, 3, 4))) bool result_loader_fail(struct result_loader *loader, enum error_code code,
                                                              const char *format, ...);

/* The file, if all went well; otherwise NULL, with the message that is missing. Frees what reading needed. */
struct result_file *result_loader_end(struct result_loader *loader, const char *path, bool loaded);

/* Takes one row. False to stop, out of memory or budget. */
bool result_loader_add_row(struct result_loader *loader, const json_t *row);

/* Gives each case its executions, when all rows were taken. */
bool result_loader_group_rows(struct result_loader *loader);

/* Under this name the first failure of a case is found: no text of a file has a control character. */
void result_failure_key(const char *case_name, char key[static RESULT_FAILURE_KEY_MAX]);

/* Frees what an execution points to. */
void result_execution_free_arrays(const struct result_execution *execution);

void result_loader_free_rows(struct result_loader *loader);

#endif
