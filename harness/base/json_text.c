#include "base/json_text.h"

#include <stdlib.h>

#include "base/utf8.h"

json_t *json_text(const char *bytes) {
    char *escaped = utf8_escaped(bytes);
    json_t *text = escaped != NULL ? json_string(escaped) : NULL;
    free(escaped);
    return text;
}
