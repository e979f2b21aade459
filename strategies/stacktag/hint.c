#include "stacktag/hint.h"

#include "stacktag/scan_longjmp.h"

const char *hint_unavailable(void) {
    return scan_longjmp_unavailable();
}

void hint_doubt(struct known_stack *stack, uintptr_t here) {
    if (stack_contains(stack, here) && seal_is_behind(stack, here))
        glsi_stack_forget(stack);
}
