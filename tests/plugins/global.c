/* Says itself which scenarios it fails. */
#define GLOBAL_NAME "global"
#define GLOBAL_ADMITS
#include "global.h"
