#include "base/message.h"
#include "cli/command.h"

#include <jansson.h>
#include <limits.h>

#include "base/output_file.h"
#include "fleet/merge.h"

/* NULL with *error set. */
static json_t *load_missing(const char *path, struct error *error) {
    json_error_t flaw;
    json_t *missing = json_load_file(path, 0, &flaw), *machine;
    size_t index;
    if (missing == NULL)
        return (void)error_set(error, "--missing: %.300s: %s", path, flaw.text), NULL;
    bool good = json_is_array(missing);
    json_array_foreach(missing, index, machine) {
        good = good && json_string_length(json_object_get(machine, "name")) > 0 &&
               json_string_length(json_object_get(machine, "state")) > 0 &&
               json_is_string(json_object_get(machine, "reason"));
    }
    if (good)
        return missing;
    json_decref(missing);
    (void)error_set(error, "--missing: %.300s: wanted an array of objects with the texts name, state and reason", path);
    return NULL;
}

/* A file that cannot be read as far as its end is the command line's fault, and no failure to write. */
static int write_merged(const struct merge *merge, const json_t *missing, const struct options *options) {
    struct output_file file;
    struct error error;
    if (!output_file_open(&file, options->out != NULL ? options->out : "-", options->force, &error))
        return message_fail(EXIT_STATUS_FAILED, &error);
    if (merge_write(merge, missing, file.stream, &error) || ferror(file.stream))
        return output_file_commit(&file, &error) ? EXIT_STATUS_OK : message_fail(EXIT_STATUS_FAILED, &error);
    output_file_discard(&file);
    return message_fail(EXIT_STATUS_USAGE, &error);
}

static int merge_command(const struct command_call *call) {
    const struct options *options = call->options;
    struct error error;
    json_t *missing = options->missing != NULL ? load_missing(options->missing, &error) : NULL;
    if (options->missing != NULL && missing == NULL)
        return message_fail(EXIT_STATUS_USAGE, &error);
    struct merge *merge = merge_open((const char *const *)options->operands, options->operand_count, &error);
    const int status = merge == NULL ? message_fail(EXIT_STATUS_USAGE, &error) : write_merged(merge, missing, options);
    merge_free(merge);
    json_decref(missing);
    return status;
}

static const struct command_option takes[] = {
    {.name = "missing"},
    {.name = "out", .help = "the file to write; standard output when not given"},
    {.name = "force"},
    {.name = NULL},
};

const struct command command_merge = {
    .name = "merge",
    .group = COMMAND_READS_RESULTS,
    .help = "one result file of several machines",
    .operands = "RESULT...",
    .operands_min = 1,
    .operands_max = UINT_MAX,
    .options = takes,
    .examples = {{"merge node1.json node2.json --out=all.json", "each machine is called as its file is"},
                 {"report all.json", "which strategy on which kind of machine"}},
    .run = merge_command,
};
