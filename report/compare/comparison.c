#include "compare/comparison.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "data/facts.h"

enum { TEXT_MAX = 1300, FILE_WARNINGS_MAX = 100 };

/* Adds a sentence, once. Without memory for it the comparison is spoilt. */
__attribute__((format(printf, 3, 4))) static void add(struct comparison *comparison, struct comparison_texts *texts,
                                                      const char *format, ...) {
    char said[TEXT_MAX], text[TEXT_MAX];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(said, sizeof said, format, args);
    va_end(args);
    utf8_escape(text, sizeof text, said); /* where a character was cut */
    struct name *name = names_add(&comparison->names, text);
    if (name != NULL && name->tag != NAME_UNTAGGED)
        return;
    if (texts->count == texts->capacity) {
        size_t larger = 2 * texts->capacity + 8;
        const char **moved = realloc(texts->items, larger * sizeof(const char *));
        if (moved == NULL)
            name = NULL;
        else
            *texts = (struct comparison_texts){moved, texts->count, larger};
    }
    comparison->out_of_memory |= name == NULL;
    if (name != NULL) {
        name->tag = 1;
        texts->items[texts->count++] = name->text;
    }
}

/* Pairs. */

static bool allocate(struct comparison *comparison) {
    const struct result_file *base = comparison->base.file, *other = comparison->other.file;
    size_t values = base->execution_count + other->execution_count;
    comparison->pairs = calloc(base->case_count + 1, sizeof *comparison->pairs);
    comparison->verdicts = calloc(base->case_count + 1, sizeof *comparison->verdicts);
    comparison->only_base = calloc(base->case_count + 1, sizeof(const struct result_case *));
    comparison->only_other = calloc(other->case_count + 1, sizeof(const struct result_case *));
    comparison->execution_ns = calloc(values + 1, sizeof *comparison->execution_ns);
    return comparison->pairs != NULL && comparison->verdicts != NULL && comparison->only_base != NULL &&
           comparison->only_other != NULL && comparison->execution_ns != NULL;
}

static void pair_cases(struct comparison *comparison) {
    const struct result_file *base = comparison->base.file, *other = comparison->other.file;
    for (size_t i = 0; i < base->case_count; i++) {
        const struct result_case *found = result_file_case(other, base->cases[i].name);
        if (found != NULL)
            comparison->pairs[comparison->count++] = (struct comparison_pair){&base->cases[i], found};
        else
            comparison->only_base[comparison->only_base_count++] = &base->cases[i];
    }
    for (size_t i = 0; i < other->case_count; i++)
        if (result_file_case(base, other->cases[i].name) == NULL)
            comparison->only_other[comparison->only_other_count++] = &other->cases[i];
}

/* Copies the medians of a case's executions to *values, and moves it past them. */
static struct verdict_side take_side(const struct result_case *c, double **values) {
    struct verdict_side side = {*values, c->execution_count};
    for (size_t i = 0; i < c->execution_count; i++)
        *(*values)++ = c->executions[i].median_ns;
    return side;
}

/* With intervals as wide as the drift demands, as far as it is known. */
static bool judge_all(struct comparison *comparison) {
    for (size_t i = 0; i < comparison->count; i++)
        comparison->verdicts[i].widening = comparison->drift.widening;
    return verdict_judge(comparison->verdicts, comparison->count, comparison->threshold, comparison->alpha);
}

/* What the reference cases show, of which the verdicts know what they say by themselves. */
static bool measure_drift(struct comparison *comparison) {
    struct statistics_interval *ratios = calloc(comparison->count + 1, sizeof *ratios);
    if (ratios == NULL)
        return false;
    size_t count = 0;
    for (size_t i = 0; i < comparison->count; i++)
        if (comparison->pairs[i].base->reference)
            ratios[count++] = comparison->verdicts[i].ratio;
    const bool measured = drift_measure(&comparison->drift, ratios, count);
    free(ratios);
    return measured;
}

