#include "gate/counts.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_build.h"
#include "base/json_text.h"

enum { CAPACITY_FIRST = 64 };

static void copy_text(char *to, size_t size, const char *from) {
    (void)snprintf(to, size, "%s", from);
}

void counts_add_fact(struct counts *counts, const char *name, const char *value) {
    if (counts->fact_count == COUNTS_FACTS_MAX)
        return;
    struct counts_fact *fact = &counts->toolchain[counts->fact_count++];
    copy_text(fact->name, sizeof fact->name, name);
    copy_text(fact->value, sizeof fact->value, value);
}

/* The room doubles whenever it is full, which its size tells. */
bool counts_add_case(struct counts *counts, const struct counts_case *c) {
    const size_t count = counts->case_count;
    const bool is_full = count == 0 || (count >= CAPACITY_FIRST && (count & (count - 1)) == 0);
    if (is_full) {
        const size_t capacity = count < CAPACITY_FIRST ? CAPACITY_FIRST : count * 2;
        struct counts_case *cases = realloc(counts->cases, capacity * sizeof *cases);
        if (cases == NULL)
            return false;
        counts->cases = cases;
    }
    counts->cases[counts->case_count++] = *c;
    return true;
}

const struct counts_case *counts_find(const struct counts *counts, const char *name) {
    for (size_t i = 0; i < counts->case_count; i++) {
        if (strcmp(counts->cases[i].name, name) == 0)
            return &counts->cases[i];
    }
    return NULL;
}

const struct counts_fact *counts_find_fact(const struct counts *counts, const char *name) {
    for (size_t i = 0; i < counts->fact_count; i++) {
        if (strcmp(counts->toolchain[i].name, name) == 0)
            return &counts->toolchain[i];
    }
    return NULL;
}

const struct counts_fact *counts_differing_fact(const struct counts *base, const struct counts *now) {
    for (size_t i = 0; i < base->fact_count; i++) {
        const struct counts_fact *other = counts_find_fact(now, base->toolchain[i].name);
        if (other == NULL || strcmp(other->value, base->toolchain[i].value) != 0)
            return &base->toolchain[i];
    }
    return NULL;
}

void counts_free(struct counts *counts) {
    free(counts->cases);
    *counts = (struct counts){.cases = NULL};
}

/* ---- The file ---- */

__attribute__((format(printf, 3, 4))) static bool refuse(const char *path, struct error *error, const char *format,
                                                         ...) {
    char what[256];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(what, sizeof what, format, args);
    va_end(args);
    return error_set_code(error, ERROR_FORMAT,
                          "%s: %s; wanted a file of counts, as bench check --metric=instructions --out writes it", path,
                          what);
}

static bool is_printable(const char *text) {
    for (; *text != '\0'; text++) {
        if ((unsigned char)*text < ' ' || *text == 127)
            return false;
    }
    return true;
}

static bool read_toolchain(struct counts *counts, json_t *object) {
    const char *name;
    json_t *value;
    if (!json_is_object(object) || json_object_size(object) == 0 || json_object_size(object) > COUNTS_FACTS_MAX)
        return false;
    json_object_foreach(object, name, value) {
        if (!json_is_string(value) || !is_printable(name) || !is_printable(json_string_value(value)))
            return false;
        counts_add_fact(counts, name, json_string_value(value));
    }
    return true;
}

static bool read_case(struct counts_case *c, const char *name, json_t *object) {
    const json_t *instructions = json_object_get(object, "instructions");
    const char *reason = json_string_value(json_object_get(object, "reason"));
    const json_int_t revision = json_integer_value(json_object_get(object, "revision"));
    *c = (struct counts_case){.counted = reason == NULL, .instructions = json_number_value(instructions)};
    if (strlen(name) >= sizeof c->name || !is_printable(name) || revision < 1 || revision > UINT32_MAX)
        return false;
    copy_text(c->name, sizeof c->name, name);
    c->revision = (uint32_t)revision;
    copy_text(c->reason, sizeof c->reason, reason == NULL ? "" : reason);
    return c->counted ? c->instructions > 0 && isfinite(c->instructions) : is_printable(c->reason);
}

static bool read_file(struct counts *counts, json_t *root, const char *path, struct error *error) {
    if (json_integer_value(json_object_get(root, "ctxbench_counts")) != COUNTS_VERSION)
        return refuse(path, error, "found no \"ctxbench_counts\": %d in it", COUNTS_VERSION);
    if (!read_toolchain(counts, json_object_get(root, "toolchain")))
        return refuse(path, error, "its \"toolchain\" is missing or not texts");
    json_t *cases = json_object_get(root, "cases"), *value;
    const char *name;
    if (json_object_size(cases) == 0 || json_object_size(cases) > COUNTS_CASES_MAX)
        return refuse(path, error, "it has %zu cases", json_object_size(cases));
    json_object_foreach(cases, name, value) {
        struct counts_case c;
        if (!read_case(&c, name, value))
            return refuse(path, error, "its case \"%.*s\" has neither a count nor a reason", 160,
                          is_printable(name) ? name : "?");
        if (!counts_add_case(counts, &c))
            return refuse(path, error, "out of memory");
    }
    return true;
}

bool counts_load(struct counts *counts, const char *path, struct error *error) {
    json_error_t where;
    *counts = (struct counts){.cases = NULL};
    json_t *root = json_load_file(path, JSON_REJECT_DUPLICATES, &where);
    bool loaded = root != NULL ? read_file(counts, root, path, error)
                               : refuse(path, error, "line %d: %s", where.line, where.text);
    json_decref(root);
    return loaded;
}

static json_t *case_to_json(struct json_build *build, const struct counts_case *c) {
    json_t *object = json_object();
    json_build_put_count(build, object, "revision", c->revision);
    if (!c->counted)
        json_build_put(build, object, "reason", json_text(c->reason)); /* also an empty one */
    else if (c->instructions == floor(c->instructions))
        json_build_put_count(build, object, "instructions", (size_t)c->instructions);
    else
        json_build_put_number(build, object, "instructions", c->instructions);
    return object;
}

char *counts_text(const struct counts *counts) {
    struct json_build build = {false};
    json_t *root = json_object(), *toolchain = json_object(), *cases = json_object();
    for (size_t i = 0; i < counts->fact_count; i++)
        json_build_put(&build, toolchain, counts->toolchain[i].name, json_text(counts->toolchain[i].value));
    for (size_t i = 0; i < counts->case_count; i++)
        json_build_put(&build, cases, counts->cases[i].name, case_to_json(&build, &counts->cases[i]));
    json_build_put_count(&build, root, "ctxbench_counts", COUNTS_VERSION);
    json_build_put(&build, root, "toolchain", toolchain);
    json_build_put(&build, root, "cases", cases);
    return json_build_dump(&build, root, JSON_INDENT(2) | JSON_REAL_PRECISION(12));
}
