#include "table/pairs_table.h"
#include "base/display.h"

#include <string.h>

#include "text/format.h"

enum { PUS_MAX = 32, GAP = 2 };

/* The PUs that occur, in ascending order, and how wide the widest cell is. */
struct axis {
    unsigned pus[PUS_MAX];
    size_t count, cell_width;
    bool overflows;
};

static void add_pu(struct axis *axis, unsigned pu) {
    size_t at = 0;
    while (at < axis->count && axis->pus[at] < pu)
        at++;
    if (at < axis->count && axis->pus[at] == pu)
        return;
    if (axis->count == PUS_MAX) {
        axis->overflows = true;
        return;
    }
    memmove(&axis->pus[at + 1], &axis->pus[at], (axis->count - at) * sizeof axis->pus[0]);
    axis->pus[at] = pu;
    axis->count++;
}

static bool is_same_but_for_its_place(const struct result_case *a, const struct result_case *b) {
    return strcmp(a->strategy, b->strategy) == 0 && strcmp(a->store, b->store) == 0 &&
           strcmp(a->workload, b->workload) == 0 && strcmp(a->form, b->form) == 0 &&
           strcmp(a->parameters, b->parameters) == 0;
}

static void widen(struct axis *axis, const char *cell) {
    const size_t width = GAP + strlen(cell);
    axis->cell_width = width > axis->cell_width ? width : axis->cell_width;
}

static struct axis axis_of(const struct summary *report, const struct result_case *of) {
    struct axis axis = {.count = 0};
    for (size_t i = 0; i < report->file->case_count; i++) {
        const struct result_case *c = report->cases[i].of;
        unsigned a, b;
        if (!pairs_is_pair(c, &a, &b) || !is_same_but_for_its_place(c, of))
            continue;
        add_pu(&axis, a);
        add_pu(&axis, b);
        char cell[FORMAT_CELL_MAX];
        format_number(report->cases[i].median_ns, cell);
        widen(&axis, cell);
        (void)snprintf(cell, sizeof cell, "%u", a > b ? a : b);
        widen(&axis, cell);
    }
    return axis;
}

static bool fits(const struct axis *axis, unsigned width) {
    return !axis->overflows && (axis->count + 1) * axis->cell_width + GAP <= width;
}

bool pairs_table_has_place(const struct summary *report, const struct summary_case *c, unsigned width) {
    unsigned a, b;
    if (!pairs_is_pair(c->of, &a, &b))
        return false;
    const struct axis axis = axis_of(report, c->of);
    return fits(&axis, width);
}

/* The case of these two PUs, or NULL. */
static const struct summary_case *find_pair(const struct summary *report, const struct result_case *of, unsigned first,
                                            unsigned second) {
    for (size_t i = 0; i < report->file->case_count; i++) {
        const struct result_case *c = report->cases[i].of;
        unsigned a, b;
        if (pairs_is_pair(c, &a, &b) && is_same_but_for_its_place(c, of) &&
            ((a == first && b == second) || (a == second && b == first)))
            return &report->cases[i];
    }
    return NULL;
}

static void print_matrix(const struct summary *report, const struct result_case *of, const struct axis *axis, FILE *out,
                         struct table_style style) {
    (void)fputc('\n', out);
    style_paint(style, out, BOLD);
    char heading[512];
    (void)snprintf(heading, sizeof heading, "%s, %s, %s%s%s, ns per %s, between PUs", of->label, of->workload, of->form,
                   of->parameters[0] == '\0' ? "" : ", ", of->parameters, of->operation);
    text_wrap(out, heading, style.width, GAP);
    style_paint(style, out, PLAIN);
    const int width = (int)axis->cell_width;
    (void)fprintf(out, "%*s", GAP + width, "");
    for (size_t column = 0; column < axis->count; column++)
        (void)fprintf(out, "%*u", width, axis->pus[column]);
    (void)fputc('\n', out);
    for (size_t row = 0; row < axis->count; row++) {
        (void)fprintf(out, "%*u", GAP + width, axis->pus[row]);
        for (size_t column = 0; column < axis->count; column++) {
            const struct summary_case *c = find_pair(report, of, axis->pus[row], axis->pus[column]);
            char cell[FORMAT_CELL_MAX] = "-";
            if (c != NULL)
                format_number(c->median_ns, cell);
            (void)fprintf(out, "%*s", width, cell);
        }
        (void)fputc('\n', out);
    }
}

/* Whether an earlier case has the same matrix. */
static bool is_printed(const struct summary *report, size_t index) {
    for (size_t i = 0; i < index; i++) {
        unsigned a, b;
        if (pairs_is_pair(report->cases[i].of, &a, &b) &&
            is_same_but_for_its_place(report->cases[i].of, report->cases[index].of))
            return true;
    }
    return false;
}

void pairs_table_print(const struct summary *report, FILE *out, struct table_style style) {
    for (size_t i = 0; i < report->file->case_count; i++) {
        const struct result_case *of = report->cases[i].of;
        if (!pairs_table_has_place(report, &report->cases[i], style.width) || is_printed(report, i))
            continue;
        const struct axis axis = axis_of(report, of);
        print_matrix(report, of, &axis, out, style);
    }
}
