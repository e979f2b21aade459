/* What result files say of machine, build and process, and what of it differs between two of them. */
#ifndef CTXBENCH_FACTS_H
#define CTXBENCH_FACTS_H

struct json_t; /* jansson's */

/*
 * Calls `visit` with a sentence for each fact that may explain a change of the figures and differs between two contexts
 * (of result files, or one made in their way): "kernel: Linux 6.1 / Linux 6.5". What both leave out, as older files do,
 * does not differ.
 */
void facts_visit_differences(const struct json_t *base, const struct json_t *other,
                             void (*visit)(const char *difference, void *arg), void *arg);

#endif
