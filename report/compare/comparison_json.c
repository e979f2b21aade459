/* A comparison for programs. What is unknown stays out: no number here is infinite. */
#include "base/json_build.h"
#include "compare/comparison.h"
#include "compare/interval_json.h"

static json_t *make_texts(struct json_build *build, const struct comparison_texts *texts) {
    json_t *array = json_array();
    for (size_t i = 0; i < texts->count; i++)
        json_build_append_text(build, array, texts->items[i]);
    return array;
}

static json_t *make_file(struct json_build *build, const struct comparison_side *side) {
    json_t *object = json_object();
    json_build_put_text(build, object, "file", side->path);
    json_build_put_text(build, object, "date", result_file_fact(side->file, NULL, "date"));
    json_build_put_text(build, object, "host_name", result_file_fact(side->file, NULL, "host_name"));
    json_build_put_text(build, object, "fingerprint", result_file_fact(side->file, "ctxbench", "fingerprint"));
    json_build_put_text(build, object, "source_revision", result_file_fact(side->file, "build", "source_revision"));
    return object;
}

static json_t *make_summary(struct json_build *build, const struct comparison *comparison) {
    json_t *object = json_object();
    enum verdict worst = verdict_worst(comparison->verdicts, comparison->count);
    json_build_put_text(build, object, "worst", verdict_name(worst));
    for (enum verdict verdict = 0; verdict < VERDICT_COUNT; verdict++)
        json_build_put_count(build, object, verdict_name(verdict), comparison->counts[verdict]);
    return object;
}

static json_t *make_drift(struct json_build *build, const struct drift *drift) {
    json_t *object = json_object();
    json_build_put_count(build, object, "references", drift->references);
    json_build_put_number(build, object, "ratio", drift->ratio);
    json_build_put_number(build, object, "widening", drift->widening);
    return object;
}

static json_t *make_side(struct json_build *build, const struct verdict_side *side) {
    json_t *object = json_object();
    json_build_put_number(build, object, "median_ns", statistics_median(side->execution_ns, side->count));
    json_build_put_count(build, object, "executions", side->count);
    return object;
}

static json_t *make_case(struct json_build *build, const struct comparison_pair *pair, const struct verdict_case *c) {
    json_t *object = json_object();
    json_build_put_text(build, object, "name", pair->base->name);
    json_build_put_text(build, object, "verdict", verdict_name(c->verdict));
    json_build_put_number(build, object, "ratio", c->ratio.estimate);
    json_build_put_interval(build, object, "interval", c->ratio);
    json_build_put_interval(build, object, "joint_interval", c->joint);
    json_build_put_number(build, object, "joint_confidence", c->joint_confidence);
    json_build_put_number(build, object, "smallest_slowdown", c->smallest_slowdown);
    json_build_put_number(build, object, "p_changed", c->p_changed);
    json_build_put_number(build, object, "p_equivalent", c->p_equivalent);
    json_build_put(build, object, "base", make_side(build, &c->base));
    json_build_put(build, object, "new", make_side(build, &c->other));
    return object;
}

static json_t *make_cases(struct json_build *build, const struct comparison *comparison) {
    json_t *array = json_array();
    for (size_t i = 0; i < comparison->count; i++)
        json_build_append(build, array, make_case(build, &comparison->pairs[i], &comparison->verdicts[i]));
    return array;
}

static json_t *make_names(struct json_build *build, const struct result_case *const *cases, size_t count) {
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++)
        json_build_append_text(build, array, cases[i]->name);
    return array;
}

bool comparison_print_json(const struct comparison *comparison, FILE *out) {
    struct json_build build = {false};
    json_t *object = json_object();
    json_build_put_count(&build, object, "ctxbench_comparison", 1);
    json_build_put(&build, object, "base", make_file(&build, &comparison->base));
    json_build_put(&build, object, "new", make_file(&build, &comparison->other));
    json_build_put_number(&build, object, "threshold", comparison->threshold);
    json_build_put_number(&build, object, "alpha", comparison->alpha);
    json_build_put(&build, object, "objections", make_texts(&build, &comparison->objections));
    json_build_put(&build, object, "differences", make_texts(&build, &comparison->differences));
    json_build_put(&build, object, "warnings", make_texts(&build, &comparison->warnings));
    json_build_put(&build, object, "summary", make_summary(&build, comparison));
    json_build_put(&build, object, "drift", make_drift(&build, &comparison->drift));
    json_build_put(&build, object, "cases", make_cases(&build, comparison));
    json_build_put(&build, object, "only_in_base",
                   make_names(&build, comparison->only_base, comparison->only_base_count));
    json_build_put(&build, object, "only_in_new",
                   make_names(&build, comparison->only_other, comparison->only_other_count));
    return json_build_write(&build, object, JSON_INDENT(2), out);
}
