/*
 * All readers of the stack side by side: the public interface and those beneath it. A scope that is opened here is
 * found by each of them, and whatever place is asked about, all must answer alike.
 *
 * What they answer is noted without allocating and without jumping, so that they may be asked in signal handlers and in
 * callbacks; the test judges it afterwards (readers_judge). Include it once, behind cmocka.h.
 */
#ifndef READERS_H
#define READERS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>

#include "gls/gls.h"
#include "gls/hint.h"
#include "gls/jumps.h"
#include "gls/tag.h"
#include "opaque.h"
#include "stacktag/scan.h"
#include "stacktag/unwound.h"

static gls_manager *readers_manager;
static const gls_key *readers_key;
static bool readers_scan, readers_hint; /* whether they are right here; asking takes a lock */

static void readers_init(void) {
    readers_scan = scan_unavailable() == NULL;
    readers_hint = glsi_jumps_unfollowed() == NULL;
    readers_manager = gls_manager_new();
    readers_key = gls_key_intern("what the readers read");
    if (readers_manager == NULL || readers_key == NULL)
        abort();
}

/* ---- One reader each ---- */

static enum gls_answer readers_look_up(enum tag_answer answer, uint32_t id, void **value) {
    static const enum gls_answer answers[] = {
        [CTX_NO_CONTEXT] = GLS_NO_CONTEXT, [CTX_NOT_SET] = GLS_NOT_SET, [CTX_SET] = GLS_SET};
    if (answer == TAG_UNREADABLE)
        return GLS_UNREADABLE;
    const struct ctx *context = answer == TAG_FOUND ? ids_slot(id)->context : NULL;
    return answers[ctx_lookup(context, readers_manager, readers_key, value)];
}

CTX_OPAQUE static enum gls_answer readers_by_library(void **value) {
    return gls_get_value(readers_manager, readers_key, value);
}

CTX_OPAQUE static enum gls_answer readers_by_frames(void **value) {
    uint32_t id = 0;
    const enum tag_answer answer = tag_read(0, &id);
    return readers_look_up(answer, id, value);
}

CTX_OPAQUE static enum gls_answer readers_by_tables(void **value) {
    uint32_t id = 0;
    const enum tag_answer answer = glsi_tag_read_tables(&id);
    return readers_look_up(answer, id, value);
}

CTX_OPAQUE static enum gls_answer readers_by_backtrace(void **value) {
    uint32_t id = 0;
    const enum tag_answer answer = unwound_read_backtrace(&id);
    return readers_look_up(answer, id, value);
}

CTX_OPAQUE static enum gls_answer readers_by_cursor(void **value) {
    uint32_t id = 0;
    const enum tag_answer answer = unwound_read_cursor(&id);
    return readers_look_up(answer, id, value);
}

CTX_OPAQUE static enum gls_answer readers_by_scan(void **value) {
    uint32_t id = 0;
    const enum tag_answer answer = scan_read(0, &id);
    return readers_look_up(answer, id, value);
}

CTX_OPAQUE static enum gls_answer readers_by_hint(void **value) {
    uint32_t id = 0;
    const enum tag_answer answer = hint_read(0, &id);
    return readers_look_up(answer, id, value);
}

enum reader { BY_LIBRARY, BY_FRAMES, BY_TABLES, BY_BACKTRACE, BY_CURSOR, BY_SCAN, BY_HINT, READERS };

static const struct {
    const char *name;
    enum gls_answer (*read)(void **value);
} readers[READERS] = {
    [BY_LIBRARY] = {"gls_get_value", readers_by_library},
    [BY_FRAMES] = {"tag_read", readers_by_frames},
    [BY_TABLES] = {"tag_read_tables", readers_by_tables},
    [BY_BACKTRACE] = {"unwound_read_backtrace", readers_by_backtrace},
    [BY_CURSOR] = {"unwound_read_cursor", readers_by_cursor},
    [BY_SCAN] = {"scan_read", readers_by_scan},
    [BY_HINT] = {"hint_read", readers_by_hint},
};

static bool readers_has(enum reader reader) {
    return reader == BY_SCAN ? readers_scan : reader == BY_HINT ? readers_hint : true;
}

/* ---- What they answered ---- */

static struct {
    atomic_ulong reads, wrong;
    const char *where;
    enum reader reader;
    enum gls_answer wanted, found;
    const void *wanted_value, *found_value;
} readers_tally;

static void readers_note(const char *where, enum reader reader, enum gls_answer wanted, const void *wanted_value,
                         enum gls_answer found, const void *found_value) {
    atomic_fetch_add(&readers_tally.reads, 1);
    if (found == wanted && found_value == wanted_value)
        return;
    if (atomic_fetch_add(&readers_tally.wrong, 1) > 0)
        return; /* the first is told of */
    readers_tally.where = where;
    readers_tally.reader = reader;
    readers_tally.wanted = wanted;
    readers_tally.wanted_value = wanted_value;
    readers_tally.found = found;
    readers_tally.found_value = found_value;
}