static bool judge(struct comparison *comparison) {
    double *values = comparison->execution_ns;
    for (size_t i = 0; i < comparison->count; i++) {
        struct verdict_case *c = &comparison->verdicts[i];
        c->base = take_side(comparison->pairs[i].base, &values);
        c->other = take_side(comparison->pairs[i].other, &values);
    }
    if (!judge_all(comparison) || !measure_drift(comparison))
        return false;
    if (comparison->drift.widening > 1 && !judge_all(comparison))
        return false;
    for (size_t i = 0; i < comparison->count; i++)
        comparison->counts[comparison->verdicts[i].verdict]++;
    return true;
}

/* Objections. */

static const char *or_unknown(const char *text) {
    return text[0] != '\0' ? text : "an unknown machine";
}

static void check_machine(struct comparison *comparison) {
    const struct comparison_side *sides[] = {&comparison->base, &comparison->other};
    const char *fingerprints[2], *hosts[2];
    for (size_t i = 0; i < 2; i++) {
        fingerprints[i] = result_file_fact(sides[i]->file, "ctxbench", "fingerprint");
        hosts[i] = or_unknown(result_file_fact(sides[i]->file, NULL, "host_name"));
        if (fingerprints[i][0] == '\0') {
            add(comparison, &comparison->objections, "%s does not say which machine it comes from.", sides[i]->path);
            return;
        }
    }
    if (strcmp(fingerprints[0], fingerprints[1]) != 0)
        add(comparison, &comparison->objections,
            "They come from different machines: %.60s (fingerprint %.16s) and %.60s (%.16s).", hosts[0],
            fingerprints[0], hosts[1], fingerprints[1]);
}

static const char *or_nothing(const char *text) {
    return text[0] != '\0' ? text : "unknown";
}

/* Words that belong to a case beside its name: with different ones, it is another case under the same name. */
static void check_words(struct comparison *comparison, const char *what,
                        const char *(*word)(const struct result_case *c)) {
    size_t count = 0, first = 0;
    for (size_t i = comparison->count; i-- > 0;) {
        const struct comparison_pair *pair = &comparison->pairs[i];
        if (strcmp(word(pair->base), word(pair->other)) != 0) {
            first = i;
            count++;
        }
    }
    if (count > 0)
        add(comparison, &comparison->objections,
            "The %s differs in %zu case%s: of %.120s it is \"%.60s\" in one and \"%.60s\" in the other.", what, count,
            count == 1 ? "" : "s", comparison->pairs[first].base->name, or_nothing(word(comparison->pairs[first].base)),
            or_nothing(word(comparison->pairs[first].other)));
}

static const char *linkage_of(const struct result_case *c) {
    return c->linkage;
}

static const char *store_of(const struct result_case *c) {
    return c->store;
}

static void check_revisions(struct comparison *comparison) {
    for (size_t i = 0; i < comparison->count; i++) {
        const struct comparison_pair *pair = &comparison->pairs[i];
        if (pair->base->workload_revision != pair->other->workload_revision) {
            add(comparison, &comparison->objections,
                "The work differs: workload %.60s is at revision %u in one and at %u in the other.",
                pair->base->workload, pair->base->workload_revision, pair->other->workload_revision);
            return;
        }
    }
}

/* Differences that explain. */

static void note_difference(const char *difference, void *arg) {
    struct comparison *comparison = arg;
    add(comparison, &comparison->differences, "%s", difference);
}

/* Warnings. */

static bool has_warning(const struct result_file *file, const char *warning) {
    for (size_t i = 0; i < file->warning_count; i++)
        if (strcmp(file->warnings[i], warning) == 0)
            return true;
    return false;
}

/* What a file says of itself, once for both where both say it. */
static void take_warnings(struct comparison *comparison, const struct comparison_side *side,
                          const struct result_file *other) {
    const struct result_file *file = side->file;
    struct comparison_texts *warnings = &comparison->warnings;
    if (file->interrupted)
        add(comparison, warnings, "%.200s: the run was interrupted after %zu of %zu executions.", side->path,
            file->done, file->planned);
    if (file->unusable_rows > 0)
        add(comparison, warnings, "%.200s: %zu rows hold no usable time and are left out.", side->path,
            file->unusable_rows);
    for (size_t i = 0; i < file->warning_count && i < FILE_WARNINGS_MAX; i++) {
        if (has_warning(other, file->warnings[i]))
            add(comparison, warnings, "Both: %s", file->warnings[i]);
        else
            add(comparison, warnings, "%.200s: %s", side->path, file->warnings[i]);
    }
}

