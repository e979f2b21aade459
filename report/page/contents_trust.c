/* How far the figures of a run can be relied on, in one panel: where they are from, how they scatter, what was proved.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/warnings.h"
#include "page/contents_parts.h"
#include "page/prose.h"
#include "statistics/statistics.h"
#include "text/format.h"

static const char *fact(const struct run *run, const char *group, const char *key) {
    return result_file_fact(run->file, group, key);
}

/* "Machine: a, b, c", of those that are known. */
static void add_facts(struct document *document, const char *head, const char *const *facts, size_t count) {
    struct prose prose;
    size_t told = 0;
    prose_begin(&prose, document);
    prose_add(&prose, DOCUMENT_STRONG "%s" DOCUMENT_STRONG ": ", head);
    for (size_t i = 0; i < count; i++)
        if (facts[i][0] != '\0')
            prose_add(&prose, "%s%s", told++ > 0 ? ", " : "", facts[i]);
    prose_add(&prose, "%s", told > 0 ? "." : "not recorded.");
    prose_end(&prose, DOCUMENT_ITEM);
}

static void add_machine(struct document *document, const struct run *run) {
    const char *architecture = fact(run, "machine", "architecture");
    const char *const machine[] = {
        fact(run, "machine", "cpu_model"),
        architecture[0] != '\0' ? document_text(document, "timed on %s", architecture) : "",
        fact(run, "machine", "virtualisation"),
        fact(run, "machine", "kernel"),
    };
    const char *const build[] = {fact(run, "build", "compiler"), fact(run, "build", "compiler_flags"),
                                 fact(run, "build", "source_revision")};
    add_facts(document, "Machine", machine, sizeof machine / sizeof *machine);
    add_facts(document, "Build", build, sizeof build / sizeof *build);
}

/* ---- Noise ---- */

/* Half of the executions of a case lie within so much of each other, as a part of the median; NAN: too few. */
static double spread_of(const struct result_case *c) {
    enum { EXECUTIONS_MIN = 4 };
    double *medians = c->execution_count >= EXECUTIONS_MIN ? calloc(c->execution_count, sizeof *medians) : NULL;
    if (medians == NULL)
        return NAN;
    for (size_t i = 0; i < c->execution_count; i++)
        medians[i] = c->executions[i].median_ns;
    const double spread = (statistics_quantile(medians, c->execution_count, 0.75) -
                           statistics_quantile(medians, c->execution_count, 0.25)) /
                          statistics_median(medians, c->execution_count);
    free(medians);
    return spread;
}

static void add_noise(struct document *document, const struct run *run) {
    const struct result_file *file = run->file;
    double *spreads = calloc(file->case_count + 1, sizeof *spreads), most = 0;
    const struct result_case *noisiest = NULL;
    size_t count = 0;
    document->out_of_memory |= spreads == NULL;
    for (size_t i = 0; spreads != NULL && i < file->case_count; i++) {
        const double spread = spread_of(&file->cases[i]);
        if (isnan(spread))
            continue;
        spreads[count++] = spread;
        noisiest = noisiest == NULL || spread > most ? &file->cases[i] : noisiest;
        most = fmax(most, spread);
    }
    if (noisiest == NULL)
        document_add(document, DOCUMENT_ITEM, NULL,
                     DOCUMENT_STRONG "Noise" DOCUMENT_STRONG ": too few executions to tell.");
    else
        document_add(document, DOCUMENT_ITEM, NULL,
                     DOCUMENT_STRONG "Noise" DOCUMENT_STRONG
                                     ": the middle half of a case's executions spans %.1f %% of its median (the median "
                                     "of %zu cases), and at most %.0f %%, in " DOCUMENT_NAME "%s" DOCUMENT_NAME ".",
                     100 * statistics_median(spreads, count), count, 100 * most, noisiest->name);
    free(spreads);
}

/* ---- What was done ---- */

static void add_counts(struct document *document, const struct run *run) {
    const struct result_file *file = run->file;
    size_t executions = 0, failed = 0;
    for (size_t i = 0; i < file->case_count; i++)
        executions += file->cases[i].execution_count;
    for (size_t i = 0; i < file->failure_count; i++)
        failed += file->failures[i].count;
    document_add(document, DOCUMENT_ITEM, NULL,
                 DOCUMENT_STRONG "Measured" DOCUMENT_STRONG
                                 ": %zu cases, in %zu executions of a fresh process each; %zu failed, and %zu cases do "
                                 "not apply to their strategies.",
                 file->case_count, executions, failed, run->gaps.count);
    char summary[MATRIX_TEXT_MAX] = "nothing says which strategies are right where: no conformance matrix was given.";
    if (run->matrix != NULL)
        matrix_write_summary(run->matrix, summary);
    document_add(document, DOCUMENT_ITEM, NULL, DOCUMENT_STRONG "Proved" DOCUMENT_STRONG ": %s%s", summary,
                 run->matrix_of_another_machine ? " It was made on another machine." : "");
}

static void ignore(const char *warning, void *arg) {
    (void)warning, (void)arg;
}

void contents_add_trust(struct document *document, const struct run *run) {
    const size_t warnings = warnings_visit(run->report, ignore, NULL);
    add_machine(document, run);
    add_noise(document, run);
    add_counts(document, run);
    document_add(document, DOCUMENT_ITEM, NULL,
                 DOCUMENT_STRONG "Intervals" DOCUMENT_STRONG
                                 ": where the median over all executions lies with 95 %% confidence, by resampling "
                                 "executions and their samples. Two that overlap show no significant difference.");
    document_add(document, DOCUMENT_ITEM, NULL, DOCUMENT_STRONG "Disturbances" DOCUMENT_STRONG ": %s%s",
                 warnings == 0   ? "none was noticed."
                 : warnings == 1 ? "one was noticed; "
                                 : document_text(document, "%zu were noticed; ", warnings),
                 warnings > 0 ? "the environment below names what may have disturbed." : "");
}
