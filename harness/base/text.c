#include "base/text.h"

#include <ctype.h>
#include <errno.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static size_t least(size_t a, size_t b) {
    return a < b ? a : b;
}

static void join(const char *const *names, size_t count, char *text, size_t size) {
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < count && used < size; i++) {
        int length = snprintf(text + used, size - used, "%s%s", i == 0 ? "" : ", ", names[i]);
        used += length < 0 ? size : (size_t)length;
    }
}

/* A number begins with a digit or '-' right away; strtoll would also take blanks and '+'. */
static bool begins_like_a_number(const char *text) {
    return isdigit((unsigned char)text[0]) || (text[0] == '-' && isdigit((unsigned char)text[1]));
}

static bool contains(const int64_t *values, size_t count, int64_t value) {
    for (size_t i = 0; i < count; i++) {
        if (values[i] == value)
            return true;
    }
    return false;
}

bool text_next_item(const char **list, char item[static TEXT_ITEM_MAX], struct error *error) {
    size_t length = strcspn(*list, ",");
    if (length == 0)
        return error_set(error, "found an empty item; separate items by single commas, as in \"a,b\"");
    if (length >= TEXT_ITEM_MAX)
        return error_set(error, "found an item of %zu characters; the longest allowed has %d", length,
                         TEXT_ITEM_MAX - 1);
    memcpy(item, *list, length);
    item[length] = '\0';
    *list = (*list)[length] == ',' ? *list + length + 1 : NULL;
    return true;
}

/* Optimal string alignment, keeping three rows of the table: the swap looks two rows back. */
size_t text_distance(const char *a, const char *b) {
    size_t rows[3][TEXT_ITEM_MAX];
    size_t a_length = strnlen(a, TEXT_ITEM_MAX - 1), b_length = strnlen(b, TEXT_ITEM_MAX - 1);
    for (size_t j = 0; j <= b_length; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= a_length; i++) {
        size_t *row = rows[i % 3], *above = rows[(i + 2) % 3], *two_above = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= b_length; j++) {
            size_t replaced = above[j - 1] + (a[i - 1] != b[j - 1]);
            row[j] = least(least(above[j], row[j - 1]) + 1, replaced);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = least(row[j], two_above[j - 2] + 1);
        }
    }
    return rows[a_length % 3][b_length];
}

const char *text_nearest(const char *wrong, const char *const *names, size_t count) {
    const char *nearest = NULL;
    size_t bound = least((strlen(wrong) + 1) / 3, 3) + 1; /* further away it is another word, not a slip */
    for (size_t i = 0; i < count; i++) {
        size_t distance = text_distance(wrong, names[i]);
        if (distance < bound) {
            nearest = names[i];
            bound = distance;
        }
    }
    return nearest;
}

bool text_unknown_name(const char *what, const char *wrong, const char *const *names, size_t count,
                       struct error *error) {
    const char *nearest = text_nearest(wrong, names, count);
    if (nearest != NULL)
        return error_set(error, "no %s is called \"%s\"; did you mean \"%s\"?", what, wrong, nearest);
    char all[512];
    join(names, count, all, sizeof all);
    return error_set(error, "no %s is called \"%s\"; there %s%s", what, wrong, count == 0 ? "is none" : "are ", all);
}

bool text_select(const char *what, const char *patterns, const char *const *names, size_t count, bool *selected,
                 struct error *error) {
    memset(selected, 0, count * sizeof *selected);
    while (patterns != NULL) {
        char pattern[TEXT_ITEM_MAX];
        if (!text_next_item(&patterns, pattern, error))
            return false;
        bool matched = false;
        for (size_t i = 0; i < count; i++) {
            if (fnmatch(pattern, names[i], 0) == 0)
                matched = selected[i] = true;
        }
        if (!matched)
            return text_unknown_name(what, pattern, names, count, error);
    }
    return true;
}

bool text_names_add(struct text_names *names, const char *name) {
    if (text_names_index(names, name) < names->count)
        return true;
    const char **items = realloc(names->items, (names->count + 1) * sizeof *items);
    if (items == NULL)
        return false;
    items[names->count++] = name;
    names->items = items;
    return true;
}

size_t text_names_index(const struct text_names *names, const char *name) {
    size_t index = 0;
    while (index < names->count && strcmp(names->items[index], name) != 0)
        index++;
    return index;
}

void text_names_join(const struct text_names *names, char *text, size_t size) {
    join(names->items, names->count, text, size);
}

void text_names_free(struct text_names *names) {
    free(names->items);
    *names = (struct text_names){0};
}

bool text_matches(const char *patterns, const char *name) {
    struct error ignored;
    char pattern[TEXT_ITEM_MAX];
    while (patterns != NULL && text_next_item(&patterns, pattern, &ignored)) {
        if (fnmatch(pattern, name, 0) == 0)
            return true;
    }
    return false;
}

bool text_is_name(const char *name, size_t length_max) {
    size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-");
    return name[length] == '\0' && length <= length_max && name[0] >= 'a' && name[0] <= 'z';
}

bool text_parse_integer(const char *text, int64_t min, int64_t max, int64_t *value, struct error *error) {
    char *end = NULL;
    errno = 0;
    long long parsed = begins_like_a_number(text) ? strtoll(text, &end, 10) : 0;
    if (end == NULL || *end != '\0' || errno != 0 || parsed < min || parsed > max) {
        if (min == INT64_MIN && max == INT64_MAX)
            return error_set(error, "found \"%s\"; wanted a whole number", text);
        return error_set(error, "found \"%s\"; wanted a whole number from %" PRId64 " to %" PRId64, text, min, max);
    }
    *value = parsed;
    return true;
}

bool text_parse_integers(const char *text, int64_t min, int64_t max, int64_t *values, size_t capacity, size_t *count,
                         struct error *error) {
    *count = 0;
    while (text != NULL) {
        char item[TEXT_ITEM_MAX] = "";
        int64_t value = 0;
        if (!text_next_item(&text, item, error) || !text_parse_integer(item, min, max, &value, error))
            return false;
        if (contains(values, *count, value))
            continue;
        if (*count == capacity)
            return error_set(error, "found more than %zu values; split them over several runs", capacity);
        values[(*count)++] = value;
    }
    return true;
}

bool text_parse_seconds(const char *text, double min, double max, double *seconds, struct error *error) {
    static const struct {
        const char *name;
        double seconds;
    } units[] = {{"", 1}, {"s", 1}, {"ms", 1e-3}, {"us", 1e-6}};

    char *end = NULL;
    double parsed = isdigit((unsigned char)text[0]) || text[0] == '.' ? strtod(text, &end) : -1;
    for (size_t i = 0; end != NULL && i < sizeof units / sizeof units[0]; i++) {
        double value = parsed * units[i].seconds;
        if (strcmp(end, units[i].name) == 0 && value >= min && value <= max) {
            *seconds = value;
            return true;
        }
    }
    return error_set(error, "found \"%s\"; wanted a time from %g to %g seconds, such as 2ms or 0.002", text, min, max);
}

void text_format_duration(double seconds, char text[static TEXT_DURATION_MAX]) {
    if (seconds < 120)
        (void)snprintf(text, TEXT_DURATION_MAX, "%.0f s", seconds < 1 ? 1 : seconds);
    else if (seconds < 7200)
        (void)snprintf(text, TEXT_DURATION_MAX, "%.0f min", seconds / 60);
    else
        (void)snprintf(text, TEXT_DURATION_MAX, "%.1f h", seconds / 3600);
}
