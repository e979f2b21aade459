#include "cli/export_command.h"

#include "base/output_file.h"
#include "export/export.h"

static int complain(const struct error *error, int status) {
    (void)fprintf(stderr, "bench: %s\n", error->text);
    return status;
}

static bool (*writer_of(enum output_format format))(const struct summary *report, FILE *out) {
    switch (format) {
    case FORMAT_GBENCH_FLAT:
        return export_gbench_flat;
    case FORMAT_BMF:
        return export_bmf;
    case FORMAT_CODSPEED:
        return export_codspeed;
    case FORMAT_CSV:
        return export_csv;
    default:
        return NULL;
    }
}

static bool write_report(const struct summary *report, const struct options *options, struct error *error) {
    const char *path = options->out != NULL ? options->out : "-";
    struct output_file file;
    if (!output_file_open(&file, path, options->force, error))
        return false;
    if (writer_of(options->format)(report, file.stream) || ferror(file.stream))
        return output_file_commit(&file, error); /* which also says why writing failed */
    output_file_discard(&file);
    return error_set(error, "cannot write %s: out of memory", path);
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
        return error_set(error, "out of memory for %.300s", options->operands[0]);
    bool written = write_report(report, options, error);
    summary_free(report);
    return written;
}

int export_command(const struct options *options) {
    struct error error;
    if (writer_of(options->format) == NULL) {
        (void)error_set(&error, "bench export wants to know for whom: add --format=gbench-flat, bmf, codspeed or csv");
        return complain(&error, EXIT_STATUS_USAGE);
    }
    struct result_file *file = result_file_load(options->operands[0], error.text, sizeof error.text);
    if (file == NULL)
        return complain(&error, EXIT_STATUS_USAGE);
    const bool ready = has_cases(file, options->operands[0], &error);
    const bool written = ready && export_file(file, options, &error);
    result_file_free(file);
    return written ? EXIT_STATUS_OK : complain(&error, ready ? EXIT_STATUS_FAILED : EXIT_STATUS_USAGE);
}
