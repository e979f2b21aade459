#include "base/message.h"
#include "base/text.h"
#include "cli/command.h"

#include "base/output_file.h"
#include "export/export.h"

static const char *format(size_t i) {
    return export_formats[i] != NULL ? export_formats[i]->name : NULL;
}

static const struct export_format *format_wanted(const struct options *options) {
    size_t i = 0;
    while (export_formats[i] != NULL && !options_want_format(options, export_formats[i]->name))
        i++;
    return export_formats[i];
}

static bool write_report(const struct summary *report, const struct options *options, struct error *error) {
    const char *path = options->out != NULL ? options->out : "-";
    struct output_file file;
    if (!output_file_open(&file, path, options->force, error))
        return false;
    if (format_wanted(options)->write(report, file.stream) || ferror(file.stream))
        return output_file_commit(&file, error); /* which also says why writing failed */
    output_file_discard(&file);
    return error_set_code(error, ERROR_MEMORY, "cannot write %s: out of memory", path);
}

/* An empty export would look as if all went well to whoever reads it. */
static bool has_cases(const struct result_file *file, const char *path, struct error *error) {
    return file->case_count > 0 ||
           error_set(error, "%.300s has no measurement to export: %zu failures, and %s", path, file->failure_count,
                     file->failure_count > 0 ? "no case went well" : "nothing was measured");
}

static bool export_file(const struct result_file *file, const struct options *options, struct error *error) {
    struct summary *report = summary_make(file);
    if (report == NULL)
        return error_set_code(error, ERROR_MEMORY, "out of memory for %.300s", options->operands[0]);
    bool written = write_report(report, options, error);
    summary_free(report);
    return written;
}

static bool is_possible(const struct options *options, struct error *error) {
    struct text_names names = {0};
    char all[256] = "";
    if (options->format != NULL)
        return true;
    for (size_t i = 0; export_formats[i] != NULL; i++)
        (void)text_names_add(&names, export_formats[i]->name);
    text_names_join(&names, all, sizeof all);
    text_names_free(&names);
    return error_set(error, "bench export wants to know for whom: add --format=FORMAT: %s", all);
}

static bool hide_names(struct result_file *file, const struct options *options, struct error *error) {
    return !options->anonymous || result_file_anonymise(file) ||
           error_set_code(error, ERROR_MEMORY, "out of memory for %.300s without names", options->operands[0]);
}

static int export_command(const struct command_call *call) {
    const struct options *options = call->options;
    struct error error;
    struct result_file *file = result_file_load_machine(options->operands[0], options->machine, &error);
    if (file == NULL)
        return message_fail(EXIT_STATUS_USAGE, &error);
    const bool ready = has_cases(file, options->operands[0], &error) && hide_names(file, options, &error);
    const bool written = ready && export_file(file, options, &error);
    result_file_free(file);
    return written ? EXIT_STATUS_OK : message_fail(ready ? EXIT_STATUS_FAILED : EXIT_STATUS_USAGE, &error);
}

static const struct command_option takes[] = {
    {.name = "out", .help = "the file to write; standard output when not given"},
    {.name = "format", .help = "for whom: bmf (Bencher), codspeed, csv, or gbench-flat (one row for each case)"},
    {.name = "machine"},
    {.name = "force"},
    {.name = "anonymous"},
    {.name = NULL},
};

const struct command command_export = {
    .name = "export",
    .group = COMMAND_READS_RESULTS,
    .help = "write a result file in the format of another program",
    .operands = "RESULT",
    .operands_min = 1,
    .operands_max = 1,
    .options = takes,
    .format = format,
    .examples = {{"export run.json --format=csv --out=run.csv", "a line for each sample, for R or pandas"},
                 {"export run.json --format=bmf", "for Bencher, on standard output"}},
    .check = is_possible,
    .run = export_command,
};
