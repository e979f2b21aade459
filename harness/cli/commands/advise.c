#include "base/message.h"
#include "base/text.h"
#include "cli/command.h"

#include <limits.h>
#include <string.h>

#include "advice/advice_json.h"
#include "base/output_file.h"
#include "page/decide.h"
#include "page/page.h"
#include "session/newest.h"
#include "table/advice_table.h"
#include "table/verify_table.h"

/* ---- The program ---- */

/* The number given under this name; *value stays if none was. */
static bool read_number(const struct options *options, const char *name, double *value, struct error *error) {
    for (size_t i = 0; i < options->choice_count; i++) {
        const struct parameter_choice *choice = &options->choices[i];
        if (strcmp(choice->name, name) != 0)
            continue;
        if (choice->count != 1)
            return error_set(error, "--%s: found %zu numbers, wanted one", name, choice->count);
        if (choice->values[0] < 0 || choice->values[0] > PROGRAM_NUMBER_MAX)
            return error_set(error, "--%s: found %lld, wanted a number from 0 to %d", name,
                             (long long)choice->values[0], PROGRAM_NUMBER_MAX);
        *value = (double)choice->values[0];
    }
    return true;
}

static bool unknown_preset(const char *name, struct error *error) {
    const char *names[PROGRAM_PRESETS];
    for (size_t i = 0; i < PROGRAM_PRESETS; i++)
        names[i] = program_presets[i].name;
    (void)text_unknown_name("preset", name, names, PROGRAM_PRESETS, error);
    return error_prefix(error, "--preset: ");
}

static bool read_program(const struct options *options, struct program *program, struct error *error) {
    const struct program_preset *preset = &program_presets[0];
    if (options->program != NULL)
        preset = program_preset_named(options->program);
    if (preset == NULL)
        return unknown_preset(options->program, error);
    *program = preset->program;
    return read_number(options, "depth", &program->depth, error) &&
           read_number(options, "reads", &program->reads, error) &&
           read_number(options, "scopes", &program->scopes, error) &&
           read_number(options, "handoffs", &program->handoffs, error);
}

/* ---- Output ---- */

static bool write_markdown(const struct advice *advice, FILE *out) {
    struct document document = {.title = "Which strategy", .subtitle = ""};
    decide_add_advice(&document, advice, "advice");
    const bool made = !document.out_of_memory;
    if (made)
        page_write_markdown(&document, NULL, out);
    document_free(&document);
    return made;
}

static bool print(const struct advice *advice, const struct options *options, FILE *out) {
    if (options_want_format(options, "json"))
        return advice_print_json(advice, out);
    if (options_want_format(options, "markdown"))
        return write_markdown(advice, out);
    return advice_table_print(advice, out, table_style_for(out));
}

static bool write_advice(const struct advice *advice, const struct options *options, struct error *error) {
    const char *path = options->out != NULL ? options->out : "-";
    struct output_file file;
    if (!output_file_open(&file, path, options->force, error))
        return false;
    if (print(advice, options, file.stream) || ferror(file.stream))
        return output_file_commit(&file, error); /* which also says why writing failed */
    output_file_discard(&file);
    return error_set_code(error, ERROR_MEMORY, "cannot write %s: out of memory", path);
}

/* ---- Whether it is right ---- */

static int verify(const struct evidence *evidence, struct arena *arena) {
    struct error error;
    struct verification verification;
    if (!verify_make(evidence, arena, &verification))
        return (void)error_set_code(&error, ERROR_MEMORY, "out of memory for the verification"),
               message_fail(EXIT_STATUS_FAILED, &error);
    if (verification.program_count == 0)
        return (void)error_set(
                   &error, "%s holds no whole request whose parts it has as well; bench --suite=advice measures both",
                   evidence->run->path),
               message_fail(EXIT_STATUS_USAGE, &error);
    if (verify_table_print(&verification, stdout, table_style_for(stdout)))
        return EXIT_STATUS_OK;
    return (void)error_set_code(&error, ERROR_MEMORY, "out of memory for the table"),
           message_fail(EXIT_STATUS_FAILED, &error);
}

