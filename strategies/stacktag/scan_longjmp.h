/* The C library's longjmp, which passes by here first. */
#ifndef STACKTAG_SCAN_LONGJMP_H
#define STACKTAG_SCAN_LONGJMP_H

/* NULL, or why jumps could not be followed. */
const char *scan_longjmp_unavailable(void);

#endif
