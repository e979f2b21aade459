# clang on aarch64 knows TLS descriptors alone, and its assembler not even the names of this model's relocations.
if(CMAKE_C_COMPILER_ID STREQUAL "Clang" AND CMAKE_SYSTEM_PROCESSOR STREQUAL "aarch64")
  target_compile_options(${module} PRIVATE -fno-integrated-as)
endif()
