/*
 * Draws a topology as text: a tree of packages, NUMA nodes and caches with the cores as grids in it, one column a core,
 * then the placements. Of alike siblings only the first is drawn, so that a machine of 256 PUs fits a screen. Works on
 * the plain model only.
 */
#include <langinfo.h>
#include <locale.h>
#include <string.h>

#include "machine/topology_model.h"

enum {
    WIDTH_MIN = 40,
    DEPTH_MAX = 10,     /* of the tree: hwloc's types nest to 9, and a grid still fits beside these */
    DRAWN_PUS_MAX = 16, /* that alike siblings have together; of more than that only the first is drawn */
    GRID_ROWS_MAX = 2,  /* rows of cores from which on only the first is drawn */
    INDENT = 3,         /* columns of one piece of the tree */
};

struct glyphs {
    const char *branch, *last_branch, *trunk, *gap;
    const char *horizontal, *vertical;
    const char *top[3], *bottom[3]; /* of a grid: left corner, tee, right corner */
};

static const struct glyphs ascii_glyphs = {"|- ", "`- ", "|  ", "   ", "-", "|", {"+", "+", "+"}, {"+", "+", "+"}};
static const struct glyphs box_glyphs = {"├─ ", "└─ ", "│  ", "   ", "─", "│", {"┌", "┬", "┐"}, {"└", "┴", "┘"}};

/* Where on the page we are. */
struct pen {
    const struct topology *topology;
    FILE *out;
    unsigned width, column;
    const struct glyphs *glyphs;
    bool fresh;                 /* nothing but trunks on this line yet: the next word needs no blank in front */
    unsigned hang;              /* further columns that a wrapped line is indented */
    unsigned depth;             /* in the tree */
    bool more_below[DEPTH_MAX]; /* does the trunk at this depth go on? */
};

/* Lines and words. */

static void put(struct pen *pen, const char *text, unsigned columns) {
    (void)fputs(text, pen->out);
    pen->column += columns;
}

static void end_line(struct pen *pen) {
    (void)fputc('\n', pen->out);
    pen->column = 0;
}

static void begin_line(struct pen *pen) {
    for (unsigned i = 0; i < pen->depth; i++)
        put(pen, pen->more_below[i] ? pen->glyphs->trunk : pen->glyphs->gap, INDENT);
    pen->fresh = true;
}

static void wrap_line(struct pen *pen) {
    end_line(pen);
    begin_line(pen);
    for (unsigned i = 0; i < pen->hang; i++)
        put(pen, " ", 1);
}

/*
 * Puts a word of known length, on the next line if there is no room for it, and broken where no line has room. Counts a
 * column per byte, which is never too few.
 */
static void put_word(struct pen *pen, const char *word, size_t length) {
    if (!pen->fresh && pen->column + 1 + length > pen->width)
        wrap_line(pen);
    else if (!pen->fresh)
        put(pen, " ", 1);
    for (size_t room = pen->width - pen->column; length > room; room = pen->width - pen->column) {
        while (room > 1 && ((unsigned char)word[room] & 0xc0) == 0x80) /* not within a UTF-8 character */
            room--;
        (void)fwrite(word, 1, room, pen->out);
        word += room;
        length -= room;
        wrap_line(pen);
    }
    (void)fwrite(word, 1, length, pen->out);
    pen->column += (unsigned)length;
    pen->fresh = false;
}

/* Puts text word by word. */
__attribute__((format(printf, 2, 3))) static void put_text(struct pen *pen, const char *format, ...) {
    char text[1024];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    for (const char *word = text + strspn(text, " "); *word != '\0';) {
        const size_t length = strcspn(word, " ");
        put_word(pen, word, length);
        word += length;
        word += strspn(word, " ");
    }
}

/* Lists of PUs. */

/* Is this PU, given by its place among the topology's, to be listed? */
typedef bool pu_filter(const struct topology *topology, size_t index, const void *arg);

/* The first PU to be listed from place `i` of the order of OS indices on; the number of PUs if there is none. */
static size_t next_listed(const struct topology *topology, size_t i, pu_filter *filter, const void *arg) {
    while (i < topology->facts.pus_present && !filter(topology, topology->by_os_index[i], arg))
        i++;
    return i;
}

static unsigned os_index_at(const struct topology *topology, size_t i) {
    return topology->pus[topology->by_os_index[i]].os_index;
}

