#include "table/advice_table.h"

#include "base/display.h"
#include "table/columns.h"

/* A time in the arena; NULL where there is none, or no memory. */
static const char *time_text(double ns, bool is_known, struct arena *arena) {
    char cell[FORMAT_CELL_MAX];
    if (!is_known)
        return NULL;
    advice_format(ns, cell);
    return arena_printf(arena, "%s", cell);
}

static const struct columns_title titles[] = {
    {.text = "strategy"},
    {.text = "adds", .is_number = true},
    {.text = "interval", .is_number = true, .dropped = 4},
    {.text = "read", .is_number = true, .dropped = 5},
    {.text = "scope", .is_number = true, .dropped = 3},
    {.text = "hand-off", .is_number = true, .dropped = 2},
    {.text = "thread", .is_number = true, .dropped = 1},
    {.text = "fails"},
};

static struct columns_row make_row(const struct advice *advice, const struct advice_row *row, struct arena *arena) {
    char interval[ADVICE_INTERVAL_MAX];
    advice_format_interval(&row->added, interval);
    const char *why = advice_why_not(advice, row, arena);
    return (struct columns_row){
        .cells = {row->of->label, time_text(row->added.ns, row->added.measured, arena),
                  arena_printf(arena, "%s", interval), time_text(row->read.whole_ns, row->read.measured, arena),
                  time_text(row->of->scope.whole_ns, row->of->scope.measured, arena),
                  time_text(row->of->handoff.whole_ns, row->of->handoff.measured, arena),
                  time_text(row->of->start_ns, row->of->start_ns > 0, arena),
                  row->standing == STANDING_FITS ? advice_fails(advice->evidence, row->of, arena) : why},
        .colour = row->standing == STANDING_FITS ? NULL : DIM,
    };
}

static bool print_paragraph(const char *text, FILE *out, struct table_style style) {
    if (text != NULL)
        text_wrap(out, text, style.width, 0);
    return text != NULL;
}

/* What the advice is about: "For 30 calls deep: ...; needs: fibers." */
static const char *describe(const struct advice *advice, struct arena *arena) {
    const char *text = advice_program(&advice->program, arena);
    for (size_t i = 1, told = 0; text != NULL && i < advice->evidence->conditions.count; i++)
        if (advice->needed[i])
            text = arena_printf(arena, "%s%s %s", text, told++ > 0 ? "," : "; needs",
                                advice->evidence->conditions.list[i].need);
    return text != NULL ? arena_printf(arena, "For a program, %s.", text) : NULL;
}

static bool print_missing(const struct advice *advice, struct arena *arena, FILE *out, struct table_style style) {
    const char *missing = advice_missing(advice, arena);
    return missing == NULL ||
           print_paragraph(arena_printf(arena, "Missing; this measures it: %s", missing), out, style);
}

bool advice_table_print(const struct advice *advice, FILE *out, struct table_style style) {
    struct arena arena = {0};
    struct columns_row *rows = arena_take(&arena, (advice->row_count + 1) * sizeof *rows);
    for (size_t i = 0; rows != NULL && i < advice->row_count; i++)
        rows[i] = make_row(advice, &advice->rows[i], &arena);
    bool printed = rows != NULL && print_paragraph(advice_sentence(advice, "", &arena), out, style) &&
                   print_missing(advice, &arena, out, style) && print_paragraph(describe(advice, &arena), out, style);
    if (printed) {
        (void)fputc('\n', out);
        columns_print(titles, sizeof titles / sizeof *titles, rows, advice->row_count, out, style);
        (void)fputc('\n', out);
        (void)print_paragraph(advice_note, out, style);
    }
    arena_free(&arena);
    return printed;
}
