#include "page/contents.h"

#include <limits.h>
#include <string.h>

#include "page/answer.h"
#include "page/contents_parts.h"
#include "page/decide.h"
#include "page/prose.h"

/* ---- Sections of costs ---- */

/* What names no section, or one that there cannot be, goes behind all others. */
static const struct presented_section other_section = {"other", "Other workloads", LLONG_MAX};

/* Sections of the report itself. */
static bool is_taken(const char *id) {
    static const char *const taken[] = {"answer",      "decide", "trust",  "comparison",
                                        "conformance", "other",  "method", "environment-section",
                                        "failures",    "raw"};
    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
        if (strcmp(taken[i], id) == 0)
            return true;
    return false;
}

static const struct presented_section *section_of(const struct survey_sweep *sweep) {
    const struct presented_section *section = &sweep->presented.section;
    return section->id == NULL || is_taken(section->id) ? &other_section : section;
}

struct sections {
    const struct presented_section **list; /* in order */
    size_t count;
};

static void add_section(struct sections *sections, const struct presented_section *section) {
    size_t at = sections->count;
    for (size_t i = 0; i < sections->count; i++)
        if (strcmp(sections->list[i]->id, section->id) == 0)
            return;
    for (; at > 0 && sections->list[at - 1]->order > section->order; at--)
        sections->list[at] = sections->list[at - 1];
    sections->list[at] = section;
    sections->count++;
}

/* All that the runs' costs belong to. */
static struct sections collect_sections(struct document *document, const struct runs *runs) {
    struct sections sections = {.count = 0};
    size_t room = 1;
    for (size_t r = 0; r < runs->run_count; r++)
        room += runs->files[r].survey.sweep_count;
    sections.list = arena_take(&document->arena, room * sizeof *sections.list);
    document->out_of_memory |= sections.list == NULL;
    for (size_t r = 0; sections.list != NULL && r < runs->run_count; r++)
        for (size_t i = 0; i < runs->files[r].survey.sweep_count; i++)
            if (runs->files[r].survey.sweeps[i].primary)
                add_section(&sections, section_of(&runs->files[r].survey.sweeps[i]));
    return sections;
}

/* Whether an earlier run has this sweep, and so tells of it for all. */
static bool is_told(const struct runs *runs, size_t run, const struct survey_sweep *sweep) {
    for (size_t r = 0; r < run; r++)
        for (size_t i = 0; i < runs->files[r].survey.sweep_count; i++) {
            const struct survey_sweep *other = &runs->files[r].survey.sweeps[i];
            if (strcmp(other->workload, sweep->workload) == 0 && strcmp(other->form, sweep->form) == 0 &&
                strcmp(other->axis, sweep->axis) == 0)
                return true;
        }
    return false;
}

static void add_machine_and_pairs(struct document *document, const struct run *run, size_t index) {
    contents_add_machine(document, run);
    contents_add_pairs_of_pus(document, run, index);
}

static bool belongs_to(const struct survey_sweep *sweep, const struct presented_section *section) {
    return sweep->primary && strcmp(section_of(sweep)->id, section->id) == 0;
}

/* Whether it is of workloads whose threads talk to each other, for which the machine's shape matters. */
static bool shows_machine(const struct runs *runs, const struct presented_section *section) {
    for (size_t r = 0; r < runs->run_count; r++)
        for (size_t i = 0; i < runs->files[r].survey.sweep_count; i++) {
            const struct survey_sweep *sweep = &runs->files[r].survey.sweeps[i];
            if (sweep->presented.communicates && belongs_to(sweep, section))
                return true;
        }
    return false;
}

/* The machine is shown once. */
static void add_section_of_costs(struct document *document, const struct runs *runs,
                                 const struct presented_section *section, bool *machine_shown) {
    bool begun = false;
    for (size_t r = 0; r < runs->run_count; r++) {
        for (size_t i = 0; i < runs->files[r].survey.sweep_count; i++) {
            const struct survey_sweep *sweep = &runs->files[r].survey.sweeps[i];
            if (!belongs_to(sweep, section) || is_told(runs, r, sweep))
                continue;
            if (!begun)
                document_add(document, DOCUMENT_SECTION, section->id, "%s", section->title);
            begun = true;
            if (!*machine_shown && shows_machine(runs, section)) {
                *machine_shown = true;
                for (size_t m = 0; m < runs->run_count; m++)
                    add_machine_and_pairs(document, &runs->files[m], m);
            }
            contents_add_sweep(document, runs, sweep);
        }
    }
}

