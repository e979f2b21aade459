/* The placements below the drawing of a topology, as tables. */
#include <string.h>

#include "machine/topology_pen.h"

static bool is_in_placement(const struct topology *topology, size_t index, const void *arg) {
    const struct placement *placement = arg;
    for (unsigned i = 0; i < placement->thread_count; i++) {
        if (placement->pus[i] == topology->pus[index].os_index)
            return true;
    }
    return false;
}

/* The PUs of one or two threads, in the order of the threads: "0 64". */
static void format_pus(char text[static LABEL_MAX], const struct placement *placement) {
    int length = 0;
    for (unsigned i = 0; i < placement->thread_count; i++)
        length += snprintf(text + length, LABEL_MAX - (size_t)length, i == 0 ? "%u" : " %u", placement->pus[i]);
}

/* One line of a table whose columns have these widths. */
static void draw_placement(struct pen *pen, const struct placement *placement, int name_columns, int pus_columns) {
    char text[2 * LABEL_MAX], pus[LABEL_MAX];
    (void)snprintf(text, sizeof text, "  %-*s ", name_columns, placement->name);
    pen_begin_line(pen);
    pen_put(pen, text, (unsigned)strlen(text));
    pen->hang = (unsigned)strlen(text) + 1;
    pen->fresh = false;
    if (placement->thread_count > 2) {
        pen_put_pus(pen, is_in_placement, placement, "");
    } else {
        const char *const memory = topology_memory_meaning(placement);
        const char *const meaning = memory != NULL ? memory : topology_placement_meaning(placement);
        format_pus(pus, placement);
        (void)snprintf(text, sizeof text, " %-*s", meaning[0] != '\0' ? pus_columns + 1 : 0, pus);
        pen_put(pen, text, (unsigned)strlen(text));
        pen_put_text(pen, "%s", meaning);
    }
    pen_end_line(pen);
    pen->hang = 0;
}

static void draw_table(struct pen *pen, const struct placement *placements, size_t count) {
    size_t name_columns = 0, pus_columns = 0;
    for (size_t i = 0; i < count; i++) {
        char pus[LABEL_MAX] = "";
        if (placements[i].thread_count <= 2)
            format_pus(pus, &placements[i]);
        name_columns = strlen(placements[i].name) > name_columns ? strlen(placements[i].name) : name_columns;
        pus_columns = strlen(pus) > pus_columns ? strlen(pus) : pus_columns;
    }
    for (size_t i = 0; i < count; i++)
        draw_placement(pen, &placements[i], (int)name_columns, (int)pus_columns);
}

void topology_draw_placements(struct pen *pen, unsigned thread_count) {
    const struct placement *placements;
    const size_t count = topology_placements(pen->topology, thread_count, &placements);
    pen_begin_line(pen);
    pen_put_text(pen, "placements of %u thread%s:", thread_count, thread_count == 1 ? "" : "s");
    pen_end_line(pen);
    draw_table(pen, placements, count);
}

/* Nothing where no two PUs belong to different NUMA nodes. */
void topology_draw_bound_placements(struct pen *pen) {
    const struct placement *placements;
    const size_t count = topology_bound_placements(pen->topology, &placements);
    if (count == 0)
        return;
    pen_begin_line(pen);
    pen_put_text(pen, "where one hands to the other, also with memory bound:");
    pen_end_line(pen);
    draw_table(pen, placements, count);
}
