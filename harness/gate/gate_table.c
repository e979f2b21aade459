#include "gate/gate_table.h"
#include "base/display.h"
#include "compare/interval_json.h"

#include <string.h>

#include "base/json_build.h"
#include "text/format.h"

enum { NAME_WIDTH_MIN = 16, TEXT_MAX = 1024 };

/* The columns to the right of a name. */
enum { CELL_CHANGE, CELL_INTERVAL, CELL_SEES, CELL_VERDICT, CELL_COUNT };
static const char *const titles[CELL_COUNT] = {"change", "interval", "sees", "verdict"};

static bool is_judged(const struct gate_row *row) {
    return row->verdict->base.count > 0 && row->verdict->other.count > 0;
}

static const char *verdict_of(const struct gate_row *row) {
    return is_judged(row) ? verdict_name(row->verdict->verdict) : "not compared";
}

/* The case without what says that it has one thread, as nearly all of them. */
static void write_name(const char *name, char *text, size_t size) {
    const char *end = strstr(name, "/threads:1/");
    (void)snprintf(text, size, "%.*s", (int)(end == NULL ? strlen(name) : (size_t)(end - name)), name);
}

static void write_cells(const struct gate_row *row, char cells[static CELL_COUNT][FORMAT_CELL_MAX]) {
    for (int i = 0; i < CELL_COUNT; i++)
        (void)snprintf(cells[i], FORMAT_CELL_MAX, "-");
    (void)snprintf(cells[CELL_VERDICT], FORMAT_CELL_MAX, "%s", verdict_of(row));
    if (!is_judged(row))
        return;
    format_change(row->verdict->ratio.estimate, cells[CELL_CHANGE]);
    format_change_range(row->verdict->joint.low, row->verdict->joint.high, cells[CELL_INTERVAL]);
    format_change(row->verdict->smallest_slowdown, cells[CELL_SEES]);
}

static void write_summary(const struct gate_table *table, char *text, size_t size) {
    size_t counts[VERDICT_COUNT] = {0}, unjudged = 0;
    for (size_t i = 0; i < table->row_count; i++) {
        if (is_judged(&table->rows[i]))
            counts[table->rows[i].verdict->verdict]++;
        else
            unjudged++;
    }
    int length =
        snprintf(text, size, "%zu regressed, %zu improved, %zu equivalent, %zu inconclusive", counts[VERDICT_REGRESSED],
                 counts[VERDICT_IMPROVED], counts[VERDICT_EQUIVALENT], counts[VERDICT_INCONCLUSIVE]);
    if (unjudged > 0)
        length += snprintf(text + length, size - (size_t)length, ", %zu not compared", unjudged);
    (void)snprintf(text + length, size - (size_t)length, ": %zu executions in %.1f s of %.3g, seed %llu.",
                   table->executions, table->seconds, table->budget_seconds, table->seed);
}

static const char *colour_of(const struct gate_row *row) {
    static const char *const colours[VERDICT_COUNT] = {[VERDICT_EQUIVALENT] = PLAIN,
                                                       [VERDICT_IMPROVED] = GREEN,
                                                       [VERDICT_INCONCLUSIVE] = YELLOW,
                                                       [VERDICT_REGRESSED] = RED};
    return is_judged(row) ? colours[row->verdict->verdict] : YELLOW;
}

/* How wide each column must be; what is left of the line is for names, as far as these need it. */
struct layout {
    int widths[CELL_COUNT], name;
};

static int larger(int a, size_t b) {
    return a > (int)b ? a : (int)b;
}

static struct layout lay_out(const struct gate_table *table, struct table_style style) {
    struct layout layout = {.name = NAME_WIDTH_MIN};
    int taken = 0;
    for (int cell = 0; cell < CELL_COUNT; cell++)
        layout.widths[cell] = larger(0, strlen(titles[cell]));
    for (size_t i = 0; i < table->row_count; i++) {
        char cells[CELL_COUNT][FORMAT_CELL_MAX], name[TEXT_MAX];
        write_cells(&table->rows[i], cells);
        write_name(table->rows[i].name, name, sizeof name);
        layout.name = larger(layout.name, text_width(name));
        for (int cell = 0; cell < CELL_COUNT; cell++)
            layout.widths[cell] = larger(layout.widths[cell], text_width(cells[cell]));
    }
    for (int cell = 0; cell < CELL_COUNT; cell++)
        taken += 1 + layout.widths[cell];
    if (layout.name > (int)style.width - taken)
        layout.name = larger(NAME_WIDTH_MIN, (int)style.width > taken ? style.width - (size_t)taken : 0);
    return layout;
}

static void print_cells(const struct layout *layout, const char *name, const char *const cells[static CELL_COUNT],
                        FILE *out) {
    (void)fprintf(out, "%-*s", layout->name, name);
    for (int cell = 0; cell < CELL_VERDICT; cell++)
        (void)fprintf(out, " %*s", layout->widths[cell], cells[cell]);
    (void)fprintf(out, " %s", cells[CELL_VERDICT]);
}

