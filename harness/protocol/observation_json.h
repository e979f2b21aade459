/*
 * What an execution observed beside its samples, as JSON: the same in the protocol, in the journal and in result files.
 * For those who write or read these: it shows jansson.
 */
#ifndef CTXBENCH_OBSERVATION_JSON_H
#define CTXBENCH_OBSERVATION_JSON_H

#include <jansson.h>

#include "base/error.h"
#include "protocol/execution.h"

/* Add members to `object`; nothing where there is nothing to tell. False when out of memory. */
bool observation_recording_to_json(const struct recording *recording, json_t *object);
bool observation_footprint_to_json(const struct execution_footprint *footprint, json_t *object);

/*
 * Read them back; what is absent is empty, or unknown. False with *error set if a member is wrong. The recording is
 * cleared by the caller in both cases.
 */
bool observation_recording_from_json(const json_t *object, struct recording *recording, struct error *error);
bool observation_footprint_from_json(const json_t *object, struct execution_footprint *footprint, struct error *error);

#endif
