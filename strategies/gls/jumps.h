/* The C library's longjmp and setcontext, which pass by here first. */
#ifndef GLS_JUMPS_H
#define GLS_JUMPS_H

/* NULL, or why jumps could not be followed. */
const char *glsi_jumps_unfollowed(void);

#endif
