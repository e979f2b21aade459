/* Texts in JSON, which has to be UTF-8. */
#ifndef CTXBENCH_JSON_TEXT_H
#define CTXBENCH_JSON_TEXT_H

#include <jansson.h>

/* The text, with what is not UTF-8 escaped (utf8.h). NULL only when out of memory. */
json_t *json_text(const char *bytes);

#endif
