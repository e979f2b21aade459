# Optional: without Boost.Fiber the strategy says that it is not available.
find_package(Boost QUIET COMPONENTS fiber)
if(Boost_FIBER_FOUND)
  target_sources(${module} PRIVATE modules/${name}.cc)
  target_link_libraries(${module} PRIVATE Boost::fiber)
  target_compile_definitions(${module} PRIVATE BOOST_FIBER_IS_HERE)
endif()
