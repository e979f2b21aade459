#include "gate/counts_changes.h"
#include "base/display.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_build.h"
#include "text/format.h"

enum { WIDTH = 80, NAME_WIDTH = 41 };

static const char *const verdict_names[COUNTS_VERDICT_COUNT] = {
    [COUNTS_EQUIVALENT] = "equivalent",
    [COUNTS_REGRESSED] = "regressed",
    [COUNTS_IMPROVED] = "improved",
    [COUNTS_LACKS_BASE] = "new: the base lacks it",
    [COUNTS_LACKS_NOW] = "gone: only the base has it",
    [COUNTS_REVISED] = "its workload was revised",
    [COUNTS_NOT_COUNTED] = "not counted",
};

/* ---- Comparing ---- */

static enum counts_verdict judge(const struct counts_case *base, const struct counts_case *now, double threshold) {
    if (base == NULL)
        return now->counted ? COUNTS_LACKS_BASE : COUNTS_NOT_COUNTED;
    if (base->revision != now->revision)
        return COUNTS_REVISED;
    if (!base->counted || !now->counted)
        return COUNTS_NOT_COUNTED;
    const double tolerance = threshold * base->instructions, change = now->instructions - base->instructions;
    static const double half_a_digit = 0.0005; /* counts are exact to the thousandth, and so written */
    return fabs(change) <= fmax(tolerance, half_a_digit) ? COUNTS_EQUIVALENT
           : change > 0                                  ? COUNTS_REGRESSED
                                                         : COUNTS_IMPROVED;
}

static void add(struct counts_changes *changes, const struct counts_change *change) {
    changes->items[changes->count++] = *change;
    changes->tally[change->verdict]++;
}

/* Both sides may lack a count for the same reason: then nothing is to be told but that. */
static const char *reason_of(const struct counts_case *base, const struct counts_case *now) {
    return now != NULL && !now->counted ? now->reason : base != NULL && !base->counted ? base->reason : "";
}

struct counts_changes counts_compare(const struct counts *base, const struct counts *now, double threshold) {
    struct counts_changes changes = {.items = calloc(base->case_count + now->case_count + 1, sizeof *changes.items)};
    for (size_t i = 0; changes.items != NULL && i < now->case_count; i++) {
        const struct counts_case *here = &now->cases[i], *there = counts_find(base, here->name);
        add(&changes, &(struct counts_change){
                          .verdict = judge(there, here, threshold),
                          .name = here->name,
                          .reason = reason_of(there, here),
                          .base = there != NULL ? there->instructions : 0,
                          .now = here->instructions,
                          .dissent = "",
                      });
    }
    for (size_t i = 0; changes.items != NULL && i < base->case_count; i++) {
        const struct counts_case *there = &base->cases[i];
        if (counts_find(now, there->name) == NULL)
            add(&changes, &(struct counts_change){.verdict = COUNTS_LACKS_NOW,
                                                  .name = there->name,
                                                  .reason = "",
                                                  .base = there->instructions,
                                                  .dissent = ""});
    }
    return changes;
}

bool counts_is_inconclusive(const struct counts_changes *changes) {
    return changes->tally[COUNTS_LACKS_BASE] + changes->tally[COUNTS_LACKS_NOW] + changes->tally[COUNTS_REVISED] > 0;
}

/* ---- Telling ---- */

/* The name without "/threads:1/pu", which every case that can be counted ends in. */
static void short_name(const char *name, char *text, size_t size) {
    const char *end = strstr(name, "/threads:1/");
    (void)snprintf(text, size, "%.*s", (int)(end == NULL ? strlen(name) : (size_t)(end - name)), name);
}

/* "335", "335.125"; "-" for none. */
static void write_count(double count, char cell[static FORMAT_CELL_MAX]) {
    if (count > 0)
        (void)snprintf(cell, FORMAT_CELL_MAX, "%.*f", count == floor(count) ? 0 : 3, count);
    else
        (void)snprintf(cell, FORMAT_CELL_MAX, "-");
}

static void write_change(const struct counts_change *change, char cell[static FORMAT_CELL_MAX]) {
    if (change->base > 0 && change->now > 0)
        (void)snprintf(cell, FORMAT_CELL_MAX, "%+.2f %%", (change->now / change->base - 1) * 100);
    else
        (void)snprintf(cell, FORMAT_CELL_MAX, "-");
}

