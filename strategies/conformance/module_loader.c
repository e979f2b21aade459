/* Loads the shared objects that the program carries, from memory: an installed program needs no file beside it. */
#include "conformance/peer.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { REASON_MAX = 256 };

extern const char ctx_peer_small_frames[], ctx_peer_small_frames_end[];
extern const char ctx_peer_large_frames[], ctx_peer_large_frames_end[];
extern const char ctx_peer_destructor[], ctx_peer_destructor_end[];
extern const char ctx_peer_static_tls[], ctx_peer_static_tls_end[];

static const struct {
    const char *first, *end;
} images[] = {
    [CTX_PEER_SMALL_FRAMES] = {ctx_peer_small_frames, ctx_peer_small_frames_end},
    [CTX_PEER_LARGE_FRAMES] = {ctx_peer_large_frames, ctx_peer_large_frames_end},
    [CTX_PEER_DESTRUCTOR] = {ctx_peer_destructor, ctx_peer_destructor_end},
    [CTX_PEER_STATIC_TLS] = {ctx_peer_static_tls, ctx_peer_static_tls_end},
};

/* A file in memory with the module. -1 with errno set. */
static int make_file(enum ctx_peer_kind kind) {
    const size_t bytes = (size_t)(images[kind].end - images[kind].first);
    const int file = memfd_create("module", MFD_CLOEXEC);
    if (file < 0)
        return -1;
    if (write(file, images[kind].first, bytes) == (ssize_t)bytes)
        return file;
    (void)close(file);
    return -1;
}

/* The file stays open while it is loaded: the dynamic linker would take another one of the same name for it. */
bool ctx_peer_load_module(struct ctx_peer_module *module, enum ctx_peer_kind kind, const char **why_not) {
    static char reason[REASON_MAX];
    char path[64];
    *why_not = reason;
    module->file = make_file(kind);
    if (module->file < 0) {
        (void)snprintf(reason, REASON_MAX, "no file in memory for a shared object: %s", strerror(errno));
        return false;
    }
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", module->file);
    module->handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (module->handle == NULL) {
        (void)snprintf(reason, REASON_MAX, "a shared object cannot be loaded: %s", dlerror());
        (void)close(module->file);
        return false;
    }
    *(void **)&module->call =
        dlsym(module->handle, "ctx_module_call"); /* POSIX's own way around a cast to a function */
    return true;
}

void ctx_peer_unload_module(struct ctx_peer_module *module) {
    (void)dlclose(module->handle);
    (void)close(module->file);
}

const char *ctx_peer_module_missing(void) {
    const char *why_not = NULL;
    struct ctx_peer_module module;
    if (!ctx_peer_load_module(&module, CTX_PEER_SMALL_FRAMES, &why_not))
        return why_not;
    ctx_peer_unload_module(&module);
    return NULL;
}
