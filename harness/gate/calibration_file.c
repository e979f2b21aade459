#include "gate/calibration_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

bool calibration_file_path(const struct environment *environment, char path[static PATH_MAX], struct error *error) {
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    const bool has_state = state != NULL && state[0] == '/'; /* others are to be ignored, says the specification */
    if (!has_state && (home == NULL || home[0] != '/'))
        return error_set(error, "found neither XDG_STATE_HOME nor HOME, which say where calibrations are kept");
    const int length = snprintf(path, PATH_MAX, "%s%s/ctxbench/calibration-%s.json", has_state ? state : home,
                                has_state ? "" : "/.local/state", environment->host);
    return length < PATH_MAX || error_set(error, "the path of the calibration is too long");
}

bool calibration_file_make_folders(const char *path, struct error *error) {
    char folder[PATH_MAX];
    (void)snprintf(folder, sizeof folder, "%s", path);
    for (char *slash = strchr(folder + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(folder, 0777) != 0 && errno != EEXIST)
            return error_set_code(error, ERROR_SYSTEM, "cannot make the folder %s: %s", folder, strerror(errno));
        *slash = '/';
    }
    return true;
}
