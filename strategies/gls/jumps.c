/*
 * A scope that is left by longjmp runs no code of ours, and its tag may stay on the stack, word for word, within a
 * frame that comes later: nothing in memory would tell it from a scope that is open. So the program's longjmp is ours:
 * it breaks the seals of the tags that it jumps over, then calls the C library's, or that of a sanitizer. So is its
 * setcontext.
 *
 * Where the jump leads to is read from the jmp_buf, as the sanitizers do it. A look at a jmp_buf of our own shows, at
 * start-up, whether that can be relied on here.
 */
#include "gls/jumps.h"

#if defined(__x86_64__)

#include <dlfcn.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>
#include <ucontext.h>

#include "gls/running.h"
#include "gls/seal.h"

/* glibc: rbx, rbp, r12 to r15, rsp, the return address; the last two, and rbp, are disguised by a secret. */
static uintptr_t stack_pointer_in(const void *jump) {
    enum { RSP_AT = 6 };
    uintptr_t disguised = ((const uintptr_t *)jump)[RSP_AT];
    __asm__("ror $17, %0\n\txor %%fs:0x30, %0" : "+r"(disguised) : : "cc");
    return disguised;
}

/* Wherever the jump begins: what is deeper than its target is gone. On stacks that nobody knows nothing is sealed. */
static void leave_for(uintptr_t target) {
    struct known_stack *const stack = running_stack(0);
    if (stack_contains(stack, target))
        glsi_seal_break_below(stack, target);
}

/* ---- The functions themselves ---- */

/* A program without a dynamic linker has none. */
#pragma weak dlsym

typedef void jump_function(void *jump, int value);

#define CALLED(name) __asm__(name)
jump_function glsi_longjmp CALLED("longjmp");
jump_function glsi_underscore_longjmp CALLED("_longjmp");
jump_function glsi_siglongjmp CALLED("siglongjmp");
jump_function glsi_longjmp_chk CALLED("__longjmp_chk");

/* Sanitizers that are linked into the program give theirs a second name. */
__attribute__((weak)) jump_function sanitizer_longjmp CALLED("__interceptor_longjmp");
__attribute__((weak)) jump_function sanitizer_underscore_longjmp CALLED("__interceptor__longjmp");
__attribute__((weak)) jump_function sanitizer_siglongjmp CALLED("__interceptor_siglongjmp");
__attribute__((weak)) jump_function sanitizer_longjmp_chk CALLED("__interceptor___longjmp_chk");

static struct { jump_function *longjmp, *underscore_longjmp, *siglongjmp, *longjmp_chk; } next;

static jump_function *find_next(jump_function *sanitizer, const char *name) {
    return sanitizer != NULL ? sanitizer : (jump_function *)dlsym(RTLD_NEXT, name);
}

static void find_all_next(void) {
    next.longjmp = find_next(sanitizer_longjmp, "longjmp");
    next.underscore_longjmp = find_next(sanitizer_underscore_longjmp, "_longjmp");
    next.siglongjmp = find_next(sanitizer_siglongjmp, "siglongjmp");
    next.longjmp_chk = find_next(sanitizer_longjmp_chk, "__longjmp_chk");
}

/* No sanitizer has its code in front of the jump, which it would take for the end of this function's frame. */
#define JUMP(which)                                                                                                    \
    do {                                                                                                               \
        leave_for(stack_pointer_in(jump));                                                                             \
        if (next.which == NULL)                                                                                        \
            find_all_next();                                                                                           \
        next.which(jump, value);                                                                                       \
    } while (0)

__attribute__((no_sanitize("address", "thread"))) void glsi_longjmp(void *jump, int value) {
    JUMP(longjmp);
}

__attribute__((no_sanitize("address", "thread"))) void glsi_underscore_longjmp(void *jump, int value) {
    JUMP(underscore_longjmp);
}

__attribute__((no_sanitize("address", "thread"))) void glsi_siglongjmp(void *jump, int value) {
    JUMP(siglongjmp);
}

__attribute__((no_sanitize("address", "thread"))) void glsi_longjmp_chk(void *jump, int value) {
    JUMP(longjmp_chk);
}

/* setcontext, which no sanitizer has one of. It may also go to another stack, and leaves nothing then. */
typedef int context_function(const ucontext_t *context);
context_function glsi_setcontext CALLED("setcontext");

static context_function *next_setcontext;

int glsi_setcontext(const ucontext_t *context) {
    leave_for((uintptr_t)context->uc_mcontext.gregs[REG_RSP]);
    if (next_setcontext == NULL)
        next_setcontext = (context_function *)dlsym(RTLD_NEXT, "setcontext");
    return next_setcontext(context);
}

/* ---- Can all this be relied on? ---- */

/* setjmp keeps the stack pointer of the function that calls it, which lies between that function's bounds. */
__attribute__((noinline)) static bool is_readable(void) {
    jmp_buf jump;
    uintptr_t stack_pointer = 0;
    if (setjmp(jump) != 0)
        return false;
    __asm__ volatile("mov %%rsp, %0" : "=r"(stack_pointer));
    return stack_pointer_in(jump) == stack_pointer;
}

static const char *find_unfollowed(void) {
    if (dlsym == NULL)
        return "this program is linked statically: longjmp may be called by another name";
    if (!is_readable())
        return "this C library keeps the stack pointer elsewhere in a jmp_buf than glibc on x86-64";
    if ((jump_function *)dlsym(RTLD_DEFAULT, "longjmp") != glsi_longjmp)
        return "longjmp is another module's: tags that it jumps over would be taken for open scopes";
    if ((context_function *)dlsym(RTLD_DEFAULT, "setcontext") != glsi_setcontext)
        return "setcontext is another module's: tags that it leaves would be taken for open scopes";
    return NULL;
}

static const char *unfollowed = "nobody has looked yet";

/* Before other constructors, which may already open scopes. */
__attribute__((constructor(102))) static void jumps_init(void) {
    unfollowed = find_unfollowed();
    if (dlsym != NULL) {
        find_all_next();
        next_setcontext = (context_function *)dlsym(RTLD_NEXT, "setcontext");
    }
    if (unfollowed == NULL)
        glsi_stacks_enable();
}

const char *glsi_jumps_unfollowed(void) {
    return unfollowed;
}

#else

const char *glsi_jumps_unfollowed(void) {
    return "only the jmp_buf of x86-64 is known";
}

#endif
