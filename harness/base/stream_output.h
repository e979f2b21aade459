/*
 * Writing to what may keep us waiting: a pipe that nobody reads, a stopped terminal. While signals are blocked
 * (interrupt.h) a plain open or write would wait for ever; these end with EINTR when an interrupt is requested.
 */
#ifndef CTXBENCH_STREAM_OUTPUT_H
#define CTXBENCH_STREAM_OUTPUT_H

#include <stdio.h>

/*
 * Opens a pipe or a device for writing. A pipe that has no reader yet is waited for, which is said on standard error,
 * unless an interrupt was requested before. -1 with errno set; EINTR: interrupted.
 */
int stream_output_open(const char *path);

/*
 * A stream that writes to the descriptor, and closes it with itself unless that is a standard one. An interrupt ends
 * writing with EINTR; one that was requested before does so at once (interrupt_acknowledge). NULL with errno set.
 */
FILE *stream_output_to(int fd);

#endif
