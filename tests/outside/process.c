#include "process.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

bool process_read(pid_t process, uint64_t address, void *into, size_t bytes) {
    const struct iovec local = {into, bytes}, remote = {(void *)(uintptr_t)address, bytes};
    return process_vm_readv(process, &local, 1, &remote, 1, 0) == (ssize_t)bytes;
}

static uint64_t read_word(pid_t process, uint64_t address) {
    uint64_t word = 0;
    return process_read(process, address, &word, sizeof word) ? word : 0;
}

/* ---- Files ---- */

struct image {
    const char *bytes;
    size_t size;
};

static const Elf64_Ehdr *header_of(const struct image *image) {
    return (const Elf64_Ehdr *)image->bytes;
}

static const Elf64_Phdr *segment(const struct image *image, size_t i) {
    return (const Elf64_Phdr *)(image->bytes + header_of(image)->e_phoff) + i;
}

static const Elf64_Shdr *section(const struct image *image, size_t i) {
    return (const Elf64_Shdr *)(image->bytes + header_of(image)->e_shoff) + i;
}

static bool open_image(const char *path, struct image *image) {
    struct stat facts;
    const int file = open(path, O_RDONLY);
    if (file < 0 || fstat(file, &facts) != 0 || facts.st_size < (off_t)sizeof(Elf64_Ehdr)) {
        if (file >= 0)
            close(file);
        return false;
    }
    void *bytes = mmap(NULL, (size_t)facts.st_size, PROT_READ, MAP_PRIVATE, file, 0);
    close(file);
    *image = (struct image){bytes, (size_t)facts.st_size};
    return bytes != MAP_FAILED && memcmp(bytes, ELFMAG, SELFMAG) == 0;
}

static const Elf64_Shdr *find_section(const struct image *image, unsigned type) {
    for (size_t i = 0; i < header_of(image)->e_shnum; i++)
        if (section(image, i)->sh_type == type)
            return section(image, i);
    return NULL;
}

/* Its index in the table of dynamic symbols; 0: it is not defined there. */
static size_t find_symbol(const struct image *image, const char *name, uint64_t *value) {
    const Elf64_Shdr *table = find_section(image, SHT_DYNSYM);
    if (table == NULL)
        return 0;
    const char *names = image->bytes + section(image, table->sh_link)->sh_offset;
    const Elf64_Sym *symbols = (const Elf64_Sym *)(image->bytes + table->sh_offset);
    for (size_t i = 1; i < table->sh_size / sizeof *symbols; i++) {
        if (symbols[i].st_shndx == SHN_UNDEF || strcmp(names + symbols[i].st_name, name) != 0)
            continue;
        *value = symbols[i].st_value;
        return i;
    }
    return 0;
}

/* The relocation by which the module itself reaches the variable. */
static void find_relocation(const struct image *image, size_t index, struct symbol *symbol) {
    for (size_t i = 0; i < header_of(image)->e_shnum; i++) {
        if (section(image, i)->sh_type != SHT_RELA)
            continue;
        const Elf64_Rela *list = (const Elf64_Rela *)(image->bytes + section(image, i)->sh_offset);
        for (size_t k = 0; k < section(image, i)->sh_size / sizeof *list; k++) {
            const unsigned type = (unsigned)ELF64_R_TYPE(list[k].r_info);
            if (ELF64_R_SYM(list[k].r_info) != index ||
                (type != R_X86_64_DTPMOD64 && type != R_X86_64_TPOFF64 && type != R_X86_64_TLSDESC))
                continue;
            symbol->slot = symbol->bias + list[k].r_offset;
            symbol->relocation = type;
        }
    }
}

static void take_segments(const struct image *image, uint64_t start, struct symbol *symbol) {
    bool is_first = true;
    for (size_t i = 0; i < header_of(image)->e_phnum; i++) {
        const Elf64_Phdr *part = segment(image, i);
        if (part->p_type == PT_LOAD && is_first) {
            symbol->bias = start - (part->p_vaddr - part->p_offset);
            is_first = false;
        }
        if (part->p_type == PT_TLS) {
            symbol->tls_bytes = part->p_memsz;
            symbol->tls_align = part->p_align;
        }
    }
}

/* ---- Modules ---- */

typedef bool visit_mapping(const char *line, uint64_t start, uint64_t offset, const char *name, void *arg);

