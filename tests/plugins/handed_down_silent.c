/* The same strategy, which says nothing of what it fails. */
#define HANDED_DOWN_NAME "handed-down-silent"
#include "handed_down.h"
