/* In place of the other scan files on processors that they do not know. */
#include "stacktag/scan.h"
#include "stacktag/scan_find.h"

const char *scan_unavailable(void) {
    return "it knows the stack frames of x86-64 only";
}

const char *scan_find_use(const char *name) {
    (void)name;
    return scan_unavailable();
}
