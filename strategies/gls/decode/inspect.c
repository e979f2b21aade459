#include "gls/decode/inspect.h"

#if defined(GLS_HAS_LIBDW)

#include <elfutils/libdwfl.h>
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "gls/decode/memory.h"
#include "gls/decode/tags.h"
#include "gls/decode/text.h"
#include "gls/marks.h"

enum { LIBRARIES_MAX = 8, FRAMES_MAX = 1 << 20 };

struct inspection {
    Dwfl *dwfl;
    struct memory memory;
    struct library libraries[LIBRARIES_MAX];
    size_t library_count;
    struct tags tags;
    size_t frame_count;
    FILE *out, *bindings; /* of the thread in hand */
    bool found;
};

static bool refuse(char reason[static INSPECT_REASON_MAX], const char *what, const char *why) {
    (void)snprintf(reason, INSPECT_REASON_MAX, "%s: %s", what, why != NULL ? why : "unknown error");
    return false;
}

/* ---- Memory ---- */

static bool read_process(const struct memory *memory, uint64_t address, void *into, size_t bytes) {
    const struct iovec local = {into, bytes};
    const struct iovec remote = {(void *)(uintptr_t)address, bytes}; /* NOLINT: an address over there */
    return process_vm_readv(*(const pid_t *)memory->source, &local, 1, &remote, 1, 0) == (ssize_t)bytes;
}

struct core {
    Elf *elf;
    int file;
    Dwfl *dwfl; /* for what cores leave out, since it is in the modules' files: constants */
};

/* Out of the segments of a file that is mapped `bias` bytes further up. */
static bool read_segments(Elf *elf, GElf_Addr bias, uint64_t address, void *into, size_t bytes) {
    size_t count = 0;
    if (elf_getphdrnum(elf, &count) != 0)
        return false;
    for (size_t i = 0; i < count; i++) {
        GElf_Phdr part;
        if (gelf_getphdr(elf, (int)i, &part) == NULL || part.p_type != PT_LOAD)
            continue;
        const uint64_t from = address - bias - part.p_vaddr;
        if (from >= part.p_filesz || part.p_filesz - from < bytes)
            continue;
        size_t file_bytes = 0;
        const char *file = elf_rawfile(elf, &file_bytes);
        const uint64_t at = part.p_offset + from;
        if (file == NULL || at > file_bytes || file_bytes - at < bytes)
            return false;
        memcpy(into, file + at, bytes);
        return true;
    }
    return false;
}

static bool read_core(const struct memory *memory, uint64_t address, void *into, size_t bytes) {
    const struct core *core = memory->source;
    GElf_Addr bias = 0;
    if (read_segments(core->elf, 0, address, into, bytes))
        return true;
    Dwfl_Module *const module = dwfl_addrmodule(core->dwfl, address);
    Elf *const elf = module == NULL ? NULL : dwfl_module_getelf(module, &bias);
    return elf != NULL && read_segments(elf, bias, address, into, bytes);
}

/* ---- Where the library is ---- */

static void look_at_notes(struct inspection *inspection, Elf *elf, const GElf_Phdr *part, GElf_Addr bias) {
    struct library *const library = &inspection->libraries[inspection->library_count];
    Elf_Data *notes = elf_getdata_rawchunk(elf, (int64_t)part->p_offset, part->p_filesz, ELF_T_BYTE);
    *library = (struct library){0, 0};
    if (notes == NULL || notes->d_buf == NULL)
        return;
    memory_find_library(&inspection->memory, part->p_vaddr + bias, notes->d_buf, notes->d_size, part->p_align, library);
    inspection->library_count += library->marks != 0;
}