/* ---- The command ---- */

static int advise(const struct runs *runs, const struct options *options, struct arena *arena) {
    struct error error;
    struct evidence evidence;
    struct advice advice;
    struct program program;
    if (runs->run_count == 0)
        return (void)error_set(&error,
                               "%s holds no run, so nothing is known of costs; wanted a result file of bench run",
                               runs->files[0].path),
               message_fail(EXIT_STATUS_USAGE, &error);
    const bool made = evidence_make(&runs->files[0], arena, &evidence);
    bool *needed = made ? arena_take(arena, (evidence.conditions.count + 1) * sizeof *needed) : NULL;
    if (needed == NULL)
        return (void)error_set_code(&error, ERROR_MEMORY, "out of memory for the advice"),
               message_fail(EXIT_STATUS_FAILED, &error);
    if (options->verify)
        return verify(&evidence, arena);
    if (!read_program(options, &program, &error))
        return message_fail(EXIT_STATUS_USAGE, &error);
    if (!advice_read_needs(&evidence, options->needs, needed, &error))
        return (void)error_prefix(&error, "--needs: "), message_fail(EXIT_STATUS_USAGE, &error);
    if (!advice_make(&evidence, &program, needed, arena, &advice))
        return (void)error_set_code(&error, ERROR_MEMORY, "out of memory for the advice"),
               message_fail(EXIT_STATUS_FAILED, &error);
    return write_advice(&advice, options, &error) ? EXIT_STATUS_OK : message_fail(EXIT_STATUS_FAILED, &error);
}

static int advise_command(const struct command_call *call) {
    const struct options *options = call->options;
    struct error error;
    struct newest newest = {.count = 0};
    struct runs runs = {0};
    struct arena arena = {0};
    char *const *paths = options->operands;
    size_t count = options->operand_count;
    bool loaded = true;
    if (count == 0) {
        loaded = newest_find(&newest, &error);
        paths = newest.paths;
        count = newest.count;
        for (size_t i = 0; i < count && !options->quiet; i++)
            (void)fprintf(stderr, "%s %s", i == 0 ? "From" : " and", paths[i]);
        if (count > 0 && !options->quiet)
            (void)fputs(".\n", stderr);
    }
    loaded = loaded && runs_load(&runs, paths, count, NULL, options->anonymous, &error);
    const int status = loaded ? advise(&runs, options, &arena) : message_fail(EXIT_STATUS_USAGE, &error);
    arena_free(&arena);
    runs_free(&runs);
    newest_free(&newest);
    return status;
}

static const struct command_option takes[] = {
    {.name = "needs"},
    {.name = "preset", .preset = "logging"},
    {.name = "depth", .help = "calls of a request, one in another; its scopes and reads are spread over them"},
    {.name = "reads"},
    {.name = "scopes"},
    {.name = "handoffs"},
    {.name = "verify"},
    {.name = "out", .help = "the file to write; standard output when not given"},
    {.name = "format", .help = "how it is printed: terminal, markdown or json"},
    {.name = "force"},
    {.name = "anonymous"},
    {.name = "quiet", .help = "do not say which files it is from"},
    {.name = NULL},
};

COMMAND_FORMATS("terminal", "markdown", "json")

const struct command command_advise = {
    .name = "advise",
    .group = COMMAND_READS_RESULTS,
    .help = "which strategy a program should take, and what that costs",
    .operands = "[FILE...]",
    .operands_max = UINT_MAX,
    .options = takes,
    .format = format,
    .examples = {{"advise --needs=fibers,callbacks --reads=50 --depth=30",
                  "from the newest results here, or in results/"},
                 {"advise --preset=tracing run.json matrix.json",
                  "from a run, and the matrix that proves its strategies"},
                 {"advise --verify run.json", "whether its sums are what whole requests cost"}},
    .run = advise_command,
};
