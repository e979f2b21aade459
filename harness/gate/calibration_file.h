/* Where bench calibrate keeps what it found out about this machine, and check looks for it. */
#ifndef CTXBENCH_CALIBRATION_FILE_H
#define CTXBENCH_CALIBRATION_FILE_H

#include <limits.h>

#include "base/error.h"
#include "machine/environment.h"

/*
 * $XDG_STATE_HOME/ctxbench/calibration-HOST.json, where XDG_STATE_HOME is ~/.local/state when it is not set. False with
 * *error set when there is no home either.
 */
bool calibration_file_path(const struct environment *environment, char path[static PATH_MAX], struct error *error);

/* Makes the folders that the path leads through, as far as they are missing. False with *error set. */
bool calibration_file_make_folders(const char *path, struct error *error);

#endif
