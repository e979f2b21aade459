/*
 * Draws a topology as text: a tree of packages, NUMA nodes and caches with the cores as grids in it, one column a core,
 * then the placements. Of alike siblings only the first is drawn, so that a machine of 256 PUs fits a screen. Works on
 * the plain model only.
 */
#include <string.h>

#include "machine/topology_pen.h"

enum {
    DRAWN_PUS_MAX = 16, /* that alike siblings have together; of more than that only the first is drawn */
    GRID_ROWS_MAX = 2,  /* rows of cores from which on only the first is drawn */
};

/* ---- PUs ---- */

struct pu_range {
    size_t first, count;
};

static bool is_in_range(const struct topology *topology, size_t index, const void *arg) {
    (void)topology;
    const struct pu_range *range = arg;
    return index >= range->first && index < range->first + range->count;
}

static bool is_allowed_in_range(const struct topology *topology, size_t index, const void *arg) {
    return topology->pus[index].allowed && is_in_range(topology, index, arg);
}

static size_t count_allowed(const struct topology *topology, struct pu_range range) {
    size_t count = 0;
    for (size_t i = range.first; i < range.first + range.count; i++)
        count += topology->pus[i].allowed;
    return count;
}

/* "PUs 0-3", and which of them we may use unless it is all. */
static void put_pus(struct pen *pen, struct pu_range range) {
    const size_t allowed = count_allowed(pen->topology, range);
    pen_put_text(pen, range.count == 1 ? "PU" : "PUs");
    pen_put_pus(pen, is_in_range, &range, allowed == 0 ? "," : "");
    if (allowed == 0)
        pen_put_text(pen, "not allowed");
    else if (allowed < range.count) {
        pen_put_text(pen, "(allowed:");
        pen_put_pus(pen, is_allowed_in_range, &range, ")");
    }
}

/* ---- Labels ---- */

/* " (32 MiB)", " (1.25 MiB)": three digits that matter. Nothing if the size is unknown. */
static void format_size(char text[static LABEL_MAX], uint64_t bytes) {
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    double value = (double)bytes;
    size_t unit = 0;
    for (; value >= 1024; unit++)
        value /= 1024;
    int length = snprintf(text, LABEL_MAX, " (%.*f", value < 10 ? 2 : value < 100 ? 1 : 0, value);
    if (value < 100) { /* there is a point */
        while (text[length - 1] == '0')
            length--;
        if (text[length - 1] < '0' || text[length - 1] > '9')
            length--;
    }
    (void)snprintf(text + length, LABEL_MAX - (size_t)length, " %s)", units[unit]);
    if (bytes == 0)
        text[0] = '\0';
}

static void format_node(char text[static LABEL_MAX], const struct node *node) {
    static const char *const names[] = {
        [NODE_MACHINE] = "machine", [NODE_PACKAGE] = "package", [NODE_DIE] = "die", [NODE_NUMA] = "NUMA node",
        [NODE_CACHE] = "cache",     [NODE_CORE] = "core",       [NODE_PU] = "PU",
    };
    char size[LABEL_MAX];
    format_size(size, node->bytes);
    if (node->type == NODE_MACHINE)
        (void)snprintf(text, LABEL_MAX, "%s", names[node->type]);
    else if (node->type == NODE_CACHE)
        (void)snprintf(text, LABEL_MAX, "L%u%.20s", node->level, size);
    else
        (void)snprintf(text, LABEL_MAX, "%s %u%.20s", names[node->type], node->os_index, size);
}

/* ---- The tree: nodes are given by their index ---- */

static bool has_one_child(const struct topology *topology, size_t node) {
    const size_t subtree = topology->nodes[node].subtree;
    return subtree > 1 && topology->nodes[node + 1].subtree + 1 == subtree;
}

/* A core with the caches of its own, or a PU where nothing is known of cores. */
static bool is_core(const struct topology *topology, size_t node) {
    while (topology->nodes[node].type == NODE_CACHE && has_one_child(topology, node))
        node++;
    return topology->nodes[node].type == NODE_CORE || topology->nodes[node].type == NODE_PU;
}

static struct pu_range range_of(const struct node *node) {
    return (struct pu_range){node->first_pu, node->pu_count};
}

/* Caches are of one size or they are not; of memory, the firmware takes a little here and there. */
static bool are_sizes_alike(const struct node *a, const struct node *b) {
    if (a->type != NODE_NUMA)
        return a->bytes == b->bytes;
    const uint64_t larger = a->bytes > b->bytes ? a->bytes : b->bytes;
    const uint64_t smaller = a->bytes > b->bytes ? b->bytes : a->bytes;
    return larger - smaller <= larger / 16;
}

