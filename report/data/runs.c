#include "data/runs.h"
#include "base/display.h"

#include <assert.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "data/result_matrix.h"

/* What may tell two runs apart, in the order in which it is looked at. */
static const struct {
    const char *group, *key;
    bool shortened; /* the beginning is enough */
} differences[] = {
    {NULL, "host_name", false},         {"machine", "cpu_model", false},    {"build", "compiler", false},
    {"build", "compiler_flags", false}, {"build", "source_revision", true}, {"process", "preloaded", false},
    {"process", "allocator", false},    {"process", "variables", false},    {NULL, "date", false},
};

enum { LABEL_MAX = 160, REVISION_SHOWN = 10 };

static bool out_of_memory(struct error *error) {
    return error_set_code(error, ERROR_MEMORY, "out of memory for the report");
}

/* ---- Labels ---- */

static bool differs(const struct runs *runs, size_t i) {
    for (size_t r = 1; r < runs->run_count; r++)
        if (strcmp(result_file_fact(runs->files[r].file, differences[i].group, differences[i].key),
                   result_file_fact(runs->files[0].file, differences[i].group, differences[i].key)) != 0)
            return true;
    return false;
}

/* A single run needs no name; of several, each has a letter and the first thing in which they differ. */
static bool label_runs(struct runs *runs) {
    size_t first = 0;
    while (first + 1 < sizeof differences / sizeof *differences && !differs(runs, first))
        first++;
    for (size_t r = 0; r < runs->run_count; r++) {
        struct run *run = &runs->files[r];
        const char *fact = result_file_fact(run->file, differences[first].group, differences[first].key);
        char shown[LABEL_MAX];
        (void)snprintf(shown, sizeof shown, "%.*s", differences[first].shortened ? REVISION_SHOWN : LABEL_MAX - 1,
                       fact);
        text_make_printable(shown);
        run->label = runs->run_count == 1 ? ""
                                          : arena_printf(&runs->arena, "%c%s%s", (char)('A' + (int)(r % 26)),
                                                         shown[0] != '\0' ? ": " : "", shown);
        if (run->label == NULL)
            return false;
    }
    return true;
}

/* ---- Matrices ---- */

static const char *fingerprint(const struct run *run) {
    return result_file_fact(run->file, "ctxbench", "fingerprint");
}

/* A run takes its own matrix, that of its machine, or else that of another, which is then said. */
static void match_matrices(struct runs *runs, const struct matrix *const *own) {
    for (size_t r = 0; r < runs->file_count; r++) {
        struct run *run = &runs->files[r];
        for (int turn = 0; turn < 3 && run->matrix == NULL; turn++) {
            for (size_t i = 0; i < runs->file_count && run->matrix == NULL; i++) {
                const bool same_machine = strcmp(fingerprint(run), fingerprint(&runs->files[i])) == 0;
                if (own[i] == NULL || (turn == 0 && i != r) || (turn == 1 && !same_machine))
                    continue;
                run->matrix = own[i];
                run->matrix_from = &runs->files[i];
                run->matrix_of_another_machine = !same_machine;
            }
        }
    }
}

static bool read_matrices(struct runs *runs) {
    const struct matrix **own = arena_take(&runs->arena, (runs->file_count + 1) * sizeof *own);
    if (own == NULL)
        return false;
    for (size_t i = 0; i < runs->file_count; i++)
        if (!result_matrix_read(runs->files[i].file, &runs->arena, &own[i]))
            return false;
    match_matrices(runs, own);
    for (size_t i = 0; i < runs->file_count; i++) {
        struct run *run = &runs->files[i];
        if (run->matrix != NULL &&
            !presentation_conditions(run->matrix_from->file, run->matrix, &runs->arena, &run->conditions))
            return false;
    }
    return true;
}

/* ---- Loading ---- */

/* The path as it may stand in a report. NULL when out of memory. */
static const char *keep_path(struct arena *arena, const char *path) {
    char *shown = utf8_shown(path);
    const char *kept = shown != NULL ? arena_printf(arena, "%s", shown) : NULL;
    free(shown);
    return kept;
}

static bool hide_names(struct arena *arena, struct run *run, size_t number) {
    run->path = arena_printf(arena, "result file %zu", number);
    return run->path != NULL && result_file_anonymise(run->file);
}

static bool load_file(struct arena *arena, struct run *run, const char *path, const char *machine,
                      struct error *error) {
    run->path = keep_path(arena, path);
    if (run->path == NULL)
        return out_of_memory(error);
    run->file = result_file_load_machine(path, machine, error);
    return run->file != NULL;
}

