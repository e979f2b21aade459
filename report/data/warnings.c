#include "data/warnings.h"

#include <stdio.h>

/* Fewer executions than this cannot give a 95 % interval of a median, whatever their values: 2 * 0.5^5 > 5 %. */
enum { EXECUTIONS_FOR_INTERVAL = 6 };

static bool has_few_executions(const struct summary *report) {
    for (size_t i = 0; i < report->file->case_count; i++)
        if (report->file->cases[i].execution_count < EXECUTIONS_FOR_INTERVAL)
            return true;
    return false;
}

size_t warnings_visit(const struct summary *report, void (*visit)(const char *warning, void *arg), void *arg) {
    const struct result_file *file = report->file;
    char own[3][160];
    size_t own_count = 0;
    if (file->interrupted)
        (void)snprintf(own[own_count++], sizeof own[0],
                       "The run was interrupted after %zu of %zu executions: --resume completes it.", file->done,
                       file->planned);
    if (has_few_executions(report))
        (void)snprintf(own[own_count++], sizeof own[0],
                       "Intervals of fewer than %d executions are too narrow: --executions raises their number.",
                       EXECUTIONS_FOR_INTERVAL);
    if (file->unusable_rows > 0)
        (void)snprintf(own[own_count++], sizeof own[0], "%zu rows of the file hold no usable time and are left out.",
                       file->unusable_rows);
    for (size_t i = 0; i < own_count + file->warning_count; i++)
        visit(i < own_count ? own[i] : file->warnings[i - own_count], arg);
    return own_count + file->warning_count;
}
