#include "plan/suite.h"
#include "registry/kernel_names.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "plan/builtin_suites.h"
#include "plan/case.h"

/* Strings that were made for a suite, in a list, beside the document that owns the others. */
struct suite_strings {
    json_t *document;
    char **made;
    size_t made_count;
    char *text;
};

enum { SUITES_MAX = 32 };

/* Where in the file something stands: "cases[2].parameters.depth". */
enum { PLACE_MAX = 160 };

/* A member of what stands there. Names that are far too long are cut. */
static void name_place(char inner[static PLACE_MAX], const char *place, const char *name) {
    (void)snprintf(inner, PLACE_MAX, "%.*s.%.*s", PLACE_MAX / 2 - 1, place, PLACE_MAX / 2 - 1, name);
}

/* ---- Values ---- */

static const char *type_name(const json_t *value) {
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return "an object";
    case JSON_ARRAY:
        return "a list";
    case JSON_STRING:
        return "a text";
    case JSON_INTEGER:
        return "a whole number";
    case JSON_REAL:
        return "a number with a fraction";
    case JSON_TRUE:
    case JSON_FALSE:
        return "true or false";
    case JSON_NULL:
        break;
    }
    return "null";
}

static bool wrong_type(const char *place, const json_t *found, const char *wanted, struct error *error) {
    return error_set(error, "%s: found %s, wanted %s", place, type_name(found), wanted);
}

static char *keep(struct suite *suite, char *text, struct error *error) {
    struct suite_strings *strings = suite->strings;
    char **made = text == NULL ? NULL : realloc(strings->made, (strings->made_count + 1) * sizeof *strings->made);
    if (made == NULL) {
        free(text);
        (void)error_set_code(error, ERROR_MEMORY, "out of memory for the suite");
        return NULL;
    }
    strings->made = made;
    return made[strings->made_count++] = text;
}

/* One item of a list that goes on as text, since --strategy=a,b and --threads=1,2 are read from text as well. */
static bool print_item(const char *place, const json_t *item, FILE *out, struct error *error) {
    const char *text = json_string_value(item);
    if (json_is_integer(item)) {
        (void)fprintf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(item));
        return true;
    }
    if (text == NULL)
        return wrong_type(place, item, "a text or a whole number, or a list of them", error);
    if (*text == '\0' || strchr(text, ',') != NULL)
        return error_set(error, "%s: found \"%s\"; wanted one name, and several as a list: [\"a\", \"b\"]", place,
                         text);
    (void)fputs(text, out);
    return true;
}

static bool print_list(const char *place, const json_t *value, FILE *out, struct error *error) {
    if (!json_is_array(value))
        return print_item(place, value, out, error);
    if (json_array_size(value) == 0)
        return error_set(error, "%s: found an empty list; wanted at least one value, or leave it out", place);
    for (size_t i = 0; i < json_array_size(value); i++) {
        if (i > 0)
            (void)fputc(',', out);
        if (!print_item(place, json_array_get(value, i), out, error))
            return false;
    }
    return true;
}

/* A value or a list of values as one would type it after an option: "1,2". Owned by the suite. */
static const char *list_text(struct suite *suite, const char *place, const json_t *value, struct error *error) {
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    if (out == NULL) {
        (void)error_set_code(error, ERROR_MEMORY, "out of memory for the suite");
        return NULL;
    }
    bool good = print_list(place, value, out, error);
    if (fclose(out) != 0 && good)
        good = error_set_code(error, ERROR_MEMORY, "out of memory for the suite");
    if (good)
        return keep(suite, text, error);
    free(text);
    return NULL;
}

static bool read_number(const char *place, const json_t *value, struct parameter_choice *choice, struct error *error) {
    if (!json_is_integer(value))
        return wrong_type(place, value, "a whole number or a list of them", error);
    int64_t number = json_integer_value(value);
    for (size_t i = 0; i < choice->count; i++) {
        if (choice->values[i] == number)
            return true; /* repeated ones count once, as on the command line */
    }
    if (choice->count == PARAMETER_VALUES_MAX)
        return error_set(error, "%s: found more than %d values", place, PARAMETER_VALUES_MAX);
    choice->values[choice->count++] = number;
    return true;
}

static bool read_numbers(const char *place, const json_t *value, struct parameter_choice *choice, struct error *error) {
    if (!json_is_array(value))
        return read_number(place, value, choice, error);
    for (size_t i = 0; i < json_array_size(value); i++) {
        if (!read_number(place, json_array_get(value, i), choice, error))
            return false;
    }
    return choice->count > 0 ||
           error_set(error, "%s: found an empty list; wanted at least one number, or leave it out", place);
}

/* ---- A case ---- */

