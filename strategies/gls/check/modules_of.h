/* Which modules a program consists of: by its file and this system's loader, or by what a process has mapped. */
#ifndef GLS_CHECK_MODULES_OF_H
#define GLS_CHECK_MODULES_OF_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "gls/check/image.h"

struct modules_of {
    char (*paths)[IMAGE_PATH_MAX]; /* to open */
    char (*names)[IMAGE_PATH_MAX]; /* to show */
    size_t count;
    size_t nameless_bytes; /* executable memory of a process that no file stands behind */
};

/*
 * The program and what it is linked with. Only this system's own loader is asked, which does not run the program; with
 * another one, *reason says so and the program stands alone. False with a reason: it is no program.
 */
bool modules_of_program(const char *path, struct modules_of *modules, char reason[static IMAGE_REASON_MAX]);

/* All code that a process has mapped. False with a reason: there is none, or it may not be seen. */
bool modules_of_process(pid_t process, struct modules_of *modules, char reason[static IMAGE_REASON_MAX]);

void modules_of_free(struct modules_of *modules);

#endif
