#include "gate/check_counts.h"
#include "base/message.h"

#include <stdlib.h>
#include <string.h>

#include "base/interrupt.h"
#include "base/now.h"
#include "base/output_file.h"
#include "base/utf8.h"
#include "session/progress.h"

bool counting_begin(struct counting *counting, struct error *error) {
    return callgrind_open(&counting->callgrind, error);
}

void counting_end(struct counting *counting) {
    callgrind_close(&counting->callgrind);
}

void counting_add_toolchain(const struct counting *counting, const struct environment *environment,
                            struct counts *counts) {
    counts_add_fact(counts, "architecture", environment->architecture);
    counts_add_fact(counts, "compiler", environment->compiler);
    counts_add_fact(counts, "compiler_flags", environment->compiler_flags);
    counts_add_fact(counts, "valgrind", counting->callgrind.version);
    for (size_t i = 0; i < environment->library_count; i++) {
        const struct environment_library *library = &environment->libraries[i];
        if (strcmp(library->name, "glibc") == 0 || strcmp(library->name, "libunwind") == 0)
            counts_add_fact(counts, library->name, library->version);
    }
}

/* Asks for the count of one case; what this side cannot be asked for at all is a failure, too. */
static enum callgrind_fate count_case(struct counting *counting, const struct gate_side *side,
                                      const struct bench_case *c, struct counts_case *counted) {
    struct callgrind_count count;
    struct execution_request request;
    struct error error;
    char plugin[PATH_MAX];
    *counted = (struct counts_case){.revision = c->kernel->workload->revision};
    case_name(c, counted->name);
    if (!gate_side_request(side, c, counted->name, counting->registry, plugin, &request, &error)) {
        utf8_escape(counted->reason, sizeof counted->reason, error.text);
        return CALLGRIND_FAILED;
    }
    enum callgrind_fate fate = callgrind_count(&counting->callgrind, side->program, &request, &count);
    counted->counted = fate == CALLGRIND_COUNTED;
    counted->instructions = counted->counted ? count.instructions : 0;
    utf8_escape(counted->reason, sizeof counted->reason, count.reason);
    return fate;
}

/* Keeps a count, or the reason why there is none; tells a failure. */
static enum counting_result keep(const struct counting *counting, enum callgrind_fate fate,
                                 const struct counts_case *counted, struct counts *counts, size_t *failures,
                                 struct error *error) {
    if (fate == CALLGRIND_INTERRUPTED) {
        (void)error_set_code(error, ERROR_INTERRUPTED, "interrupted");
        return COUNTING_INTERRUPTED;
    }
    if (fate == CALLGRIND_FAILED) {
        progress_clear(counting->callgrind.progress);
        message(stderr, "%s: %s", counted->name, counted->reason);
        ++*failures;
    } else if (!counts_add_case(counts, counted)) {
        (void)error_set_code(error, ERROR_MEMORY, "out of memory for %zu counts", counts->case_count + 1);
        return COUNTING_FAILED;
    }
    return COUNTING_DONE;
}

static void show_progress(const struct counting *counting, size_t done, double started) {
    const struct plan *plan = counting->plan;
    const double spent = now_seconds() - started;
    char name[CASE_NAME_MAX];
    case_name(&plan->cases[done], name);
    progress_step(counting->callgrind.progress, done,
                  done == 0 ? 0 : spent / (double)done * (double)(plan->case_count - done), name);
}

enum counting_result counting_take(struct counting *counting, const struct gate_side *side, struct counts *counts,
                                   size_t *failures, struct error *error) {
    const struct plan *plan = counting->plan;
    const double started = now_seconds();
    enum counting_result result = COUNTING_DONE;
    struct progress progress;
    progress_start(&progress, counting->options->quiet, plan->case_count);
    counting->callgrind.progress = &progress;
    for (size_t i = 0; i < plan->case_count && result == COUNTING_DONE; i++) {
        struct counts_case counted;
        show_progress(counting, i, started);
        const enum callgrind_fate fate =
            interrupt_requested() ? CALLGRIND_INTERRUPTED : count_case(counting, side, &plan->cases[i], &counted);
        result = keep(counting, fate, &counted, counts, failures, error);
    }
    progress_clear(&progress);
    counting->callgrind.progress = NULL;
    return result;
}

bool counts_write(const struct counts *counts, const char *path, bool force, struct error *error) {
    struct output_file file;
    char *text = counts_text(counts);
    if (text == NULL)
        return error_set_code(error, ERROR_MEMORY, "out of memory for %zu counts", counts->case_count);
    bool written = output_file_open_late(&file, path, force, error);
    if (written) {
        (void)output_file_write(&file, text, strlen(text));
        (void)output_file_write(&file, "\n", 1);
        written = output_file_commit(&file, error);
    }
    free(text);
    return written;
}