static bool read_parameters(const char *place, json_t *value, struct suite_case *c, struct error *error) {
    if (!json_is_object(value))
        return wrong_type(place, value, "an object such as {\"depth\": [0, 16]}", error);
    const char *name;
    json_t *numbers;
    json_object_foreach(value, name, numbers) {
        char inner[PLACE_MAX];
        name_place(inner, place, name);
        struct parameter_choice *choice = &c->choices[c->choice_count];
        if (c->choice_count == sizeof c->choices / sizeof c->choices[0])
            return error_set(error, "%s: found more than %zu parameters; no workload has as many", place,
                             c->choice_count);
        if (strlen(name) >= sizeof choice->name)
            return error_set(error, "%s: no parameter has a name as long as this", inner);
        (void)snprintf(choice->name, sizeof choice->name, "%s", name);
        if (!read_numbers(inner, numbers, choice, error))
            return false;
        c->choice_count++;
    }
    return true;
}

static bool read_forms(struct suite *suite, const char *place, const json_t *value, struct suite_case *c,
                       struct error *error) {
    const char *const names[] = {kernel_form_name(CTX_FORM_THROUGHPUT), kernel_form_name(CTX_FORM_LATENCY)};
    bool selected[sizeof names / sizeof names[0]] = {false};
    c->forms = list_text(suite, place, value, error);
    return c->forms != NULL && (text_select("form", c->forms, names, sizeof names / sizeof names[0], selected, error) ||
                                error_prefix(error, "%s: ", place));
}

static const char *const case_members[] = {"workload", "form", "parameters", "threads", "placement"};

static bool read_case_member(struct suite *suite, const char *place, const char *name, json_t *value,
                             struct suite_case *c, struct error *error) {
    char inner[PLACE_MAX];
    name_place(inner, place, name);
    if (strcmp(name, "workload") == 0)
        return (c->workload = list_text(suite, inner, value, error)) != NULL;
    if (strcmp(name, "form") == 0)
        return read_forms(suite, inner, value, c, error);
    if (strcmp(name, "parameters") == 0)
        return read_parameters(inner, value, c, error);
    if (strcmp(name, "threads") == 0)
        return read_numbers(inner, value, &c->threads, error);
    if (strcmp(name, "placement") == 0)
        return (c->placements = list_text(suite, inner, value, error)) != NULL;
    return text_unknown_name("member of a case", name, case_members, sizeof case_members / sizeof case_members[0],
                             error) ||
           error_prefix(error, "%s: ", place);
}

static bool read_case(struct suite *suite, size_t index, json_t *value, struct error *error) {
    struct suite_case *c = &suite->cases[suite->case_count];
    char place[PLACE_MAX];
    (void)snprintf(place, sizeof place, "cases[%zu]", index);
    if (!json_is_object(value))
        return wrong_type(place, value, "an object such as {\"workload\": \"get\"}", error);
    const char *name;
    json_t *member;
    json_object_foreach(value, name, member) {
        if (!read_case_member(suite, place, name, member, c, error))
            return false;
    }
    if (c->workload == NULL)
        return error_set(error, "%s names no workload; wanted \"workload\": its name, or \"*\" for every one", place);
    suite->case_count++;
    return true;
}

static bool read_cases(struct suite *suite, json_t *value, struct error *error) {
    if (!json_is_array(value) || json_array_size(value) == 0)
        return error_set(error, "\"cases\": wanted a list of at least one case, as in [{\"workload\": \"get\"}]");
    suite->cases = calloc(json_array_size(value), sizeof *suite->cases);
    if (suite->cases == NULL)
        return error_set_code(error, ERROR_MEMORY, "out of memory for the suite");
    for (size_t i = 0; i < json_array_size(value); i++) {
        if (!read_case(suite, i, json_array_get(value, i), error))
            return false;
    }
    return true;
}

/* ---- The whole ---- */

static bool read_setting(struct suite *suite, const char *name, const json_t *value, struct error *error) {
    const char *text = list_text(suite, name, value, error);
    if (text == NULL)
        return false;
    suite->settings[suite->setting_count++] = (struct suite_setting){name, text};
    return true;
}

static bool check_version(const json_t *document, struct error *error) {
    const json_t *version = json_object_get(document, "ctxbench_suite");
    return json_is_integer(version) && json_integer_value(version) == SUITE_VERSION
               ? true
               : error_set(
                     error,
                     "wanted \"ctxbench_suite\": %d among its members, which says what kind of file it is; `bench "
                     "suite` prints one to start from",
                     SUITE_VERSION);
}

