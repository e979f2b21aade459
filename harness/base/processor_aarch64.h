/* What the harness must know of aarch64; part of processor.h. */
#ifndef CTXBENCH_PROCESSOR_AARCH64_H
#define CTXBENCH_PROCESSOR_AARCH64_H

#include <elf.h>

/* ELF for the Arm 64-bit Architecture. */
enum processor_relocation {
    PROCESSOR_TLS_OFFSET = R_AARCH64_TLS_TPREL,
    PROCESSOR_TLS_DESCRIPTOR = R_AARCH64_TLSDESC,
    PROCESSOR_TLS_MODULE = R_AARCH64_TLS_DTPMOD,
    PROCESSOR_TLS_OFFSET_IN_MODULE = R_AARCH64_TLS_DTPREL,
    PROCESSOR_JUMP_SLOT = R_AARCH64_JUMP_SLOT,
    PROCESSOR_DATA_SLOT = R_AARCH64_GLOB_DAT,
};

/* A program cannot ask here. */
static inline const char *processor_hypervisor(void) {
    return "";
}

#endif
