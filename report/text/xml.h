/* Text for XML and HTML. */
#ifndef CTXBENCH_XML_H
#define CTXBENCH_XML_H

#include <stdio.h>

/*
 * Writes text so that it may stand in content and in double-quoted attributes. What no document can hold, bytes that
 * are not UTF-8 and control characters, is written as \x01.
 */
void xml_escape(FILE *out, const char *text);

#endif
