/*
 * An execution's answer as JSON, the same in the protocol and in the journal. For those two only: it shows jansson.
 */
#ifndef CTXBENCH_ANSWER_JSON_H
#define CTXBENCH_ANSWER_JSON_H

#include <jansson.h>

#include "base/error.h"
#include "protocol/execution.h"

/* Adds the answer's members to `object`. False when out of memory. */
bool answer_to_json(const struct execution_answer *answer, json_t *object);

/* Fills *answer, which the caller clears. False with *error set, and *answer empty, if a member is missing or wrong. */
bool answer_from_json(const json_t *object, struct execution_answer *answer, struct error *error);

#endif