/* By one reader. A value that is wanted is one that was handed to readers_scope; NULL with other answers. */
static inline void readers_want_by(enum reader reader, const char *where, enum gls_answer answer, const void *value) {
    void *found = NULL;
    if (!readers_has(reader))
        return;
    const enum gls_answer got = readers[reader].read(&found);
    readers_note(where, reader, answer, value, got, found);
}

static inline void readers_want(const char *where, enum gls_answer answer, const void *value) {
    for (enum reader reader = 0; reader < READERS; reader++)
        readers_want_by(reader, where, answer, value);
}

/* By all but those that ask libunwind, which waits for the loader's locks, for one thing. */
static inline void readers_want_without_unwinder(const char *where, enum gls_answer answer, const void *value) {
    for (enum reader reader = 0; reader < READERS; reader++)
        if (reader != BY_BACKTRACE && reader != BY_CURSOR)
            readers_want_by(reader, where, answer, value);
}

/* Where the stack need not be readable: who answers must answer so. Returns whether it did. */
static inline bool readers_want_if_readable_by(enum reader reader, const char *where, enum gls_answer answer,
                                               const void *value) {
    void *found = NULL;
    if (!readers_has(reader))
        return false;
    const enum gls_answer got = readers[reader].read(&found);
    if (got != GLS_UNREADABLE)
        readers_note(where, reader, answer, value, got, found);
    return got != GLS_UNREADABLE;
}

static inline void readers_want_if_readable(const char *where, enum gls_answer answer, const void *value) {
    for (enum reader reader = 0; reader < READERS; reader++)
        (void)readers_want_if_readable_by(reader, where, answer, value);
}

/* Where libunwind need not know the way, but the library does. */
static inline void readers_want_if_unwound(const char *where, enum gls_answer answer, const void *value) {
    readers_want_without_unwinder(where, answer, value);
    (void)readers_want_if_readable_by(BY_BACKTRACE, where, answer, value);
    (void)readers_want_if_readable_by(BY_CURSOR, where, answer, value);
}

/*
 * Where the stack cannot be read, those that follow it must say so. A scan and a hint follow nothing and are not asked
 * to be blind: they must answer what is wanted, and so must the library, which asks the hint first.
 */
static inline void readers_want_unreadable(const char *where, enum gls_answer answer, const void *value) {
    for (enum reader reader = BY_FRAMES; reader < BY_SCAN; reader++)
        readers_want_by(reader, where, GLS_UNREADABLE, NULL);
    readers_want_by(BY_SCAN, where, answer, value);
    readers_want_by(BY_HINT, where, answer, value);
    readers_want_by(BY_LIBRARY, where, readers_hint ? answer : GLS_UNREADABLE, readers_hint ? value : NULL);
}

static const char *readers_name_of(enum gls_answer answer) {
    static const char *const names[] = {"no context", "not set", "a value", "unreadable"};
    return names[answer];
}

/* Says what was wrong first. A value is told by its name: values of tests are texts. */
static inline void readers_describe(char *text, size_t bytes) {
    const char *wanted = readers_tally.wanted_value, *found = readers_tally.found_value;
    (void)snprintf(text, bytes, "%lu of %lu reads were wrong. The first: %s, %s found %s (%s), wanted %s (%s)",
                   atomic_load(&readers_tally.wrong), atomic_load(&readers_tally.reads), readers_tally.where,
                   readers[readers_tally.reader].name, readers_name_of(readers_tally.found),
                   found != NULL ? found : "-", readers_name_of(readers_tally.wanted), wanted != NULL ? wanted : "-");
}

/* Fails if anything was wrong, or if nothing was read, and begins anew. */
static inline void readers_judge(void) {
    char text[512];
    readers_describe(text, sizeof text);
    const unsigned long reads = atomic_exchange(&readers_tally.reads, 0);
    if (atomic_exchange(&readers_tally.wrong, 0) > 0)
        fail_msg("%s", text);
    if (reads == 0)
        fail_msg("nothing was read: the test has shown nothing");
}

/* ---- Scopes ---- */

struct readers_body {
    void (*fn)(void *);
    void *arg;
};

/* What the library's scope has in force is put in force once more under a tag that scans find, too. */
static void readers_run_sealed(void *arg) {
    const struct readers_body *body = arg;
    uint32_t id = 0;
    if (tag_read(0, &id) != TAG_FOUND || !seal_with(ids_slot(id)->context, ids_slot(id)->root, body->fn, body->arg))
        abort(); /* the library has just found it, and opened a tag beside it */
}

/* Runs fn(arg) in a scope in which all readers find `value`. Returns what gls_set_values returns. */
static inline int readers_scope(const char *value, void (*fn)(void *), void *arg) {
    const struct gls_binding binding = {readers_key, (void *)value};
    struct readers_body body = {fn, arg};
    return gls_set_values(readers_manager, &binding, 1, readers_run_sealed, &body);
}

#endif
