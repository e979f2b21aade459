#include "table/brief.h"

#include <stdlib.h>
#include <string.h>

#include "advice/advice.h"
#include "base/display.h"
#include "table/columns.h"

/* ---- Pieces ---- */

/* "12.0 ns (11.8..12.2)" */
static void format_cost(const struct added_cost *cost, char text[static 2 * FORMAT_CELL_MAX]) {
    char amount[FORMAT_CELL_MAX], range[FORMAT_CELL_MAX];
    format_time(cost->whole_ns, amount);
    (void)snprintf(text, (size_t)2 * FORMAT_CELL_MAX, "%.*s", FORMAT_CELL_MAX - 1, amount);
    if (cost->whole_low_ns <= 0)
        return;
    format_range(cost->whole_low_ns, cost->whole_high_ns, cost->whole_ns, range);
    (void)snprintf(text, (size_t)2 * FORMAT_CELL_MAX, "%.20s (%.28s)", amount, range);
}

/* What it is expected to fail, as its needs; of plug-ins, what a trial found. */
static const char *failing(const struct evidence *evidence, const struct evidence_strategy *strategy,
                           struct arena *arena) {
    char scenarios[512];
    for (size_t i = 0; i < evidence->conditions.count; i++)
        if (strategy->answers[i].proof == PROOF_FAILS)
            return advice_fails(evidence, strategy, arena);
    presentation_failing(evidence->run->file, strategy->name, scenarios, sizeof scenarios);
    return scenarios[0] != '\0' ? arena_printf(arena, "%s", scenarios) : "nothing";
}

/* ---- One strategy ---- */

struct lines {
    FILE *out;
    struct table_style style;
};

static void print_line(const struct lines *lines, const char *name, const char *text) {
    enum { NAME_WIDTH = 10 };
    char line[1024];
    (void)snprintf(line, sizeof line, "%-*s%s", NAME_WIDTH, name, text);
    text_wrap(lines->out, line, lines->style.width, NAME_WIDTH);
}

static void print_reads(const struct lines *lines, const struct evidence_strategy *strategy) {
    char text[256], first[2 * FORMAT_CELL_MAX], last[2 * FORMAT_CELL_MAX];
    if (strategy->read_count == 0)
        return;
    const struct read_cost *from = &strategy->reads[0], *to = &strategy->reads[strategy->read_count - 1];
    format_cost(&from->cost, first);
    format_cost(&to->cost, last);
    if (from == to)
        (void)snprintf(text, sizeof text, "%s, %g calls below its scope", first, from->depth);
    else
        (void)snprintf(text, sizeof text, "%s in its scope, %s when it is %g calls below", first, last, to->depth);
    print_line(lines, "a read", text);
}

static void print_cost(const struct lines *lines, const char *name, const struct added_cost *cost) {
    char text[2 * FORMAT_CELL_MAX];
    if (!cost->measured)
        return;
    format_cost(cost, text);
    print_line(lines, name, text);
}

void brief_print_answer(const struct summary *report, const char *label, FILE *out, struct table_style style) {
    struct arena arena = {0};
    struct evidence evidence;
    const struct lines lines = {out, style};
    const bool made = evidence_make_alone(report, &arena, &evidence);
    for (size_t i = 0; made && i < evidence.strategy_count; i++) {
        const struct evidence_strategy *strategy = &evidence.strategies[i];
        if (strcmp(strategy->label, label) != 0)
            continue;
        char thread[FORMAT_CELL_MAX];
        const char *fails = failing(&evidence, strategy, &arena);
        style_paint(style, out, BOLD);
        text_wrap(out, label, style.width, 0);
        style_paint(style, out, PLAIN);
        print_reads(&lines, strategy);
        print_cost(&lines, "a scope", &strategy->scope);
        format_time(strategy->start_ns, thread);
        if (strategy->start_ns > 0)
            print_line(&lines, "a thread", thread);
        print_cost(&lines, "hand-off", &strategy->handoff);
        print_line(&lines, "fails", fails != NULL ? fails : "");
        (void)fputc('\n', out);
    }
    arena_free(&arena);
}

/* ---- Many ---- */

static const char *time_text(double ns, bool is_known, struct arena *arena) {
    char cell[FORMAT_CELL_MAX];
    if (!is_known)
        return NULL;
    format_time(ns, cell);
    return arena_printf(arena, "%s", cell);
}

static struct columns_row make_row(const struct evidence *evidence, const struct evidence_strategy *strategy,
                                   struct arena *arena) {
    const size_t count = strategy->read_count;
    const struct read_cost none = {0}, *first = count > 0 ? &strategy->reads[0] : &none;
    const struct read_cost *last = count > 1 ? &strategy->reads[count - 1] : &none;
    return (struct columns_row){.cells = {strategy->label, time_text(first->cost.whole_ns, first->cost.measured, arena),
                                          time_text(last->cost.whole_ns, last->cost.measured, arena),
                                          time_text(strategy->scope.whole_ns, strategy->scope.measured, arena),
                                          time_text(strategy->start_ns, strategy->start_ns > 0, arena),
                                          time_text(strategy->handoff.whole_ns, strategy->handoff.measured, arena),
                                          failing(evidence, strategy, arena)}};
}

static int compare_reads(const void *left, const void *right) {
    const struct evidence_strategy *a = left, *b = right;
    const double x = a->read_count > 0 ? a->reads[0].cost.whole_ns : 0;
    const double y = b->read_count > 0 ? b->reads[0].cost.whole_ns : 0;
    return x < y ? -1 : x > y;
}

static bool print_strategies(struct evidence *evidence, size_t case_count, FILE *out, struct table_style style,
                             struct arena *arena) {
    struct columns_row *rows = arena_take(arena, (evidence->strategy_count + 1) * sizeof *rows);
    const char *deepest = arena_printf(arena, "at %g", evidence->depth_max);
    if (rows == NULL || deepest == NULL || evidence->strategy_count == 0)
        return false;
    const struct columns_title titles[] = {
        {.text = "strategy"},
        {.text = "read", .is_number = true},
        {.text = deepest, .is_number = true, .dropped = 1},
        {.text = "scope", .is_number = true},
        {.text = "thread", .is_number = true, .dropped = 2},
        {.text = "hand-off", .is_number = true, .dropped = 3},
        {.text = "fails"},
    };
    qsort(evidence->strategies, evidence->strategy_count, sizeof *evidence->strategies, compare_reads);
    for (size_t i = 0; i < evidence->strategy_count; i++)
        rows[i] = make_row(evidence, &evidence->strategies[i], arena);
    (void)fputc('\n', out);
    columns_print(titles, sizeof titles / sizeof *titles, rows, evidence->strategy_count, out, style);
    char text[256];
    (void)snprintf(text, sizeof text, "\nread: in its scope; at N: N calls below it; --table=full shows all %zu cases",
                   case_count);
    text_wrap(out, text, style.width, 0);
    return true;
}

bool brief_print_strategies(const struct summary *report, size_t case_count, FILE *out, struct table_style style) {
    struct arena arena = {0};
    struct evidence evidence;
    const bool printed =
        evidence_make_alone(report, &arena, &evidence) && print_strategies(&evidence, case_count, out, style, &arena);
    arena_free(&arena);
    return printed;
}
