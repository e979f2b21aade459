/* What the strategies on a pointer of Boost's share: its two calls, and a scope made of them. */
#ifndef CTX_BOOST_POINTER_H
#define CTX_BOOST_POINTER_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct ctx;

/* Defined by the C++ file of the module. `after` as in kernels.h. */
__attribute__((visibility("hidden"))) const struct ctx *boost_pointer_get(uintptr_t after);
__attribute__((visibility("hidden"))) void boost_pointer_put(const struct ctx *context);

#ifdef __cplusplus
}

/*
 * The two calls, for a pointer that was made with a cleanup that does nothing, since contexts are their scopes' own.
 * `is_there`: whether the thread still has what the pointer is kept in.
 */
#define CTX_BOOST_POINTER(pointer, is_there)                                                                           \
    const struct ctx *boost_pointer_get(uintptr_t after) {                                                             \
        auto *moved = reinterpret_cast<decltype(pointer) *>(reinterpret_cast<char *>(&(pointer)) + after);             \
        return (is_there) ? moved->get() : nullptr;                                                                    \
    }                                                                                                                  \
    void boost_pointer_put(const struct ctx *context) {                                                                \
        if (is_there)                                                                                                  \
            (pointer).reset(const_cast<struct ctx *>(context));                                                        \
    }

#else

/* Restores also when the body throws a C++ exception or ends its thread. */
CTX_OPERATION void boost_pointer_restore(const struct ctx *const *outer) {
    boost_pointer_put(*outer);
}

CTX_OPERATION void boost_pointer_with(const struct ctx *next, void (*fn)(void *), void *arg) {
    __attribute__((cleanup(boost_pointer_restore), unused)) const struct ctx *outer = boost_pointer_get(0);
    boost_pointer_put(next);
    fn(arg);
}

#endif
#endif
