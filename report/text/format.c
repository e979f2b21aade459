#include "text/format.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

struct unit {
    const char *name;
    double ns;
};

/* The limits lie where three digits round up to the next unit's 1.00. */
static struct unit unit_for(double ns) {
    static const struct unit units[] = {{"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}};
    size_t i = 0;
    while (i + 1 < sizeof units / sizeof *units && ns >= 999.5 * units[i].ns)
        i++;
    return units[i];
}

void format_number(double value, char cell[static FORMAT_CELL_MAX]) {
    int decimals = value < 0.0995 ? 4 : value < 0.9995 ? 3 : value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
    (void)snprintf(cell, FORMAT_CELL_MAX, "%.*f", decimals, value);
}

void format_time(double ns, char cell[static FORMAT_CELL_MAX]) {
    struct unit unit = unit_for(ns);
    char number[FORMAT_CELL_MAX];
    format_number(ns / unit.ns, number);
    (void)snprintf(cell, FORMAT_CELL_MAX, "%.*s %s", FORMAT_CELL_MAX - 4, number, unit.name);
}

void format_range(double low_ns, double high_ns, double ns, char cell[static FORMAT_CELL_MAX]) {
    struct unit unit = unit_for(ns);
    char low[FORMAT_CELL_MAX], high[FORMAT_CELL_MAX];
    format_number(low_ns / unit.ns, low);
    format_number(high_ns / unit.ns, high);
    (void)snprintf(cell, FORMAT_CELL_MAX, "%.*s..%.*s", FORMAT_CELL_MAX / 2 - 2, low, FORMAT_CELL_MAX / 2 - 2, high);
}

static bool is_percentage(double ratio) {
    return ratio > 0.1 && ratio < 10;
}

void format_change(double ratio, char cell[static FORMAT_CELL_MAX]) {
    char number[FORMAT_CELL_MAX];
    format_number(ratio, number);
    if (!isfinite(ratio))
        (void)snprintf(cell, FORMAT_CELL_MAX, "-");
    else if (is_percentage(ratio))
        (void)snprintf(cell, FORMAT_CELL_MAX, "%+.1f%%", (ratio - 1) * 100);
    else
        (void)snprintf(cell, FORMAT_CELL_MAX, "x%.*s", FORMAT_CELL_MAX - 2, number);
}

void format_change_range(double low, double high, char cell[static FORMAT_CELL_MAX]) {
    char low_text[FORMAT_CELL_MAX], high_text[FORMAT_CELL_MAX];
    if (!isfinite(low) || !isfinite(high)) {
        (void)snprintf(cell, FORMAT_CELL_MAX, "-");
        return;
    }
    format_change(low, low_text);
    format_change(high, high_text);
    if (is_percentage(low) && is_percentage(high))
        low_text[strlen(low_text) - 1] = '\0'; /* one sign for both */
    (void)snprintf(cell, FORMAT_CELL_MAX, "%.*s..%.*s", FORMAT_CELL_MAX / 2 - 2, low_text, FORMAT_CELL_MAX / 2 - 2,
                   high_text);
}

void format_tick(double value, double step, double largest, bool is_time, char cell[static FORMAT_CELL_MAX]) {
    enum { DECIMALS_MAX = 9 };
    const struct unit unit = is_time ? unit_for(largest) : (struct unit){"", 1};
    const double decimals = ceil(-log10(step / unit.ns) - 1e-9);
    char number[FORMAT_CELL_MAX];
    (void)snprintf(number, sizeof number, "%.*f", (int)fmax(0, fmin(decimals, DECIMALS_MAX)), value / unit.ns);
    (void)snprintf(cell, FORMAT_CELL_MAX, "%.*s%s%s", FORMAT_CELL_MAX - 4, number, is_time ? " " : "", unit.name);
}
