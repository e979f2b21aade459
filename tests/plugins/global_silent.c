/* The same strategy, which says nothing of what it fails. */
#define GLOBAL_NAME "global-silent"
#include "global.h"
