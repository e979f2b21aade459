/* An interval as JSON: in comparisons, in what the gate says, in calibrations. */
#ifndef CTXBENCH_INTERVAL_JSON_H
#define CTXBENCH_INTERVAL_JSON_H

#include "base/json_build.h"
#include "statistics/statistics.h"

void json_build_put_interval(struct json_build *build, json_t *object, const char *key,
                             struct statistics_interval interval);

#endif
