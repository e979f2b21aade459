#include "fleet/fleet_json.h"

#include <jansson.h>

#include "base/json_build.h"

static json_t *make_kind(struct json_build *build, const struct fleet_kind *kind) {
    json_t *object = json_object();
    json_build_put_text(build, object, "label", kind->label);
    json_build_put_text(build, object, "id", kind->id);
    json_build_put_text(build, object, "cpu_model", kind->cpu_model);
    json_build_put_text(build, object, "shape", kind->shape);
    json_build_put_count(build, object, "machines", kind->machine_count);
    json_build_put_count(build, object, "slow", kind->slow_count);
    if (kind->matrix != NULL) {
        json_build_put_text(build, object, "conformance_from", kind->matrix_from);
        json_build_put_count(build, object, "scenarios_failed", matrix_count(kind->matrix, SCENARIO_BROKEN));
        json_build_put_count(build, object, "not_as_expected", matrix_count_surprises(kind->matrix));
    }
    return object;
}

static json_t *make_machine(struct json_build *build, const struct fleet *fleet, const struct fleet_machine *machine) {
    json_t *object = json_object();
    json_build_put_text(build, object, "name", machine->name);
    json_build_put_text(build, object, "host_name", machine->host);
    json_build_put_text(build, object, "fingerprint", machine->fingerprint);
    json_build_put_text(build, object, "kind", fleet->kinds[machine->kind].label);
    json_build_put_text(build, object, "date", machine->date);
    json_build_put_count(build, object, "executions", machine->row_count);
    if (machine->factor > 0)
        json_build_put_number(build, object, "against_its_kind", machine->factor);
    return object;
}

static json_t *make_case(struct json_build *build, const struct fleet *fleet, const struct fleet_case *of) {
    json_t *object = json_object(), *kinds = json_object();
    json_build_put_text(build, object, "strategy", of->strategy);
    json_build_put_text(build, object, "store", of->store);
    json_build_put(build, object, "reference", json_boolean(of->reference));
    for (size_t i = 0; i < fleet->kind_count; i++) {
        const struct fleet_cell *cell = &of->cells[i];
        if (cell->machine_count == 0)
            continue;
        json_t *cost = json_object();
        json_build_put_number(build, cost, "median_ns", cell->median_ns);
        if (cell->high_ns > 0) {
            json_build_put_number(build, cost, "low_ns", cell->low_ns);
            json_build_put_number(build, cost, "high_ns", cell->high_ns);
        }
        if (cell->rank > 0)
            json_build_put_count(build, cost, "rank", cell->rank);
        json_build_put_count(build, cost, "machines", cell->machine_count);
        json_build_put(build, kinds, fleet->kinds[i].label, cost);
    }
    json_build_put(build, object, "kinds", kinds);
    return object;
}

static json_t *make_comparison(struct json_build *build, const struct fleet *fleet,
                               const struct fleet_comparison *comparison) {
    json_t *object = json_object(), *cases = json_array();
    json_build_put_text(build, object, "name", comparison->name);
    for (size_t i = 0; i < comparison->case_count; i++)
        json_build_append(build, cases, make_case(build, fleet, &comparison->cases[i]));
    json_build_put(build, object, "cases", cases);
    return object;
}

static json_t *make_flip(struct json_build *build, const struct fleet *fleet, const struct fleet_flip *flip) {
    json_t *object = json_object();
    json_build_put_text(build, object, "case", flip->comparison->name);
    json_build_put_text(build, object, "first", flip->a->label);
    json_build_put_text(build, object, "second", flip->b->label);
    json_build_put_text(build, object, "first_faster_on", fleet->kinds[flip->first].label);
    json_build_put_text(build, object, "second_faster_on", fleet->kinds[flip->second].label);
    json_build_put_number(build, object, "ratio", flip->strength);
    return object;
}

bool fleet_write_json(const struct fleet *fleet, FILE *out) {
    struct json_build made = {0}, *build = &made;
    json_t *object = json_object(), *kinds = json_array(), *machines = json_array(), *comparisons = json_array();
    json_t *flips = json_array();
    for (size_t i = 0; i < fleet->kind_count; i++)
        json_build_append(build, kinds, make_kind(build, &fleet->kinds[i]));
    for (size_t i = 0; i < fleet->machine_count; i++)
        json_build_append(build, machines, make_machine(build, fleet, &fleet->machines[i]));
    for (size_t i = 0; i < fleet->comparison_count; i++)
        json_build_append(build, comparisons, make_comparison(build, fleet, &fleet->comparisons[i]));
    for (size_t i = 0; i < fleet->flip_count; i++)
        json_build_append(build, flips, make_flip(build, fleet, &fleet->flips[i]));
    json_build_put(build, object, "kinds", kinds);
    json_build_put(build, object, "machines", machines);
    json_build_put(build, object, "comparisons", comparisons);
    json_build_put(build, object, "flips", flips);
    json_build_put_count(build, object, "opposite_by_medians", fleet->opposite_count);
    json_build_put_count(build, object, "failures", fleet->failure_count);
    json_build_put(build, object, "missing", fleet->missing != NULL ? json_incref(fleet->missing) : json_array());
    return json_build_write(build, object, JSON_COMPACT, out);
}
