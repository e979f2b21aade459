#include "gls/textmap.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "gls/cfi.h"
#include "gls/modules.h"
#include "gls/tables.h"
#include "gls/unindexed.h"
#include "gls/walk.h"

struct text_map glsi_text_map;

/* A piece of text that may be believed, while the map is made. */
struct piece {
    uintptr_t start, end;
    bool has_frames; /* else it only joins its neighbours: no return address points here */
};

struct pieces {
    struct piece *pieces;
    size_t count, capacity;
    size_t rows_of_module, frames_of_module;
    bool is_library;               /* the module that is being read */
    uintptr_t function_with_frame; /* the last one that was seen to set its frame pointer itself */
};

/* Is there nothing but padding in between? Code without unwind information is not padding, however short. */
static bool is_padding(uintptr_t start, uintptr_t end) {
    enum { ALIGNMENT_MAX = 4095 }; /* less than a page: longer ones may not even be mapped */
    const unsigned char *at = (const unsigned char *)start;
    const unsigned char *const limit = (const unsigned char *)end;
    if (end - start > ALIGNMENT_MAX)
        return false;
    while (at < limit) {
        const size_t bytes = processor_no_op_bytes(at, limit);
        if (bytes == 0)
            return false;
        at += bytes;
    }
    return at == limit;
}

/*
 * The piece that this one goes on, if it is one of the last: the same function's row before, the function before, or,
 * where compilers put what seldom runs elsewhere, that of the function before. Joined at once, thousands of functions
 * become a few pieces, and few pages are touched for them. NULL if there is none.
 */
static struct piece *find_predecessor(struct pieces *all, const struct piece *piece) {
    enum { LAST_ONES = 4 };
    for (size_t back = 1; back <= LAST_ONES && back <= all->count; back++) {
        struct piece *last = &all->pieces[all->count - back];
        if (last->end == piece->start || (last->end < piece->start && is_padding(last->end, piece->start)))
            return last;
    }
    return NULL;
}

static void add_piece(struct pieces *all, struct piece piece) {
    struct piece *last = find_predecessor(all, &piece);
    if (last != NULL) {
        last->end = piece.end;
        last->has_frames |= piece.has_frames;
        return;
    }
    if (all->count == all->capacity) {
        const size_t capacity = all->capacity == 0 ? 256 : all->capacity * 2;
        struct piece *larger = realloc(all->pieces, capacity * sizeof *larger);
        if (larger == NULL)
            return; /* less text is believed: slower, and as right as before */
        all->pieces = larger;
        all->capacity = capacity;
    }
    all->pieces[all->count++] = piece;
}

/* Do frame pointers hold in this row, at whatever call is made in it? */
static bool has_frames(struct pieces *all, const struct cfi_row *row) {
    if (row->kind == CFI_BOTH_SAVED && processor_sets_frame_pointer(row->start, row->end, row->saved_at))
        all->function_with_frame = row->function;
    return row->kind == CFI_FRAME_POINTER || (row->kind == CFI_BOTH_SAVED && all->function_with_frame == row->function);
}

/*
 * May this row be believed? Where no call can be made, no return address points, and the row may be joined to its
 * neighbours. That keeps the map small, which is what makes readers fast: the whole text of a program built with frame
 * pointers becomes a range or two.
 */
static bool is_believed(const struct cfi_row *row) {
    switch (row->kind) {
    case CFI_FRAME_POINTER:
        return true;
    case CFI_ENTRY:
        return PROCESSOR_ENTRY_MAKES_NO_CALLS || processor_holds_no_call(row->start, row->end);
    case CFI_BOTH_SAVED:
        return processor_holds_no_call(row->start, row->end);
    case CFI_OTHER:
    case CFI_STACK_END:
        break;
    }
    return false;
}

/*
 * Most libraries are built without frame pointers, but for the few functions that cannot do without, as where one calls
 * alloca: reading all their tables would take milliseconds for nothing. Of code that was built with them about every
 * other row has one. The program itself is read to its end. It may well begin with code of others that was linked into
 * it.
 */
enum { ROWS_TO_GIVE_UP_AFTER = 256, ROWS_PER_FRAME_MAX = 16 };

static bool is_worth_reading(const struct pieces *all) {
    return !all->is_library || all->rows_of_module < ROWS_TO_GIVE_UP_AFTER ||
           all->frames_of_module >= all->rows_of_module / ROWS_PER_FRAME_MAX;
}

static bool add_row(const struct cfi_row *row, void *arg) {
    struct pieces *all = arg;
    const bool framed = has_frames(all, row);
    if (framed || is_believed(row))
        add_piece(all, (struct piece){.start = row->start, .end = row->end, .has_frames = framed});
    all->rows_of_module++;
    all->frames_of_module += framed;
    return is_worth_reading(all);
}

static int compare_pieces(const void *a, const void *b) {
    const struct piece *left = a, *right = b;
    return (left->start > right->start) - (left->start < right->start);
}

/* Joins pieces (at least one) that touch or that only padding separates, and keeps those that hold frames. */
static void join_pieces(struct pieces *all) {
    size_t kept = 0;
    qsort(all->pieces, all->count, sizeof *all->pieces, compare_pieces);
    struct piece current = all->pieces[0];
    for (size_t i = 1; i < all->count; i++) {
        const struct piece next = all->pieces[i];
        if (next.start <= current.end || is_padding(current.end, next.start)) {
            current.end = next.end > current.end ? next.end : current.end;
            current.has_frames |= next.has_frames;
            continue;
        }
        if (current.has_frames)
            all->pieces[kept++] = current;
        current = next;
    }
    if (current.has_frames)
        all->pieces[kept++] = current;
    all->count = kept;
}

/*
 * Adds the return addresses of the calls from `start` to `end`, but for one: what contexts of makecontext return to is
 * the first byte of a function, and so looks as if the one in front of it had made a call; but the frame pointer below
 * it is nobody's.
 */
static void add_range(struct text_map *map, uintptr_t start, uintptr_t end, uintptr_t but) {
    if (but > start && but <= end) {
        add_range(map, start, but - 1, 0);
        start = but;
    }
    if (start < end)
        map->ranges[map->count++] = (struct text_range){.first = start + 1, .size = end - start};
}

static void make_map(struct text_map *map, struct pieces *all) {
    if (all->count == 0)
        return;
    join_pieces(all);
    map->ranges = calloc(all->count + 1, sizeof *map->ranges); /* one may be cut in two */
    if (map->ranges == NULL)
        return;
    for (size_t i = 0; i < all->count; i++)
        add_range(map, all->pieces[i].start, all->pieces[i].end, glsi_walk_end_of_context());
    for (size_t i = 0; i < map->count; i++)
        if (map->ranges[i].size > map->likely.size)
            map->likely = map->ranges[i];
}

static void add_module(struct pieces *all, const struct module *module) {
    const unsigned char *eh_frame = NULL, *limit = NULL;
    all->rows_of_module = all->frames_of_module = 0;
    all->is_library = !module->is_program;
    if (glsi_tables_section(module, &eh_frame, &limit))
        glsi_cfi_visit(eh_frame, limit, add_row, all);
}

__attribute__((constructor(101))) static void textmap_init(void) {
    if (glsi_text_map.ranges != NULL)
        return; /* made by another copy of the library, which this one shares */
    struct pieces all = {.pieces = NULL};
    const struct module_list *list = glsi_modules_list();
    glsi_unindexed_begin();
    glsi_walk_begin();
    for (size_t i = 0; i < list->count; i++)
        add_module(&all, &list->modules[i]);
    make_map(&glsi_text_map, &all);
    free(all.pieces);
}
