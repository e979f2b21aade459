#include "gate/other_cases.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/excerpt.h"
#include "base/text.h"
#include "session/worker_call.h"

enum { WORDS_MAX = 64 };

/* The command line that asks. */
struct question {
    char *words[WORDS_MAX + 1]; /* owned, but for the fixed ones */
    size_t count, fixed;
};

/*
 * Strategies are asked for by no name, which the other build might not know; the answers are matched here. What was not
 * given is each build's own default. False if
 * it does not all fit, or when out of memory.
 */
static bool add_settings(struct question *question, const struct gate_side *other,
                         const struct option_settings *asked) {
    for (size_t i = 0; i < asked->count; i++) {
        const struct option_setting *setting = &asked->list[i];
        char *word = NULL;
        if (strcmp(setting->name, "strategy") == 0)
            continue;
        const bool is_other_plugin = other->plugin[0] != '\0' && strcmp(setting->name, "plugin") == 0;
        const char *value = is_other_plugin ? other->plugin : setting->value;
        if (question->count == WORDS_MAX || asprintf(&word, "--%s=%s", setting->name, value) < 0)
            return false;
        question->words[question->count++] = word;
    }
    return true;
}

static void free_words(struct question *question) {
    for (size_t i = question->fixed; i < question->count; i++)
        free(question->words[i]);
}

static bool ask(const struct question *question, const struct gate_side *other, struct child_end *end,
                struct error *error) {
    const struct child_plan child = {
        .program = other->program,
        .argv = question->words,
        .input = "",
        .deadline_seconds = worker_patience_seconds(),
    };
    char said[256];
    if (!child_run(&child, end, error))
        return false;
    if (end->fate == CHILD_ENDED && WIFEXITED(end->status) && WEXITSTATUS(end->status) == EXIT_STATUS_OK)
        return true;
    excerpt_last(said, sizeof said, end->complaint, end->complaint_length);
    return error_set(error, "%s",
                     end->fate == CHILD_FLOODED     ? "there are too many to be told"
                     : end->fate == CHILD_TIMED_OUT ? "it took too long to say"
                     : said[0] != '\0'              ? said
                                                    : "it does not say");
}

static bool is_planned(const struct plan *plan, const char *name) {
    for (size_t i = 0; i < plan->case_count; i++) {
        char planned[CASE_NAME_MAX];
        case_name(&plan->cases[i], planned);
        if (strcmp(planned, name) == 0)
            return true;
    }
    return false;
}

static bool is_asked_for(const char *patterns, const char *name) {
    char strategy[CASE_NAME_MAX];
    (void)snprintf(strategy, sizeof strategy, "%.*s", (int)strcspn(name, "/"), name);
    return text_matches(patterns, strategy);
}

/* Cuts the answer into lines, and keeps those that are of interest. */
static bool read_names(struct other_cases *cases, const struct options *options, const struct plan *plan) {
    size_t lines = 0;
    for (const char *c = cases->end->output; *c != '\0'; c++)
        lines += *c == '\n';
    cases->names = calloc(lines + 1, sizeof(const char *));
    if (cases->names == NULL)
        return false;
    char *rest = NULL;
    for (char *name = strtok_r(cases->end->output, "\n", &rest); name != NULL; name = strtok_r(NULL, "\n", &rest)) {
        if (cases->count < lines && is_asked_for(options->strategies, name) && !is_planned(plan, name))
            cases->names[cases->count++] = name;
    }
    return true;
}

bool other_cases_ask(struct other_cases *cases, const struct gate_side *other, const struct options *options,
                     const struct plan *plan, struct error *error) {
    static char program[] = "bench", command[] = "check", dry_run[] = "--dry-run", strategies[] = "--strategy=*";
    struct question question = {.words = {program, command, dry_run, strategies}, .count = 4, .fixed = 4};
    *cases = (struct other_cases){.end = malloc(sizeof *cases->end)};
    bool told = add_settings(&question, other, &options->asked) && cases->end != NULL;
    if (!told)
        (void)error_set_code(error, ERROR_MEMORY, "out of memory for the question");
    told = told && ask(&question, other, cases->end, error) &&
           (read_names(cases, options, plan) || error_set_code(error, ERROR_MEMORY, "out of memory for the answer"));
    free_words(&question);
    return told;
}

void other_cases_free(struct other_cases *cases) {
    free(cases->names);
    free(cases->end);
    *cases = (struct other_cases){.names = NULL};
}

void other_cases_tell(const struct plan *plan, FILE *out) {
    for (size_t i = 0; i < plan->case_count; i++) {
        char name[CASE_NAME_MAX];
        case_name(&plan->cases[i], name);
        (void)fprintf(out, "%s\n", name);
    }
}
