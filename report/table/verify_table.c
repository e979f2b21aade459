#include "table/verify_table.h"

#include "base/display.h"
#include "table/columns.h"

static const struct columns_title titles[] = {
    {.text = "strategy"},
    {.text = "sum", .is_number = true},
    {.text = "interval", .is_number = true, .dropped = 2},
    {.text = "measured", .is_number = true},
    {.text = "interval", .is_number = true, .dropped = 1},
    {.text = "sum/measured", .is_number = true},
    {.text = ""},
};

static const char *amount(double ns, struct arena *arena) {
    char cell[FORMAT_CELL_MAX];
    advice_format(ns, cell);
    return arena_printf(arena, "%s", cell);
}

static const char *interval(const struct added_cost *cost, struct arena *arena) {
    char cell[ADVICE_INTERVAL_MAX];
    advice_format_interval(cost, cell);
    return arena_printf(arena, "%s", cell);
}

static struct columns_row make_row(const struct verified *row, struct arena *arena) {
    return (struct columns_row){
        .cells = {row->label, amount(row->predicted.ns, arena), interval(&row->predicted, arena),
                  amount(row->measured.ns, arena), interval(&row->measured, arena),
                  row->measured.ns != 0 ? arena_printf(arena, "%.2f", row->predicted.ns / row->measured.ns) : NULL,
                  row->is_right ? "" : "off"},
        .colour = row->is_right ? NULL : YELLOW,
    };
}

static bool print_program(const struct verified_program *of, struct arena *arena, FILE *out, struct table_style style) {
    struct columns_row *rows = arena_take(arena, (of->row_count + 1) * sizeof *rows);
    const char *program = advice_program(&of->program, arena);
    size_t walkers = 0, right_walkers = 0;
    if (rows == NULL || program == NULL)
        return false;
    for (size_t i = 0; i < of->row_count; i++) {
        rows[i] = make_row(&of->rows[i], arena);
        walkers += of->rows[i].reads_stack;
        right_walkers += of->rows[i].reads_stack && of->rows[i].is_right;
    }
    const char *head = arena_printf(
        arena, "%s, on %u thread%s: within %.0f %% for %zu of %zu strategies (%zu of %zu that read the stack)", program,
        of->threads, of->threads == 1 ? "" : "s", 100 * VERIFY_TOLERANCE, of->right_count, of->row_count, right_walkers,
        walkers);
    if (head == NULL)
        return false;
    text_wrap(out, head, style.width, 0);
    (void)fputc('\n', out);
    columns_print(titles, sizeof titles / sizeof *titles, rows, of->row_count, out, style);
    (void)fputc('\n', out);
    return true;
}

bool verify_table_print(const struct verification *verification, FILE *out, struct table_style style) {
    struct arena arena = {0};
    bool printed = true;
    for (size_t i = 0; i < verification->program_count && printed; i++)
        printed = print_program(&verification->programs[i], &arena, out, style);
    arena_free(&arena);
    return printed;
}
