/* The contract between a strategy and ctxbench. Plug-ins include it by this name, wherever it lies in the source. */
#include "../strategy.h"
