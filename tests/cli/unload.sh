#!/usr/bin/env bash
#
# Modules come and go around the gls library: none is kept, whether it was there first or not, and all are read.

# shellcheck source=tests/support/modules.bash
. "$SOURCE/tests/support/modules.bash"

# A module that calls back, as any library may.
cat >caller.c <<'END'
void call(void (*fn)(void *), void *arg);
void call(void (*fn)(void *), void *arg) {
    volatile char frame[16];
    frame[0] = 1;
    fn(arg);
    frame[0] = 2;
}
END
compile early.so -shared -fPIC -fno-omit-frame-pointer caller.c
compile early-frameless.so -shared -fPIC -fomit-frame-pointer caller.c
compile late.so -shared -fPIC -fno-omit-frame-pointer caller.c
compile late-frameless.so -shared -fPIC -fomit-frame-pointer caller.c

cat >user.c <<'END'
#include <gls.h>
static gls_manager *manager;
static const gls_key *key;
static void read_value(void *arg) {
    void *value = NULL;
    *(int *)arg = gls_get_value(manager, key, &value) == GLS_SET && value == &key;
}
struct call { void (*through)(void (*)(void *), void *); int right; };
static void body(void *arg) { struct call *call = arg; call->through(read_value, &call->right); }
int is_read_through(void (*through)(void (*)(void *), void *));
int is_read_through(void (*through)(void (*)(void *), void *)) {
    struct call call = {through, 0};
    if (manager == NULL) { manager = gls_manager_new(); key = gls_key_intern("key"); }
    const struct gls_binding binding = {key, &key};
    return gls_set_values(manager, &binding, 1, body, &call) == 0 && call.right;
}
END
compile user.so -shared -fPIC user.c -L"$libraries" -lgls -Wl,-rpath,"$libraries"

cat >loader.c <<'END'
#include <dlfcn.h>
#include <stdio.h>
static void *load(const char *name) {
    void *module = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    if (module == NULL) fprintf(stderr, "%s\n", dlerror());
    return module;
}
static int read_through(void *user, const char *name) {
    int (*is_read_through)(void *);
    void *module = load(name);
    *(void **)&is_read_through = dlsym(user, "is_read_through");
    int right = module != NULL && is_read_through(dlsym(module, "call"));
    if (!right) fprintf(stderr, "through %s the value was not read\n", name);
    if (module != NULL) dlclose(module);
    return right;
}
static int is_loaded(const char *name) {
    void *module = dlopen(name, RTLD_NOW | RTLD_NOLOAD);
    return module != NULL && dlclose(module) == 0;
}
int main(void) {
    void *early = load("./early.so"), *frameless = load("./early-frameless.so"), *user = load("./user.so");
    int right = early && frameless && user;
    right = right && dlclose(early) == 0 && dlclose(frameless) == 0;
    if (is_loaded("./early.so") || is_loaded("./early-frameless.so"))
        return fprintf(stderr, "early.so or early-frameless.so is kept\n"), 1;
    right = right && read_through(user, "./late.so") && read_through(user, "./late-frameless.so");
    right = right && read_through(user, "./early.so") && read_through(user, "./early-frameless.so");
    if (is_loaded("./early.so") || is_loaded("./late.so"))
        return fprintf(stderr, "early.so or late.so is kept\n"), 1;
    return !right;
}
END
compile loader loader.c -ldl
./loader
