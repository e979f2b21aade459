#include "base/message.h"
#include "cli/command.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/output_file.h"
#include "figure/gnuplot.h"
#include "figure/gnuplot_source.h"
#include "figure/svg.h"
#include "fleet/fleet.h"
#include "fleet/fleet_json.h"
#include "page/contents.h"
#include "page/contents_fleet.h"
#include "page/page.h"

struct reporting {
    const struct options *options;
    struct fleet *fleet; /* of a file of several machines; NULL: the report is of runs */
    struct runs runs;
    struct document document;
};

/* A missing tool leaves the figures without PDF: that is said, and no failure. */
static void note(const struct reporting *reporting, const char *what) {
    message(reporting->options->quiet ? NULL : stderr, "%s", what);
}

/* ---- Files ---- */

/* What goes into a file beside the text. False when out of memory. */
typedef bool content_writer(const struct figure *figure, FILE *out);

static bool write_source(const struct figure *figure, FILE *out) {
    char drawn[PATH_MAX];
    (void)snprintf(drawn, sizeof drawn, "%s.pdf", figure->id);
    (void)fprintf(out, "# gnuplot %s.gp draws %s. Change what you like: the size stands in the next line.\n",
                  figure->id, drawn);
    return gnuplot_write_source(figure, drawn, out);
}

static bool write_csv(const struct figure *figure, FILE *out) {
    figure_write_csv(figure, out);
    return true;
}

static bool write_svg(const struct figure *figure, FILE *out) {
    return svg_write(figure, FIGURE_ON_PAPER, out);
}

static bool open_figure_file(const struct reporting *reporting, const struct figure *figure, const char *suffix,
                             struct output_file *file, struct error *error) {
    char path[PATH_MAX];
    const int length = snprintf(path, sizeof path, "%s/%s.%s", reporting->options->figures, figure->id, suffix);
    if (length < (int)sizeof path)
        return output_file_open(file, path, reporting->options->force, error);
    (void)error_set(error, "--figures: the path of %s.%s is too long", figure->id, suffix);
    return false;
}

static bool write_figure_file(const struct reporting *reporting, const struct figure *figure, const char *suffix,
                              content_writer *write, struct error *error) {
    struct output_file file;
    if (!open_figure_file(reporting, figure, suffix, &file, error))
        return false;
    if (write(figure, file.stream))
        return output_file_commit(&file, error);
    output_file_discard(&file);
    return error_set_code(error, ERROR_MEMORY, "out of memory for the figure %s", figure->id);
}

/* Where gnuplot makes no PDF, *refused says why, and no more are tried. */
static bool write_pdf(const struct reporting *reporting, const struct figure *figure, struct error *refused,
                      struct error *error) {
    size_t size;
    struct output_file file;
    if (refused->text[0] != '\0')
        return true;
    char *drawn = gnuplot_draw_pdf(figure, &size, refused);
    if (drawn == NULL)
        return true;
    bool written = open_figure_file(reporting, figure, "pdf", &file, error);
    if (written) {
        (void)fwrite(drawn, 1, size, file.stream);
        written = output_file_commit(&file, error);
    }
    free(drawn);
    return written;
}

static bool write_figure_files(const struct reporting *reporting, const struct figure *figure, struct error *refused,
                               struct error *error) {
    return write_figure_file(reporting, figure, "csv", write_csv, error) &&
           write_figure_file(reporting, figure, "gp", write_source, error) &&
           write_figure_file(reporting, figure, "svg", write_svg, error) &&
           write_pdf(reporting, figure, refused, error);
}

static bool write_scatter_files(const struct reporting *reporting, const struct scatter *scatter, struct error *error) {
    static const struct {
        const char *suffix;
        bool is_drawing;
    } files[] = {{"svg", true}, {"csv", false}};
    const struct figure named = {.id = scatter->id};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct output_file file;
        if (!open_figure_file(reporting, &named, files[i].suffix, &file, error))
            return false;
        if (!(files[i].is_drawing ? scatter_write_svg(scatter, FIGURE_ON_PAPER, file.stream)
                                  : scatter_write_csv(scatter, file.stream))) {
            output_file_discard(&file);
            return error_set_code(error, ERROR_MEMORY, "out of memory for the figure %s", scatter->id);
        }
        if (!output_file_commit(&file, error))
            return false;
    }
    return true;
}

