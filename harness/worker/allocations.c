#include "worker/allocations.h"

#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <malloc.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/processor.h"

#ifndef __has_feature
#define __has_feature(x) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || __has_feature(address_sanitizer) ||               \
    __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define HAS_ALLOCATOR_OF_ITS_OWN 1
#else
#define HAS_ALLOCATOR_OF_ITS_OWN 0
#endif

/* Whether a relocation fills the slot of a table that a function's address lies in. */
static bool is_call_slot(ElfW(Xword) info) {
    return ELF64_R_TYPE(info) == PROCESSOR_JUMP_SLOT || ELF64_R_TYPE(info) == PROCESSOR_DATA_SLOT;
}

/* ---- Counting ---- */

static atomic_uint threads_inside;
static _Thread_local bool stands_by;
static _Atomic uint64_t calls, bytes;
static _Atomic int64_t held_bytes;

static bool counts(void) {
    return !stands_by && atomic_load_explicit(&threads_inside, memory_order_relaxed) > 0;
}

void allocations_stand_by(void) {
    stands_by = true;
}

void allocations_enter(void) {
    stands_by = false;
    atomic_fetch_add(&threads_inside, 1);
}

void allocations_leave(void) {
    stands_by = true;
    atomic_fetch_sub(&threads_inside, 1);
}

struct allocations allocations_counted(void) {
    return (struct allocations){
        .calls = atomic_load(&calls), .bytes = atomic_load(&bytes), .held_bytes = atomic_load(&held_bytes)};
}

static void *given(void *memory, size_t size) {
    if (memory != NULL && counts()) {
        atomic_fetch_add_explicit(&calls, 1, memory_order_relaxed);
        atomic_fetch_add_explicit(&bytes, size, memory_order_relaxed);
        atomic_fetch_add_explicit(&held_bytes, (int64_t)malloc_usable_size(memory), memory_order_relaxed);
    }
    return memory;
}

static void taken_back(size_t size) {
    if (counts())
        atomic_fetch_sub_explicit(&held_bytes, (int64_t)size, memory_order_relaxed);
}

/* ---- What stands in the tables meanwhile: each calls the function of the same name, past our own table ---- */

static struct {
    void *(*malloc)(size_t size);
    void *(*calloc)(size_t count, size_t size);
    void *(*realloc)(void *memory, size_t size);
    void *(*aligned_alloc)(size_t alignment, size_t size);
    void *(*memalign)(size_t alignment, size_t size);
    int (*posix_memalign)(void **memory, size_t alignment, size_t size);
    void (*free)(void *memory);
} library;

static void *count_malloc(size_t size) {
    return given(library.malloc(size), size);
}

static void *count_calloc(size_t count, size_t size) {
    return given(library.calloc(count, size), count * size);
}

static void *count_realloc(void *memory, size_t size) {
    const size_t before = malloc_usable_size(memory);
    void *moved = library.realloc(memory, size);
    if (moved != NULL || size == 0)
        taken_back(before);
    return given(moved, size);
}

static void *count_aligned_alloc(size_t alignment, size_t size) {
    return given(library.aligned_alloc(alignment, size), size);
}

static void *count_memalign(size_t alignment, size_t size) {
    return given(library.memalign(alignment, size), size);
}

static int count_posix_memalign(void **memory, size_t alignment, size_t size) {
    const int error = library.posix_memalign(memory, alignment, size);
    if (error == 0)
        (void)given(*memory, size);
    return error;
}

static void count_free(void *memory) {
    taken_back(malloc_usable_size(memory));
    library.free(memory);
}

/* Others, as reallocarray and strdup, call one of these from inside the library, through its own table. */
static const struct counter_of {
    const char *name;
    void *counter;  /* ours */
    void **library; /* where the library's is kept */
} functions[] = {
    {"malloc", (void *)count_malloc, (void **)&library.malloc},
    {"calloc", (void *)count_calloc, (void **)&library.calloc},
    {"realloc", (void *)count_realloc, (void **)&library.realloc},
    {"aligned_alloc", (void *)count_aligned_alloc, (void **)&library.aligned_alloc},
    {"memalign", (void *)count_memalign, (void **)&library.memalign},
    {"posix_memalign", (void *)count_posix_memalign, (void **)&library.posix_memalign},
    {"free", (void *)count_free, (void **)&library.free},
};
enum { FUNCTIONS = sizeof functions / sizeof *functions };

/* ---- The tables of one object ---- */

