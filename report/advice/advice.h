/*
 * Which strategy a program should take: what each adds to one of its requests, and whether it was proved for what the
 * program has to live with. One that was not proved is never recommended.
 *
 * The cost of a request is the sum of its parts, each of which was measured alone, over the same work without a
 * context: its reads, at their mean distance from the scope around them; the outermost scope; the others, for which the
 * context is looked up as well, so many calls below the scope around them; hand-offs. Errors of the parts are taken to
 * be independent. The page's script computes the same (page/page.js: advise), and a test compares the two.
 */
#ifndef CTXBENCH_ADVICE_H
#define CTXBENCH_ADVICE_H

#include "advice/evidence.h"
#include "advice/program.h"
#include "base/error.h"
#include "text/format.h"

/* In the order in which strategies are shown. */
enum standing {
    STANDING_FITS,
    STANDING_UNMEASURED, /* proved, but a part of the cost is missing */
    STANDING_UNPROVED,
    STANDING_FAILS, /* in a scenario that is needed, or cannot take part in it */
    STANDING_COUNT
};
const char *standing_name(enum standing standing);

struct advice_row {
    const struct evidence_strategy *of;
    enum standing standing;
    size_t decided_by;       /* the condition by which it fails, or is unproved */
    struct added_cost added; /* to a request; unmeasured where a part is missing */
    struct added_cost read;
};

struct advice {
    const struct evidence *evidence;
    struct program program;
    const bool *needed; /* one per condition; the first always is */
    struct advice_row *rows;
    size_t row_count;
    size_t fit_count, tie_count; /* ties: other rows that fit, and differ from the first without significance */
};

/* False when out of memory. What is made lives in the arena, and refers to the others. */
bool advice_make(const struct evidence *evidence, const struct program *program, const bool *needed,
                 struct arena *arena, struct advice *advice);

/* What the program's request costs more with the strategy; `handoff` is what one of its hand-offs does. */
struct added_cost advice_cost(const struct program *program, const struct evidence_strategy *strategy,
                              const struct added_cost *handoff);

/* Whether the intervals show that the first costs less. */
bool advice_is_less(const struct added_cost *a, const struct added_cost *b);

/* From which value of a number on another strategy costs less, as the intervals show, while the others stay. */
struct advice_flip {
    const struct evidence_strategy *to; /* NULL: from none on, or there is no advice */
    double from;
};
struct advice_flip advice_flip(const struct advice *advice, enum program_number number, struct arena *arena);

/* Marks the needs of a list, "fibers,callbacks"; NULL or "": none but the first. `needed` has one for each condition.
 */
bool advice_read_needs(const struct evidence *evidence, const char *list, bool *needed, struct error *error);

/* Texts live in the arena; NULL when out of memory. */

/* The advice in a sentence or a few. `mark` encloses names; "" encloses nothing. */
const char *advice_sentence(const struct advice *advice, const char *mark, struct arena *arena);

/* "fibers, longjmp": the needs of the conditions that a strategy does not pass, ticked or not; "nothing"; "not proved".
 */
const char *advice_fails(const struct evidence *evidence, const struct evidence_strategy *strategy,
                         struct arena *arena);

/* "fibers: fiber-switch": why the row does not fit; "" if it does. */
const char *advice_why_not(const struct advice *advice, const struct advice_row *row, struct arena *arena);

/* The command that measures or proves what is missing for the program; NULL: nothing is. */
const char *advice_missing(const struct advice *advice, struct arena *arena);

/* "12.3 us", "-4.00 ns", "0 ns". */
void advice_format(double ns, char cell[static FORMAT_CELL_MAX]);

/* "12.0 us..12.9 us"; "" where there is no interval. */
enum { ADVICE_INTERVAL_MAX = 2 * FORMAT_CELL_MAX };
void advice_format_interval(const struct added_cost *cost, char cell[static ADVICE_INTERVAL_MAX]);

/* What the numbers of advice are, and what they are not. */
extern const char advice_note[];

/* "30 calls deep: 50 reads, 3 scopes and 1 hand-off in a request" */
const char *advice_program(const struct program *program, struct arena *arena);

#endif
