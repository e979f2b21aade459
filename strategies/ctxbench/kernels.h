/* The template that makes a descriptor of a strategy's operations. Plug-ins include it by this name, as strategy.h. */
#include "../kernels.h"