static int look_at_module(Dwfl_Module *module, void **data, const char *name, Dwarf_Addr start, void *arg) {
    struct inspection *inspection = arg;
    GElf_Addr bias = 0;
    size_t count = 0;
    Elf *elf = dwfl_module_getelf(module, &bias);
    (void)data, (void)name, (void)start;
    if (elf == NULL || elf_getphdrnum(elf, &count) != 0)
        return DWARF_CB_OK;
    for (size_t i = 0; i < count && inspection->library_count < LIBRARIES_MAX; i++) {
        GElf_Phdr part;
        if (gelf_getphdr(elf, (int)i, &part) != NULL && part.p_type == PT_NOTE)
            look_at_notes(inspection, elf, &part, bias);
    }
    return DWARF_CB_OK;
}

/* ---- Threads ---- */

static const struct library *library_of(const struct inspection *inspection, uint64_t address, unsigned *mark) {
    for (size_t i = 0; i < inspection->library_count; i++) {
        const uint64_t index = (address - inspection->libraries[i].marks) / MARK_STRIDE;
        *mark = (unsigned)index;
        if (index < FRAME_NO_MARK)
            return &inspection->libraries[i];
    }
    *mark = FRAME_NO_MARK;
    return NULL;
}

/* Bindings are read at the innermost tag: the thread stands still as long as its frames are visited. */
static int take_frame(Dwfl_Frame *state, void *arg) {
    struct inspection *inspection = arg;
    struct frame frame = {.number = FRAME_NOT_NUMBERED, .has_address = false};
    Dwarf_Addr address = 0;
    if (!dwfl_frame_pc(state, &address, NULL) || inspection->frame_count++ == FRAMES_MAX)
        return DWARF_CB_ABORT;
    const struct library *library = library_of(inspection, address, &frame.mark);
    frame.is_library = library != NULL;
    const size_t before = inspection->tags.count;
    tags_add(&inspection->tags, &frame);
    if (before == 0 && inspection->tags.count == 1 && library != NULL)
        memory_print_bindings(&inspection->memory, library, inspection->tags.ids[0], inspection->bindings);
    return DWARF_CB_OK;
}

static int take_thread(Dwfl_Thread *thread, void *arg) {
    struct inspection *inspection = arg;
    char heading[32], *bindings = NULL;
    size_t size = 0;
    inspection->bindings = open_memstream(&bindings, &size);
    inspection->tags.out_of_memory |= inspection->bindings == NULL;
    if (inspection->bindings == NULL)
        return DWARF_CB_ABORT;
    tags_begin(&inspection->tags);
    inspection->frame_count = 0;
    (void)dwfl_thread_getframes(thread, take_frame, inspection); /* a stack that cannot be read to its end has an end */
    tags_end(&inspection->tags);
    (void)snprintf(heading, sizeof heading, "TID %d", (int)dwfl_thread_tid(thread));
    text_print_stack(inspection->out, &inspection->tags, heading);
    inspection->found |= inspection->tags.count > 0;
    if (fclose(inspection->bindings) == 0)
        (void)fputs(bindings, inspection->out);
    free(bindings);
    return DWARF_CB_OK;
}

static bool inspect(struct inspection *inspection, bool *found, char reason[static INSPECT_REASON_MAX]) {
    (void)dwfl_getmodules(inspection->dwfl, look_at_module, inspection, 0);
    if (inspection->library_count == 0)
        return refuse(reason, "found no module with gls", "was it linked with the library, and is its file here?");
    if (dwfl_getthreads(inspection->dwfl, take_thread, inspection) != 0)
        return refuse(reason, "its threads cannot be read", dwfl_errmsg(-1));
    tags_free(&inspection->tags);
    *found = inspection->found;
    return true;
}

/* Unwind tables are in the modules themselves: nothing is to be looked for elsewhere, least of all on a network. */
static int find_no_debuginfo(Dwfl_Module *module, void **data, const char *name, Dwarf_Addr base, const char *file,
                             const char *link, GElf_Word sum, char **found) {
    (void)module, (void)data, (void)name, (void)base, (void)file, (void)link, (void)sum, (void)found;
    return -1;
}