/* Lists PUs in the order of their OS indices as "0-3, 8": runs are contracted. */
static void put_pu_list(struct pen *pen, pu_filter *filter, const void *arg, const char *end) {
    const struct topology *topology = pen->topology;
    const size_t count = topology->facts.pus_present;
    for (size_t next = next_listed(topology, 0, filter, arg); next < count;) {
        const unsigned first = os_index_at(topology, next);
        unsigned last = first;
        next = next_listed(topology, next + 1, filter, arg);
        for (; next < count && os_index_at(topology, next) == last + 1; last++)
            next = next_listed(topology, next + 1, filter, arg);
        const char *const mark = next < count ? "," : end;
        if (first == last)
            put_text(pen, "%u%s", first, mark);
        else
            put_text(pen, "%u-%u%s", first, last, mark);
    }
}

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

static bool is_in_placement(const struct topology *topology, size_t index, const void *arg) {
    const struct placement *placement = arg;
    for (unsigned i = 0; i < placement->thread_count; i++) {
        if (placement->pus[i] == topology->pus[index].os_index)
            return true;
    }
    return false;
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
    put_text(pen, range.count == 1 ? "PU" : "PUs");
    put_pu_list(pen, is_in_range, &range, allowed == 0 ? "," : "");
    if (allowed == 0)
        put_text(pen, "not allowed");
    else if (allowed < range.count) {
        put_text(pen, "(allowed:");
        put_pu_list(pen, is_allowed_in_range, &range, ")");
    }
}

/* Labels. */

enum { LABEL_MAX = 64 };

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

/* The tree. Nodes are given by their index. */

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
    begin_line(pen);
    put(pen, last ? pen->glyphs->last_branch : pen->glyphs->branch, INDENT);
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
    begin_line(pen);
    for (size_t core = 0; core < cores; core++) {
        put(pen, corners[core == 0 ? 0 : 1], 1);
        for (unsigned i = 0; i < grid->cell + 2; i++)
            put(pen, pen->glyphs->horizontal, 1);
    }
    put(pen, corners[2], 1);
    end_line(pen);
}

static void draw_grid_row(struct pen *pen, const struct grid *grid, size_t first_pu, size_t cores) {
    draw_grid_border(pen, grid, cores, pen->glyphs->top);
    for (size_t sibling = 0; sibling < grid->pus_per_core; sibling++) {
        begin_line(pen);
        for (size_t core = 0; core < cores; core++) {
            char text[LABEL_MAX];
            format_pu(text, &pen->topology->pus[first_pu + core * grid->pus_per_core + sibling]);
            put(pen, pen->glyphs->vertical, 1);
            (void)fprintf(pen->out, " %*s ", (int)grid->cell, text);
        }
        put(pen, pen->glyphs->vertical, 1);
        end_line(pen);
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
    const size_t room = (pen->width - pen->depth * INDENT - 1) / (grid.cell + 3);
    const size_t cores_per_row = room > 0 ? room : 1;
    const bool fold = cores > GRID_ROWS_MAX * cores_per_row;
    size_t core = 0;
    for (size_t here; core < cores && (core == 0 || !fold); core += here) {
        here = cores - core < cores_per_row ? cores - core : cores_per_row;
        draw_grid_row(pen, &grid, pus.first + core * pus_per_core, here);
    }
    if (core < cores) {
        begin_line(pen);
        put_text(pen, "and %zu more:", cores - core);
        put_pus(pen, (struct pu_range){pus.first + core * pus_per_core, (cores - core) * pus_per_core});
        end_line(pen);
    }
}

/* A run of alike cores: what each is made of, and a grid. */
static void draw_cores(struct pen *pen, size_t first, size_t count) {
    const struct topology *topology = pen->topology;
    size_t node = first;
    while (topology->nodes[node].type == NODE_CACHE)
        node++;
    const bool known = topology->nodes[node].type == NODE_CORE;
    put_text(pen, known ? "%zu core%s" : "%zu PU%s", count, count == 1 ? "" : "s");
    const unsigned kind = topology->pus[topology->nodes[first].first_pu].kind;
    if (topology->facts.core_kind_count > 1) {
        const char *const type = topology->kinds[kind].type;
        put_text(pen, "of kind %u%s%s%s", kind, type[0] != '\0' ? " (" : "", type, type[0] != '\0' ? ")" : "");
    }
    for (size_t cache = first; cache < node; cache++) {
        char label[LABEL_MAX];
        format_node(label, &topology->nodes[cache]);
        put_text(pen, "%s %s", cache > first ? "and" : "with", label);
    }
    const struct pu_range pus = {topology->nodes[first].first_pu, topology->nodes[first].pu_count * count};
    if (count_allowed(topology, pus) == 0) {
        put_text(pen, ":");
        put_pus(pen, pus);
        end_line(pen);
        return;
    }
    end_line(pen);
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
        put_text(pen, "%s,", label);
        format_node(label, &topology->nodes[node + 1]);
    }
    const struct pu_range pus = range_of(&topology->nodes[node]);
    const bool allowed = count_allowed(topology, pus) > 0;
    put_text(pen, allowed ? "%s" : "%s:", label);
    if (!allowed)
        put_pus(pen, pus);
    end_line(pen);
    return node;
}

