#include "gls/check/image.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gls/cfi.h"

struct span {
    uintptr_t start, end;
};

struct image {
    const unsigned char *file;
    size_t file_bytes;
    unsigned char *memory; /* the segments, at their distances from each other ... */
    size_t memory_bytes;
    uintptr_t first; /* ... from this address of the file on */
    struct span *described;
    size_t count, capacity;
    bool out_of_memory;
    struct image_facts *facts;
    uintptr_t function; /* that the rows in hand belong to */
    struct span extent;
    bool is_framed, has_stack;
};

static bool refuse(char reason[static IMAGE_REASON_MAX], const char *why) {
    (void)snprintf(reason, IMAGE_REASON_MAX, "%s", why);
    return false;
}

static const ElfW(Ehdr) * header_of(const struct image *image) {
    return (const ElfW(Ehdr) *)image->file;
}

static bool lies_within(size_t offset, size_t bytes, size_t whole) {
    return offset <= whole && bytes <= whole - offset;
}

static const ElfW(Phdr) * segment(const struct image *image, size_t i) {
    return (const ElfW(Phdr) *)(image->file + header_of(image)->e_phoff) + i;
}

static bool check_header(const struct image *image, char reason[static IMAGE_REASON_MAX]) {
    const ElfW(Ehdr) *header = header_of(image);
    if (image->file_bytes < sizeof *header || memcmp(header->e_ident, ELFMAG, SELFMAG) != 0)
        return refuse(reason, "found no ELF file, wanted a program or a shared object");
    if (header->e_ident[EI_CLASS] != ELFCLASS64 || header->e_machine != PROCESSOR_ELF_MACHINE)
        return refuse(reason, "it is for another processor than this one");
    if (header->e_phentsize != sizeof(ElfW(Phdr)) || header->e_phoff % _Alignof(ElfW(Phdr)) != 0 ||
        !lies_within(header->e_phoff, (size_t)header->e_phnum * sizeof(ElfW(Phdr)), image->file_bytes))
        return refuse(reason, "its program headers do not lie where they can");
    return true;
}

/* ---- The segments, as a loader lays them out ---- */

static bool lay_out(struct image *image, char reason[static IMAGE_REASON_MAX]) {
    enum { BYTES_MAX = 1 << 30 };
    size_t end = 0;
    image->first = UINTPTR_MAX;
    for (size_t i = 0; i < header_of(image)->e_phnum; i++) {
        const ElfW(Phdr) *part = segment(image, i);
        if (part->p_type != PT_LOAD)
            continue;
        if (!lies_within(part->p_offset, part->p_filesz, image->file_bytes) || part->p_filesz > part->p_memsz ||
            part->p_vaddr + part->p_memsz < part->p_vaddr)
            return refuse(reason, "a segment of it lies outside of the file");
        image->first = part->p_vaddr < image->first ? part->p_vaddr : image->first;
        end = part->p_vaddr + part->p_filesz > end ? part->p_vaddr + part->p_filesz : end;
    }
    if (end <= image->first || end - image->first > BYTES_MAX)
        return refuse(reason, "it has no segments, or more than a gigabyte of them");
    image->memory_bytes = end - image->first;
    image->memory = calloc(1, image->memory_bytes);
    if (image->memory == NULL)
        return refuse(reason, "memory is out");
    for (size_t i = 0; i < header_of(image)->e_phnum; i++) {
        const ElfW(Phdr) *part = segment(image, i);
        if (part->p_type == PT_LOAD)
            memcpy(image->memory + (part->p_vaddr - image->first), image->file + part->p_offset, part->p_filesz);
    }
    return true;
}

/* Whether what the file calls so lies in its segments. */
static bool is_loaded(const struct image *image, const ElfW(Shdr) * section) {
    return section->sh_type != SHT_NOBITS && section->sh_addr >= image->first &&
           lies_within(section->sh_addr - image->first, section->sh_size, image->memory_bytes);
}

/* ---- What the tables describe ---- */

static void add_span(struct image *image, struct span span) {
    if (image->count == image->capacity) {
        const size_t capacity = image->capacity == 0 ? 1024 : image->capacity * 2;
        struct span *larger = realloc(image->described, capacity * sizeof *larger);
        image->out_of_memory |= larger == NULL;
        if (larger == NULL)
            return;
        image->described = larger;
        image->capacity = capacity;
    }
    image->described[image->count++] = span;
}

static void end_function(struct image *image) {
    const size_t bytes = image->extent.end - image->extent.start;
    if (bytes == 0)
        return;
    add_span(image, image->extent);
    if (image->is_framed)
        image->facts->framed_bytes += bytes;
    else if (image->has_stack)
        image->facts->frameless_bytes += bytes;
}

static bool take_row(const struct cfi_row *row, void *arg) {
    struct image *image = arg;
    if (row->function != image->function) {
        end_function(image);
        image->function = row->function;
        image->extent = (struct span){row->start, row->start};
        image->is_framed = image->has_stack = false;
    }
    image->extent.end = row->end > image->extent.end ? row->end : image->extent.end;
    image->is_framed |= row->kind == CFI_FRAME_POINTER;
    image->has_stack |= row->kind == CFI_OTHER || row->kind == CFI_BOTH_SAVED;
    return true;
}

/* ---- Sections ---- */

