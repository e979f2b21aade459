/* What a table shows of a result file: the median of each case with its interval, and its ratios to the references. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/summary.h"
#include "statistics/statistics.h"

/* Below this a reference's loop did nothing, and a ratio to it means nothing. */
static const double REFERENCE_NS_MIN = 0.01;

/* Enough for a steady 95 % interval, and fewer where there are so many samples that a reader would have to wait. */
enum { RESAMPLES_MAX = 1000, RESAMPLES_MIN = 200 };
static const double DRAWS_PER_REPORT = 60e6;

static unsigned choose_resamples(const struct result_file *file) {
    size_t samples = 1;
    for (size_t i = 0; i < file->execution_count; i++)
        samples += file->executions[i].sample_count;
    double affordable = DRAWS_PER_REPORT / (double)samples;
    return (unsigned)fmin(RESAMPLES_MAX, fmax(RESAMPLES_MIN, affordable));
}

static bool summarise_case(const struct result_case *of, unsigned resamples, uint64_t seed, struct summary_case *c) {
    size_t total = 0;
    for (size_t i = 0; i < of->execution_count; i++)
        total += of->executions[i].sample_count;
    double *samples = malloc(total * sizeof *samples);
    size_t *counts = malloc(of->execution_count * sizeof *counts);
    struct statistics_interval interval = {NAN, NAN, NAN};
    if (samples != NULL && counts != NULL) {
        for (size_t i = 0, at = 0; i < of->execution_count; at += counts[i++]) {
            counts[i] = of->executions[i].sample_count;
            memcpy(samples + at, of->executions[i].samples[SAMPLE_REAL_NS], counts[i] * sizeof *samples);
        }
        interval =
            statistics_bootstrap_median(samples, counts, of->execution_count, STATISTICS_CONFIDENCE, resamples, seed);
    }
    free(samples);
    free(counts);
    *c = (struct summary_case){.of = of, .median_ns = interval.estimate};
    if (of->execution_count > 1) { /* one execution says nothing of how executions differ */
        c->low_ns = interval.low;
        c->high_ns = interval.high;
    }
    return !isnan(interval.estimate);
}

/* The ratio of a case to that of `strategy` with the same comparison name; 0 if there is none. */
static double ratio_to(const struct summary *report, const struct summary_case *c, const char *strategy) {
    char name[1024];
    (void)snprintf(name, sizeof name, "%s/%s", strategy, c->of->comparison_name);
    const struct result_case *reference = result_file_case(report->file, name);
    if (reference == NULL || strcmp(c->of->strategy, strategy) == 0)
        return 0;
    double reference_ns = report->cases[reference - report->file->cases].median_ns;
    return reference_ns >= REFERENCE_NS_MIN ? c->median_ns / reference_ns : 0;
}

static void add_ratios(struct summary *report) {
    for (size_t i = 0; i < report->file->case_count; i++) {
        struct summary_case *c = &report->cases[i];
        for (size_t y = 0; y < report->yardsticks.count; y++) {
            const struct yardstick *yardstick = &report->yardsticks.list[y];
            const char *strategy = yardstick_of(yardstick, c->of->runtime);
            if (strategy != NULL && (c->of->reads_stack || !yardstick->reads_stack))
                c->ratios[y] = ratio_to(report, c, strategy);
        }
    }
}

struct summary *summary_make(const struct result_file *file) {
    struct summary *report = calloc(1, sizeof *report);
    if (report == NULL)
        return NULL;
    report->file = file;
    report->yardsticks = presentation_yardsticks(file);
    report->cases = calloc(file->case_count + 1, sizeof *report->cases);
    unsigned resamples = choose_resamples(file);
    bool made = report->cases != NULL;
    for (size_t i = 0; made && i < file->case_count; i++)
        made = summarise_case(&file->cases[i], resamples, i, &report->cases[i]);
    if (!made) {
        summary_free(report);
        return NULL;
    }
    add_ratios(report);
    return report;
}

void summary_free(struct summary *report) {
    if (report == NULL)
        return;
    free(report->cases);
    free(report);
}