/* The item that stands for `count` siblings which are as one drawn before. */
static void draw_alike(struct pen *pen, size_t first, size_t count, bool last) {
    const struct pu_range pus = range_of(&pen->topology->nodes[first]);
    begin_item(pen, last);
    put_text(pen, "%zu more like it:", count);
    put_pus(pen, (struct pu_range){pus.first, pus.count * count});
    end_line(pen);
    end_item(pen);
}

/* Draws a node, whose branch stands there already, and all below it; but nothing below where we may use nothing. */
static void draw_node(struct pen *pen, size_t node) {
    const struct topology *topology = pen->topology;
    node = put_label(pen, node);
    if (count_allowed(topology, range_of(&topology->nodes[node])) == 0 || pen->depth == DEPTH_MAX)
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

/* Above and below the tree. */

static void put_count(struct pen *pen, unsigned count, const char *thing) {
    if (count > 0)
        put_text(pen, "%u %s%s,", count, thing, count == 1 ? "" : "s");
}

static void draw_head(struct pen *pen, const struct topology_facts *facts) {
    begin_line(pen);
    put_text(pen, facts->cpu_model[0] != '\0' ? "%s: %s" : "%s", facts->source, facts->cpu_model);
    end_line(pen);
    begin_line(pen);
    if (facts->restricted)
        put_text(pen, "allowed:");
    put_count(pen, facts->package_count, "package");
    put_count(pen, facts->numa_node_count, "NUMA node");
    put_count(pen, facts->core_count, "core");
    if (facts->restricted)
        put_text(pen, "%u of", facts->pu_count);
    put_text(pen, facts->pus_present == 1 ? "%u PU" : "%u PUs", facts->pus_present);
    if (facts->restricted)
        put_text(pen, "(those in brackets are not allowed)");
    end_line(pen);
    end_line(pen);
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
    begin_line(pen);
    put(pen, text, (unsigned)strlen(text));
    pen->hang = (unsigned)strlen(text) + 1;
    pen->fresh = false;
    if (placement->thread_count > 2) {
        put_pu_list(pen, is_in_placement, placement, "");
    } else {
        const char *const memory = topology_memory_meaning(placement);
        const char *const meaning = memory != NULL ? memory : topology_placement_meaning(placement);
        format_pus(pus, placement);
        (void)snprintf(text, sizeof text, " %-*s", meaning[0] != '\0' ? pus_columns + 1 : 0, pus);
        put(pen, text, (unsigned)strlen(text));
        put_text(pen, "%s", meaning);
    }
    end_line(pen);
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

static void draw_placements(struct pen *pen, unsigned thread_count) {
    const struct placement *placements;
    const size_t count = topology_placements(pen->topology, thread_count, &placements);
    begin_line(pen);
    put_text(pen, "placements of %u thread%s:", thread_count, thread_count == 1 ? "" : "s");
    end_line(pen);
    draw_table(pen, placements, count);
}

/* Nothing where no two PUs belong to different NUMA nodes. */
static void draw_bound_placements(struct pen *pen) {
    const struct placement *placements;
    const size_t count = topology_bound_placements(pen->topology, &placements);
    if (count == 0)
        return;
    begin_line(pen);
    put_text(pen, "where one hands to the other, also with memory bound:");
    end_line(pen);
    draw_table(pen, placements, count);
}

/* Asks the environment itself, so as not to depend on what the program has told setlocale. */
static bool locale_is_utf8(void) {
    const locale_t locale = newlocale(LC_CTYPE_MASK, "", (locale_t)0);
    if (locale == (locale_t)0)
        return false;
    const bool utf8 = strcmp(nl_langinfo_l(CODESET, locale), "UTF-8") == 0;
    freelocale(locale);
    return utf8;
}

void topology_draw(const struct topology *topology, FILE *out, unsigned width) {
    struct pen pen = {
        .topology = topology,
        .out = out,
        .width = width < WIDTH_MIN ? WIDTH_MIN : width,
        .glyphs = locale_is_utf8() ? &box_glyphs : &ascii_glyphs,
    };
    draw_head(&pen, &topology->facts);
    begin_line(&pen);
    draw_node(&pen, 0);
    end_line(&pen);
    draw_placements(&pen, 1);
    draw_placements(&pen, 2);
    draw_bound_placements(&pen);
    if (topology->facts.pu_count > 2)
        draw_placements(&pen, topology->facts.pu_count);
}
