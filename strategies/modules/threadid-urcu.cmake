# The user-space RCU library, where it is installed; without it the strategy says that it cannot run.
pkg_check_modules(URCU IMPORTED_TARGET liburcu-memb liburcu-cds)
if(URCU_FOUND)
  target_link_libraries(${module} PRIVATE PkgConfig::URCU)
  # As a program would use it, which is what it is made for: read-side sections inlined (that is what _LGPL_SOURCE asks
  # for), and the reader's thread-local state in the TLS model of programs.
  target_compile_definitions(${module} PRIVATE THREADID_HAS_URCU _LGPL_SOURCE)
  target_compile_options(${module} PRIVATE -ftls-model=initial-exec)
endif()
