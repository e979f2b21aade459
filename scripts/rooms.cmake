# room(NAME [USES room...] [LIBRARIES target...] [SOURCES file...]): all sources in the folder NAME here are a library,
# room_NAME. What it includes of another room ("NAME/file.h") is there only if it USES that room, so that an arrow that
# is not declared does not compile. scripts/draw-rooms draws what is declared.
function(room name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "USES;LIBRARIES;SOURCES")
  file(GLOB sources CONFIGURE_DEPENDS ${name}/*.c ${name}/*.cc ${name}/*.S)
  list(FILTER sources EXCLUDE REGEX "/main\\.c$") # the program's, and not for tests
  add_library(room_${name} STATIC ${sources} ${arg_SOURCES})
  # The door to a room is a folder with a link to it and to nothing else.
  set(door ${CMAKE_BINARY_DIR}/doors/${name})
  file(MAKE_DIRECTORY ${door})
  file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR}/${name} ${door}/${name} SYMBOLIC)
  target_include_directories(room_${name} PUBLIC ${door})
  list(TRANSFORM arg_USES PREPEND room_ OUTPUT_VARIABLE used)
  target_link_libraries(room_${name} PRIVATE house ${used} ${arg_LIBRARIES})
  cmake_path(RELATIVE_PATH CMAKE_CURRENT_SOURCE_DIR BASE_DIRECTORY ${PROJECT_SOURCE_DIR} OUTPUT_VARIABLE folder)
  set_property(GLOBAL APPEND PROPERTY ROOMS ${name})
  set_property(GLOBAL PROPERTY ROOM_FOLDER_${name} ${folder}/${name})
  set_property(GLOBAL PROPERTY ROOM_USES_${name} ${arg_USES})
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
