#include "table/grid.h"
#include "base/display.h"

#include <stdint.h>
#include <string.h>

enum { STRATEGY_MIN = 10, PARAMETERS_MIN = 28, HEADING_MAX = 256, LABEL_MAX = 256 };

/* Rows of one workload and form. Its heading names the parameters that have one value in all of them, if `shared`. */
struct group {
    size_t begin, end;
    uint64_t shared; /* a bit for each parameter, in the order in which rows name them */
};

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

/* ---- Groups ---- */

static bool same_group(const struct result_case *a, const struct result_case *b) {
    return a->runtime == b->runtime && a->workload == b->workload && a->form == b->form;
}

/* The parameter with this number in "depth 16, up 1", which begins there; its length is 0 if there are fewer. */
static size_t find_parameter(const char *parameters, unsigned number, const char **begin) {
    static const char separator[] = ", ";
    const char *end = strstr(parameters, separator);
    for (; number > 0 && end != NULL; number--) {
        parameters = end + strlen(separator);
        end = strstr(parameters, separator);
    }
    *begin = parameters;
    return number > 0 ? 0 : end != NULL ? (size_t)(end - parameters) : strlen(parameters);
}

static bool has_parameter(const struct result_case *c, unsigned number, const char *parameter, size_t length) {
    const char *begin;
    return find_parameter(c->parameters, number, &begin) == length && memcmp(begin, parameter, length) == 0;
}

/* Those with one value in all rows, but never all of them: a row names something. */
static uint64_t find_shared(const struct grid *grid, const struct group *group) {
    const struct result_case *first = grid->rows[group->begin].of;
    uint64_t shared = 0;
    bool all = true;
    for (unsigned number = 0; number < RESULT_PARAMETERS_MAX; number++) {
        const char *parameter;
        const size_t length = find_parameter(first->parameters, number, &parameter);
        size_t i = group->begin;
        while (length > 0 && i < group->end && has_parameter(grid->rows[i].of, number, parameter, length))
            i++;
        if (length > 0 && i == group->end)
            shared |= UINT64_C(1) << number;
        else if (length > 0)
            all = false;
    }
    return all ? 0 : shared;
}

static struct group group_at(const struct grid *grid, size_t begin) {
    struct group group = {.begin = begin, .end = begin + 1};
    while (group.end < grid->row_count && same_group(grid->rows[begin].of, grid->rows[group.end].of))
        group.end++;
    if (grid->shares_parameters)
        group.shared = find_shared(grid, &group);
    return group;
}

/* Appends the parameters that the group shares, or those that it does not, with commas. */
static void append_parameters(const struct group *group, const struct result_case *c, bool shared,
                              char text[static HEADING_MAX]) {
    const char *begin;
    size_t length;
    for (unsigned number = 0;
         number < RESULT_PARAMETERS_MAX && (length = find_parameter(c->parameters, number, &begin)) > 0; number++) {
        const size_t used = strlen(text);
        if ((group->shared >> number & 1) == shared)
            (void)snprintf(text + used, HEADING_MAX - used, "%s%.*s", used > 0 ? ", " : "", (int)length, begin);
    }
}

/* "get, latency, per read", "get in Go, ...": what the rows of a group share. */
static void write_heading(const struct group *group, const struct result_case *c, char heading[static HEADING_MAX]) {
    (void)snprintf(heading, HEADING_MAX, "%s%s%s, %s%s%s", c->workload, c->runtime[0] != '\0' ? " in " : "", c->runtime,
                   c->form, c->operation[0] != '\0' ? ", per " : "", c->operation);
    append_parameters(group, c, true, heading);
}

/* ---- Widths ---- */

static size_t name_width(const struct grid *grid) {
    return GRID_GAP + grid->parameters_width + (!grid->one_strategy ? GRID_GAP + grid->strategy_width : 0);
}

/* The first part of a name. A workload without parameters has only its strategy to show. */
static void write_first_part(const struct grid *grid, const struct group *group, const struct grid_row *row,
                             char text[static HEADING_MAX]) {
    text[0] = '\0';
    if (row->of->parameters[0] == '\0' && grid->one_strategy)
        write_label(row, text);
    else
        append_parameters(group, row->of, false, text);
}

static void measure_group(struct grid *grid, const struct group *group) {
    char text[HEADING_MAX];
    write_heading(group, grid->rows[group->begin].of, text);
    grid->heading_width = larger(grid->heading_width, text_width(text));
    for (size_t i = group->begin; i < group->end; i++) {
        write_first_part(grid, group, &grid->rows[i], text);
        grid->parameters_width = larger(grid->parameters_width, text_width(text));
        write_label(&grid->rows[i], text);
        grid->strategy_width = grid->one_strategy ? 0 : larger(grid->strategy_width, text_width(text));
    }
}

static void measure_names(struct grid *grid) {
    grid->one_strategy = true;
    for (size_t i = 0; i < grid->row_count; i++)
        grid->one_strategy = grid->one_strategy && grid->rows[i].of->label == grid->rows[0].of->label;
    grid->heading_width = grid->parameters_width = grid->strategy_width = 0;
    for (size_t i = 0; i < grid->row_count;) {
        const struct group group = group_at(grid, i);
        measure_group(grid, &group);
        i = group.end;
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

/* Names are told in full where that leaves all columns; else headings take what they can of them. */
void grid_fit(struct grid *grid) {
    measure_columns(grid);
    measure_names(grid);
    if (name_width(grid) + columns_width(grid) > grid->style.width) {
        grid->shares_parameters = true;
        measure_names(grid);
    }
    fit_width(grid);
}

/* ---- Lines ---- */

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
static void print_heading(const struct grid *grid, const struct group *group) {
    char heading[HEADING_MAX];
    write_heading(group, grid->rows[group->begin].of, heading);
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

static void print_row(const struct grid *grid, const struct group *group, const struct grid_row *row,
                      bool repeats_parameters) {
    char first[HEADING_MAX], label[LABEL_MAX];
    write_first_part(grid, group, row, first);
    write_label(row, label);
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
static void print_group(const struct grid *grid, const struct group *group) {
    print_heading(grid, group);
    for (size_t i = group->begin; i < group->end; i++) {
        const struct result_case *c = grid->rows[i].of, *above = i > group->begin ? grid->rows[i - 1].of : NULL;
        const bool same_place = above != NULL && c->threads == above->threads && c->placement == above->placement;
        if (!same_place && (c->threads != 1 || strcmp(c->placement, "pu") != 0))
            print_placement(grid, c);
        print_row(grid, group, &grid->rows[i], same_place && !grid->one_strategy && c->parameters == above->parameters);
    }
}

void grid_print(const struct grid *grid) {
    for (size_t i = 0; i < grid->row_count;) {
        const struct group group = group_at(grid, i);
        print_group(grid, &group);
        i = group.end;
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