static void note_warnings(struct comparison *comparison) {
    size_t few = 0, needed = verdict_executions_min(comparison->count, comparison->alpha);
    for (size_t i = 0; i < comparison->count; i++)
        few += !comparison->verdicts[i].decidable;
    if (few > 0)
        add(comparison, &comparison->warnings,
            "%zu of %zu cases have too few executions for a verdict: over so many cases it takes %zu on each side "
            "(--executions=%zu).",
            few, comparison->count, needed, needed);
    char drift[512];
    comparison_drift_sentence(comparison, drift, sizeof drift);
    add(comparison, &comparison->warnings, "%s", drift);
    take_warnings(comparison, &comparison->base, comparison->other.file);
    take_warnings(comparison, &comparison->other, comparison->base.file);
}

struct comparison *comparison_make(struct comparison_side base, struct comparison_side other, double threshold,
                                   double alpha) {
    struct comparison *comparison = calloc(1, sizeof *comparison);
    if (comparison == NULL)
        return NULL;
    comparison->base = base;
    comparison->other = other;
    comparison->threshold = threshold;
    comparison->alpha = alpha;
    if (!allocate(comparison)) {
        comparison_free(comparison);
        return NULL;
    }
    pair_cases(comparison);
    check_machine(comparison);
    check_revisions(comparison);
    check_words(comparison, "linkage", linkage_of);
    check_words(comparison, "store", store_of);
    facts_visit_differences(base.file->context, other.file->context, note_difference, comparison);
    bool judged = judge(comparison);
    note_warnings(comparison);
    if (judged && !comparison->out_of_memory)
        return comparison;
    comparison_free(comparison);
    return NULL;
}

void comparison_free(struct comparison *comparison) {
    if (comparison == NULL)
        return;
    free(comparison->pairs);
    free(comparison->verdicts);
    free(comparison->only_base);
    free(comparison->only_other);
    free(comparison->execution_ns);
    free(comparison->objections.items);
    free(comparison->differences.items);
    free(comparison->warnings.items);
    names_free(&comparison->names);
    free(comparison);
}

size_t comparison_failed(const struct comparison *comparison) {
    size_t count = 0;
    for (size_t i = 0; i < comparison->only_base_count; i++)
        count += result_file_failure(comparison->other.file, comparison->only_base[i]->name) != NULL;
    return count;
}

void comparison_summary(const struct comparison *comparison, char *text, size_t size) {
    const size_t *counts = comparison->counts;
    (void)snprintf(text, size, "%zu regressed, %zu improved, %zu equivalent, %zu inconclusive",
                   counts[VERDICT_REGRESSED], counts[VERDICT_IMPROVED], counts[VERDICT_EQUIVALENT],
                   counts[VERDICT_INCONCLUSIVE]);
}

void comparison_drift_sentence(const struct comparison *comparison, char *text, size_t size) {
    const struct drift *drift = &comparison->drift;
    if (drift->references < DRIFT_REFERENCES_MIN)
        (void)snprintf(text, size,
                       "The sides were measured one after the other, and what the machine did differently in between "
                       "counts as a change: it takes %d reference cases to tell, and there "
                       "are %zu.",
                       DRIFT_REFERENCES_MIN, drift->references);
    else if (drift->widening == 1)
        (void)snprintf(text, size,
                       "The sides were measured one after the other, and the machine was the same for both as far as "
                       "the %zu reference cases show.",
                       drift->references);
    else
        (void)snprintf(text, size,
                       "The sides were measured one after the other, and the machine was not the same for both: the "
                       "%zu reference cases took %.3g times as long in the new one, and moved "
                       "%.2f times as much as their intervals allow. So all intervals are %.2f times as wide.",
                       drift->references, drift->ratio, drift->widening, drift->widening);
}
