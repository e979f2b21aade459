# For find_package(gls): gls::gls is the shared library, gls::gls_static the other.
include(CMakeFindDependencyMacro)
find_dependency(Threads)
include(${CMAKE_CURRENT_LIST_DIR}/glsTargets.cmake)