/* Are two subtrees built alike? Numbers and permissions may differ. */
static bool are_alike(const struct topology *topology, size_t a, size_t b) {
    const struct node *nodes = topology->nodes;
    if (nodes[a].subtree != nodes[b].subtree)
        return false;
    for (size_t i = 0; i < nodes[a].subtree; i++) {
        const struct node *one = &nodes[a + i], *other = &nodes[b + i];
        if (one->type != other->type || one->level != other->level || one->subtree != other->subtree ||
            one->pu_count != other->pu_count || !are_sizes_alike(one, other))
            return false;
        if (one->type == NODE_PU && topology->pus[one->first_pu].kind != topology->pus[other->first_pu].kind)
            return false;
    }
    return true;
}

static bool are_allowed_alike(const struct topology *topology, size_t a, size_t b) {
    const struct pu_range one = range_of(&topology->nodes[a]), other = range_of(&topology->nodes[b]);
    for (size_t i = 0; i < one.count && i < other.count; i++) {
        if (topology->pus[one.first + i].allowed != topology->pus[other.first + i].allowed)
            return false;
    }
    return true;
}

/* The end of the run of siblings from `first` on that can be shown together. */
static size_t end_of_run(const struct topology *topology, size_t first, size_t end, size_t *length) {
    const bool cores = is_core(topology, first);
    size_t next = first;
    for (*length = 0; next < end; next += topology->nodes[next].subtree, ++*length) {
        if (!are_alike(topology, first, next) || (!cores && !are_allowed_alike(topology, first, next)))
            break;
    }
    return next;
}

/* Lines between these two belong to one item of the tree. */
static void begin_item(struct pen *pen, bool last) {
    pen_begin_line(pen);
    pen_put(pen, last ? pen->glyphs->last_branch : pen->glyphs->branch, PEN_INDENT);
    pen->more_below[pen->depth++] = !last;
}

static void end_item(struct pen *pen) {
    pen->depth--;
}

static void format_pu(char text[static LABEL_MAX], const struct pu *pu) {
    (void)snprintf(text, LABEL_MAX, pu->allowed ? "%u" : "(%u)", pu->os_index);
}

/* Cores side by side, their PUs below each other. */
struct grid {
    size_t pus_per_core;
    unsigned cell; /* columns inside a cell */
};

static void draw_grid_border(struct pen *pen, const struct grid *grid, size_t cores, const char *const corners[3]) {
    pen_begin_line(pen);
    for (size_t core = 0; core < cores; core++) {
        pen_put(pen, corners[core == 0 ? 0 : 1], 1);
        for (unsigned i = 0; i < grid->cell + 2; i++)
            pen_put(pen, pen->glyphs->horizontal, 1);
    }
    pen_put(pen, corners[2], 1);
    pen_end_line(pen);
}

static void draw_grid_row(struct pen *pen, const struct grid *grid, size_t first_pu, size_t cores) {
    draw_grid_border(pen, grid, cores, pen->glyphs->top);
    for (size_t sibling = 0; sibling < grid->pus_per_core; sibling++) {
        pen_begin_line(pen);
        for (size_t core = 0; core < cores; core++) {
            char text[LABEL_MAX];
            format_pu(text, &pen->topology->pus[first_pu + core * grid->pus_per_core + sibling]);
            pen_put(pen, pen->glyphs->vertical, 1);
            (void)fprintf(pen->out, " %*s ", (int)grid->cell, text);
        }
        pen_put(pen, pen->glyphs->vertical, 1);
        pen_end_line(pen);
    }
    draw_grid_border(pen, grid, cores, pen->glyphs->bottom);
}

static void draw_grid(struct pen *pen, struct pu_range pus, size_t pus_per_core) {
    struct grid grid = {pus_per_core, 0};
    for (size_t i = pus.first; i < pus.first + pus.count; i++) {
        char text[LABEL_MAX];
        format_pu(text, &pen->topology->pus[i]);
        if (strlen(text) > grid.cell)
            grid.cell = (unsigned)strlen(text);
    }
    const size_t cores = pus.count / pus_per_core;
    const size_t room = (pen->width - pen->depth * PEN_INDENT - 1) / (grid.cell + 3);
    const size_t cores_per_row = room > 0 ? room : 1;
    const bool fold = cores > GRID_ROWS_MAX * cores_per_row;
    size_t core = 0;
    for (size_t here; core < cores && (core == 0 || !fold); core += here) {
        here = cores - core < cores_per_row ? cores - core : cores_per_row;
        draw_grid_row(pen, &grid, pus.first + core * pus_per_core, here);
    }
    if (core < cores) {
        pen_begin_line(pen);
        pen_put_text(pen, "and %zu more:", cores - core);
        put_pus(pen, (struct pu_range){pus.first + core * pus_per_core, (cores - core) * pus_per_core});
        pen_end_line(pen);
    }
}