static void print_row(const struct gate_row *row, const struct layout *layout, FILE *out, struct table_style style) {
    char name[TEXT_MAX], shown[TEXT_MAX], cells[CELL_COUNT][FORMAT_CELL_MAX];
    const char *texts[CELL_COUNT];
    write_name(row->name, name, sizeof name);
    text_shorten(name, (size_t)layout->name, shown, sizeof shown);
    write_cells(row, cells);
    for (int cell = 0; cell < CELL_COUNT; cell++)
        texts[cell] = cells[cell];
    style_paint(style, out, colour_of(row));
    print_cells(layout, shown, texts, out);
    style_paint(style, out, PLAIN);
    (void)fputc('\n', out);
    if (*row->remark != '\0') {
        char remark[TEXT_MAX];
        (void)snprintf(remark, sizeof remark, "    %s", row->remark);
        text_wrap(out, remark, style.width, 4);
    }
}

void gate_print(const struct gate_table *table, FILE *out, struct table_style style) {
    const struct layout layout = lay_out(table, style);
    char text[TEXT_MAX];
    (void)snprintf(text, sizeof text, "Time against %s", table->base);
    text_wrap(out, text, style.width, 0);
    (void)fprintf(out, "Threshold: %.3g%%.\n\n", 100 * table->threshold);
    print_cells(&layout, "", titles, out);
    (void)fputc('\n', out);
    for (size_t i = 0; i < table->row_count; i++)
        print_row(&table->rows[i], &layout, out, style);
    (void)fputc('\n', out);
    text_wrap(out, "  interval: of the change; all of them hold together in 95 of 100 checks", style.width, 2);
    text_wrap(out, "  sees: the smallest slow-down that 8 of 10 such checks would find", style.width, 2);
    for (size_t i = 0; i < table->note_count; i++)
        text_wrap(out, table->notes[i], style.width, 2);
    write_summary(table, text, sizeof text);
    text_wrap(out, text, style.width, 0);
}

void gate_print_markdown(const struct gate_table *table, FILE *out) {
    char text[TEXT_MAX];
    (void)fprintf(out, "| time against `%s` | change | interval | sees | verdict |\n|---|--:|--:|--:|---|\n",
                  table->base);
    for (size_t i = 0; i < table->row_count; i++) {
        const struct gate_row *row = &table->rows[i];
        const char *bold = is_judged(row) && row->verdict->verdict == VERDICT_REGRESSED ? "**" : "";
        char cells[CELL_COUNT][FORMAT_CELL_MAX];
        write_name(row->name, text, sizeof text);
        write_cells(row, cells);
        (void)fprintf(out, "| `%s` | %s | %s | %s | %s%s%s%s%s |\n", text, cells[CELL_CHANGE], cells[CELL_INTERVAL],
                      cells[CELL_SEES], bold, cells[CELL_VERDICT], bold, *row->remark == '\0' ? "" : ": ", row->remark);
    }
    write_summary(table, text, sizeof text);
    (void)fprintf(out, "\nThreshold: %.3g %%. %s\n", 100 * table->threshold, text);
    for (size_t i = 0; i < table->note_count; i++)
        (void)fprintf(out, "- %s\n", table->notes[i]);
}

static json_t *row_to_json(struct json_build *build, const struct gate_row *row) {
    const struct verdict_case *c = row->verdict;
    json_t *object = json_object();
    json_build_put_text(build, object, "name", row->name);
    json_build_put_text(build, object, "verdict", is_judged(row) ? verdict_name(c->verdict) : "not-compared");
    json_build_put_text(build, object, "remark", row->remark);
    if (!is_judged(row))
        return object;
    json_build_put_number(build, object, "base_ns", statistics_median(c->base.execution_ns, c->base.count));
    json_build_put_number(build, object, "new_ns", statistics_median(c->other.execution_ns, c->other.count));
    json_build_put_count(build, object, "base_executions", c->base.count);
    json_build_put_count(build, object, "new_executions", c->other.count);
    json_build_put_number(build, object, "ratio", c->ratio.estimate);
    json_build_put_interval(build, object, "interval", c->ratio);
    json_build_put_interval(build, object, "joint_interval", c->joint);
    json_build_put_number(build, object, "smallest_slowdown", c->smallest_slowdown);
    return object;
}

bool gate_print_json(const struct gate_table *table, FILE *out) {
    struct json_build build = {false};
    json_t *object = json_object(), *cases = json_array(), *notes = json_array();
    for (size_t i = 0; i < table->row_count; i++)
        json_build_append(&build, cases, row_to_json(&build, &table->rows[i]));
    for (size_t i = 0; i < table->note_count; i++)
        json_build_append_text(&build, notes, table->notes[i]);
    json_build_put_text(&build, object, "base", table->base);
    json_build_put_number(&build, object, "threshold", table->threshold);
    json_build_put_number(&build, object, "seconds", table->seconds);
    json_build_put_number(&build, object, "budget_seconds", table->budget_seconds);
    json_build_put_count(&build, object, "executions", table->executions);
    json_build_put_count(&build, object, "seed", table->seed);
    json_build_put(&build, object, "cases", cases);
    json_build_put(&build, object, "notes", notes);
    return json_build_write(&build, object, JSON_INDENT(2) | JSON_REAL_PRECISION(9), out);
}
