// The C++ part of boost-thread.c.
#include <boost/thread/tss.hpp>

#include "modules/boost-pointer.h"

static void keep(struct ctx * /* context */) {
}
static boost::thread_specific_ptr<struct ctx>
    pointer(keep); // NOLINT(cert-err58-cpp): at load, where nothing is to be saved

// The first use of all takes Boost's lock of first uses, which a fork at that moment leaves taken in the child for
// ever. At load nobody forks.
__attribute__((constructor)) static void use_first() {
    (void)pointer.get();
}

CTX_BOOST_POINTER(pointer, true)
