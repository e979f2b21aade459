/*
 * To be preloaded: jansson as it is when memory runs out. The first JSON_CALLS calls of its functions that make or
 * write a value go well, all others fail. Workers, which have an answer to give, are spared.
 */
#include <dlfcn.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_spared(void) {
    static int spared = -1;
    if (spared < 0) {
        char line[4096] = "";
        FILE *file = fopen("/proc/self/cmdline", "re");
        const size_t length = file != NULL ? fread(line, 1, sizeof line - 1, file) : 0;
        if (file != NULL)
            (void)fclose(file);
        spared = memmem(line, length, "--worker", strlen("--worker")) != NULL;
    }
    return spared != 0;
}

static bool fails(void) {
    static long calls;
    const char *good = getenv("JSON_CALLS");
    return good != NULL && !is_spared() && calls++ >= strtol(good, NULL, 10);
}

/* Defines a function that fails as `failure` says, or does what the next of its name does. */
#define FAILING(type, name, failure, parameters, arguments)                                                            \
    type name parameters {                                                                                             \
        static __typeof__(name) *next; /* NOLINT(bugprone-macro-parentheses) */                                        \
        if (next == NULL)                                                                                              \
            *(void **)&next = dlsym(RTLD_NEXT, #name);                                                                 \
        return fails() ? (failure) : next arguments;                                                                   \
    }

FAILING(json_t *, json_object, NULL, (void), ())
FAILING(json_t *, json_array, NULL, (void), ())
FAILING(json_t *, json_string, NULL, (const char *value), (value))
FAILING(json_t *, json_real, NULL, (double value), (value))
FAILING(json_t *, json_integer, NULL, (json_int_t value), (value))
FAILING(int, json_object_set_new, (json_decref(value), -1), (json_t * object, const char *key, json_t *value),
        (object, key, value))
FAILING(int, json_array_append_new, (json_decref(value), -1), (json_t * array, json_t *value), (array, value))
FAILING(char *, json_dumps, NULL, (const json_t *json, size_t flags), (json, flags))
FAILING(int, json_dumpf, -1, (const json_t *json, FILE *output, size_t flags), (json, output, flags))
FAILING(int, json_dump_callback, -1, (const json_t *json, json_dump_callback_t callback, void *data, size_t flags),
        (json, callback, data, flags))
