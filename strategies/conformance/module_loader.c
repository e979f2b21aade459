/* Loads the shared object that the program carries, from memory: an installed program needs no file beside it. */
#include "conformance/peer.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { REASON_MAX = 256 };

extern const char ctx_peer_module_first[], ctx_peer_module_end[];

/* A file in memory with the module. -1 with errno set. */
static int make_file(void) {
    const size_t bytes = (size_t)(ctx_peer_module_end - ctx_peer_module_first);
    const int file = memfd_create("module", MFD_CLOEXEC);
    if (file < 0)
        return -1;
    if (write(file, ctx_peer_module_first, bytes) == (ssize_t)bytes)
        return file;
    (void)close(file);
    return -1;
}

/* The file stays open: the dynamic linker would take a second one of the same name for the first. */
static void *load(char reason[static REASON_MAX]) {
    char path[64];
    const int file = make_file();
    if (file < 0) {
        (void)snprintf(reason, REASON_MAX, "no file in memory for a shared object: %s", strerror(errno));
        return NULL;
    }
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    void *module = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (module == NULL)
        (void)snprintf(reason, REASON_MAX, "a shared object cannot be loaded: %s", dlerror());
    return module;
}

ctx_peer_call *ctx_peer_load_module(const char **why_not) {
    static char reason[REASON_MAX];
    ctx_peer_call *call = NULL;
    void *module = load(reason);
    if (module == NULL)
        *why_not = reason;
    else
        *(void **)&call = dlsym(module, "ctx_module_call"); /* POSIX's own way around casting void * to a function */
    return call;
}

const char *ctx_peer_module_missing(void) {
    const char *why_not = NULL;
    return ctx_peer_load_module(&why_not) == NULL ? why_not : NULL;
}
