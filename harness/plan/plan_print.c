/* What --dry-run shows: the plan as a table that fits the width of a terminal. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/display.h"
#include "base/text.h"
#include "plan/estimate.h"
#include "plan/plan.h"

/* A table of counts: strategies down, workloads across. */
struct tally {
    struct text_names strategies, workloads, placements;
    size_t *counts; /* [strategy * workloads.count + workload] */
};

static bool tally_cases(struct tally *tally, const struct plan *plan) {
    for (size_t i = 0; i < plan->case_count; i++) {
        const struct bench_case *c = &plan->cases[i];
        if (!text_names_add(&tally->strategies, c->strategy->name) ||
            !text_names_add(&tally->workloads, c->kernel->workload->name) ||
            !text_names_add(&tally->placements, c->placement->name))
            return false;
    }
    tally->counts = calloc(tally->strategies.count * tally->workloads.count + 1, sizeof *tally->counts);
    for (size_t i = 0; tally->counts != NULL && i < plan->case_count; i++) {
        size_t strategy = text_names_index(&tally->strategies, plan->cases[i].strategy->name);
        size_t workload = text_names_index(&tally->workloads, plan->cases[i].kernel->workload->name);
        tally->counts[strategy * tally->workloads.count + workload]++;
    }
    return tally->counts != NULL;
}

static int column_width(const char *heading) {
    int length = (int)strlen(heading);
    return 2 + (length < 6 ? 6 : length);
}

/* How many workloads from `first` on fit beside the names of the strategies. */
static size_t columns_that_fit(const struct tally *tally, size_t first, int left) {
    size_t count = 0;
    int used = left;
    while (first + count < tally->workloads.count) {
        used += column_width(tally->workloads.items[first + count]);
        if (used > TEXT_WIDTH && count > 0)
            break;
        count++;
    }
    return count;
}

static void print_columns(const struct tally *tally, size_t first, size_t count, int left, FILE *out) {
    (void)fprintf(out, "%-*s", left, "cases");
    for (size_t i = first; i < first + count; i++)
        (void)fprintf(out, "%*s", column_width(tally->workloads.items[i]), tally->workloads.items[i]);
    (void)fputc('\n', out);
    for (size_t row = 0; row < tally->strategies.count; row++) {
        (void)fprintf(out, "%-*s", left, tally->strategies.items[row]);
        for (size_t i = first; i < first + count; i++)
            (void)fprintf(out, "%*zu", column_width(tally->workloads.items[i]),
                          tally->counts[row * tally->workloads.count + i]);
        (void)fputc('\n', out);
    }
    (void)fputc('\n', out);
}

static void print_table(const struct tally *tally, FILE *out) {
    int left = (int)strlen("cases");
    for (size_t i = 0; i < tally->strategies.count; i++) {
        int length = (int)strlen(tally->strategies.items[i]);
        left = length > left ? length : left;
    }
    for (size_t first = 0, count; first < tally->workloads.count; first += count) {
        count = columns_that_fit(tally, first, left);
        print_columns(tally, first, count, left, out);
    }
}

static void print_placements(const struct tally *tally, FILE *out) {
    const char *heading = "placements:";
    char names[512];
    text_names_join(&tally->placements, names, sizeof names);
    (void)fputs(heading, out);
    text_print_wrapped(out, strlen(heading), strlen(heading) + 1, names);
}

static void print_memory(const struct plan *plan, FILE *out) {
    const char *heading = "memory:";
    char text[sizeof plan->memory_stays.text + 64];
    if (plan->memory_stays.text[0] == '\0')
        return;
    (void)snprintf(text, sizeof text, "where it is first touched, in no other way: %s", plan->memory_stays.text);
    (void)fputs(heading, out);
    text_print_wrapped(out, strlen(heading), strlen("placements:") + 1, text);
}

/* How many executions each case has, and how long all will take, as far as that can be told beforehand. */
static void print_size(const struct plan *plan, const struct options *options, const struct estimate *estimate,
                       FILE *out) {
    const unsigned rounds = estimate_rounds(estimate, options->budget_seconds, 0, 0, options->executions);
    const double seconds = estimate_calibration_seconds(estimate) + rounds * estimate_round_seconds(estimate);
    char time[TEXT_DURATION_MAX], budget[TEXT_DURATION_MAX];
    text_format_duration(seconds, time);
    text_format_duration(options->budget_seconds, budget);
    (void)fprintf(out, "suite:      %s\n", options->suite->name);
    (void)fprintf(out, "executions: %zu cases x %u = %zu, in an order from the seed %" PRIu64 "\n", plan->case_count,
                  rounds, plan->case_count * rounds, plan->seed);
    if (rounds < options->executions)
        (void)fprintf(out, "            (%u of each would take longer than %s)\n", options->executions, budget);
    (void)fprintf(out, "samples:    %u of %g ms in each execution\n", options->sample_count,
                  options->sample_seconds * 1e3);
    (void)fprintf(out, "time:       about %s", time);
    if (options->budget_seconds > 0 && seconds > options->budget_seconds)
        (void)fprintf(out, ", though no more than %s were wanted: name fewer cases", budget);
    else if (options->budget_seconds > 0)
        (void)fprintf(out, "; at most %s, with fewer executions if need be", budget);
    (void)fputc('\n', out);
}

bool plan_print(const struct plan *plan, const struct options *options, FILE *out, struct error *error) {
    struct tally tally = {0};
    struct estimate estimate;
    bool ready =
        estimate_init(&estimate, plan, options, error) &&
        (tally_cases(&tally, plan) || error_set_code(error, ERROR_MEMORY, "out of memory for the table of the plan"));
    if (ready) {
        print_table(&tally, out);
        print_placements(&tally, out);
        print_memory(plan, out);
        print_size(plan, options, &estimate, out);
    }
    text_names_free(&tally.strategies);
    text_names_free(&tally.workloads);
    text_names_free(&tally.placements);
    free(tally.counts);
    estimate_free(&estimate);
    return ready;
}
