/* Bencher Metric Format. */
#include "base/json_build.h"
#include "export/export.h"

static json_t *make_measures(struct json_build *build, const struct summary_case *c) {
    json_t *metric = json_object(), *measures = json_object();
    json_build_put_number(build, metric, "value", c->median_ns);
    if (c->low_ns > 0) {
        json_build_put_number(build, metric, "lower_value", c->low_ns);
        json_build_put_number(build, metric, "upper_value", c->high_ns);
    }
    json_build_put(build, measures, "latency", metric);
    return measures;
}

/* A member of an object, as an object of its own without its braces. */
static bool write_member(struct json_build *build, const struct summary_case *c, size_t count, FILE *out) {
    json_t *member = json_object();
    json_build_put(build, member, c->of->name, make_measures(build, c));
    bool written = !build->out_of_memory && fputs(count > 0 ? ",\n" : "\n", out) != EOF &&
                   json_dumpf(member, out, JSON_COMPACT | JSON_EMBED) == 0;
    json_decref(member);
    return written;
}

/* Bencher Metric Format, version 0: the measure "latency" in nanoseconds, with the 95 % interval as its bounds. */
static bool write_bmf(const struct summary *report, FILE *out) {
    struct json_build build = {false};
    bool written = fputs("{", out) != EOF;
    for (size_t i = 0; written && i < report->file->case_count; i++)
        written = write_member(&build, &report->cases[i], i, out);
    return written && fputs("\n}\n", out) != EOF;
}

const struct export_format export_bmf = {.name = "bmf", .write = write_bmf};
