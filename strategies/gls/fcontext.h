/*
 * Boost.Context's C entry points, which its own headers wrap in C++: a switch of stacks in some twenty instructions of
 * assembly, without a system call. (The header <boost/context/detail/fcontext.hpp> is the contract.)
 */
#ifndef GLS_FCONTEXT_H
#define GLS_FCONTEXT_H

#include <stddef.h>

/* A stack that waits to go on: where on it its registers lie. It goes on once; then the stack has another one. */
typedef void *fcontext;

/* What a stack gets when it goes on: who switched to it, and the pointer that it was handed. */
struct fcontext_transfer {
    fcontext from;
    void *data;
};

/* Prepares a stack to begin with fn, which must never return. `top` is the end of its `bytes`. */
fcontext make_fcontext(void *top, size_t bytes, void (*fn)(struct fcontext_transfer));

/* Goes on there, handing `data` over; returns when somebody goes on here. */
struct fcontext_transfer jump_fcontext(fcontext to, void *data);

#endif
