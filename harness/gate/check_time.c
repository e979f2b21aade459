#include "gate/check_time.h"
#include "base/message.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "base/utf8.h"
#include "data/facts.h"
#include "data/result_file.h"
#include "session/results_context.h"

/* ---- The base that is a file ---- */

static bool check_machine(const struct timing *timing, struct error *error) {
    const char *wanted = result_file_fact(timing->baseline, "ctxbench", "fingerprint");
    const char *found = timing->environment->fingerprint;
    if (strcmp(wanted, found) == 0)
        return true;
    (void)error_set(error, "found a machine with the fingerprint %s (%s); %s comes from %s (%s)", found,
                    timing->environment->host, timing->options->baseline, wanted[0] == '\0' ? "an unknown one" : wanted,
                    result_file_fact(timing->baseline, NULL, "host_name"));
    if (!timing->options->force)
        return error_prefix(error, "times of different machines do not compare (--force does it nonetheless): ");
    message(stderr, "comparing times of different machines, as --force says: %s", error->text);
    return true;
}

/* Takes the file's values of a case; a case that it lacks, or that was other work then, is out. */
static bool take_base(const struct timing *timing, struct duel_entry *entry, struct error *error) {
    const struct result_case *base = result_file_case(timing->baseline, entry->name);
    const unsigned revision = entry->c->kernel->workload->revision;
    entry->side = DUEL_BASE;
    if (base == NULL || base->workload_revision != revision) {
        entry->state = DUEL_LACKING;
        if (base == NULL)
            (void)snprintf(entry->reason, sizeof entry->reason, "it has no such case");
        else
            (void)snprintf(entry->reason, sizeof entry->reason, "its workload was at revision %u, and is at %u now",
                           base->workload_revision, revision);
        return true;
    }
    (void)snprintf(entry->sides[DUEL_BASE].linkage, sizeof entry->sides[DUEL_BASE].linkage, "%s", base->linkage);
    entry->iterations = base->executions[0].iterations;
    for (size_t i = 0; i < base->execution_count; i++) {
        if (!duel_add_execution(entry, DUEL_BASE, base->executions[i].median_ns))
            return error_set_code(error, ERROR_MEMORY, "out of memory for %zu executions of %s", base->execution_count,
                                  entry->name);
    }
    return true;
}

static void note_difference(const char *difference, void *arg) {
    struct timing *timing = arg;
    if (timing->difference_count == TIMING_DIFFERENCES_MAX)
        return;
    char said[sizeof timing->differences[0]];
    (void)snprintf(said, sizeof said, "What differs, then / now: %s", difference);
    utf8_escape(timing->differences[timing->difference_count++], sizeof said, said); /* where a character was cut */
}

/* What was recorded then against what is so now. */
static bool note_differences(struct timing *timing, struct error *error) {
    json_t *now = results_facts(timing->environment);
    if (now == NULL)
        return error_set_code(error, ERROR_MEMORY, "out of memory for the facts of this run");
    facts_visit_differences(timing->baseline->context, now, note_difference, timing);
    json_decref(now);
    return true;
}

static bool check_overlap(const struct timing *timing, struct error *error) {
    size_t lacking = 0;
    for (size_t i = 0; i < timing->duel.count; i++)
        lacking += timing->duel.entries[i].state == DUEL_LACKING;
    if (lacking < timing->duel.count)
        return true;
    return error_set(error,
                     "nothing to compare: %s has none of the %zu case%s asked for (%s: %s); name cases that it has, or "
                     "measure these into a file first",
                     timing->options->baseline, lacking, lacking == 1 ? "" : "s", timing->duel.entries[0].name,
                     timing->duel.entries[0].reason);
}

static bool take_bases(struct timing *timing, struct error *error) {
    if (!check_machine(timing, error))
        return false;
    for (size_t i = 0; i < timing->duel.count; i++) {
        if (!take_base(timing, &timing->duel.entries[i], error))
            return false;
    }
    return check_overlap(timing, error) && note_differences(timing, error);
}

/* ---- The base that is a build ---- */

/* What only the base has is told; where it does not say, that is. */
static void ask_base(struct timing *timing) {
    struct error error;
    char said[sizeof timing->only_base_unknown];
    if (other_cases_ask(&timing->only_base, timing->other, timing->options, timing->plan, &error))
        return;
    (void)snprintf(said, sizeof said, "It is not known what cases only the base has: %.500s", error.text);
    utf8_escape(timing->only_base_unknown, sizeof said, said);
}

/* ---- The duel ---- */

