/*
 * Thread-local storage, general dynamic: __tls_get_addr finds the variable's address, by the module's number, in the
 * thread's vector of modules. What compilers emit for shared objects unless they are told otherwise.
 */
#include "modules/tls_model.h"

/* Exported, as a library's variable is that others may use. */
extern _Thread_local const struct ctx *ctx_tls_gd_here;
_Thread_local const struct ctx *ctx_tls_gd_here;

TLS_GENERAL_DYNAMIC(tls_gd_address, ctx_tls_gd_here)

struct tls_gd_scope {
    const struct ctx **address;
    const struct ctx *outer;
};

/* Restores also when the body throws a C++ exception or ends its thread. */
CTX_OPERATION void tls_gd_restore(const struct tls_gd_scope *scope) {
    *scope->address = scope->outer;
}

/* Asks for the address once, as compilers do within a function. */
CTX_OPERATION void tls_gd_with(const struct ctx *next, void (*fn)(void *), void *arg) {
    const struct ctx **address = tls_gd_address(0);
    __attribute__((cleanup(tls_gd_restore), unused)) const struct tls_gd_scope scope = {address, *address};
    *address = next;
    fn(arg);
}

#define CTX_OP_CURRENT(after) (*tls_gd_address(after))
#define CTX_OP_COLD_LINES(note) note(tls_gd_address(0), sizeof(const struct ctx *))
#define CTX_OP_WITH(next, fn, arg) tls_gd_with(next, fn, arg)
#define CTX_OP_PUT(context) (*tls_gd_address(0) = (context))

#define CTX_NAME "tls-gd"
#define CTX_SUMMARY "a thread-local variable of a shared object, general dynamic"
#define CTX_TRAITS 0
#include "kernels.h"
