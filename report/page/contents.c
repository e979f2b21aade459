#include "page/contents.h"

#include <string.h>

#include "page/answer.h"
#include "page/contents_parts.h"
#include "page/prose.h"

/* ---- Sections of costs ---- */

enum section {
    SECTION_DEPTH,
    SECTION_THREADS,
    SECTION_KEYS,
    SECTION_IDS,
    SECTION_SCOPES,
    SECTION_HANDOFF,
    SECTION_FIBERS,
    SECTION_REQUEST,
    SECTION_BYSTANDER,
    SECTION_OTHER,
    SECTION_COUNT
};

static const struct {
    const char *id, *title;
} sections[SECTION_COUNT] = {
    [SECTION_DEPTH] = {"depth", "Reading, by depth"},
    [SECTION_THREADS] = {"threads", "By threads"},
    [SECTION_KEYS] = {"keys", "By keys"},
    [SECTION_IDS] = {"ids", "By live ids"},
    [SECTION_SCOPES] = {"scopes", "Opening scopes, starting threads"},
    [SECTION_HANDOFF] = {"handoff", "Handing work over"},
    [SECTION_FIBERS] = {"fibers", "Fibers"},
    [SECTION_REQUEST] = {"request", "A request"},
    [SECTION_BYSTANDER] = {"bystander", "What bystanders pay"},
    [SECTION_OTHER] = {"other", "Other workloads"},
};

/* Where a sweep belongs: the first row that fits. What no row knows goes to the other workloads. */
static const struct {
    const char *workload, *axis; /* NULL: any */
    enum section section;
} places[] = {
    {"handoff", NULL, SECTION_HANDOFF}, {"fiber", NULL, SECTION_FIBERS},
    {"request", NULL, SECTION_REQUEST}, {"bystander", NULL, SECTION_BYSTANDER},
    {"threads", NULL, SECTION_THREADS}, {NULL, "threads", SECTION_THREADS},
    {"with", NULL, SECTION_SCOPES},     {"nest", NULL, SECTION_SCOPES},
    {"spawn", NULL, SECTION_SCOPES},    {"keys", NULL, SECTION_KEYS},
    {"ids", NULL, SECTION_IDS},         {"get", NULL, SECTION_DEPTH},
    {"miss", NULL, SECTION_DEPTH},      {NULL, "depth", SECTION_DEPTH},
    {NULL, "keys", SECTION_KEYS},       {NULL, "ids", SECTION_IDS},
    {NULL, NULL, SECTION_OTHER},
};

static enum section section_of(const struct survey_sweep *sweep) {
    size_t i = 0;
    while ((places[i].workload != NULL && strcmp(places[i].workload, sweep->workload) != 0) ||
           (places[i].axis != NULL && strcmp(places[i].axis, sweep->axis) != 0))
        i++;
    return places[i].section;
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

static void add_section_of_costs(struct document *document, const struct runs *runs, enum section section) {
    bool begun = false;
    for (size_t r = 0; r < runs->run_count; r++) {
        for (size_t i = 0; i < runs->files[r].survey.sweep_count; i++) {
            const struct survey_sweep *sweep = &runs->files[r].survey.sweeps[i];
            if (!sweep->primary || section_of(sweep) != section || is_told(runs, r, sweep))
                continue;
            if (!begun) {
                document_add(document, DOCUMENT_SECTION, sections[section].id, "%s", sections[section].title);
                for (size_t m = 0; section == SECTION_HANDOFF && m < runs->run_count; m++)
                    add_machine_and_pairs(document, &runs->files[m], m);
            }
            begun = true;
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
    document_add(document, DOCUMENT_SECTION, "answer", "The answer");
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

static void add_matrices(struct document *document, const struct runs *runs) {
    const size_t count = runs->run_count > 0 ? runs->run_count : 1;
    document_add(document, DOCUMENT_SECTION, "conformance", "What is right, and what it costs");
    for (size_t r = 0; r < count; r++) {
        bool told = runs->files[r].matrix != NULL && runs->run_count > 1;
        if (told)
            document_add(document, DOCUMENT_SUBSECTION, NULL, "%s", runs->files[r].label);
        contents_add_matrix(document, &runs->files[r], r);
    }
}

bool contents_make(struct document *document, const struct runs *runs) {
    const bool same_machine = runs_share_machine(runs);
    add_title(document, runs);
    if (runs->run_count > 1 && same_machine) /* what changed is the answer that several builds are measured for */
        add_comparison(document, runs);
    add_answer(document, runs);
    if (runs->run_count > 1 && !same_machine)
        add_comparison(document, runs);
    add_matrices(document, runs);
    for (enum section section = 0; section < SECTION_COUNT; section++)
        add_section_of_costs(document, runs, section);
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
