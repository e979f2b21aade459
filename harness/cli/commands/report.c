#include "base/message.h"
#include "cli/command.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/output_file.h"
#include "page/contents.h"
#include "page/drawing.h"
#include "page/page.h"

struct reporting {
    const struct options *options;
    struct runs runs;
    struct document document;
};

/* A missing tool leaves the report without figures: that is said, and no failure. */
static void note(const struct reporting *reporting, const char *what) {
    message(reporting->options->quiet ? NULL : stderr, "%s", what);
}

/* ---- Files ---- */

/* What goes into a file beside the text. */
typedef bool content_writer(const struct figure *figure, FILE *out, struct error *error);

static bool write_source(const struct figure *figure, FILE *out, struct error *error) {
    (void)error;
    char drawn[PATH_MAX];
    (void)snprintf(drawn, sizeof drawn, "%s.pdf", figure->id);
    (void)fprintf(out, "# gnuplot %s.gp draws %s. Change what you like: the size stands in the next line.\n",
                  figure->id, drawn);
    figure_write_gnuplot(figure, FIGURE_PDF, drawn, out);
    return true;
}

static bool write_csv(const struct figure *figure, FILE *out, struct error *error) {
    (void)error;
    figure_write_csv(figure, out);
    return true;
}

static bool write_drawing(const struct figure *figure, enum figure_format format, FILE *out, struct error *error) {
    size_t size;
    char *drawn = drawing_make(figure, format, &size, error->text, sizeof error->text);
    if (drawn == NULL)
        return false;
    (void)fwrite(drawn, 1, size, out);
    free(drawn);
    return true;
}

static bool write_svg(const struct figure *figure, FILE *out, struct error *error) {
    return write_drawing(figure, FIGURE_SVG, out, error);
}

static bool write_pdf(const struct figure *figure, FILE *out, struct error *error) {
    return write_drawing(figure, FIGURE_PDF, out, error);
}

static const struct figure_file {
    const char *suffix;
    content_writer *write;
    bool drawn; /* takes gnuplot */
} figure_files[] = {
    {"csv", write_csv, false},
    {"gp", write_source, false},
    {"svg", write_svg, true},
    {"pdf", write_pdf, true},
};
enum { FIGURE_FILE_COUNT = sizeof figure_files / sizeof figure_files[0] };

static bool write_figure_file(const struct reporting *reporting, const struct figure *figure,
                              const struct figure_file *kind, struct error *error) {
    char path[PATH_MAX];
    struct output_file file;
    if (snprintf(path, sizeof path, "%s/%s.%s", reporting->options->figures, figure->id, kind->suffix) >=
        (int)sizeof path)
        return error_set(error, "--figures: the path of %s.%s is too long", figure->id, kind->suffix);
    if (!output_file_open(&file, path, reporting->options->force, error))
        return false;
    if (kind->write(figure, file.stream, error))
        return output_file_commit(&file, error);
    output_file_discard(&file);
    return false;
}

/* All files of one figure. Without gnuplot there are its data and its source, and *missing says why no more. */
static bool write_figure_files(const struct reporting *reporting, const struct figure *figure, struct error *missing,
                               struct error *error) {
    for (size_t i = 0; i < FIGURE_FILE_COUNT; i++) {
        if (figure_files[i].drawn && missing->text[0] != '\0')
            continue;
        if (write_figure_file(reporting, figure, &figure_files[i], error))
            continue;
        if (!figure_files[i].drawn || strstr(error->text, "gnuplot") == NULL)
            return false;
        *missing = *error;
    }
    return true;
}

static bool write_figures(const struct reporting *reporting, struct error *error) {
    struct error missing = {.text = ""};
    const char *folder = reporting->options->figures;
    if (mkdir(folder, 0777) != 0 && errno != EEXIST)
        return error_set(error, "--figures: cannot make the folder %s: %s", folder, strerror(errno));
    for (const struct document_block *block = reporting->document.first; block != NULL; block = block->next)
        if (block->kind == DOCUMENT_FIGURE && !write_figure_files(reporting, block->figure, &missing, error))
            return false;
    if (missing.text[0] != '\0')
        note(reporting, missing.text);
    return true;
}

/* ---- The report ---- */

static bool write_html(const struct reporting *reporting, FILE *out, struct error *error) {
    char missing[512];
    char **drawings = drawings_make(&reporting->document, missing, sizeof missing);
    if (drawings == NULL)
        return error_set(error, "out of memory for the figures");
    if (missing[0] != '\0')
        note(reporting, missing);
    page_write_html(&reporting->document, drawings, out);
    drawings_free(drawings, &reporting->document);
    return true;
}

static bool write_report(const struct reporting *reporting, const char *path, struct error *error) {
    const struct options *options = reporting->options;
    struct output_file file;
    bool written = true;
    if (!output_file_open(&file, path, options->force, error))
        return false;
    if (options_want_format(options, "markdown"))
        page_write_markdown(&reporting->document, options->figures, file.stream);
    else if (options_want_format(options, "terminal"))
        page_write_terminal(&reporting->document, file.stream, table_style_for(file.stream));
    else
        written = write_html(reporting, file.stream, error);
    if (written)
        return output_file_commit(&file, error);
    output_file_discard(&file);
    return false;
}

/* report.html beside us, or what was asked for. What people read in place goes to standard output. */
static const char *target_of(const struct options *options) {
    if (options->out != NULL)
        return options->out;
    return options->format == NULL || options_want_format(options, "html") ? "report.html" : "-";
}

static int make_report(struct reporting *reporting) {
    const struct options *options = reporting->options;
    const char *target = target_of(options);
    struct error error = {.text = ""};
    if (!output_file_check(target, options->force, &error))
        return message_fail(EXIT_STATUS_USAGE, &error);
    if (!runs_load(&reporting->runs, options->operands, options->operand_count, error.text, sizeof error.text))
        return message_fail(EXIT_STATUS_USAGE, &error);
    if (!contents_make(&reporting->document, &reporting->runs))
        return (void)error_set(&error, "out of memory for the report"), message_fail(EXIT_STATUS_FAILED, &error);
    if ((options->figures != NULL && !write_figures(reporting, &error)) || !write_report(reporting, target, &error))
        return message_fail(EXIT_STATUS_FAILED, &error);
    if (strcmp(target, "-") != 0 && !options->quiet)
        (void)fprintf(stderr, "The report is in %s.\n", target);
    return EXIT_STATUS_OK;
}

static int report_command(const struct command_call *call) {
    struct reporting reporting = {.options = call->options};
    const int status = make_report(&reporting);
    document_free(&reporting.document);
    runs_free(&reporting.runs);
    return status;
}

static const struct command_option takes[] = {
    {.name = "out", .help = "the file to write; when not given, report.html, or standard output for text"},
    {.name = "format", .help = "html, markdown or terminal; html when not given"},
    {.name = "terminal"},
    {.name = "figures"},
    {.name = "force"},
    {.name = "quiet", .help = "say nothing but errors"},
    {.name = NULL},
};

COMMAND_FORMATS("terminal", "markdown", "html")

const struct command command_report = {
    .name = "report",
    .group = COMMAND_READS_RESULTS,
    .help = "make a page of result files: the answer, figures and tables",
    .operands = "RESULT...",
    .operands_min = 1,
    .operands_max = UINT_MAX,
    .options = takes,
    .format = format,
    .examples = {{"report results/*.json", "report.html, of one run or several"},
                 {"report run.json --terminal", "the answer as text"},
                 {"report run.json --figures=figures", "each figure as a file, for a paper"}},
    .run = report_command,
};
