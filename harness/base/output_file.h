/*
 * A file that is whole or absent: written beside its final place, flushed to the disk, and put there by rename.
 * Standard output ("-"), devices and pipes are written to as they stand: an interrupt (interrupt.h) ends waiting for
 * whoever reads them, once that was opened only one that comes anew. While one is open, writing to a pipe that nobody
 * reads any more is an error and no signal.
 */
#ifndef CTXBENCH_OUTPUT_FILE_H
#define CTXBENCH_OUTPUT_FILE_H

#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/error.h"

struct output_file {
    FILE *stream;     /* for those who print; may be standard output itself */
    FILE *bytes;      /* what output_file_write writes to: the stream, or standard output in a way that ends */
    int write_error;  /* errno of the first write that failed; later ones are not tried */
    const char *path; /* as the caller named it, for messages */
    char target[PATH_MAX];
    char temporary[PATH_MAX]; /* empty when written to as it stands */
    bool force;
    struct sigaction old_sigpipe;
};

/* Each returns false with *error set. An existing regular file is replaced only with `force`. */
bool output_file_check(const char *path, bool force, struct error *error); /* without opening anything */
bool output_file_open(struct output_file *file, const char *path, bool force, struct error *error);

/* For what took long to measure, and was checked before: a file that was made in the meantime is found by committing.
 */
bool output_file_open_late(struct output_file *file, const char *path, bool force, struct error *error);

/* Buffered. False once a write has failed; output_file_commit then says why. */
bool output_file_write(struct output_file *file, const char *bytes, size_t size);

/*
 * Ends the writing in one of two ways. On failure, too, the file is closed and nothing is left behind, but for one
 * case: where somebody else made a file of that name in the meantime, ours is put beside it, and *error says where.
 */
bool output_file_commit(struct output_file *file, struct error *error);
void output_file_discard(struct output_file *file);

#endif
