/* `bench report`: makes a page, Markdown, a text or figures out of result files. */
#ifndef CTXBENCH_REPORT_COMMAND_H
#define CTXBENCH_REPORT_COMMAND_H

#include "plan/options.h"

/* Returns an exit status. Measures nothing, and asks nothing of this machine but to read and write files. */
int report_command(const struct options *options);

#endif
