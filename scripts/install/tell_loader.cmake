# Part of `cmake --install`: programs linked with -lgls alone find the library where the dynamic loader looks, once its
# cache knows. Elsewhere, and in a folder that a package is made of, there is nothing to tell.
cmake_path(ABSOLUTE_PATH folder BASE_DIRECTORY ${CMAKE_INSTALL_PREFIX})
find_program(ldconfig ldconfig PATHS /usr/sbin /sbin)
if(ldconfig AND "$ENV{DESTDIR}" STREQUAL "")
  # Lists the folders that the loader looks into, and changes nothing.
  execute_process(COMMAND ${ldconfig} -N -X -v OUTPUT_VARIABLE listing ERROR_QUIET)
  string(FIND "\n${listing}" "\n${folder}:" place)
  if(NOT place EQUAL -1)
    execute_process(COMMAND ${ldconfig} RESULT_VARIABLE status OUTPUT_QUIET ERROR_VARIABLE complaint)
    if(NOT status STREQUAL "0")
      string(STRIP "${complaint}" complaint)
      message(STATUS "Run ldconfig as root, so that the loader finds libgls in ${folder} (${complaint})")
    endif()
  endif()
endif()
