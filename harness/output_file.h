/*
 * A file that is whole or absent: written beside its final place, flushed to the disk, and put there by rename.
 * Standard output ("-"), devices and pipes are written to as they stand. While one is open, writing to a pipe that
 * nobody reads is an error and no signal.
 */
#ifndef CTXBENCH_OUTPUT_FILE_H
#define CTXBENCH_OUTPUT_FILE_H

#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>

#include "error.h"

struct output_file {
    FILE *stream;
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

/* Buffered. False once a write has failed; output_file_commit then says why. */
bool output_file_write(struct output_file *file, const char *bytes, size_t size);

/* Ends the writing in one of two ways. On failure, too, the file is closed and nothing is left behind. */
bool output_file_commit(struct output_file *file, struct error *error);
void output_file_discard(struct output_file *file);

#endif
