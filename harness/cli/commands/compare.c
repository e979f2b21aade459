#include "base/message.h"
#include "cli/command.h"

#include <stdlib.h>
#include <string.h>

#include "base/output_file.h"
#include "base/utf8.h"
#include "compare/comparison.h"

/* `name` is what it is called instead of its path; NULL: by that, and as it is. */
static bool load(const char *path, const char *name, const char *machine, struct comparison_side *side,
                 struct error *error) {
    char *shown = name != NULL ? strdup(name) : utf8_shown(path);
    *side = (struct comparison_side){.path = shown};
    if (shown == NULL)
        return error_set_code(error, ERROR_MEMORY, "out of memory for the comparison of %.300s", path);
    struct result_file *file = result_file_load_machine(path, machine, error);
    side->file = file;
    return file != NULL && (name == NULL || result_file_anonymise(file) ||
                            error_set_code(error, ERROR_MEMORY, "out of memory for %.300s without names", path));
}

static void unload(struct comparison_side *side) {
    result_file_free((struct result_file *)(uintptr_t)side->file);
    free((char *)(uintptr_t)side->path);
}

/* Whether the answer may be shown. */
static bool check(const struct comparison *comparison, bool force, struct error *error) {
    if (comparison->count == 0)
        return error_set(error,
                         "%.300s and %.300s have no case in common: %zu are only in the first and %zu only in the "
                         "second",
                         comparison->base.path, comparison->other.path, comparison->only_base_count,
                         comparison->only_other_count);
    if (comparison->objections.count > 0 && !force)
        return error_set(error, "%.200s and %.200s do not compare (--force does it nonetheless, and says so): %.500s",
                         comparison->base.path, comparison->other.path, comparison->objections.items[0]);
    return true;
}

static bool print(const struct comparison *comparison, const struct options *options, FILE *out) {
    if (options_want_format(options, "json"))
        return comparison_print_json(comparison, out);
    if (options_want_format(options, "markdown"))
        comparison_print_markdown(comparison, out);
    else
        comparison_print_table(comparison, out, table_style_for(out));
    return true;
}

static bool write_answer(const struct comparison *comparison, const struct options *options, struct error *error) {
    const char *path = options->out != NULL ? options->out : "-";
    struct output_file file;
    if (!output_file_open(&file, path, options->force, error))
        return false;
    if (print(comparison, options, file.stream) || ferror(file.stream))
        return output_file_commit(&file, error); /* which also says why writing failed */
    output_file_discard(&file);
    return error_set_code(error, ERROR_MEMORY, "cannot write %s: out of memory", path);
}

/* Failures count before regressions, and these before what is not known. */
static int status_of(const struct comparison *comparison, bool strict) {
    if (comparison_failed(comparison) > 0)
        return EXIT_STATUS_FAILED;
    if (comparison->counts[VERDICT_REGRESSED] > 0)
        return EXIT_STATUS_REGRESSED;
    bool open = comparison->counts[VERDICT_INCONCLUSIVE] + comparison->only_base_count > 0;
    return open && strict ? EXIT_STATUS_INCONCLUSIVE : EXIT_STATUS_OK;
}

static int compare(struct comparison_side base, struct comparison_side other, const struct options *options) {
    struct error error;
    double threshold = options->threshold;
    struct comparison *comparison = comparison_make(base, other, threshold, VERDICT_ALPHA);
    if (comparison == NULL) {
        (void)error_set_code(&error, ERROR_MEMORY, "out of memory for the comparison of %.300s and %.300s", base.path,
                             other.path);
        return message_fail(EXIT_STATUS_FAILED, &error);
    }
    int status = status_of(comparison, options->strict);
    if (!check(comparison, options->force, &error))
        status = message_fail(EXIT_STATUS_USAGE, &error);
    else if (!write_answer(comparison, options, &error))
        status = message_fail(EXIT_STATUS_FAILED, &error);
    comparison_free(comparison);
    return status;
}

static int compare_command(const struct command_call *call) {
    const struct options *options = call->options;
    struct comparison_side base = {0}, other = {0};
    struct error error;
    const bool anonymous = options->anonymous;
    bool loaded = load(options->operands[0], anonymous ? "base" : NULL, options->machine, &base, &error) &&
                  load(options->operands[1], anonymous ? "new" : NULL, options->machine, &other, &error);
    int status = loaded ? compare(base, other, options) : message_fail(EXIT_STATUS_USAGE, &error);
    unload(&base);
    unload(&other);
    return status;
}

static const struct command_option takes[] = {
    {.name = "threshold", .help = "changes within it do not matter", .preset = "3%"},
    {.name = "strict"},
    {.name = "machine"},
    {.name = "out", .help = "the file to write; standard output when not given"},
    {.name = "format", .help = "how it is printed: terminal, markdown or json"},
    {.name = "force", .help = "replace a file that exists; compare files that do not compare, and say so"},
    {.name = "anonymous"},
    {.name = NULL},
};

COMMAND_FORMATS("terminal", "markdown", "json")

const struct command command_compare = {
    .name = "compare",
    .group = COMMAND_READS_RESULTS,
    .help = "two result files of one machine: what changed",
    .operands = "BASE NEW",
    .operands_min = 2,
    .operands_max = 2,
    .options = takes,
    .format = format,
    .examples = {{"compare before.json after.json", "a table; the exit status is 3 where a case regressed"},
                 {"compare before.json after.json --format=markdown --strict",
                  "for a pull request, and no case left open"}},
    .run = compare_command,
};
