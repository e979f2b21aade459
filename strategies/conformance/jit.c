/* Machine code made while the program runs. */
#include "conformance/peer.h"

#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "instructions.h"

/* code(fn, arg): pushes what it must keep, takes the frame pointer's register for itself, and calls fn(arg). */
static const unsigned char code[] = {CTX_CODE_OF_A_CALL};

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
