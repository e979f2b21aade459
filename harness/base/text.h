/*
 * Small helpers for what people type: names that are nearly right, lists of patterns, numbers with a range. Each fails
 * with a message that names what was found and what was wanted; the caller puts the subject ("--depth: ") in front.
 */
#ifndef CTXBENCH_TEXT_H
#define CTXBENCH_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* The longest item of a list, and the longest name worth comparing, with its terminator. */
enum { TEXT_ITEM_MAX = 128 };

/*
 * Copies the item at the start of a comma-separated list and moves `*list` past it; to NULL after the last. Fails on an
 * empty item or one of TEXT_ITEM_MAX characters or more. Use: `while (list != NULL) if (!text_next_item(...)) ...`.
 */
bool text_next_item(const char **list, char item[static TEXT_ITEM_MAX], struct error *error);

/* The number of single-character insertions, deletions, replacements and swaps that turn one into the other. */
size_t text_distance(const char *a, const char *b);

/* The name nearest to `wrong`, or NULL if none is near enough to be what was meant. */
const char *text_nearest(const char *wrong, const char *const *names, size_t count);

/*
 * Writes `no <what> is called "<wrong>"`, and either the nearest name or all there are. Returns false, as error_set.
 */
bool text_unknown_name(const char *what, const char *wrong, const char *const *names, size_t count,
                       struct error *error);

/*
 * Sets selected[i], for `count` names, where names[i] matches one of `patterns`: names and globs separated by commas.
 * A pattern that matches nothing is an error; `what` says what the names are ("strategy").
 */
bool text_select(const char *what, const char *patterns, const char *const *names, size_t count, bool *selected,
                 struct error *error);

/* A set of names, in order of their first appearance. Zero-initialise it; the strings stay the caller's. */
struct text_names {
    const char **items;
    size_t count;
};

/* Adds a name unless it is there already. False when out of memory. */
bool text_names_add(struct text_names *names, const char *name);

/* Where a name stands; names->count when it is not there. */
size_t text_names_index(const struct text_names *names, const char *name);

/* The names as "a, b, c", cut if they do not fit. */
void text_names_join(const struct text_names *names, char *text, size_t size);
void text_names_free(struct text_names *names);

/* Whether one of `patterns`, which text_select has accepted, matches `name`. */
bool text_matches(const char *patterns, const char *name);

/* Whether `name` is lower-case letters, digits and '-', begins with a letter and has at most `length_max` of them. */
bool text_is_name(const char *name, size_t length_max);

bool text_parse_integer(const char *text, int64_t min, int64_t max, int64_t *value, struct error *error);

/* Whole numbers separated by commas, each from min to max; repeated ones count once. Fails on more than `capacity`. */
bool text_parse_integers(const char *text, int64_t min, int64_t max, int64_t *values, size_t capacity, size_t *count,
                         struct error *error);

/* A duration with or without a unit: "0.002", "0.002s", "2ms", "2000us". */
bool text_parse_seconds(const char *text, double min, double max, double *seconds, struct error *error);

/* "40 s", "12 min", "3.5 h": an estimate needs no more digits. */
enum { TEXT_DURATION_MAX = 32 };
void text_format_duration(double seconds, char text[static TEXT_DURATION_MAX]);

#endif
