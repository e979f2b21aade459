# Optional: without Boost.Thread the strategy says that it is not available.
find_package(Boost QUIET COMPONENTS thread)
if(Boost_THREAD_FOUND)
  target_sources(${module} PRIVATE modules/${name}.cc)
  target_link_libraries(${module} PRIVATE Boost::thread)
  target_compile_definitions(${module} PRIVATE BOOST_THREAD_IS_HERE)
endif()