/* ---- The whole ---- */

static void add_title(struct document *document, const struct runs *runs) {
    const struct run *first = &runs->files[0];
    const char *cpu = result_file_fact(first->file, "machine", "cpu_model");
    const char *date = result_file_fact(first->file, NULL, "date");
    const char *host = result_file_fact(first->file, NULL, "host_name");
    document->title = runs->run_count > 1
                          ? document_text(document, "Carrying a context: %zu runs compared", runs->run_count)
                          : "What it costs to carry a context";
    struct prose prose;
    prose_begin(&prose, document);
    if (runs->run_count > 1) {
        for (size_t r = 0; r < runs->run_count; r++)
            prose_add(&prose, "%s%s", r > 0 ? "; " : "", runs->files[r].label);
    } else {
        const char *const facts[] = {host, cpu, date};
        for (size_t i = 0, told = 0; i < sizeof facts / sizeof *facts; i++)
            if (facts[i][0] != '\0')
                prose_add(&prose, "%s%s", told++ > 0 ? ", " : "", facts[i]);
    }
    document->subtitle = prose_keep(&prose);
}

static void add_answer(struct document *document, const struct runs *runs) {
    document_add(document, DOCUMENT_SECTION, "answer",
                 runs->run_count == 1 ? "The answer, condition by condition" : "The answer");
    if (runs->run_count == 1)
        document_fold_section(document);
    for (size_t r = 0; r < runs->run_count; r++) {
        if (runs->run_count > 1)
            document_add(document, DOCUMENT_SUBSECTION, NULL, "%s", runs->files[r].label);
        answer_add(document, &runs->files[r]);
    }
    if (runs->run_count == 0)
        document_add(document, DOCUMENT_PARAGRAPH, NULL, "Nothing was measured: only a conformance matrix was given.");
}

static void add_comparison(struct document *document, const struct runs *runs) {
    document_add(document, DOCUMENT_SECTION, "comparison", "The runs compared");
    contents_add_comparison(document, runs);
}

static void add_trust(struct document *document, const struct runs *runs) {
    if (runs->run_count == 0)
        return;
    document_add(document, DOCUMENT_SECTION, "trust", "Trust");
    for (size_t r = 0; r < runs->run_count; r++) {
        if (runs->run_count > 1)
            document_add(document, DOCUMENT_SUBSECTION, NULL, "%s", runs->files[r].label);
        contents_add_trust(document, &runs->files[r]);
    }
}

static void add_matrices(struct document *document, const struct runs *runs) {
    const size_t count = runs->run_count > 0 ? runs->run_count : 1;
    document_add(document, DOCUMENT_SECTION, "conformance", "What is right, and what it costs");
    for (size_t r = 0; r < count; r++) {
        bool told = runs->files[r].matrix != NULL && runs->run_count > 1;
        if (told)
            document_add(document, DOCUMENT_SUBSECTION, NULL, "%s", runs->files[r].label);
        contents_add_overview(document, &runs->files[r], r);
        contents_add_matrix(document, &runs->files[r], r);
    }
}

bool contents_make(struct document *document, const struct runs *runs) {
    const bool same_machine = runs_share_machine(runs);
    add_title(document, runs);
    if (runs->run_count > 1 && same_machine) /* what changed is the answer that several builds are measured for */
        add_comparison(document, runs);
    if (runs->run_count == 1)
        decide_add(document, &runs->files[0]);
    add_answer(document, runs);
    if (runs->run_count > 1 && !same_machine)
        add_comparison(document, runs);
    add_trust(document, runs);
    add_matrices(document, runs);
    const struct sections sections = collect_sections(document, runs);
    bool machine_shown = false;
    for (size_t i = 0; i < sections.count; i++)
        add_section_of_costs(document, runs, sections.list[i], &machine_shown);
    document_add(document, DOCUMENT_SECTION, "method", "Method");
    contents_add_method(document, runs);
    document_add(document, DOCUMENT_SECTION, "environment-section", "Environment");
    contents_add_environment(document, runs);
    document_add(document, DOCUMENT_SECTION, "failures", "Failures, and what is not applicable");
    contents_add_failures(document, runs);
    document_add(document, DOCUMENT_SECTION, "raw", "Raw numbers");
    contents_add_raw_numbers(document, runs);
    document_choose_looks(document);
    return !document->out_of_memory;
}