static void print_tally(const struct counts_changes *changes, FILE *out) {
    (void)fprintf(out, "%zu cases:", changes->count);
    const char *separator = " ";
    for (int i = 0; i < COUNTS_VERDICT_COUNT; i++) {
        if (changes->tally[i] == 0)
            continue;
        (void)fprintf(out, "%s%zu %s", separator, changes->tally[i], verdict_names[i]);
        separator = "; ";
    }
    (void)fputs(".\n", out);
}

static const char *remark_of(const struct counts_change *change) {
    return change->verdict == COUNTS_NOT_COUNTED ? change->reason : change->dissent;
}

void counts_print(const struct counts_changes *changes, FILE *out) {
    (void)fprintf(out, "%-*s %9s %9s %9s\n", NAME_WIDTH, "instructions per operation", "before", "now", "change");
    for (size_t i = 0; i < changes->count; i++) {
        const struct counts_change *change = &changes->items[i];
        char name[160], shown[160], before[FORMAT_CELL_MAX], now[FORMAT_CELL_MAX], difference[FORMAT_CELL_MAX];
        short_name(change->name, name, sizeof name);
        text_shorten(name, NAME_WIDTH, shown, sizeof shown);
        write_count(change->base, before);
        write_count(change->now, now);
        write_change(change, difference);
        (void)fprintf(out, "%-*s %9s %9s %9s\n", NAME_WIDTH, shown, before, now, difference);
        char line[1024];
        const char *remark = remark_of(change);
        (void)snprintf(line, sizeof line, "    %s%s%s", verdict_names[change->verdict], *remark == '\0' ? "" : ": ",
                       remark);
        if (change->verdict != COUNTS_EQUIVALENT || *remark != '\0')
            text_wrap(out, line, WIDTH, 4);
    }
    (void)fputs("Instructions are work, and not time.\n", out);
    print_tally(changes, out);
}

void counts_print_markdown(const struct counts_changes *changes, FILE *out) {
    (void)fputs("| instructions per operation | before | now | change | verdict |\n|---|--:|--:|--:|---|\n", out);
    for (size_t i = 0; i < changes->count; i++) {
        const struct counts_change *change = &changes->items[i];
        char name[160], before[FORMAT_CELL_MAX], now[FORMAT_CELL_MAX], difference[FORMAT_CELL_MAX];
        const char *remark = remark_of(change), *bold = change->verdict == COUNTS_REGRESSED ? "**" : "";
        short_name(change->name, name, sizeof name);
        write_count(change->base, before);
        write_count(change->now, now);
        write_change(change, difference);
        (void)fprintf(out, "| `%s` | %s | %s | %s | %s%s%s%s%s |\n", name, before, now, difference, bold,
                      verdict_names[change->verdict], bold, *remark == '\0' ? "" : ": ", remark);
    }
    (void)fputs("\nInstructions are work, and not time. ", out);
    print_tally(changes, out);
}

static json_t *change_to_json(struct json_build *build, const struct counts_change *change) {
    static const char *const words[COUNTS_VERDICT_COUNT] = {
        [COUNTS_EQUIVALENT] = "equivalent",   [COUNTS_REGRESSED] = "regressed", [COUNTS_IMPROVED] = "improved",
        [COUNTS_LACKS_BASE] = "lacks-base",   [COUNTS_LACKS_NOW] = "lacks-now", [COUNTS_REVISED] = "revised",
        [COUNTS_NOT_COUNTED] = "not-counted",
    };
    json_t *object = json_object();
    json_build_put_text(build, object, "name", change->name);
    json_build_put_text(build, object, "verdict", words[change->verdict]);
    if (change->base > 0)
        json_build_put_number(build, object, "base", change->base);
    if (change->now > 0)
        json_build_put_number(build, object, "now", change->now);
    json_build_put_text(build, object, "reason", change->reason);
    json_build_put_text(build, object, "dissent", change->dissent);
    return object;
}

bool counts_print_json(const struct counts_changes *changes, FILE *out) {
    struct json_build build = {false};
    json_t *object = json_object(), *cases = json_array();
    for (size_t i = 0; i < changes->count; i++)
        json_build_append(&build, cases, change_to_json(&build, &changes->items[i]));
    json_build_put(&build, object, "cases", cases);
    return json_build_write(&build, object, JSON_INDENT(2) | JSON_REAL_PRECISION(12), out);
}
