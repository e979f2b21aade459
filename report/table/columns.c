#include "table/columns.h"

#include <stdint.h>
#include <string.h>

#include "base/display.h"

enum { GAP = 2, LAST_WIDTH_MIN = 20, CELL_TEXT_MAX = 512 };

struct columns {
    const struct columns_title *titles;
    size_t count;
    const struct columns_row *rows;
    size_t row_count;
    size_t widths[COLUMNS_COUNT_MAX]; /* 0: left out */
    FILE *out;
    struct table_style style;
};

static const char *cell_text(const char *cell) {
    return cell != NULL && cell[0] != '\0' ? cell : "-";
}

static void measure(struct columns *columns) {
    for (size_t c = 0; c < columns->count; c++) {
        bool says_nothing = true;
        columns->widths[c] = text_width(columns->titles[c].text);
        for (size_t r = 0; r < columns->row_count; r++) {
            const char *cell = columns->rows[r].cells[c];
            const size_t width = text_width(cell_text(cell));
            says_nothing &= cell == NULL || cell[0] == '\0';
            columns->widths[c] = width > columns->widths[c] ? width : columns->widths[c];
        }
        if (says_nothing)
            columns->widths[c] = 0;
    }
}

/* What all columns but the last take, with the gaps behind them. */
static size_t width_before_last(const struct columns *columns) {
    size_t width = GAP;
    for (size_t c = 0; c + 1 < columns->count; c++)
        width += columns->widths[c] > 0 ? columns->widths[c] + GAP : 0;
    return width;
}

/* The column that gives way next; the count of columns if none may. */
static size_t next_to_drop(const struct columns *columns) {
    size_t found = columns->count;
    for (size_t c = 0; c + 1 < columns->count; c++)
        if (columns->widths[c] > 0 && columns->titles[c].dropped > 0 &&
            (found == columns->count || columns->titles[c].dropped < columns->titles[found].dropped))
            found = c;
    return found;
}

static void fit(struct columns *columns) {
    const size_t last = columns->count - 1;
    measure(columns);
    const size_t wanted = columns->widths[last] < LAST_WIDTH_MIN ? columns->widths[last] : LAST_WIDTH_MIN;
    for (size_t c; width_before_last(columns) + wanted > columns->style.width;) {
        c = next_to_drop(columns);
        if (c == columns->count)
            break;
        columns->widths[c] = 0;
    }
    const size_t before = width_before_last(columns);
    const size_t room = columns->style.width > before + 1 ? columns->style.width - before : 1;
    if (columns->widths[last] > room)
        columns->widths[last] = room;
}

/* "callbacks, fibers, .." where all does not fit. */
static void cut(const char *text, size_t width, char shown[static CELL_TEXT_MAX]) {
    (void)snprintf(shown, CELL_TEXT_MAX, "%s", text);
    text_make_printable(shown);
    while (text_width(shown) > width) {
        char *comma = strrchr(shown, ',');
        while (comma != NULL && strncmp(comma, ", ..", 4) == 0) {
            *comma = '\0';
            comma = strrchr(shown, ',');
        }
        if (comma == NULL) {
            char whole[CELL_TEXT_MAX];
            memcpy(whole, shown, CELL_TEXT_MAX);
            text_shorten(whole, width, shown, CELL_TEXT_MAX);
            return;
        }
        (void)snprintf(comma, CELL_TEXT_MAX - (size_t)(comma - shown), ", ..");
    }
}

static void print_line(const struct columns *columns, const char *const *cells, bool is_title) {
    size_t pending = GAP; /* blanks that nothing has followed yet: no line ends in them */
    for (size_t c = 0; c < columns->count; c++) {
        if (columns->widths[c] == 0)
            continue;
        char shown[CELL_TEXT_MAX];
        cut(is_title ? columns->titles[c].text : cell_text(cells[c]), columns->widths[c], shown);
        const size_t blanks = columns->widths[c] - text_width(shown);
        const bool is_number = columns->titles[c].is_number;
        (void)fprintf(columns->out, "%*s%s", (int)(pending + (is_number ? blanks : 0)), "", shown);
        pending = GAP + (is_number ? 0 : blanks);
    }
}

void columns_print(const struct columns_title *titles, size_t title_count, const struct columns_row *rows,
                   size_t row_count, FILE *out, struct table_style style) {
    struct columns columns = {
        .titles = titles, .count = title_count, .rows = rows, .row_count = row_count, .out = out, .style = style};
    if (title_count == 0 || row_count == 0)
        return;
    fit(&columns);
    style_paint(style, out, BOLD);
    print_line(&columns, NULL, true);
    style_paint(style, out, PLAIN);
    (void)fputc('\n', out);
    for (size_t r = 0; r < row_count; r++) {
        if (rows[r].colour != NULL)
            style_paint(style, out, rows[r].colour);
        print_line(&columns, rows[r].cells, false);
        if (rows[r].colour != NULL)
            style_paint(style, out, PLAIN);
        (void)fputc('\n', out);
    }
}