struct object {
    ElfW(Addr) base, sealed_begin, sealed_end; /* what the linker has made read-only */
    const ElfW(Sym) * symbols;
    const char *names;
    const ElfW(Rela) * relocations[2];
    size_t relocation_counts[2];
};

/* Most systems' linkers have turned these into addresses; those of an object that they do not own are offsets still. */
static const void *address_of(const struct object *object, ElfW(Addr) value) {
    return (const void *)(value < object->base ? value + object->base : value);
}

static void read_dynamic(struct object *object, const ElfW(Dyn) * entry) {
    for (; entry->d_tag != DT_NULL; entry++) {
        const ElfW(Addr) value = entry->d_un.d_val;
        switch (entry->d_tag) {
        case DT_SYMTAB:
            object->symbols = address_of(object, value);
            break;
        case DT_STRTAB:
            object->names = address_of(object, value);
            break;
        case DT_RELA:
            object->relocations[0] = address_of(object, value);
            break;
        case DT_RELASZ:
            object->relocation_counts[0] = value / sizeof(ElfW(Rela));
            break;
        case DT_JMPREL:
            object->relocations[1] = address_of(object, value);
            break;
        case DT_PLTRELSZ:
            object->relocation_counts[1] = value / sizeof(ElfW(Rela));
            break;
        default:
            break;
        }
    }
}

static struct object open_object(const struct dl_phdr_info *info) {
    const ElfW(Addr) page = (ElfW(Addr))sysconf(_SC_PAGESIZE);
    struct object object = {.base = info->dlpi_addr};
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *header = &info->dlpi_phdr[i];
        const ElfW(Addr) begin = info->dlpi_addr + header->p_vaddr;
        if (header->p_type == PT_DYNAMIC)
            read_dynamic(&object, (const ElfW(Dyn) *)begin);
        if (header->p_type == PT_GNU_RELRO) {
            object.sealed_begin = begin & ~(page - 1);
            object.sealed_end = (begin + header->p_memsz) & ~(page - 1);
        }
    }
    return object;
}

static bool protect_sealed(const struct object *object, int protection) {
    const size_t length = object->sealed_end - object->sealed_begin;
    return length == 0 || mprotect((void *)object->sealed_begin, length, protection) == 0;
}

static const struct counter_of *find_function(const char *name) {
    for (size_t i = 0; i < FUNCTIONS; i++)
        if (strcmp(functions[i].name, name) == 0)
            return &functions[i];
    return NULL;
}

static void write_slots(const struct object *object, const ElfW(Rela) * relocations, size_t count, bool counting) {
    for (size_t i = 0; i < count; i++) {
        if (!is_call_slot(relocations[i].r_info))
            continue;
        const ElfW(Sym) *symbol = &object->symbols[ELF64_R_SYM(relocations[i].r_info)];
        const struct counter_of *function = find_function(object->names + symbol->st_name);
        if (function != NULL)
            *(void **)(object->base + relocations[i].r_offset) = counting ? function->counter : *function->library;
    }
}

/* Of whom the tables cannot be written, `*failed` says so. */
struct turn {
    bool counting, failed;
};

static int turn_object(struct dl_phdr_info *info, size_t size, void *arg) {
    struct turn *turn = arg;
    const struct object object = open_object(info);
    (void)size;
    if (object.symbols == NULL || object.names == NULL)
        return 0;
    if (!protect_sealed(&object, PROT_READ | PROT_WRITE)) {
        turn->failed = true;
        return 0;
    }
    for (int i = 0; i < 2; i++)
        if (object.relocations[i] != NULL)
            write_slots(&object, object.relocations[i], object.relocation_counts[i], turn->counting);
    (void)protect_sealed(&object, PROT_READ);
    return 0;
}

static bool turn_all(bool counting) {
    struct turn turn = {.counting = counting};
    (void)dl_iterate_phdr(turn_object, &turn);
    return !turn.failed;
}

const char *allocations_begin(void) {
    if (HAS_ALLOCATOR_OF_ITS_OWN)
        return "the sanitizer that this program was built with has an allocator of its own";
    for (size_t i = 0; i < FUNCTIONS; i++) {
        *functions[i].library = dlsym(RTLD_DEFAULT, functions[i].name);
        if (*functions[i].library == NULL)
            return "this program is linked statically, or its C library lacks a part of the allocator";
    }
    if (!turn_all(true)) {
        (void)turn_all(false);
        return "the system does not let the tables be written through which programs call the allocator";
    }
    return NULL;
}

void allocations_end(void) {
    (void)turn_all(false);
}
