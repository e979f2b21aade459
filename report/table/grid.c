#include "table/grid.h"
#include "base/display.h"

#include <string.h>

enum { STRATEGY_MIN = 10, PARAMETERS_MIN = 28, HEADING_MAX = 256, LABEL_MAX = 256 };

static size_t larger(size_t a, size_t b) {
    return a > b ? a : b;
}

static size_t smaller(size_t a, size_t b) {
    return a < b ? a : b;
}

static void write_cell(const struct grid_column *column, const struct grid_row *row,
                       char cell[static FORMAT_CELL_MAX]) {
    column->write(row->data, column->index, cell);
}

/* "tls", "tls*" */
static void write_label(const struct grid_row *row, char label[static LABEL_MAX]) {
    (void)snprintf(label, LABEL_MAX, "%.*s%s", LABEL_MAX - 2, row->of->label, row->starred ? "*" : "");
}

/* What the columns need; a column of ratios that no row has needs nothing. */
static void measure_columns(struct grid *grid) {
    char cell[FORMAT_CELL_MAX];
    for (size_t column = 0; column < grid->column_count; column++) {
        bool used = column == 0;
        for (size_t i = 0; i < grid->row_count; i++) {
            write_cell(&grid->columns[column], &grid->rows[i], cell);
            used = used || strcmp(cell, "-") != 0;
            grid->widths[column] = larger(grid->widths[column], strlen(cell));
        }
        grid->widths[column] = used ? larger(grid->widths[column], strlen(grid->columns[column].title)) : 0;
    }
}

/* "get, latency, per read", "get in Go, ...": what the rows of a group share. */
static void write_heading(const struct result_case *c, char heading[static HEADING_MAX]) {
    (void)snprintf(heading, HEADING_MAX, "%s%s%s, %s%s%s", c->workload, c->runtime[0] != '\0' ? " in " : "", c->runtime,
                   c->form, c->operation[0] != '\0' ? ", per " : "", c->operation);
}

static size_t name_width(const struct grid *grid) {
    return GRID_GAP + grid->parameters_width + (!grid->one_strategy ? GRID_GAP + grid->strategy_width : 0);
}

/* The first part of a name. A workload without parameters has only its strategy to show. */
static const char *first_part(const struct grid *grid, const struct grid_row *row, char label[static LABEL_MAX]) {
    write_label(row, label);
    return row->of->parameters[0] == '\0' && grid->one_strategy ? label : row->of->parameters;
}

static void measure_labels(struct grid *grid) {
    grid->one_strategy = true;
    for (size_t i = 0; i < grid->row_count; i++)
        grid->one_strategy = grid->one_strategy && grid->rows[i].of->label == grid->rows[0].of->label;
    for (size_t i = 0; i < grid->row_count; i++) {
        const struct result_case *c = grid->rows[i].of;
        char heading[HEADING_MAX], label[LABEL_MAX];
        write_heading(c, heading);
        grid->heading_width = larger(grid->heading_width, text_width(heading));
        grid->parameters_width = larger(grid->parameters_width, text_width(first_part(grid, &grid->rows[i], label)));
        grid->strategy_width = grid->one_strategy ? 0 : larger(grid->strategy_width, text_width(label));
    }
}

static size_t columns_width(const struct grid *grid) {
    size_t width = 0;
    for (size_t column = 0; column < grid->column_count; column++)
        width += grid->widths[column] > 0 ? GRID_GAP + grid->widths[column] : 0;
    return width;
}

/*
 * Drops columns until names have room, then shortens the names to what is left: strategies first, which can still be
 * told apart then, and parameters last, since they are numbers.
 */
static void fit_width(struct grid *grid) {
    size_t width = grid->style.width;
    size_t cut = grid->strategy_width - smaller(grid->strategy_width, STRATEGY_MIN) + grid->parameters_width -
                 smaller(grid->parameters_width, PARAMETERS_MIN);
    size_t wanted = name_width(grid) - cut;
    for (unsigned turn = 1; turn < grid->column_count; turn++)
        for (size_t column = 0; column < grid->column_count; column++)
            if (grid->columns[column].dropped == turn && wanted + columns_width(grid) > width)
                grid->widths[column] = 0;

    size_t room = width - columns_width(grid);
    while (name_width(grid) > room)
        *(grid->strategy_width > STRATEGY_MIN ? &grid->strategy_width : &grid->parameters_width) -= 1;
    grid->label_width = larger(grid->heading_width, name_width(grid));
    if (grid->label_width > room)
        grid->label_width = room;
}

