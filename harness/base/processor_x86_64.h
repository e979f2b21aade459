/* What the harness must know of x86-64; part of processor.h. */
#ifndef CTXBENCH_PROCESSOR_X86_64_H
#define CTXBENCH_PROCESSOR_X86_64_H

#include <cpuid.h>
#include <elf.h>
#include <stddef.h>
#include <string.h>

/* Relocations (System V ABI, AMD64 supplement): of thread-local variables, and of a table's slots for functions. */
enum processor_relocation {
    PROCESSOR_TLS_OFFSET = R_X86_64_TPOFF64,
    PROCESSOR_TLS_DESCRIPTOR = R_X86_64_TLSDESC,
    PROCESSOR_TLS_MODULE = R_X86_64_DTPMOD64,
    PROCESSOR_TLS_OFFSET_IN_MODULE = R_X86_64_DTPOFF64,
    PROCESSOR_JUMP_SLOT = R_X86_64_JUMP_SLOT,
    PROCESSOR_DATA_SLOT = R_X86_64_GLOB_DAT,
};

/* The name by which a hypervisor presents itself to a program; "" where none does, or an unknown one. */
static inline const char *processor_hypervisor(void) {
    static const char *const names[][2] = {
        {"KVMKVMKVM", "kvm"},     {"Microsoft Hv", "hyper-v"},    {"VMwareVMware", "vmware"}, {"XenVMMXenVMM", "xen"},
        {"TCGTCGTCGTCG", "qemu"}, {"VBoxVBoxVBox", "virtualbox"}, {"bhyve bhyve ", "bhyve"},  {"ACRNACRNACRN", "acrn"},
    };
    unsigned max_leaf, words[3];
    __cpuid(0x40000000, max_leaf, words[0], words[1], words[2]);
    char signature[sizeof words + 1] = "";
    memcpy(signature, words, sizeof words);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(signature, names[i][0]) == 0)
            return names[i][1];
    return "";
}

#endif