static bool write_figures(const struct reporting *reporting, struct error *error) {
    struct error refused = {.text = ""};
    const char *folder = reporting->options->figures;
    if (mkdir(folder, 0777) != 0 && errno != EEXIST)
        return error_set_code(error, ERROR_SYSTEM, "--figures: cannot make the folder %s: %s", folder, strerror(errno));
    for (const struct document_block *block = reporting->document.first; block != NULL; block = block->next)
        if ((block->kind == DOCUMENT_FIGURE && !write_figure_files(reporting, block->figure, &refused, error)) ||
            (block->kind == DOCUMENT_SCATTER && !write_scatter_files(reporting, block->scatter, error)))
            return false;
    if (refused.text[0] != '\0')
        note(reporting, refused.text);
    return true;
}

/* ---- The report ---- */

static bool out_of_memory(struct error *error) {
    return error_set_code(error, ERROR_MEMORY, "out of memory for the report");
}

static bool write_report(const struct reporting *reporting, const char *path, struct error *error) {
    const struct options *options = reporting->options;
    struct output_file file;
    bool written = true;
    if (!output_file_open(&file, path, options->force, error))
        return false;
    if (options_want_format(options, "json"))
        written = fleet_write_json(reporting->fleet, file.stream) || out_of_memory(error);
    else if (options_want_format(options, "markdown"))
        page_write_markdown(&reporting->document, options->figures, file.stream);
    else if (options_want_format(options, "terminal"))
        page_write_terminal(&reporting->document, file.stream, table_style_for(file.stream));
    else
        written = page_write_html(&reporting->document, file.stream) || out_of_memory(error);
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

/* Several machines in one file are reported together, unless one of them is chosen. */
static bool load(struct reporting *reporting, struct error *error) {
    const struct options *options = reporting->options;
    if (options->operand_count == 1 && options->machine == NULL && fleet_is_one(options->operands[0])) {
        if (options->anonymous)
            return error_set(error,
                             "--anonymous: a report of several machines tells them apart by their names; "
                             "--machine=NAME chooses one of them");
        reporting->fleet = fleet_load(options->operands[0], error);
        return reporting->fleet != NULL;
    }
    return runs_load(&reporting->runs, options->operands, options->operand_count, options->machine, options->anonymous,
                     error) &&
           (!options_want_format(options, "json") ||
            error_set(error,
                      "--format=json is for a file of several machines (bench merge); bench export has formats of "
                      "one run for programs"));
}

static int make_report(struct reporting *reporting) {
    const struct options *options = reporting->options;
    const char *target = target_of(options);
    struct error error = {.text = ""};
    if (!output_file_check(target, options->force, &error))
        return message_fail(EXIT_STATUS_USAGE, &error);
    if (!load(reporting, &error))
        return message_fail(EXIT_STATUS_USAGE, &error);
    if (reporting->fleet != NULL ? !contents_fleet_make(&reporting->document, reporting->fleet)
                                 : !contents_make(&reporting->document, &reporting->runs))
        return (void)out_of_memory(&error), message_fail(EXIT_STATUS_FAILED, &error);
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
    fleet_free(reporting.fleet);
    return status;
}

static const struct command_option takes[] = {
    {.name = "out", .help = "the file to write; when not given, report.html, or standard output for text"},
    {.name = "format", .help = "html, markdown or terminal, or json of several machines; html when not given"},
    {.name = "terminal"},
    {.name = "machine"},
    {.name = "figures"},
    {.name = "force"},
    {.name = "anonymous"},
    {.name = "quiet", .help = "say nothing but errors"},
    {.name = NULL},
};

COMMAND_FORMATS("terminal", "markdown", "html", "json")

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
