#include "figure/scale.h"

#include <math.h>
#include <stdio.h>

/* Above this ratio of the largest to the smallest value, a scale is logarithmic. */
static const double LOGARITHMIC_FROM = 12;

/* Above this one, a linear scale begins at zero, which is near. */
static const double ZERO_FROM = 3;

struct scale scale_for(double low, double high, bool from_zero) {
    if (!(low >= SCALE_VALUE_MIN && high >= low && high <= SCALE_VALUE_MAX))
        low = high = 1;
    struct scale scale = {.low = low, .high = high, .logarithmic = high / low > LOGARITHMIC_FROM};
    const double pad = fmax((high - low) * 0.06, high * 0.01);
    if (scale.logarithmic) {
        const double part = exp((log(high) - log(low)) * 0.05);
        scale.low /= part;
        scale.high *= part;
    } else {
        scale.low = from_zero || high / low > ZERO_FROM ? 0 : low - pad;
        scale.high += pad;
    }
    return scale;
}

/* ---- Ticks ---- */

static void add_tick(struct scale *scale, double value) {
    if (value >= scale->low * (1 - 1e-9) && value <= scale->high * (1 + 1e-9) && scale->tick_count < SCALE_TICKS_MAX)
        scale->ticks[scale->tick_count++] = value;
}

/* At the given digits of every decade, or at each `stride`th power of ten. */
static void add_decades(struct scale *scale, const double *digits, size_t digit_count, unsigned stride) {
    const int first = (int)floor(log10(scale->low) / stride) * (int)stride;
    const int last = (int)floor(log10(scale->high) + 1e-9);
    for (int decade = first; decade <= last; decade += (int)stride)
        for (size_t i = 0; i < digit_count; i++)
            add_tick(scale, digits[i] * pow(10, decade));
}

static bool add_logarithmic_ticks(struct scale *scale, unsigned coarseness) {
    static const double digits[] = {1, 2, 5}, fewer[] = {1, 3};
    const double decades = log10(scale->high) - log10(scale->low);
    if (coarseness == 0)
        add_decades(scale, digits, 3, 1);
    else if (coarseness == 1)
        add_decades(scale, fewer, 2, 1);
    else if (coarseness - 1 < decades)
        add_decades(scale, digits, 1, coarseness - 1);
    return scale->tick_count > 0;
}

/* 1, 2 or 5 times a power of ten, at least `rough`. */
static double round_step(double rough) {
    const double magnitude = pow(10, floor(log10(rough)));
    const double digits = rough / magnitude * (1 - 1e-9);
    return magnitude * (digits <= 1 ? 1 : digits <= 2 ? 2 : digits <= 5 ? 5 : 10);
}

static bool add_linear_ticks(struct scale *scale, unsigned coarseness) {
    enum { INTERVALS_MAX = 6 };
    if (coarseness >= INTERVALS_MAX)
        return false;
    const double step = round_step((scale->high - scale->low) / (INTERVALS_MAX - coarseness));
    const double first = ceil(scale->low / step - 1e-9);
    for (int i = 0; (first + i) * step <= scale->high * (1 + 1e-9) && i < SCALE_TICKS_MAX; i++)
        add_tick(scale, (first + i) * step);
    return scale->tick_count > 0;
}

bool scale_set_ticks(struct scale *scale, unsigned coarseness) {
    struct scale with = *scale;
    with.tick_count = 0;
    const bool set =
        scale->logarithmic ? add_logarithmic_ticks(&with, coarseness) : add_linear_ticks(&with, coarseness);
    if (set)
        *scale = with;
    return set;
}

double scale_part(const struct scale *scale, double value) {
    return scale->logarithmic ? (log(value) - log(scale->low)) / (log(scale->high) - log(scale->low))
                              : (value - scale->low) / (scale->high - scale->low);
}

/* Ticks of a linear scale share the unit of the largest and the decimals that their distance needs. */
void scale_label(const struct scale *scale, size_t tick, bool is_time, char label[static FORMAT_CELL_MAX]) {
    const double value = scale->ticks[tick];
    const bool shared = !scale->logarithmic && scale->tick_count > 1;
    if (value == 0)
        (void)snprintf(label, FORMAT_CELL_MAX, "0");
    else if (shared)
        format_tick(value, scale->ticks[1] - scale->ticks[0], scale->ticks[scale->tick_count - 1], is_time, label);
    else
        format_tick(value, value, value, is_time, label);
}
