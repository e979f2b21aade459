/*
 * JSON merge patches (RFC 7386): what turns one object into another. Members that differ stand in the patch, those that
 * are gone as null. Objects that hold a null themselves cannot be told by it; result files have none.
 */
#ifndef CTXBENCH_MERGE_PATCH_H
#define CTXBENCH_MERGE_PATCH_H

struct json_t; /* jansson's */

/* New references; NULL when out of memory. */
struct json_t *merge_patch_make(const struct json_t *base, const struct json_t *other);
struct json_t *merge_patch_apply(const struct json_t *base, const struct json_t *patch);

#endif
