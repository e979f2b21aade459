/* What a report holds, in its order: the answer, the costs, the comparison, and what they rest on. */
#ifndef CTXBENCH_CONTENTS_H
#define CTXBENCH_CONTENTS_H

#include "data/runs.h"
#include "page/document.h"

/* Makes the whole document. It refers to the runs. False when out of memory. */
bool contents_make(struct document *document, const struct runs *runs);

#endif
