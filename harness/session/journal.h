/*
 * FILE.journal: what a run has done so far, as JSON Lines. The first line says which run it is; each further line is
 * one finished execution or calibration, appended by a single write(2). So a run that is killed loses at most what was
 * in flight; a last line that was torn is dropped. The result file is made from it.
 *
 * Whoever has a journal open for writing holds a lock on it (fcntl's, of the open file), so that no second run writes
 * there or replaces it. Where a file system has no locks, nothing is known of other runs.
 */
#ifndef CTXBENCH_JOURNAL_H
#define CTXBENCH_JOURNAL_H

#include "base/error.h"
#include "session/results.h"

#define JOURNAL_VERSION 4

/* Which run a journal belongs to. Another one of these, and its lines mean something else. */
struct journal_header {
    char program[32];     /* version of the program */
    char revision[64];    /* its source revision */
    char fingerprint[32]; /* of the machine */
    char plan[17];        /* hash of the cases, their order and what is done for each */
    char process[1024];   /* what was loaded or set from outside (process_facts.h); empty: nothing */
    uint64_t seed;
    char **arguments; /* the command line without the program's name, ended by NULL; owned once read */
};

void journal_header_clear(struct journal_header *header);

struct journal;

/*
 * Starts a journal. One that is there already is an error, unless `replace`; one in use is an error in any case. NULL
 * with *error set; *is_taken then tells whether another name would do.
 */
struct journal *journal_create(const char *path, const struct journal_header *header, bool replace, bool *is_taken,
                               struct error *error);

/* Refuses a path at which a run keeps its journal now; anything else is good. False with *error set. */
bool journal_check_unused(const char *path, struct error *error);

/*
 * Opens a journal to go on with it: drops a torn last line and refuses what is no journal of this version, or in use.
 * NULL with *error set. The caller compares the header.
 */
struct journal *journal_open(const char *path, struct error *error);

/* Reads the first line only; *header is cleared by the caller. False with *error set. */
bool journal_read_header(const char *path, struct journal_header *header, struct error *error);

/* True if both belong to the same run; otherwise *error names what was found and what was wanted. */
bool journal_header_matches(const struct journal_header *found, const struct journal_header *wanted,
                            struct error *error);

/* Appends one entry. False with *error set; the journal then is as it was before. */
bool journal_append(struct journal *journal, const struct results_entry *entry, struct error *error);

/* All entries in the order of their writing, successful calibrations too. The entry lives until the next call. */
bool journal_rewind(struct journal *journal, struct error *error);
enum results_next journal_next(struct journal *journal, const struct results_entry **entry, struct error *error);

/* The same without the successful calibrations: what a result file is made from. */
struct results_source journal_results(struct journal *journal);

/* Takes the file away, if the name is still its own. What it holds can be read until it is closed. */
void journal_remove(const struct journal *journal);

void journal_close(struct journal *journal); /* NULL is allowed */

#endif