static bool read_document(struct suite *suite, json_t *document, struct error *error) {
    if (!json_is_object(document))
        return wrong_type("the file", document, "an object", error);
    suite->settings = calloc(json_object_size(document) + 1, sizeof *suite->settings);
    if (suite->settings == NULL)
        return error_set_code(error, ERROR_MEMORY, "out of memory for the suite");
    if (!check_version(document, error))
        return false;
    const char *name;
    json_t *value;
    json_object_foreach(document, name, value) {
        if (strcmp(name, "ctxbench_suite") == 0)
            continue;
        bool good;
        if (strcmp(name, "summary") == 0)
            good = (suite->summary = json_string_value(value)) != NULL || wrong_type(name, value, "a text", error);
        else if (strcmp(name, "cases") == 0)
            good = read_cases(suite, value, error);
        else
            good = read_setting(suite, name, value, error);
        if (!good)
            return false;
    }
    return suite->case_count > 0 ||
           error_set(error, "it has no \"cases\"; wanted a list of them, as in [{\"workload\": \"get\"}]");
}

bool suite_error(const struct suite *suite, struct error *error) {
    return error_prefix(error, "suite %s: ", suite->name);
}

static struct suite *suite_new(const char *name, const char *text, size_t length, struct error *error) {
    struct suite *suite = calloc(1, sizeof *suite);
    struct suite_strings *strings = calloc(1, sizeof *strings);
    if (suite != NULL && strings != NULL) {
        *suite = (struct suite){.summary = "", .strings = strings};
        strings->text = strndup(text, length);
        suite->text = strings->text;
        suite->name = keep(suite, strdup(name), error);
        if (suite->text != NULL && suite->name != NULL)
            return suite;
        suite_free(suite);
    } else {
        free(suite);
        free(strings);
    }
    (void)error_set_code(error, ERROR_MEMORY, "out of memory for the suite %s", name);
    return NULL;
}

struct suite *suite_parse(const char *name, const char *text, size_t length, struct error *error) {
    struct suite *suite = suite_new(name, text, length, error);
    if (suite == NULL)
        return NULL;
    json_error_t where;
    suite->strings->document = json_loadb(text, length, JSON_REJECT_DUPLICATES, &where);
    bool good = suite->strings->document != NULL
                    ? read_document(suite, suite->strings->document, error)
                    : error_set(error, "line %d, column %d: no JSON: %s", where.line, where.column, where.text);
    if (good)
        return suite;
    (void)suite_error(suite, error);
    suite_free(suite);
    return NULL;
}

static struct suite *load_file(const char *path, struct error *error) {
    FILE *file = fopen(path, "re");
    char *text = NULL;
    size_t capacity = 0;
    ssize_t length = file == NULL ? -1 : getdelim(&text, &capacity, '\0', file);
    bool failed = file == NULL || ferror(file) != 0;
    struct suite *suite = NULL;
    if (failed)
        (void)error_set_code(error, ERROR_SYSTEM, "cannot read the suite %s: %s", path, strerror(errno));
    else
        suite = suite_parse(path, length > 0 ? text : "", length > 0 ? (size_t)length : 0, error);
    if (file != NULL)
        (void)fclose(file);
    free(text);
    return suite;
}

const char *const *suite_names(void) {
    static const char *names[SUITES_MAX + 1];
    for (size_t i = 0; builtin_suites[i].name != NULL && i < SUITES_MAX; i++)
        names[i] = builtin_suites[i].name;
    return names;
}

static bool is_path(const char *name) {
    static const char ending[] = ".json";
    size_t length = strlen(name);
    return strchr(name, '/') != NULL ||
           (length >= strlen(ending) && strcmp(name + length - strlen(ending), ending) == 0);
}

struct suite *suite_load(const char *name, struct error *error) {
    if (is_path(name))
        return load_file(name, error);
    size_t count = 0;
    for (; builtin_suites[count].name != NULL; count++) {
        if (strcmp(builtin_suites[count].name, name) == 0)
            return suite_parse(name, builtin_suites[count].text, strlen(builtin_suites[count].text), error);
    }
    (void)text_unknown_name("suite", name, suite_names(), count, error);
    size_t used = strlen(error->text);
    (void)snprintf(error->text + used, sizeof error->text - used, "; a file's name ends in .json");
    return NULL;
}

void suite_free(struct suite *suite) {
    if (suite == NULL)
        return;
    for (size_t i = 0; i < suite->strings->made_count; i++)
        free(suite->strings->made[i]);
    free(suite->strings->made);
    free(suite->strings->text);
    json_decref(suite->strings->document);
    free(suite->strings);
    free(suite->settings);
    free(suite->cases);
    free(suite);
}

const char *suite_setting(const struct suite *suite, const char *option) {
    for (size_t i = 0; suite != NULL && i < suite->setting_count; i++) {
        if (strcmp(suite->settings[i].name, option) == 0)
            return suite->settings[i].value;
    }
    return NULL;
}
