/*
 * A program may be started without standard input, output or error. What it opens then takes their numbers, and what it
 * prints goes there: into a library's pipe, into a result file. So what is missing is opened before anything else is.
 */
#ifndef CTXBENCH_STANDARD_STREAMS_H
#define CTXBENCH_STANDARD_STREAMS_H

/*
 * Opens /dev/null in the place of each that is missing: reading finds the end at once, and writing fails, so that
 * nothing seems to have arrived. It runs before the libraries' own initialisation, by standing in the program's
 * .preinit_array; main calls it again, which costs three system calls and links this file.
 */
void standard_streams_fill(void);

#endif
