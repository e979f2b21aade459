# What the program knows of its own build: included by CMake to compile flags and versions in, and run as a script at
# each build to write the source revision, since a commit does not configure anew.
if(CMAKE_SCRIPT_MODE_FILE)
  cmake_minimum_required(VERSION 3.25)
  # A build that a git hook starts inherits variables of git's that mean another repository or index.
  execute_process(COMMAND git rev-parse --local-env-vars OUTPUT_VARIABLE names ERROR_QUIET)
  string(REGEX MATCHALL "[^\n]+" names "${names}")
  foreach(name IN LISTS names)
    unset(ENV{${name}})
  endforeach()
  execute_process(COMMAND git --no-optional-locks -C ${SOURCE} rev-parse HEAD
    OUTPUT_VARIABLE revision OUTPUT_STRIP_TRAILING_WHITESPACE RESULT_VARIABLE status ERROR_VARIABLE complaint)
  execute_process(COMMAND git --no-optional-locks -C ${SOURCE} rev-parse --show-toplevel
    OUTPUT_VARIABLE top OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  file(REAL_PATH ${SOURCE} source)
  set(absent "")
  if(NOT status STREQUAL "0" OR NOT top STREQUAL source)
    set(revision "") # An unpacked archive, perhaps inside somebody else's repository.
  else()
    # A new file in strategies/ is part of the program before it is tracked, so untracked files count.
    execute_process(COMMAND git --no-optional-locks -C ${SOURCE} status --porcelain OUTPUT_VARIABLE changes
      RESULT_VARIABLE status ERROR_VARIABLE complaint)
    if(NOT status STREQUAL "0") # Whether this is that revision is then not known.
      set(revision "")
    elseif(changes)
      string(APPEND revision "-dirty")
    endif()
  endif()
  # A repository that git does not read (somebody else's, says git: dubious ownership) is no archive.
  if(NOT revision AND EXISTS ${SOURCE}/.git)
    string(REGEX REPLACE "\n.*" "" complaint "${complaint}")
    if(NOT status MATCHES "^[0-9]+$") # git itself is not there
      set(complaint "${status}")
    endif()
    string(REGEX REPLACE "[\\\"]" "\\\\\\0" absent "git could not read it when this was built (${complaint})")
  endif()
  file(CONFIGURE OUTPUT ${HEADER} @ONLY CONTENT
"#define BUILD_SOURCE_REVISION \"@revision@\"
#define BUILD_SOURCE_REVISION_ABSENT \"@absent@\"
")
  return()
endif()

set(revision_header ${CMAKE_CURRENT_BINARY_DIR}/source_revision.h)
add_custom_target(source_revision
  COMMAND ${CMAKE_COMMAND} -DSOURCE=${PROJECT_SOURCE_DIR} -DHEADER=${revision_header} -P ${CMAKE_CURRENT_LIST_FILE}
  BYPRODUCTS ${revision_header}
  VERBATIM)
add_dependencies(room_machine source_revision)

string(TOUPPER "${CMAKE_BUILD_TYPE}" build_type)
separate_arguments(compiler_flags NATIVE_COMMAND "${CMAKE_C_FLAGS} ${CMAKE_C_FLAGS_${build_type}}")
list(JOIN compiler_flags " " compiler_flags) # here: a comma within a flag would end an argument of $<JOIN:...>
# Warnings and debug information change no code. What depends on the configuration is empty, or debug information.
string(APPEND compiler_flags " $<JOIN:$<FILTER:$<TARGET_PROPERTY:house,INTERFACE_COMPILE_OPTIONS>,EXCLUDE,^-[Wg]>, >")
set_source_files_properties(machine/environment.c PROPERTIES
  INCLUDE_DIRECTORIES ${CMAKE_CURRENT_BINARY_DIR}
  COMPILE_DEFINITIONS
  "BUILD_VERSION=\"${PROJECT_VERSION}\";BUILD_TYPE=\"${CMAKE_BUILD_TYPE}\";BUILD_COMPILER_FLAGS=\"${compiler_flags}\";BUILD_HWLOC_VERSION=\"${HWLOC_VERSION}\";BUILD_BENCHMARK_VERSION=\"${benchmark_VERSION}\";BUILD_UNWIND_VERSION=\"${UNWIND_VERSION}\";BUILD_JANSSON_VERSION=\"${JANSSON_VERSION}\"")