/* Files with rows go to the front, in their order. A file of failures alone is a run, too. */
static void put_runs_first(struct runs *runs) {
    for (size_t i = 0; i < runs->file_count; i++) {
        const struct run run = runs->files[i];
        assert(run.file != NULL);
        const bool has_matrix =
            json_array_size(json_object_get(json_object_get(run.file->context, "ctxbench"), "conformance")) > 0;
        if (has_matrix && run.file->case_count == 0 && run.file->failure_count == 0)
            continue;
        memmove(&runs->files[runs->run_count + 1], &runs->files[runs->run_count],
                (i - runs->run_count) * sizeof *runs->files);
        runs->files[runs->run_count++] = run;
    }
}

static size_t find_yardstick(const struct yardsticks *yardsticks, const struct yardstick *like) {
    size_t i = 0;
    while (i < yardsticks->count && !yardsticks_share(&yardsticks->list[i], like))
        i++;
    return i;
}

/* Those of the first run, then what others have beside them. */
static void collect_yardsticks(struct runs *runs) {
    for (size_t r = 0; r < runs->run_count; r++) {
        const struct summary *summary = runs->files[r].report;
        const struct yardsticks *own = summary != NULL ? &summary->yardsticks : NULL;
        for (size_t i = 0; own != NULL && i < own->count && runs->yardsticks.count < YARDSTICKS_MAX; i++)
            if (find_yardstick(&runs->yardsticks, &own->list[i]) == runs->yardsticks.count)
                runs->yardsticks.list[runs->yardsticks.count++] = own->list[i];
    }
}

bool runs_load(struct runs *runs, char *const *paths, size_t path_count, const char *machine, bool anonymous,
               struct error *error) {
    *runs = (struct runs){0};
    runs->files = calloc(path_count + 1, sizeof *runs->files);
    if (runs->files == NULL)
        return out_of_memory(error);
    for (; runs->file_count < path_count; runs->file_count++)
        if (!load_file(&runs->arena, &runs->files[runs->file_count], paths[runs->file_count], machine, error)) {
            runs->file_count++; /* it may be half loaded, and has to be freed */
            return false;
        }
    for (size_t i = 0; i < runs->file_count; i++) {
        struct run *run = &runs->files[i];
        /* Names go first: what is made of a file refers to its texts. */
        if (anonymous && !hide_names(&runs->arena, run, i + 1))
            return out_of_memory(error);
        run->report = summary_make(run->file);
        if (run->report == NULL)
            return out_of_memory(error);
    }
    put_runs_first(runs);
    collect_yardsticks(runs);
    for (size_t r = 0; r < runs->run_count; r++)
        if (!survey_make(runs->files[r].report, &runs->arena, &runs->files[r].survey) ||
            !gaps_read(runs->files[r].file, &runs->arena, &runs->files[r].gaps))
            return out_of_memory(error);
    return (label_runs(runs) && read_matrices(runs)) || out_of_memory(error);
}

void runs_free(struct runs *runs) {
    for (size_t i = 0; i < runs->file_count; i++) {
        summary_free(runs->files[i].report);
        result_file_free(runs->files[i].file);
    }
    free(runs->files);
    arena_free(&runs->arena);
    *runs = (struct runs){0};
}

/* ---- Questions ---- */

bool runs_share_machine(const struct runs *runs) {
    for (size_t r = 1; r < runs->run_count; r++)
        if (strcmp(fingerprint(&runs->files[r]), fingerprint(&runs->files[0])) != 0)
            return false;
    return runs->run_count > 0 && fingerprint(&runs->files[0])[0] != '\0';
}

double run_ratio(const struct run *run, const struct summary_case *c, const struct yardstick *yardstick) {
    const struct yardsticks *own = &run->report->yardsticks;
    const size_t index = find_yardstick(own, yardstick);
    return index < own->count ? c->ratios[index] : 0;
}

const struct matrix_cell *run_cell(const struct run *run, const char *scenario, const char *strategy) {
    const struct matrix *matrix = run->matrix;
    for (size_t row = 0; matrix != NULL && row < matrix->scenario_count; row++) {
        if (strcmp(matrix->scenarios[row].name, scenario) != 0)
            continue;
        for (size_t column = 0; column < matrix->strategy_count; column++)
            if (strcmp(matrix->strategies[column], strategy) == 0)
                return matrix_cell(matrix, row, column);
    }
    return NULL;
}

size_t run_count_broken(const struct run *run, const char *strategy) {
    size_t count = 0;
    for (size_t row = 0; run->matrix != NULL && row < run->matrix->scenario_count; row++) {
        const struct matrix_cell *cell = run_cell(run, run->matrix->scenarios[row].name, strategy);
        count += cell != NULL && cell->outcome == SCENARIO_BROKEN;
    }
    return count;
}
