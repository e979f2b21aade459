# Part of `cmake --install`: makes a folder below the prefix, readable by all. (The modes that CMake is given for folders
# do not hold for those on the way to a file, which follow the umask. What is there already keeps its mode.)
cmake_path(ABSOLUTE_PATH folder BASE_DIRECTORY ${CMAKE_INSTALL_PREFIX})
execute_process(COMMAND sh -c "umask 022 && mkdir -p -- \"$1\"" sh "$ENV{DESTDIR}${folder}" COMMAND_ERROR_IS_FATAL ANY)
