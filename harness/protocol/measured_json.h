/*
 * What an execution measured, as members of a JSON object: the same in the protocol, in the journal and in the rows of
 * result files (results/schema.json, $defs/our_row). For those who write these: it shows jansson.
 */
#ifndef CTXBENCH_MEASURED_JSON_H
#define CTXBENCH_MEASURED_JSON_H

#include <jansson.h>

#include "base/error.h"
#include "protocol/execution.h"

/*
 * Adds the samples, one array for each quantity that all of them have; the execution's quantities; and the times of
 * single operations. What is unknown is left out. False when out of memory.
 */
bool measured_to_json(const struct execution_answer *answer, json_t *object);

/*
 * Reads them back into an empty answer, which the caller clears in both cases. False with *error set if a member is
 * wrong, or one that is required is missing.
 */
bool measured_from_json(const json_t *object, struct execution_answer *answer, struct error *error);

#endif
