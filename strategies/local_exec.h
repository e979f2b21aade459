/*
 * Thread-local variables of the program, each access in one statement that names the variable by its distance from the
 * thread pointer (local-exec). For code that may go on on another thread, as on a fiber: in C a compiler takes the
 * address of such a variable for constant within a function, and goes on with that of the thread it left.
 *
 * LOCAL_EXEC_VARIABLE(name, type, symbol) defines name_load(after), name_store(value) and name_place() for a variable
 * of eight bytes or, for name_place, of any size. The assembler knows it by its name, so that it cannot be static.
 */
#ifndef CTX_LOCAL_EXEC_H
#define CTX_LOCAL_EXEC_H

#include "instructions.h"

#endif
