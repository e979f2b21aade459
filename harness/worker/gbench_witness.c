#include "worker/gbench_witness.h"

#include <inttypes.h>

#include "base/error.h"

/* Sums are rounded in another order, and the clock of the CPU is not the one of the wall. */
static const double tolerance = 0.01, tolerance_s = 1e-6;

static const char advice[] = "please report this, with the version of Google Benchmark";

static bool expect_count(const char *what, uint64_t found, uint64_t wanted, struct error *error) {
    if (found == wanted)
        return true;
    return error_set(error, "Google Benchmark: found %" PRIu64 " %s, wanted %" PRIu64 "; %s", found, what, wanted,
                     advice);
}

static bool lies_between(double time_s, double least_s, double most_s) {
    return time_s >= least_s * (1 - tolerance) - tolerance_s && time_s <= most_s * (1 + tolerance) + tolerance_s;
}

/* `inside_s` is summed over the threads, as what is reported may be; or else it is their mean. */
static bool expect_time(const char *clock, double reported_s, double inside_s, const struct gbench_witness *seen,
                        bool may_be_mean, struct error *error) {
    const double threads = seen->threads;
    if (lies_between(reported_s, inside_s, seen->around_s * threads) ||
        (may_be_mean && lies_between(reported_s, inside_s / threads, seen->around_s)))
        return true;
    return error_set(error,
                     "Google Benchmark: found a %s of %.9f s for a sample of %u threads that by this program's own "
                     "clock spent %.9f s each in their loops and %.9f s in all, wanted %s of what lies between; %s",
                     clock, reported_s, seen->threads, inside_s / threads, seen->around_s,
                     may_be_mean ? "their sum or their mean" : "their sum", advice);
}

bool gbench_agree_on_samples(uint64_t wanted, uint64_t begun, uint64_t reported, struct error *error) {
    return expect_count("samples begun", begun, wanted, error) &&
           expect_count("samples reported", reported, wanted, error);
}

bool gbench_agree(const struct gbench_witness *seen, const struct gbench_report *report, struct error *error) {
    return expect_count("entries into the loop of a sample", seen->entries, seen->threads, error) &&
           expect_count("threads in a sample", report->threads, seen->threads, error) &&
           expect_count("iterations in a sample", report->iterations, seen->iterations * seen->threads, error) &&
           expect_time("real time", report->real_s, seen->real_s, seen, true, error) &&
           expect_time("CPU time", report->cpu_s, seen->cpu_s, seen, false, error);
}
