# Optional: without libuv the strategy says that it is not available.
pkg_check_modules(LIBUV IMPORTED_TARGET libuv)
if(LIBUV_FOUND)
  target_link_libraries(${module} PRIVATE PkgConfig::LIBUV)
  target_compile_definitions(${module} PRIVATE UV_KEY_HAS_LIBUV)
endif()
