/* Says itself which scenarios it fails. */
#define HANDED_DOWN_NAME "handed-down"
#define HANDED_DOWN_ADMITS
#include "handed_down.h"
