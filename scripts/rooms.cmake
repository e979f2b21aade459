# Rooms: folders of code that see only what they declare. scripts/rooms draws them, from what is declared here.

# The door to a room is a folder with a link to it and to nothing else: who has it on its include path can include
# "NAME/file.h", and no other room's files.
function(declare_room name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "USES")
  set(door ${CMAKE_BINARY_DIR}/doors/${name})
  file(MAKE_DIRECTORY ${door})
  file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR}/${name} ${door}/${name} SYMBOLIC)
  add_library(door_${name} INTERFACE)
  target_include_directories(door_${name} INTERFACE ${door})
  cmake_path(RELATIVE_PATH CMAKE_CURRENT_SOURCE_DIR BASE_DIRECTORY ${PROJECT_SOURCE_DIR} OUTPUT_VARIABLE folder)
  set_property(GLOBAL APPEND PROPERTY ROOMS ${name})
  set_property(GLOBAL PROPERTY ROOM_FOLDER_${name} ${folder}/${name})
  set_property(GLOBAL PROPERTY ROOM_USES_${name} ${arg_USES})
endfunction()

# room(NAME [USES room...] [LIBRARIES target...] [SOURCES file...]): all sources in the folder NAME here are a library,
# room_NAME. An include that is not declared by USES does not compile.
function(room name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "USES;LIBRARIES;SOURCES")
  declare_room(${name} USES ${arg_USES})
  file(GLOB sources CONFIGURE_DEPENDS ${name}/*.c ${name}/*/*.c ${name}/*.cc ${name}/*.S)
  list(FILTER sources EXCLUDE REGEX "/main\\.c$") # the program's, and not for tests
  add_library(room_${name} STATIC ${sources} ${arg_SOURCES})
  list(TRANSFORM arg_USES PREPEND room_ OUTPUT_VARIABLE used)
  target_link_libraries(room_${name} PUBLIC door_${name} PRIVATE house ${used} ${arg_LIBRARIES})
  set_property(GLOBAL APPEND PROPERTY ROOM_LIBRARIES room_${name})
endfunction()

# table_of_found(TABLE STRUCT HEADER file...): a C file TABLE.c in the build folder that defines the array TABLE: pointers to
# all descriptors `const struct STRUCT name = ` in these files, by name, and NULL at the end. HEADER declares it.
function(table_of_found table struct header)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${ARGN})
  set(names "")
  foreach(file IN LISTS ARGN)
    file(STRINGS ${file} lines REGEX "^const struct ${struct} [a-z_]+ = ")
    foreach(line IN LISTS lines)
      string(REGEX REPLACE "^const struct ${struct} ([a-z_]+) = .*" "\\1" name "${line}")
      list(APPEND names ${name})
    endforeach()
  endforeach()
  list(SORT names)
  set(declarations "")
  set(addresses "")
  foreach(name IN LISTS names)
    string(APPEND declarations "extern const struct ${struct} ${name};\n")
    string(APPEND addresses "    &${name},\n")
  endforeach()
  file(CONFIGURE OUTPUT ${table}.c @ONLY CONTENT
"/* Made by the build. */
#include \"${header}\"

#include <stddef.h>

@declarations@

const struct ${struct} *const ${table}[] = {
@addresses@    NULL,
};
")
endfunction()

# Writes build/.../rooms.txt: a line for each room, its folder and the rooms that it uses.
function(write_rooms)
  get_property(rooms GLOBAL PROPERTY ROOMS)
  set(text "")
  foreach(name IN LISTS rooms)
    get_property(folder GLOBAL PROPERTY ROOM_FOLDER_${name})
    get_property(used GLOBAL PROPERTY ROOM_USES_${name})
    list(JOIN used " " used)
    string(APPEND text "${folder}: ${used}\n")
  endforeach()
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/rooms.txt CONTENT "${text}" @ONLY)
endfunction()
