#include "base/bytes_json.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

json_t *bytes_to_json(const char *bytes) {
    if (utf8_is_valid(bytes))
        return json_string(bytes);
    const size_t length = strlen(bytes);
    char *hex = malloc(2 * length + 1);
    for (size_t i = 0; hex != NULL && i < length; i++)
        (void)snprintf(hex + 2 * i, 3, "%02x", (unsigned char)bytes[i]);
    json_t *text = hex != NULL ? json_string(hex) : NULL;
    free(hex);
    return text != NULL ? json_pack("{s:o}", "hex", text) : NULL;
}

/* Two digits; -1 for anything else, and for a zero, which no text of ours holds. */
static int byte_of(const char *hex) {
    char digits[3] = {hex[0], hex[1], '\0'};
    if (!isxdigit((unsigned char)hex[0]) || !isxdigit((unsigned char)hex[1]))
        return -1;
    const int byte = (int)strtol(digits, NULL, 16);
    return byte > 0 ? byte : -1;
}

static char *from_hex(const char *hex) {
    const size_t length = strlen(hex) / 2;
    char *bytes = malloc(length + 1);
    bool good = bytes != NULL && strlen(hex) % 2 == 0;
    for (size_t i = 0; good && i < length; i++) {
        const int byte = byte_of(hex + 2 * i);
        good = byte > 0;
        bytes[i] = (char)byte;
    }
    if (good) {
        bytes[length] = '\0';
        return bytes;
    }
    free(bytes);
    return NULL;
}

char *bytes_from_json(const json_t *value) {
    const char *text = json_string_value(value), *hex = json_string_value(json_object_get(value, "hex"));
    return text != NULL ? strdup(text) : hex != NULL ? from_hex(hex) : NULL;
}
