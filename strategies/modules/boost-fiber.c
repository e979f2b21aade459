/*
 * boost::fibers::fiber_specific_ptr: each fiber of Boost.Fiber has a map, in which the address of the pointer is looked
 * up; a thread's own stack is such a fiber. Boost's scheduler is to switch the fibers. Ours are switched behind its
 * back (gls/fiber.h), so that all of a thread's share the map of its main fiber, as with any thread-local variable. The
 * calls of C++ are in boost-fiber.cc: a read is a call more than it would be in C++.
 */
#include "strategy.h"

#if defined(BOOST_FIBER_IS_HERE)

#include "modules/boost-pointer.h"

#define CTX_OP_CURRENT(after) boost_pointer_get(after)
#define CTX_OP_WITH(next, fn, arg) boost_pointer_with(next, fn, arg)
#define CTX_OP_PUT(context) boost_pointer_put(context)

static const struct ctx_exception boost_fiber_exceptions[] = {
    {"key-destructor", CTX_FAILS,
     "a thread's main fiber is gone when destructors of its keys run, and its map with it"},
};
#define CTX_EXCEPTIONS boost_fiber_exceptions

#else
#define CTX_UNAVAILABLE_REASON                                                                                         \
    "built without Boost.Fiber; install it (Debian: libboost-fiber-dev, as scripts/setup does) and build again"
#include "modules/unavailable.h"
#endif

#define CTX_NAME "boost-fiber"
#define CTX_SUMMARY "boost::fibers::fiber_specific_ptr, on fibers that Boost does not know"
#define CTX_TRAITS 0
#include "kernels.h"