void grid_fit(struct grid *grid) {
    measure_columns(grid);
    measure_labels(grid);
    fit_width(grid);
}

/* The cells of a row; NULL: the titles. */
static void print_cells(const struct grid *grid, const struct grid_row *row) {
    char cell[FORMAT_CELL_MAX];
    for (size_t column = 0; column < grid->column_count; column++) {
        if (grid->widths[column] == 0)
            continue;
        if (row != NULL)
            write_cell(&grid->columns[column], row, cell);
        else
            (void)snprintf(cell, sizeof cell, "%s", grid->columns[column].title);
        (void)fprintf(grid->out, "%*s%*s", GRID_GAP, "", (int)grid->widths[column], cell);
    }
}

/* Prints text, shortened or padded to `width` characters. */
static void print_padded(const struct grid *grid, const char *text, size_t width) {
    char shortened[256];
    text_shorten(text, width, shortened, sizeof shortened);
    (void)fprintf(grid->out, "%s%*s", shortened, (int)(width - text_width(shortened)), "");
}

/* The heading of a group stands in the line of the columns' titles, or above it if it is too long. */
static void print_heading(const struct grid *grid, const struct result_case *c) {
    char heading[HEADING_MAX];
    write_heading(c, heading);
    (void)fputc('\n', grid->out);
    style_paint(grid->style, grid->out, BOLD);
    bool too_long = text_width(heading) > grid->label_width;
    if (too_long)
        text_wrap(grid->out, heading, grid->style.width, GRID_GAP);
    print_padded(grid, too_long ? "" : heading, grid->label_width);
    print_cells(grid, NULL);
    style_paint(grid->style, grid->out, PLAIN);
    (void)fputc('\n', grid->out);
}

static void print_row(const struct grid *grid, const struct grid_row *row, bool repeats_parameters) {
    char label[LABEL_MAX];
    const char *first = first_part(grid, row, label);
    if (row->colour != NULL)
        style_paint(grid->style, grid->out, row->colour);
    (void)fprintf(grid->out, "%*s", GRID_GAP, "");
    print_padded(grid, repeats_parameters ? "" : first, grid->parameters_width);
    if (!grid->one_strategy) {
        (void)fprintf(grid->out, "%*s", GRID_GAP, "");
        print_padded(grid, label, grid->strategy_width);
    }
    (void)fprintf(grid->out, "%*s", (int)(grid->label_width - name_width(grid)), "");
    print_cells(grid, row);
    if (row->colour != NULL)
        style_paint(grid->style, grid->out, PLAIN);
    (void)fputc('\n', grid->out);
}

static void print_placement(const struct grid *grid, const struct result_case *c) {
    char placement[HEADING_MAX];
    (void)snprintf(placement, sizeof placement, " %u thread%s on %s", c->threads, c->threads == 1 ? "" : "s",
                   c->placement);
    text_wrap(grid->out, placement, grid->style.width, GRID_GAP);
}

/* A group has a heading, and within it each placement but the plain one, a single thread on any PU. */
void grid_print(const struct grid *grid) {
    for (size_t i = 0; i < grid->row_count; i++) {
        const struct result_case *c = grid->rows[i].of, *above = i > 0 ? grid->rows[i - 1].of : NULL;
        bool same_group =
            above != NULL && c->runtime == above->runtime && c->workload == above->workload && c->form == above->form;
        bool same_place = same_group && c->threads == above->threads && c->placement == above->placement;
        if (!same_group)
            print_heading(grid, c);
        if (!same_place && (c->threads != 1 || strcmp(c->placement, "pu") != 0))
            print_placement(grid, c);
        print_row(grid, &grid->rows[i], same_place && !grid->one_strategy && c->parameters == above->parameters);
    }
}

/* How to read it: only the columns that are there. */
void grid_print_legend(const struct grid *grid) {
    char text[512] = "";
    for (size_t column = 0; column < grid->column_count; column++) {
        size_t length = strlen(text);
        if (grid->widths[column] > 0 && grid->columns[column].legend != NULL)
            (void)snprintf(text + length, sizeof text - length, "%s%s", length > 0 ? "; " : "",
                           grid->columns[column].legend);
    }
    if (text[0] == '\0')
        return;
    (void)fputc('\n', grid->out);
    style_paint(grid->style, grid->out, DIM);
    text_wrap(grid->out, text, grid->style.width, 0);
    style_paint(grid->style, grid->out, PLAIN);
}
