/*
 * A process as somebody outside sees it: its memory, its modules, where a thread keeps a thread-local variable.
 *
 * Independent of all that writes what is read here: no header of the project's is included, so that a mistake in a
 * layout cannot be made on both sides. After the ELF gABI, "ELF Handling For Thread-Local Storage" (Drepper),
 * RFC-TLSDESC (Oliva) and glibc's dynamic thread vector. x86-64 alone.
 */
#ifndef OUTSIDE_PROCESS_H
#define OUTSIDE_PROCESS_H

#include <elf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { MODULE_PATH_MAX = 512 };

/* A symbol of a module that the process has loaded. */
struct symbol {
    char path[MODULE_PATH_MAX];
    uint64_t bias; /* of the module: what its addresses are off by */
    bool is_program;
    uint64_t value;                /* as the file has it */
    uint64_t tls_bytes, tls_align; /* of the module's thread-local storage */
    uint64_t slot;                 /* the relocation by which it is found, in the process's memory; 0: none */
    unsigned relocation;           /* R_X86_64_DTPMOD64, _TPOFF64 or _TLSDESC */
};

/* False: it cannot be read. */
bool process_read(pid_t process, uint64_t address, void *into, size_t bytes);

/* Looks in the dynamic symbols of the program and of all modules; the first that has it counts. */
bool process_find(pid_t process, const char *name, struct symbol *symbol);

/* How a thread with this pointer (FS base) finds the variable: its address; 0: it has none yet. */
uint64_t process_tls_address(pid_t process, uint64_t thread_pointer, const struct symbol *symbol);

/* "local-exec", "initial-exec", "general-dynamic", "descriptor (static)", "descriptor (dynamic)". */
const char *process_access_model(pid_t process, const struct symbol *symbol);

/* The start of the first mapping whose name begins so; 0: there is none. */
uint64_t process_find_mapping(pid_t process, const char *name);

#endif