static const ElfW(Shdr) * section(const struct image *image, size_t i) {
    return (const ElfW(Shdr) *)(image->file + header_of(image)->e_shoff) + i;
}

static size_t section_count(const struct image *image) {
    const ElfW(Ehdr) *header = header_of(image);
    const bool is_usable =
        header->e_shentsize == sizeof(ElfW(Shdr)) && header->e_shoff % _Alignof(ElfW(Shdr)) == 0 &&
        header->e_shstrndx < header->e_shnum &&
        lies_within(header->e_shoff, (size_t)header->e_shnum * sizeof(ElfW(Shdr)), image->file_bytes);
    return is_usable ? header->e_shnum : 0;
}

static bool is_named(const struct image *image, const ElfW(Shdr) * of, const char *name) {
    const ElfW(Shdr) *names = section(image, header_of(image)->e_shstrndx);
    const size_t bytes = strlen(name) + 1;
    return lies_within(names->sh_offset, names->sh_size, image->file_bytes) &&
           lies_within(of->sh_name, bytes, names->sh_size) &&
           memcmp(image->file + names->sh_offset + of->sh_name, name, bytes) == 0;
}

static void read_tables(struct image *image) {
    for (size_t i = 0; i < section_count(image); i++) {
        const ElfW(Shdr) *table = section(image, i);
        if (!is_named(image, table, ".eh_frame") || !is_loaded(image, table))
            continue;
        const unsigned char *start = image->memory + (table->sh_addr - image->first);
        glsi_cfi_visit(start, start + table->sh_size, take_row, image);
    }
    end_function(image);
}

static int compare_spans(const void *a, const void *b) {
    const struct span *left = a, *right = b;
    return (left->start > right->start) - (left->start < right->start);
}

/* The bytes of what is no padding, from `start` to `end`. */
static size_t count_code_between(uintptr_t start, uintptr_t end) {
    const unsigned char *at = (const unsigned char *)start;        /* NOLINT: an address in the image */
    const unsigned char *const limit = (const unsigned char *)end; /* NOLINT */
    for (size_t bytes; at < limit && (bytes = processor_no_op_bytes(at, limit)) > 0;)
        at += bytes;
    return at < limit ? (size_t)(limit - at) : 0;
}

/* The same of what lies in no span. */
static size_t count_undescribed(const struct image *image, uintptr_t start, uintptr_t end) {
    size_t undescribed = 0;
    uintptr_t at = start;
    for (size_t i = 0; i < image->count && at < end; i++) {
        const struct span span = image->described[i];
        const uintptr_t next = span.start < end ? span.start : end;
        if (next > at)
            undescribed += count_code_between(at, next);
        at = span.end > at ? span.end : at;
    }
    return undescribed + (end > at ? count_code_between(at, end) : 0);
}

static void count_code(struct image *image) {
    for (size_t i = 0; i < section_count(image); i++) {
        const ElfW(Shdr) *code = section(image, i);
        if ((code->sh_flags & SHF_EXECINSTR) == 0 || !is_loaded(image, code))
            continue;
        const uintptr_t start = (uintptr_t)image->memory + (code->sh_addr - image->first);
        image->facts->code_bytes += code->sh_size;
        image->facts->undescribed_bytes += count_undescribed(image, start, start + code->sh_size);
    }
}

static void find_loader(struct image *image) {
    for (size_t i = 0; i < header_of(image)->e_phnum; i++) {
        const ElfW(Phdr) *part = segment(image, i);
        if (part->p_type == PT_INTERP && lies_within(part->p_offset, part->p_filesz, image->file_bytes))
            (void)snprintf(image->facts->loader, sizeof image->facts->loader, "%.*s", (int)part->p_filesz,
                           (const char *)image->file + part->p_offset);
    }
    image->facts->is_static = header_of(image)->e_type == ET_EXEC && image->facts->loader[0] == '\0';
}

static bool read_image(struct image *image, char reason[static IMAGE_REASON_MAX]) {
    if (!check_header(image, reason) || !lay_out(image, reason))
        return false;
    if (section_count(image) == 0)
        return refuse(reason, "it has no section headers, by which its code would be found");
    find_loader(image);
    read_tables(image);
    if (image->count > 0)
        qsort(image->described, image->count, sizeof *image->described, compare_spans);
    count_code(image);
    return image->out_of_memory ? refuse(reason, "memory is out") : true;
}

bool image_read(const char *path, struct image_facts *facts, char reason[static IMAGE_REASON_MAX]) {
    struct image image = {.facts = facts};
    struct stat status;
    *facts = (struct image_facts){.code_bytes = 0};
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0 || fstat(file, &status) != 0) {
        (void)snprintf(reason, IMAGE_REASON_MAX, "%s", strerror(errno));
        if (file >= 0)
            (void)close(file);
        return false;
    }
    image.file_bytes = S_ISREG(status.st_mode) ? (size_t)status.st_size : 0;
    void *mapped = image.file_bytes == 0 ? MAP_FAILED : mmap(NULL, image.file_bytes, PROT_READ, MAP_PRIVATE, file, 0);
    (void)close(file);
    if (mapped == MAP_FAILED)
        return refuse(reason, "found no ELF file, wanted a program or a shared object");
    image.file = mapped;
    const bool done = read_image(&image, reason);
    free(image.memory);
    free(image.described);
    (void)munmap(mapped, image.file_bytes);
    return done;
}
