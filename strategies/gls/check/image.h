/*
 * What a module's file says of its code: how much there is, how much of it unwind tables describe, and how much of that
 * keeps frame pointers. By the same reader of the tables that the library has (gls/cfi.h), over the file's segments as
 * a loader would lay them out; nothing of it runs.
 */
#ifndef GLS_CHECK_IMAGE_H
#define GLS_CHECK_IMAGE_H

#include <stdbool.h>
#include <stddef.h>

enum { IMAGE_PATH_MAX = 4096, IMAGE_REASON_MAX = 256 };

struct image_facts {
    size_t code_bytes;           /* of executable sections */
    size_t undescribed_bytes;    /* of those: in no unwind table, and no padding */
    size_t framed_bytes;         /* of functions that keep a frame pointer */
    size_t frameless_bytes;      /* of functions that keep something on the stack, and no frame pointer */
    bool is_static;              /* a program that no loader takes part in */
    char loader[IMAGE_PATH_MAX]; /* that it names; empty: none */
};

/* False with a reason: the file cannot be read, or is no module for this processor. */
bool image_read(const char *path, struct image_facts *facts, char reason[static IMAGE_REASON_MAX]);

#endif
