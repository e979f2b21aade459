#include "compare/interval_json.h"

#include <math.h>

void json_build_put_interval(struct json_build *build, json_t *object, const char *key,
                             struct statistics_interval interval) {
    if (!isfinite(interval.low) || !isfinite(interval.high))
        return;
    json_t *array = json_array();
    json_build_append(build, array, json_real(interval.low));
    json_build_append(build, array, json_real(interval.high));
    json_build_put(build, object, key, array);
}
