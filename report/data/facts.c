#include "data/facts.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

enum { VALUE_MAX = 200 };

/* A fact that is there only where there is something to say is told from its absence. */
static const char none_recorded[] = "none recorded";

static const struct fact {
    const char *group, *key, *what;
    const char *absent; /* what a file without it says; NULL: nothing, and its group may be missing, too */
} facts[] = {
    {"build", "version", "version", NULL},
    {"build", "source_revision", "source revision", NULL},
    {"build", "source_dirty", "source differs from its revision", NULL},
    {"build", "compiler", "compiler", NULL},
    {"build", "compiler_flags", "compiler flags", NULL},
    {"build", "build_type", "build type", NULL},
    {"process", "preloaded", "preloaded libraries", none_recorded},
    {"process", "allocator", "allocator beside the C library's", none_recorded},
    {"process", "sanitizer", "sanitizer's runtime", none_recorded},
    {"process", "variables", "variables of loader and C library", none_recorded},
    {"machine", "kernel", "kernel", NULL},
    {"machine", "governor", "frequency governor", NULL},
    {"machine", "turbo", "turbo", NULL},
    {"machine", "smt", "SMT", NULL},
    {"machine", "aslr", "address space randomisation", NULL},
    {"machine", "virtualisation", "virtualisation", NULL},
    {"machine", "container", "container", NULL},
    {"machine", "quota", "CPU quota", NULL},
    {"settings", "min-time", "time of a sample", NULL},
    {"settings", "samples", "samples of an execution", NULL},
};
enum { FACT_COUNT = sizeof facts / sizeof facts[0] };

static const json_t *group_of(const json_t *context, const struct fact *fact) {
    return json_object_get(json_object_get(context, "ctxbench"), fact->group);
}

/* The fact as text. */
static void write_fact(const json_t *context, const struct fact *fact, char text[static VALUE_MAX]) {
    const json_t *value = json_object_get(group_of(context, fact), fact->key);
    if (json_is_boolean(value))
        (void)snprintf(text, VALUE_MAX, "%s", json_is_true(value) ? "yes" : "no");
    else if (json_is_integer(value))
        (void)snprintf(text, VALUE_MAX, "%lld", (long long)json_integer_value(value));
    else if (json_string_length(value) > 0)
        (void)snprintf(text, VALUE_MAX, "%s", json_string_value(value));
    else
        (void)snprintf(text, VALUE_MAX, "%s", fact->absent != NULL ? fact->absent : "unknown");
}

void facts_visit_differences(const struct json_t *base, const struct json_t *other,
                             void (*visit)(const char *difference, void *arg), void *arg) {
    for (size_t i = 0; i < FACT_COUNT; i++) {
        const struct fact *fact = &facts[i];
        char before[VALUE_MAX], after[VALUE_MAX], difference[3 * VALUE_MAX];
        if (fact->absent == NULL && (group_of(base, fact) == NULL || group_of(other, fact) == NULL))
            continue;
        write_fact(base, fact, before);
        write_fact(other, fact, after);
        (void)snprintf(difference, sizeof difference, "%s: %s / %s", fact->what, before, after);
        if (strcmp(before, after) != 0)
            visit(difference, arg);
    }
}
