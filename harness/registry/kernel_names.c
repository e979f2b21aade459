#include "registry/kernel_names.h"

#include <stddef.h>

const char *kernel_form_name(enum ctx_form form) {
    return form == CTX_FORM_LATENCY ? "latency" : "throughput";
}

const char *kernel_store_name(const struct ctx_strategy *strategy, const struct ctx_kernel *kernel) {
    if ((strategy->traits & CTX_TRAIT_REFERENCE) != 0)
        return "none";
    return kernel->store == NULL ? KERNEL_STORE_COMMON : kernel->store;
}
