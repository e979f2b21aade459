// The C++ part of boost-thread.c.
#include <boost/thread/tss.hpp>

#include "modules/boost-pointer.h"

static void keep(struct ctx *) {
}
static boost::thread_specific_ptr<struct ctx> pointer(keep);

CTX_BOOST_POINTER(pointer, true)