static bool inspect_open_core(const struct core *core, const char *program, struct inspection *inspection, bool *found,
                              char reason[static INSPECT_REASON_MAX]) {
    if (dwfl_core_file_report(inspection->dwfl, core->elf, program) < 0)
        return refuse(reason, "its modules cannot be read", dwfl_errmsg(-1));
    if (dwfl_report_end(inspection->dwfl, NULL, NULL) != 0 || dwfl_core_file_attach(inspection->dwfl, core->elf) < 0)
        return refuse(reason, "its threads cannot be found", dwfl_errmsg(-1));
    return inspect(inspection, found, reason);
}

bool inspect_core(const char *core_name, const char *program, FILE *out, bool *found,
                  char reason[static INSPECT_REASON_MAX]) {
    static const Dwfl_Callbacks callbacks = {.find_elf = dwfl_build_id_find_elf, .find_debuginfo = find_no_debuginfo};
    struct core core = {.file = open(core_name, O_RDONLY | O_CLOEXEC)};
    struct inspection inspection = {.memory = {read_core, &core}, .out = out};
    bool done = false;
    if (core.file < 0)
        return refuse(reason, "cannot be opened", strerror(errno));
    (void)elf_version(EV_CURRENT);
    core.elf = elf_begin(core.file, ELF_C_READ_MMAP, NULL);
    inspection.dwfl = core.dwfl = dwfl_begin(&callbacks);
    GElf_Ehdr header;
    if (core.elf == NULL || gelf_getehdr(core.elf, &header) == NULL || header.e_type != ET_CORE)
        (void)refuse(reason, "found no core file", "wanted what the kernel, or gcore, wrote of a process");
    else if (inspection.dwfl == NULL)
        (void)refuse(reason, "libdw cannot begin", dwfl_errmsg(-1));
    else
        done = inspect_open_core(&core, program, &inspection, found, reason);
    if (inspection.dwfl != NULL)
        dwfl_end(inspection.dwfl);
    tags_free(&inspection.tags);
    (void)elf_end(core.elf);
    (void)close(core.file);
    return done;
}

bool inspect_process(pid_t process, FILE *out, bool *found, char reason[static INSPECT_REASON_MAX]) {
    static const Dwfl_Callbacks callbacks = {.find_elf = dwfl_linux_proc_find_elf, .find_debuginfo = find_no_debuginfo};
    struct inspection inspection = {.dwfl = dwfl_begin(&callbacks), .memory = {read_process, &process}, .out = out};
    bool done = false;
    int error = 0;
    if (inspection.dwfl == NULL)
        return refuse(reason, "libdw cannot begin", dwfl_errmsg(-1));
    if ((error = dwfl_linux_proc_report(inspection.dwfl, process)) != 0)
        (void)refuse(reason, "its modules cannot be read", error > 0 ? strerror(error) : dwfl_errmsg(-1));
    else if (dwfl_report_end(inspection.dwfl, NULL, NULL) != 0 ||
             (error = dwfl_linux_proc_attach(inspection.dwfl, process, false)) != 0)
        (void)refuse(reason, "it cannot be traced", error > 0 ? strerror(error) : dwfl_errmsg(-1));
    else
        done = inspect(&inspection, found, reason);
    dwfl_end(inspection.dwfl);
    tags_free(&inspection.tags);
    return done;
}

#else

static bool refuse(char reason[static INSPECT_REASON_MAX]) {
    (void)snprintf(
        reason, INSPECT_REASON_MAX, "%s",
        "this gls-decode was built without elfutils' libdw, which reads core files and processes; install it "
        "(Debian: libdw-dev) and build again. Or let gdb, or eu-stack, write a trace, and read that");
    return false;
}

bool inspect_core(const char *core, const char *program, FILE *out, bool *found,
                  char reason[static INSPECT_REASON_MAX]) {
    (void)core, (void)program, (void)out, (void)found;
    return refuse(reason);
}

bool inspect_process(pid_t process, FILE *out, bool *found, char reason[static INSPECT_REASON_MAX]) {
    (void)process, (void)out, (void)found;
    return refuse(reason);
}

#endif
