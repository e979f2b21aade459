// The C++ part of boost-fiber.c.
#include <boost/fiber/context.hpp>
#include <boost/fiber/fss.hpp>

#include "modules/boost-pointer.h"

static void keep(struct ctx * /* context */) {
}
static boost::fibers::fiber_specific_ptr<struct ctx>
    pointer(keep); // NOLINT(cert-err58-cpp): at load, where nothing is to be saved

// In destructors of a thread's keys its main fiber is gone, and Boost would read through a null pointer.
CTX_BOOST_POINTER(pointer, boost::fibers::context::active() != nullptr)
