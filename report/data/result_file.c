#include "data/result_file.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/anonymous.h"
#include "data/result_loader.h"

void result_failure_key(const char *case_name, char key[static RESULT_FAILURE_KEY_MAX]) {
    (void)snprintf(key, RESULT_FAILURE_KEY_MAX, "\n%s", case_name);
}

void result_execution_free_arrays(const struct result_execution *execution) {
    free((void *)(uintptr_t)execution->samples[SAMPLE_REAL_NS]);
    free((void *)(uintptr_t)execution->times);
}

void result_file_free(struct result_file *file) {
    if (file == NULL)
        return;
    for (size_t i = 0; i < file->execution_count; i++)
        result_execution_free_arrays(&file->executions[i]);
    for (size_t i = 0; i < file->case_count; i++)
        free((void *)(uintptr_t)file->cases[i].pus);
    free(file->executions);
    free(file->cases);
    free(file->failures);
    free(file->warnings);
    json_decref(file->context);
    names_free(&file->names);
    free(file);
}

/* A text of the file without names; NULL when out of memory. */
static const char *keep_anonymous(struct result_file *file, const char *text, const char *host) {
    char *made = anonymous_text(text, host);
    const struct name *kept = made != NULL ? names_add(&file->names, made) : NULL;
    free(made);
    return kept != NULL ? kept->text : NULL;
}

static bool hide_in_texts(struct result_file *file, const char *host) {
    for (size_t i = 0; i < file->failure_count; i++) {
        file->failures[i].reason = keep_anonymous(file, file->failures[i].reason, host);
        if (file->failures[i].reason == NULL)
            return false;
    }
    for (size_t i = 0; i < file->warning_count; i++) {
        file->warnings[i] = keep_anonymous(file, file->warnings[i], host);
        if (file->warnings[i] == NULL)
            return false;
    }
    return true;
}

bool result_file_anonymise(struct result_file *file) {
    return hide_in_texts(file, result_file_fact(file, NULL, "host_name")) && anonymous_context(file->context);
}

const struct result_case *result_file_case(const struct result_file *file, const char *name) {
    const struct name *found = names_find(&file->names, name);
    if (found == NULL || found->tag == NAME_UNTAGGED || (size_t)found->tag >= file->case_count)
        return NULL;
    const struct result_case *c = &file->cases[found->tag];
    return c->name == found->text ? c : NULL; /* and not a failure's name */
}

const struct result_failure *result_file_failure(const struct result_file *file, const char *name) {
    char key[RESULT_FAILURE_KEY_MAX];
    result_failure_key(name, key);
    const struct name *found = names_find(&file->names, key);
    return found != NULL ? &file->failures[found->tag] : NULL;
}

const char *result_file_fact(const struct result_file *file, const char *group, const char *key) {
    const json_t *object = file->context;
    if (group != NULL)
        object = json_object_get(object, "ctxbench");
    if (group != NULL && strcmp(group, "ctxbench") != 0)
        object = json_object_get(object, group);
    const char *text = json_string_value(json_object_get(object, key));
    return text != NULL ? text : "";
}
