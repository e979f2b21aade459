/*
 * gls: context that travels in the call stack.
 *
 * A scope binds values to keys for as long as a function runs; whatever that function calls, directly or through code
 * that knows nothing of gls, can read them. The binding is found through the stack itself: opening a scope calls
 * through a few marked functions whose return addresses spell a number. No argument, and a stack may change threads.
 *
 * Where you can, pass the context explicitly. gls is for what lies beyond code that you cannot change. See gls(3).
 *
 * Errors: functions that return int return 0 or an errno value; none of them has run `fn` when it returns an error.
 * Thread-safety: every function may be called from any thread; gls_get_value, gls_get_id and gls_unreadable also from
 * signal handlers.
 * Units and ownership: values are the caller's pointers and are never dereferenced, copied or freed.
 *
 * Source of the idea: jtolds/gls, goroutine-local storage for Go.
 */
#ifndef GLS_H
#define GLS_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A namespace for keys. Any number of managers may use the same key without seeing each other's values. */
typedef struct ctx_manager gls_manager;

/* A key is an object with identity; its name is for people. */
typedef struct ctx_key gls_key;

struct gls_binding {
    const gls_key *key;
    void *value; /* may be NULL, which is a value like any other */
};

/* NULL with errno set when memory is out. A new manager is registered: gls_go inherits its values. */
gls_manager *gls_manager_new(void);

/* Threads that gls_go starts from now on do not inherit this manager's values. Nothing else changes. */
void gls_manager_unregister(gls_manager *manager);

/* No scope of the manager may be open and no snapshot with its values may exist. NULL is allowed. */
void gls_manager_free(gls_manager *manager);

/* A key that equals no other. NULL with errno set when memory is out. `name` is copied; it may be NULL. */
const gls_key *gls_key_new(const char *name);

/* The key for a name: equal names give the same key, which must not be freed. NULL with errno set if memory is out. */
const gls_key *gls_key_intern(const char *name);

/* Frees a key made by gls_key_new that no scope binds any more. NULL is allowed. */
void gls_key_free(const gls_key *key);

/*
 * Runs fn(arg) with these bindings added to those in force, or replacing them; restores on the way out, also when fn
 * throws a C++ exception or ends its thread. `bindings` (n of them) are copied: changing the array later changes
 * nothing. Of two bindings of one key the last counts. n = 0 just calls fn.
 *
 * EAGAIN: four million scopes are open. ENOTRECOVERABLE: the stack cannot be read (GLS_UNREADABLE).
 */
int gls_set_values(gls_manager *manager, const struct gls_binding *bindings, size_t n, void (*fn)(void *arg),
                   void *arg);

enum gls_answer {
    GLS_NO_CONTEXT, /* no scope is open on this stack */
    GLS_NOT_SET,    /* a scope is open, but this manager's key is not bound */
    GLS_SET,        /* bound, be it to NULL */
    GLS_UNREADABLE, /* unknown: some function on the stack has no unwind information */
};

/* Reads what the innermost scope binds. *value is written with GLS_SET only. */
enum gls_answer gls_get_value(const gls_manager *manager, const gls_key *key, void **value);

/*
 * Why a read here is GLS_UNREADABLE, or would be without a hint: an address in the first function, from the caller
 * outwards, whose own caller cannot be found. dladdr(3) names it and its module, where it has them. NULL: the stack can
 * be walked to its end.
 */
const void *gls_unreadable(void);

/*
 * Runs fn with the id of this stack: small, the same for all nested calls, reused once the stack has no scope any more.
 * Opens a scope without bindings when there is none. Errors as gls_set_values.
 */
int gls_ensure_id(void (*fn)(unsigned id, void *arg), void *arg);

/* Writes this stack's id. False when no scope is open or the stack cannot be read. */
bool gls_get_id(unsigned *id);

/*
 * pthread_create for a thread that inherits: fn sees all values of all registered managers as they are at the call,
 * whatever the caller changes later. Join or detach as usual. Errors: those of pthread_create, ENOMEM, and
 * ENOTRECOVERABLE.
 */
int gls_go(pthread_t *thread, const pthread_attr_t *attributes, void *(*fn)(void *arg), void *arg);

/*
 * A fiber is a function on a stack of its own that can give the thread back before it has ended. It inherits as gls_go
 * does, at the call of gls_go_fiber, and keeps its context whichever thread resumes it; fiber and resumer do not see
 * each other's scopes. Nothing runs until the first gls_fiber_resume. The function must return: an exception that
 * leaves it, and a thread that ends on it, abort the process; longjmp must stay within the fiber. A fiber that has not
 * ended may be freed, which runs no cleanup.
 */
typedef struct gls_fiber gls_fiber;

/*
 * The stack has a guard page and at least stack_bytes, of which those that are touched take memory; 0 chooses a size.
 * ENOMEM: memory or mappings (vm.max_map_count) are out. ENOTRECOVERABLE. ENOSYS: this build has no fibers.
 */
int gls_go_fiber(gls_fiber **fiber, size_t stack_bytes, void *(*fn)(void *arg), void *arg);

/* Runs it until it yields or ends. EBUSY: it is running, here or on another thread. ESRCH: it has ended. */
int gls_fiber_resume(gls_fiber *fiber);

/* Gives the thread back to the resumer; returns when resumed again, maybe on another thread. EPERM: not on a fiber. */
int gls_fiber_yield(void);

/* Has fn returned? Then *result is what it returned (result may be NULL). */
bool gls_fiber_is_done(const gls_fiber *fiber, void **result);

void gls_fiber_free(gls_fiber *fiber); /* NULL is allowed. Aborts while the fiber is running. */

/*
 * For work that waits in a queue: the context as it is now (all managers), to be put in force elsewhere, any number of
 * times. The block is reference-counted; take and retain add a reference, release drops one.
 */
typedef struct ctx_snapshot gls_snapshot;

gls_snapshot *gls_snapshot_take(void); /* NULL with errno set: ENOMEM, ENOTRECOVERABLE */
gls_snapshot *gls_snapshot_retain(gls_snapshot *snapshot);
void gls_snapshot_release(gls_snapshot *snapshot); /* NULL is allowed */

/* Runs fn(arg) with exactly the snapshot's context in force. Errors as gls_set_values. */
int gls_snapshot_run(const gls_snapshot *snapshot, void (*fn)(void *arg), void *arg);

/*
 * For profilers and other readers outside of the process, OpenTelemetry's thread context (OTEP 4947) says what a thread
 * works for. Which bindings of which manager make it, gls_publish says; nothing is published without.
 */
struct gls_publication {
    const gls_manager *manager;
    const gls_key *trace_id, *span_id; /* bound to 16 and 8 bytes, the highest first; NULL: there are none */
    const gls_key *const *attributes;  /* bound to texts, which are cut where a record is full: 612 bytes for all */
    size_t attribute_count;            /* at most 16 */
};

/*
 * From now on each scope publishes, while it is in force, what it binds or inherits; fibers and threads of gls_go take
 * it along. What these keys are bound to is read when a scope opens, and copied. Once in a process. EALREADY: it has
 * been called. EINVAL: too many attributes, or names too long. Else why the process's context (OTEP 4719) could not be
 * mapped.
 */
int gls_publish(const struct gls_publication *publication);

#ifdef __cplusplus
}
#endif
#endif
