# Optional: without GLib the strategy says that it is not available.
pkg_check_modules(GLIB IMPORTED_TARGET glib-2.0)
if(GLIB_FOUND)
  target_link_libraries(${module} PRIVATE PkgConfig::GLIB)
  target_compile_definitions(${module} PRIVATE GLIB_PRIVATE_HAS_GLIB)
endif()
