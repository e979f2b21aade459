/* Machine code made while the program runs. */
#include "conformance/peer.h"

#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* code(fn, arg): pushes what it must keep, takes the frame pointer's register for itself, and calls fn(arg). */
#if defined(__x86_64__)
static const unsigned char code[] = {
    0xf3, 0x0f, 0x1e, 0xfa,                   /* endbr64 */
    0x55,                                     /* push %rbp */
    0x48, 0x81, 0xec, 0x00, 0x01, 0x00, 0x00, /* sub $256, %rsp */
    0x31, 0xed,                               /* xor %ebp, %ebp */
    0x48, 0x89, 0xf8,                         /* mov %rdi, %rax */
    0x48, 0x89, 0xf7,                         /* mov %rsi, %rdi */
    0xff, 0xd0,                               /* call *%rax */
    0x48, 0x81, 0xc4, 0x00, 0x01, 0x00, 0x00, /* add $256, %rsp */
    0x5d,                                     /* pop %rbp */
    0xc3,                                     /* ret */
};
#elif defined(__aarch64__)
static const unsigned char code[] = {
    0x5f, 0x24, 0x03, 0xd5, /* bti c */
    0xfd, 0x7b, 0xbe, 0xa9, /* stp x29, x30, [sp, #-32]! */
    0xfd, 0x03, 0x1f, 0xaa, /* mov x29, xzr */
    0xe2, 0x03, 0x00, 0xaa, /* mov x2, x0 */
    0xe0, 0x03, 0x01, 0xaa, /* mov x0, x1 */
    0x40, 0x00, 0x3f, 0xd6, /* blr x2 */
    0xfd, 0x7b, 0xc2, 0xa8, /* ldp x29, x30, [sp], #32 */
    0xc0, 0x03, 0x5f, 0xd6, /* ret */
};
#else
#error "write the code of a function that calls another"
#endif

ctx_peer_call *ctx_peer_make_code(void) {
    const size_t bytes = (size_t)sysconf(_SC_PAGESIZE);
    char *page = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ctx_peer_call *call = NULL;
    if (page == MAP_FAILED)
        return NULL;
    memcpy(page, code, sizeof code);
    __builtin___clear_cache(page, page + sizeof code);
    if (mprotect(page, bytes, PROT_READ | PROT_EXEC) != 0) {
        (void)munmap(page, bytes);
        return NULL;
    }
    *(void **)&call = page; /* as POSIX has it for dlsym */
    return call;
}

const char *ctx_peer_code_missing(void) {
    return ctx_peer_make_code() == NULL ? "the system does not let a program make code (mprotect with PROT_EXEC)"
                                        : NULL;
}