bool timing_begin(struct timing *timing, struct error *error) {
    const struct options *options = timing->options;
    const size_t count = timing->plan->case_count;
    if (timing->other != NULL)
        ask_base(timing);
    timing->rows = calloc(count + timing->only_base.count, sizeof *timing->rows);
    timing->remarks = calloc(count, sizeof *timing->remarks);
    timing->duel = (struct duel){
        .registry = timing->registry,
        .sides = {timing->other, timing->here},
        .entries = calloc(count, sizeof *timing->duel.entries),
        .sample_count = options->sample_count,
        .sample_seconds = options->sample_seconds,
        .budget_seconds = timing->budget_seconds,
        .threshold = timing->threshold,
        .alpha = VERDICT_ALPHA,
        .seed = timing->plan->seed,
        .quiet = options->quiet,
    };
    if (timing->rows == NULL || timing->remarks == NULL || timing->duel.entries == NULL)
        return error_set_code(error, ERROR_MEMORY, "out of memory for %zu cases", count);
    timing->duel.count = count;
    for (size_t i = 0; i < count; i++)
        duel_enter(&timing->duel.entries[i], &timing->plan->cases[i], 1);
    return timing->other != NULL || take_bases(timing, error);
}

enum duel_end timing_run(struct timing *timing) {
    return duel_run(&timing->duel);
}

void timing_end(struct timing *timing) {
    if (timing->duel.entries != NULL)
        duel_clear(&timing->duel);
    free(timing->duel.entries);
    free(timing->rows);
    free(timing->remarks);
    other_cases_free(&timing->only_base);
}

/* ---- What came of it ---- */

enum { REMARK_MAX = sizeof((struct timing *)0)->remarks[0] };

/* What it quotes (a path, say) need not be UTF-8. */
static void remark(const struct duel_entry *entry, char remark[static REMARK_MAX]) {
    static const char *const sides[DUEL_SIDES] = {[DUEL_BASE] = "the base", [DUEL_NEW] = "this build"};
    const char *base = entry->sides[DUEL_BASE].linkage, *new = entry->sides[DUEL_NEW].linkage;
    char text[REMARK_MAX] = "";
    if (entry->state == DUEL_LACKING || entry->state == DUEL_FAILED)
        (void)snprintf(text, sizeof text, "%s %s: %s", sides[entry->side],
                       entry->state == DUEL_LACKING ? "lacks it" : "failed", entry->reason);
    else if (base[0] != '\0' && new[0] != '\0' && strcmp(base, new) != 0)
        (void)snprintf(text, sizeof text, "the base is linked as \"%s\" and this build as \"%s\"", base, new);
    utf8_escape(remark, REMARK_MAX, text);
}

struct gate_table timing_table(struct timing *timing) {
    const struct duel *duel = &timing->duel;
    for (size_t i = 0; i < duel->count; i++) {
        const struct duel_entry *entry = &duel->entries[i];
        remark(entry, timing->remarks[i]);
        timing->rows[i] = (struct gate_row){entry->name, &entry->verdict, timing->remarks[i]};
    }
    static const struct verdict_case unmeasured = {.verdict = VERDICT_INCONCLUSIVE};
    for (size_t i = 0; i < timing->only_base.count; i++)
        timing->rows[duel->count + i] =
            (struct gate_row){timing->only_base.names[i], &unmeasured, "only the base has it"};
    return (struct gate_table){
        .base = timing->base_shown,
        .rows = timing->rows,
        .row_count = duel->count + timing->only_base.count,
        .threshold = duel->threshold,
        .seconds = duel->seconds_spent,
        .budget_seconds = duel->budget_seconds,
        .seed = duel->seed,
        .executions = duel->executions_done,
    };
}

size_t timing_compared(const struct timing *timing) {
    size_t count = 0;
    for (size_t i = 0; i < timing->duel.count; i++) {
        const struct duel_side *sides = timing->duel.entries[i].sides;
        count += sides[DUEL_BASE].count > 0 && sides[DUEL_NEW].count > 0;
    }
    return count;
}

size_t timing_failures(const struct timing *timing) {
    size_t count = 0;
    for (size_t i = 0; i < timing->duel.count; i++)
        count += timing->duel.entries[i].state == DUEL_FAILED;
    return count;
}

bool timing_regressed(const struct timing *timing) {
    for (size_t i = 0; i < timing->duel.count; i++) {
        const struct duel_entry *entry = &timing->duel.entries[i];
        if (entry->state == DUEL_SETTLED && entry->verdict.verdict == VERDICT_REGRESSED)
            return true;
    }
    return false;
}

bool timing_is_inconclusive(const struct timing *timing) {
    for (size_t i = 0; i < timing->duel.count; i++) {
        if (timing->duel.entries[i].state != DUEL_SETTLED)
            return true;
    }
    return timing->only_base.count > 0;
}