/* A run of alike cores: what each is made of, and a grid. */
static void draw_cores(struct pen *pen, size_t first, size_t count) {
    const struct topology *topology = pen->topology;
    size_t node = first;
    while (topology->nodes[node].type == NODE_CACHE)
        node++;
    const bool known = topology->nodes[node].type == NODE_CORE;
    pen_put_text(pen, known ? "%zu core%s" : "%zu PU%s", count, count == 1 ? "" : "s");
    const unsigned kind = topology->pus[topology->nodes[first].first_pu].kind;
    if (topology->facts.core_kind_count > 1) {
        const char *const type = topology->kinds[kind].type;
        pen_put_text(pen, "of kind %u%s%s%s", kind, type[0] != '\0' ? " (" : "", type, type[0] != '\0' ? ")" : "");
    }
    for (size_t cache = first; cache < node; cache++) {
        char label[LABEL_MAX];
        format_node(label, &topology->nodes[cache]);
        pen_put_text(pen, "%s %s", cache > first ? "and" : "with", label);
    }
    const struct pu_range pus = {topology->nodes[first].first_pu, topology->nodes[first].pu_count * count};
    if (count_allowed(topology, pus) == 0) {
        pen_put_text(pen, ":");
        put_pus(pen, pus);
        pen_end_line(pen);
        return;
    }
    pen_end_line(pen);
    draw_grid(pen, pus, topology->nodes[first].pu_count);
}

/*
 * Puts a node's label, and with it those of its only child, its only grandchild and so on. Returns the innermost of
 * these.
 */
static size_t put_label(struct pen *pen, size_t node) {
    const struct topology *topology = pen->topology;
    char label[LABEL_MAX];
    format_node(label, &topology->nodes[node]);
    for (; has_one_child(topology, node) && !is_core(topology, node + 1); node++) {
        pen_put_text(pen, "%s,", label);
        format_node(label, &topology->nodes[node + 1]);
    }
    const struct pu_range pus = range_of(&topology->nodes[node]);
    const bool allowed = count_allowed(topology, pus) > 0;
    pen_put_text(pen, allowed ? "%s" : "%s:", label);
    if (!allowed)
        put_pus(pen, pus);
    pen_end_line(pen);
    return node;
}

/* The item that stands for `count` siblings which are as one drawn before. */
static void draw_alike(struct pen *pen, size_t first, size_t count, bool last) {
    const struct pu_range pus = range_of(&pen->topology->nodes[first]);
    begin_item(pen, last);
    pen_put_text(pen, "%zu more like it:", count);
    put_pus(pen, (struct pu_range){pus.first, pus.count * count});
    pen_end_line(pen);
    end_item(pen);
}

/* Draws a node, whose branch stands there already, and all below it; but nothing below where we may use nothing. */
static void draw_node(struct pen *pen, size_t node) {
    const struct topology *topology = pen->topology;
    node = put_label(pen, node);
    if (count_allowed(topology, range_of(&topology->nodes[node])) == 0 || pen->depth == PEN_DEPTH_MAX)
        return;
    const size_t end = node + topology->nodes[node].subtree;
    for (size_t child = node + 1, next; child < end; child = next) {
        size_t alike;
        const size_t run_end = end_of_run(topology, child, end, &alike);
        const size_t second = child + topology->nodes[child].subtree;
        const bool cores = is_core(topology, child);
        const bool fold = !cores && alike > 1 && alike * topology->nodes[child].pu_count > DRAWN_PUS_MAX;
        next = cores || fold ? run_end : second;
        begin_item(pen, !fold && next == end);
        if (cores)
            draw_cores(pen, child, alike);
        else
            draw_node(pen, child);
        end_item(pen);
        if (fold)
            draw_alike(pen, second, alike - 1, next == end);
    }
}

/* ---- All of it ---- */

static void put_count(struct pen *pen, unsigned count, const char *thing) {
    if (count > 0)
        pen_put_text(pen, "%u %s%s,", count, thing, count == 1 ? "" : "s");
}

static void draw_head(struct pen *pen, const struct topology_facts *facts) {
    pen_begin_line(pen);
    pen_put_text(pen, facts->cpu_model[0] != '\0' ? "%s: %s" : "%s", facts->source, facts->cpu_model);
    pen_end_line(pen);
    pen_begin_line(pen);
    if (facts->restricted)
        pen_put_text(pen, "allowed:");
    put_count(pen, facts->package_count, "package");
    put_count(pen, facts->numa_node_count, "NUMA node");
    put_count(pen, facts->core_count, "core");
    if (facts->restricted)
        pen_put_text(pen, "%u of", facts->pu_count);
    pen_put_text(pen, facts->pus_present == 1 ? "%u PU" : "%u PUs", facts->pus_present);
    if (facts->restricted)
        pen_put_text(pen, "(those in brackets are not allowed)");
    pen_end_line(pen);
    pen_end_line(pen);
}

void topology_draw(const struct topology *topology, FILE *out, unsigned width) {
    struct pen pen = pen_make(topology, out, width);
    draw_head(&pen, &topology->facts);
    pen_begin_line(&pen);
    draw_node(&pen, 0);
    pen_end_line(&pen);
    topology_draw_placements(&pen, 1);
    topology_draw_placements(&pen, 2);
    topology_draw_bound_placements(&pen);
    if (topology->facts.pu_count > 2)
        topology_draw_placements(&pen, topology->facts.pu_count);
}
