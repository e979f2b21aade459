/*
 * What was put into the process from outside and decides whether figures compare: libraries that the program does not
 * ask for (LD_PRELOAD, /etc/ld.so.preload), an allocator other than the C library's, a sanitizer's
 * runtime, variables that the loader and the C library heed. Workers are this program again, in the same environment.
 */
#ifndef CTXBENCH_PROCESS_FACTS_H
#define CTXBENCH_PROCESS_FACTS_H

#include <stddef.h>

/* UTF-8, in an order that does not depend on chance. Empty: there is none. */
struct process_facts {
    char preloaded[512];  /* file names, separated by blanks */
    char allocator[128];  /* the file that malloc is in, if it is not the C library's */
    char sanitizer[128];  /* the file that a sanitizer's runtime is in */
    char variables[1024]; /* "GLIBC_TUNABLES=... MALLOC_ARENA_MAX=1" */
};

void process_facts_read(struct process_facts *facts);

/* All of it as one text: equal texts are equal facts. */
void process_facts_join(const struct process_facts *facts, char *text, size_t size);

#endif
