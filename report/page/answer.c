#include "page/answer.h"

#include <string.h>

#include "data/survey_find.h"
#include "page/answer_parts.h"

/* The sweep by which reads are compared; any, where none is there for it. */
static const struct survey_sweep *reading_sweep(const struct survey *survey) {
    const struct survey_sweep *found = survey_find_role(survey, ROLE_READ);
    return found != NULL || survey->sweep_count == 0 ? found : &survey->sweeps[0];
}

static bool is_first_of_workload(const struct survey *survey, const struct survey_sweep *sweep) {
    return sweep->primary && survey_find(survey, sweep->workload, NULL) == sweep;
}

static void add_other_costs(struct document *document, const struct run *run, const struct survey_sweep *reading) {
    const struct survey *survey = &run->survey;
    bool begun = false;
    for (size_t i = 0; i < survey->sweep_count; i++) {
        const struct survey_sweep *sweep = &survey->sweeps[i];
        if (!is_first_of_workload(survey, sweep) || strcmp(sweep->workload, reading->workload) == 0)
            continue;
        if (!begun)
            document_add(document, DOCUMENT_SUBSECTION, NULL, "What else is paid");
        begun = true;
        struct prose prose;
        prose_begin(&prose, document);
        prose_add(&prose, DOCUMENT_STRONG "%s" DOCUMENT_STRONG ", per %s: ", sweep->workload, sweep->operation);
        const struct ranking all = ranking_make(sweep, sweep->base, NULL, NULL);
        answer_add_fastest_and_slowest(&prose, run, &all);
        prose_end(&prose, DOCUMENT_ITEM);
    }
}

void answer_add(struct document *document, const struct run *run) {
    const struct survey_sweep *sweep = reading_sweep(&run->survey);
    if (sweep == NULL) {
        document_add(document, DOCUMENT_PARAGRAPH, NULL,
                     "No execution gave a time, so there is no answer: see the failures below.");
        return;
    }
    answer_add_choice(document, run, sweep);
    answer_add_axes(document, run);
    add_other_costs(document, run, sweep);
}

void answer_add_on_sweep(struct document *document, const struct run *run, const struct survey_sweep *sweep) {
    struct prose prose;
    prose_begin(&prose, document);
    if (is_first_of_workload(&run->survey, sweep)) {
        prose_add(&prose, "Fastest per %s", sweep->operation);
        if (sweep->axis[0] != '\0') {
            prose_add(&prose, ", at ");
            answer_add_value(&prose, sweep, sweep->base);
        }
        const struct ranking all = ranking_make(sweep, sweep->base, NULL, NULL);
        prose_add(&prose, ": ");
        answer_add_fastest_and_slowest(&prose, run, &all);
        prose_add(&prose, " ");
    }
    answer_add_growth(&prose, run, sweep);
    prose_end(&prose, DOCUMENT_PARAGRAPH);
}
