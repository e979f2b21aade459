/*
 * What supervisor and worker say to each other: one line of JSON each way. Everything is named rather than numbered,
 * and the version is part of each line, so that another build's worker can be driven, or refused with a reason.
 */
#ifndef CTXBENCH_PROTOCOL_H
#define CTXBENCH_PROTOCOL_H

#include "base/error.h"
#include "protocol/execution.h"

#define PROTOCOL_VERSION 5

/* One line, ended by a newline; freed by free(). NULL when out of memory. */
char *protocol_encode_request(const struct execution_request *request);
char *protocol_encode_answer(const struct execution_answer *answer, const char *case_name);

/* A request as read, with the storage that its pointers lead to. */
struct protocol_request {
    struct execution_request request;
    struct protocol_text *text; /* owned */
    unsigned *pus;              /* owned */
    unsigned *memory_nodes;     /* owned; NULL: none */
    char *plugin;               /* owned; NULL: none */
};

/* False with *error set: no JSON, another version, something missing. Frees with protocol_request_clear. */
bool protocol_decode_request(const char *line, size_t length, struct protocol_request *decoded, struct error *error);
void protocol_request_clear(struct protocol_request *decoded);

/*
 * Reads all that a worker wrote: exactly one line, which answers for this case. False with *error set, which says what
 * was found instead. The answer is cleared by the caller.
 */
bool protocol_decode_answer(const char *output, size_t length, const char *case_name, struct execution_answer *answer,
                            struct error *error);

#endif
