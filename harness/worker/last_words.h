/*
 * A program that gets no more memory ends in its own way: by abort(), by following a null pointer. From outside that
 * looks like any other crash; from inside one can ask for some memory and see.
 */
#ifndef CTXBENCH_LAST_WORDS_H
#define CTXBENCH_LAST_WORDS_H

/*
 * From now on, when a fatal signal ends this process and no memory is to be had, `line` is written to standard output
 * first. The signal takes its course in either case. `line` must stay as it is for the life of the process.
 */
void last_words_prepare(const char *line);

#endif
