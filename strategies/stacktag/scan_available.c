#include "gls/jumps.h"
#include "stacktag/scan.h"
#include "stacktag/scan_find.h"

const char *scan_unavailable(void) {
    const char *reason = scan_find_unavailable();
    return reason != NULL ? reason : glsi_jumps_unfollowed();
}
