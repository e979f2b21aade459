#include "base/anonymous.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* ---- Texts ---- */

/* What a path may stand behind, and what ends it. */
static const char before_path[] = " \t\n\"'`(=,:;<[", after_path[] = " \t\n\"'`),;:>]";

static bool begins_path(const char *at) {
    return (at[0] == '/' || strncmp(at, "./", 2) == 0 || strncmp(at, "../", 3) == 0 || strncmp(at, "~/", 2) == 0) &&
           at[strcspn(at, "/") + 1] != '\0' && strchr(after_path, at[strcspn(at, "/") + 1]) == NULL;
}

static bool is_in_word(char c) {
    return isalnum((unsigned char)c) || c == '_';
}

/* The length of the host's name, if it stands here as a word of its own; else 0. */
static size_t host_at(const char *text, const char *at, const char *host) {
    const size_t length = strlen(host);
    if (length == 0 || strncmp(at, host, length) != 0 || is_in_word(at[length]))
        return 0;
    return at == text || !is_in_word(at[-1]) ? length : 0;
}

char *anonymous_text(const char *text, const char *host) {
    /* No replacement is more than so many times as long as what it stands for, which has a character at least. */
    const size_t longest =
        sizeof ANONYMOUS_PATH > sizeof ANONYMOUS_HOST ? sizeof ANONYMOUS_PATH : sizeof ANONYMOUS_HOST;
    char *made = malloc(strlen(text) * longest + 1), *end = made;
    const char *at = text;
    while (made != NULL && *at != '\0') {
        const bool may_begin = at == text || strchr(before_path, at[-1]) != NULL;
        const size_t host_length = host_at(text, at, host);
        if (may_begin && begins_path(at)) {
            end = stpcpy(end, ANONYMOUS_PATH);
            at += strcspn(at, after_path);
        } else if (host_length > 0) {
            end = stpcpy(end, ANONYMOUS_HOST);
            at += host_length;
        } else {
            *end++ = *at++;
        }
    }
    if (made != NULL)
        *end = '\0';
    return made;
}

static bool replace_text(json_t *string, const char *host) {
    char *made = anonymous_text(json_string_value(string), host);
    const bool replaced = made != NULL && json_string_set(string, made) == 0;
    free(made);
    return replaced;
}

bool anonymous_json(json_t *value, const char *host) {
    const char *key;
    size_t index;
    json_t *member;
    bool done = true;
    if (json_is_string(value))
        return replace_text(value, host);
    json_object_foreach(value, key, member) done = anonymous_json(member, host) && done;
    json_array_foreach(value, index, member) done = anonymous_json(member, host) && done;
    return done;
}

/* ---- Contexts ---- */

/* Options whose value is a file; and a suite, which may be one. */
static const char *const files[] = {"out", "plugin", "resume", "topology", "figures", "against", "baseline"};

static bool hide_suite(json_t *object) {
    json_t *suite = json_object_get(object, "suite");
    const char *name = json_string_value(suite);
    return name == NULL || strpbrk(name, "/.") == NULL || json_string_set(suite, ANONYMOUS_PATH) == 0;
}

static bool hide_settings(json_t *ours) {
    json_t *settings = json_object_get(ours, "settings");
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        json_t *setting = json_object_get(settings, files[i]);
        const char *value = json_string_value(setting);
        if (value != NULL && value[0] != '\0' && json_string_set(setting, ANONYMOUS_PATH) != 0)
            return false;
    }
    return hide_suite(settings) && hide_suite(json_object_get(ours, "course"));
}

bool anonymous_context(json_t *context) {
    json_t *ours = json_object_get(context, "ctxbench");
    const char *host = json_string_value(json_object_get(context, "host_name"));
    char *kept_host = strdup(host != NULL ? host : "");
    (void)json_object_del(context, "host_name");
    (void)json_object_del(context, "executable");
    const bool done = kept_host != NULL && json_array_clear(json_object_get(ours, "command_line")) <= 0 &&
                      hide_settings(ours) && anonymous_json(context, kept_host);
    free(kept_host);
    return done;
}
