/*
 * boost::thread_specific_ptr, which looks the address of its pointer up in a map that each thread has. The calls of C++
 * are in a file of their own (boost-thread.cc): a read is a call more than it would be in C++.
 */
#include "strategy.h"

#if defined(BOOST_THREAD_IS_HERE)

#include "modules/boost-pointer.h"

#define CTX_OP_CURRENT(after) boost_pointer_get(after)
#define CTX_OP_WITH(next, fn, arg) boost_pointer_with(next, fn, arg)
#define CTX_OP_PUT(context) boost_pointer_put(context)

#else
#define CTX_UNAVAILABLE_REASON                                                                                         \
    "built without Boost.Thread; install it (Debian: libboost-thread-dev, as scripts/setup does) and build again"
#include "modules/unavailable.h"
#endif

#define CTX_NAME "boost-thread"
#define CTX_SUMMARY "boost::thread_specific_ptr"
#define CTX_TRAITS 0
#include "kernels.h"