/* Until one answers true. */
static bool visit_mappings(pid_t process, visit_mapping *visit, void *arg) {
    char path[64], line[1024];
    snprintf(path, sizeof path, "/proc/%d/maps", (int)process);
    FILE *maps = fopen(path, "r");
    bool found = false;
    while (maps != NULL && !found && fgets(line, sizeof line, maps) != NULL) {
        unsigned long start = 0, offset = 0;
        int at = 0;
        line[strcspn(line, "\n")] = '\0';
        if (sscanf(line, "%lx-%*x %*s %lx %*s %*s %n", &start, &offset, &at) == 2 && at > 0)
            found = visit(line, start, offset, line + at, arg);
    }
    if (maps != NULL)
        fclose(maps);
    return found;
}

struct search {
    const char *name;
    struct symbol *symbol;
    char program[MODULE_PATH_MAX];
    uint64_t found;
};

static bool look_into_module(const char *line, uint64_t start, uint64_t offset, const char *name, void *arg) {
    struct search *search = arg;
    struct image image;
    (void)line;
    if (offset != 0 || name[0] != '/' || !open_image(name, &image))
        return false;
    struct symbol symbol = {.is_program = strcmp(name, search->program) == 0};
    const size_t index = find_symbol(&image, search->name, &symbol.value);
    if (index != 0) {
        snprintf(symbol.path, sizeof symbol.path, "%s", name);
        take_segments(&image, start, &symbol);
        find_relocation(&image, index, &symbol);
        *search->symbol = symbol;
    }
    munmap((void *)(uintptr_t)image.bytes, image.size);
    return index != 0;
}

bool process_find(pid_t process, const char *name, struct symbol *symbol) {
    struct search search = {.name = name, .symbol = symbol};
    char link[64];
    snprintf(link, sizeof link, "/proc/%d/exe", (int)process);
    if (readlink(link, search.program, sizeof search.program - 1) < 0)
        return false;
    return visit_mappings(process, look_into_module, &search);
}

static bool has_name(const char *line, uint64_t start, uint64_t offset, const char *name, void *arg) {
    struct search *search = arg;
    (void)line, (void)offset;
    if (strncmp(name, search->name, strlen(search->name)) != 0)
        return false;
    search->found = start;
    return true;
}

uint64_t process_find_mapping(pid_t process, const char *name) {
    struct search search = {.name = name};
    return visit_mappings(process, has_name, &search) ? search.found : 0;
}

/* ---- Thread-local storage ---- */

/* By the thread's vector of modules: a count in front, then a pair of words for each module, from number 1 on. */
static uint64_t by_module(pid_t process, uint64_t thread_pointer, uint64_t module, uint64_t offset) {
    enum { VECTOR = 8, PAIR = 16 };
    const uint64_t vector = read_word(process, thread_pointer + VECTOR);
    const uint64_t count = read_word(process, vector - PAIR);
    if (vector == 0 || module == 0 || module > count)
        return 0;
    const uint64_t block = read_word(process, vector + module * PAIR);
    return block == 0 || block == UINT64_MAX ? 0 : block + offset;
}

/* The loader leaves in a descriptor a distance from the thread pointer, or where module and offset stand. */
static bool is_static_descriptor(uint64_t argument) {
    return (int64_t)argument < 0 && (int64_t)argument > INT32_MIN;
}

uint64_t process_tls_address(pid_t process, uint64_t thread_pointer, const struct symbol *symbol) {
    if (symbol->slot == 0) { /* the program's own block ends at the thread pointer */
        const uint64_t align = symbol->tls_align == 0 ? 1 : symbol->tls_align;
        return thread_pointer - (symbol->tls_bytes + align - 1) / align * align + symbol->value;
    }
    const uint64_t first = read_word(process, symbol->slot), second = read_word(process, symbol->slot + 8);
    switch (symbol->relocation) {
    case R_X86_64_TPOFF64:
        return first == 0 ? 0 : thread_pointer + first;
    case R_X86_64_DTPMOD64:
        return by_module(process, thread_pointer, first, second);
    default:
        if (second == 0)
            return 0;
        if (is_static_descriptor(second))
            return thread_pointer + second;
        return by_module(process, thread_pointer, read_word(process, second), read_word(process, second + 8));
    }
}

const char *process_access_model(pid_t process, const struct symbol *symbol) {
    if (symbol->slot == 0)
        return symbol->is_program ? "local-exec" : "unknown";
    if (symbol->relocation == R_X86_64_TPOFF64)
        return "initial-exec";
    if (symbol->relocation == R_X86_64_DTPMOD64)
        return "general-dynamic";
    return is_static_descriptor(read_word(process, symbol->slot + 8)) ? "descriptor (static)" : "descriptor (dynamic)";
}
