#include "stacktag/scan.h"
#include "stacktag/scan_find.h"
#include "stacktag/scan_longjmp.h"

const char *scan_unavailable(void) {
    const char *reason = scan_find_unavailable();
    return reason != NULL ? reason : scan_longjmp_unavailable();
}
