#define UNW_LOCAL_ONLY
#include "tag.h"

#include <errno.h>
#include <libunwind.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "interrupted.h"
#include "memory.h"

/* Does a place of the tables below remember this address? An empty one holds zero, and no call returns there. */
static bool holds(const _Atomic uintptr_t *place, uintptr_t return_address) {
    return return_address != 0 && atomic_load_explicit(place, memory_order_relaxed) == return_address;
}

/*
 * Return addresses at which a stack was found to end, by its unwind tables. A handful exists in a process: the first
 * function of the program, that of a thread, that of a fiber library. A collision costs time only.
 */
enum { KNOWN_ENDS = 8 };
static _Atomic uintptr_t known_ends[KNOWN_ENDS];

static _Atomic uintptr_t *place_of_end(uintptr_t return_address) {
    return &known_ends[return_address % 127 % KNOWN_ENDS];
}

static bool is_known_end(uintptr_t return_address) {
    return holds(place_of_end(return_address), return_address);
}

static bool is_stack_end(uintptr_t return_address) {
    if (is_known_end(return_address))
        return true;
    if (!glsi_textmap_is_stack_end(return_address))
        return false;
    atomic_store_explicit(place_of_end(return_address), return_address, memory_order_relaxed);
    return true;
}

/*
 * Where there is no unwind information libunwind guesses: it takes rbp for a frame pointer, and may thereby leave out
 * just the frame that makes a tag complete. So each step is checked to have been a known one. Addresses found to be
 * covered are remembered; a collision costs time only.
 */
enum { KNOWN_STEPS_BITS = 10 };
static _Atomic uintptr_t known_steps[1 << KNOWN_STEPS_BITS];

/* Is this where a signal handler returns to? Perhaps nothing is mapped there. */
static bool is_step_of_signal(uintptr_t address) {
    unsigned char code[SIGNAL_RETURN_BYTES];
    return glsi_memory_read(code, (const void *)address, sizeof code) == MEMORY_READ && // NOLINT: text as data
           is_signal_return(code);
}

static bool is_known_step(uintptr_t address) {
    const size_t slot = (size_t)(address * UINT64_C(0x9e3779b97f4a7c15) >> (64 - KNOWN_STEPS_BITS));
    if (holds(&known_steps[slot], address))
        return true;
    unw_proc_info_t info;
    /* A call lies before its return address; a signal may interrupt a function at its very start. */
    if (unw_get_proc_info_by_ip(unw_local_addr_space, address - 1, &info, NULL) != 0 &&
        unw_get_proc_info_by_ip(unw_local_addr_space, address, &info, NULL) != 0 && !is_step_of_signal(address) &&
        !is_passable_stub(address))
        return false;
    atomic_store_explicit(&known_steps[slot], address, memory_order_relaxed);
    return true;
}

/* The innermost complete tag, while return addresses come in, innermost first. */
struct spelling {
    const struct mark_alphabet *alphabet;
    bool begun; /* E has been met */
    uint32_t value;
};

/* Takes one more return address. TAG_NONE: not complete yet. */
static enum tag_answer spell(struct spelling *spelling, uintptr_t return_address, uint32_t *id) {
    if (!spelling->begun) {
        if (!is_known_step(return_address))
            return TAG_UNREADABLE;
        spelling->begun = return_address == (uintptr_t)spelling->alphabet->end_return;
        return TAG_NONE;
    }
    const uintptr_t mark = mark_index(spelling->alphabet, return_address);
    if (mark < mark_digits(spelling->alphabet)) {
        spelling->value = spelling->value << spelling->alphabet->digit_bits | (uint32_t)mark;
        return TAG_NONE;
    }
    *id = spelling->value;
    return mark == mark_S(spelling->alphabet) ? TAG_FOUND : TAG_UNREADABLE;
}

/* The answer when a walk ends without a complete tag. */
static enum tag_answer end_of_walk(const struct spelling *spelling, uintptr_t last_return_address) {
    return !spelling->begun && is_stack_end(last_return_address) ? TAG_NONE : TAG_UNREADABLE;
}

__attribute__((noinline)) static enum tag_answer read_by_cursor(const struct mark_alphabet *alphabet, uint32_t *id) {
    struct spelling spelling = {.alphabet = alphabet};
    unw_context_t context;
    unw_cursor_t cursor;
    unw_word_t return_address = 0;
    if (unw_getcontext(&context) != 0 || unw_init_local(&cursor, &context) != 0)
        return TAG_UNREADABLE;
    while (unw_step(&cursor) > 0 && unw_get_reg(&cursor, UNW_REG_IP, &return_address) == 0) {
        enum tag_answer answer = spell(&spelling, return_address, id);
        if (answer == TAG_NONE && INTERRUPTIONS_ARE_MISTAKEN && unw_is_signal_frame(&cursor) > 0) {
            if (!resume_interrupted(&cursor, &context) || unw_get_reg(&cursor, UNW_REG_IP, &return_address) != 0)
                return TAG_UNREADABLE;
            answer = spell(&spelling, return_address, id);
        }
        if (answer != TAG_NONE)
            return answer;
    }
    return end_of_walk(&spelling, return_address);
}

/*
 * What unw_backtrace says of a frame. On aarch64 libunwind 1.6.2 names the last byte of the call and not the address
 * behind it; instructions are aligned there.
 */
static uintptr_t address_in(void *const *addresses, size_t i) {
#if defined(__aarch64__)
    return ((uintptr_t)addresses[i] + 3) & ~(uintptr_t)3;
#else
    return (uintptr_t)addresses[i];
#endif
}

static enum tag_answer find_tag(const struct mark_alphabet *alphabet, void *const *addresses, size_t count,
                                uint32_t *id) {
    struct spelling spelling = {.alphabet = alphabet};
    for (size_t i = 0; i < count; i++) {
        const uintptr_t address = address_in(addresses, i);
        const enum tag_answer answer = spell(&spelling, address, id);
        if (answer != TAG_NONE)
            return answer;
        if (INTERRUPTIONS_ARE_MISTAKEN && !spelling.begun && is_signal_return((const void *)address)) // NOLINT
            return read_by_cursor(alphabet, id); /* which knows how to go on */
    }
    return end_of_walk(&spelling, count > 0 ? address_in(addresses, count - 1) : 0);
}

/*
 * Room for the return addresses of deep stacks. Mapped, not allocated: a signal handler may have interrupted malloc.
 * One block is kept for the next reader; who finds none maps another.
 */
struct deep_block {
    size_t bytes;
    void *addresses[];
};
static _Atomic(struct deep_block *) spare_block;

static size_t block_capacity(const struct deep_block *block) {
    return (block->bytes - sizeof *block) / sizeof block->addresses[0];
}

static struct deep_block *take_block(size_t bytes) {
    struct deep_block *block = atomic_exchange(&spare_block, NULL);
    if (block != NULL && block->bytes >= bytes)
        return block;
    if (block != NULL)
        (void)munmap(block, block->bytes);
    block = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (block == MAP_FAILED)
        return NULL;
    block->bytes = bytes;
    return block;
}

static void keep_block(struct deep_block *block) {
    struct deep_block *other = atomic_exchange(&spare_block, block);
    if (other != NULL)
        (void)munmap(other, other->bytes);
}

static enum tag_answer read_deep_stack(const struct mark_alphabet *alphabet, uint32_t *id) {
    enum { FIRST_BYTES = 1 << 16, LAST_BYTES = 1 << 30 };
    for (size_t bytes = FIRST_BYTES; bytes <= LAST_BYTES; bytes *= 4) {
        struct deep_block *block = take_block(bytes);
        if (block == NULL)
            return TAG_UNREADABLE;
        const size_t capacity = block_capacity(block);
        const int count = unw_backtrace(block->addresses, (int)capacity);
        const enum tag_answer answer = find_tag(alphabet, block->addresses, count < 0 ? 0 : (size_t)count, id);
        const bool complete = count >= 0 && (size_t)count < capacity;
        keep_block(block);
        if (complete || answer == TAG_FOUND)
            return answer;
    }
    return TAG_UNREADABLE;
}

__attribute__((noinline)) static enum tag_answer read_by_backtrace(const struct mark_alphabet *alphabet, uint32_t *id) {
    enum { FRAMES_ON_STACK = 256 };
    void *addresses[FRAMES_ON_STACK];
    const int count = unw_backtrace(addresses, FRAMES_ON_STACK);
    if (count < FRAMES_ON_STACK)
        return find_tag(alphabet, addresses, count < 0 ? 0 : (size_t)count, id);
    return read_deep_stack(alphabet, id);
}

/*
 * libunwind asks the kernel whether memory may be read, by calls at which a thread can be cancelled, and which change
 * errno. A read does neither: threads are not cancelled where nobody expects it, and signal handlers may read.
 */
struct calm {
    int cancelability, error_number;
};

static struct calm calm_begin(void) {
    struct calm calm = {.error_number = errno};
    (void)pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &calm.cancelability);
    return calm;
}

static void calm_end(const struct calm *calm) {
    (void)pthread_setcancelstate(calm->cancelability, NULL);
    errno = calm->error_number;
}

/*
 * unw_backtrace remembers frames in a cache of the thread's. It changes that in place and without blocking signals, and
 * moves it when it is full (libunwind 1.6.2, x86_64/Gtrace.c): a handler that came in the midst of that would read half
 * an entry, or unmap the table that the interrupted call goes on to write into. So a read that finds another one under
 * way on its thread takes the cursor, whose one cache is changed under a lock and with signals blocked. Who jumps out
 * of such a handler leaves this set, and reads slowly from then on; POSIX gives no leave to jump there. The model of
 * access spares a handler the memory allocation that a first access may cost in others.
 */
__attribute__((tls_model("initial-exec"))) static _Thread_local volatile bool is_backtracing;

enum tag_answer glsi_tag_read_unwind_in(const struct mark_alphabet *alphabet, uint32_t *id) {
    const struct calm calm = calm_begin();
    enum tag_answer answer = TAG_UNREADABLE;
    if (is_backtracing) {
        answer = read_by_cursor(alphabet, id);
    } else {
        is_backtracing = true;
        answer = read_by_backtrace(alphabet, id);
        is_backtracing = false;
    }
    calm_end(&calm);
    return answer;
}

enum tag_answer glsi_tag_read_beyond(const struct mark_alphabet *alphabet, uintptr_t return_address, uint32_t *id) {
    if (is_known_end(return_address))
        return TAG_NONE;
    const enum tag_answer answer = glsi_tag_read_unwind_in(alphabet, id);
    return answer == TAG_UNREADABLE && is_stack_end(return_address) ? TAG_NONE : answer;
}

enum tag_answer glsi_tag_read_unwind(uint32_t *id) {
    return glsi_tag_read_unwind_in(&mark_hexadecimal, id);
}

enum tag_answer glsi_tag_read_cursor_in(const struct mark_alphabet *alphabet, uint32_t *id) {
    const struct calm calm = calm_begin();
    const enum tag_answer answer = read_by_cursor(alphabet, id);
    calm_end(&calm);
    return answer;
}

enum tag_answer glsi_tag_read_cursor(uint32_t *id) {
    return glsi_tag_read_cursor_in(&mark_hexadecimal, id);
}

_Noreturn void glsi_tag_die_unreadable(void) {
    (void)fputs(
        "gls: the call stack cannot be read to its end, so it is unknown whether a context is in force; "
        "some function on it has no unwind information or a wrong one (see \"unreadable\" in gls(3))\n",
        stderr);
    abort();
}

/* ---- The check at start-up: a tag that cannot be read back is found before anybody relies on one. ---- */

struct probe {
    const struct mark_alphabet *alphabet;
    uint32_t by_frames, by_unwinder;
    bool read;
};

/* By the cursor: unw_backtrace goes by the same tables, and would fill 64 pages with its cache, in every program. */
__attribute__((noinline)) static void read_probe(void *arg) {
    struct probe *probe = arg;
    probe->read = tag_read_in(probe->alphabet, 0, &probe->by_frames) == TAG_FOUND &&
                  glsi_tag_read_cursor_in(probe->alphabet, &probe->by_unwinder) == TAG_FOUND;
}

static void check_id(const struct mark_alphabet *alphabet, uint32_t id) {
    struct probe probe = {.alphabet = alphabet};
    uintptr_t path[MARK_PATH_MAX];
    (void)mark_spell(alphabet, id, read_probe, &probe, path);
    mark_call(alphabet, path);
    if (probe.read && probe.by_frames == id && probe.by_unwinder == id)
        return;
    (void)fprintf(stderr,
                  "gls: a stack tag for id %#x was not read back (frame pointers: %#x, libunwind: %#x); the marks or "
                  "their unwind information are damaged, and no id can be trusted: rebuild the library\n",
                  id, probe.by_frames, probe.by_unwinder);
    abort();
}

void glsi_tag_check(const struct mark_alphabet *alphabet) {
    const uint32_t digits = (uint32_t)mark_digits(alphabet);
    check_id(alphabet, 0); /* has none */
    for (uint32_t digit = 0; digit < digits;) {
        uint32_t id = 0;
        for (unsigned bit = 0; bit < 32; bit += alphabet->digit_bits)
            id |= digit++ << bit;
        check_id(alphabet, id);
    }
}

/* After ids and the text map, which it uses. */
__attribute__((constructor(102))) static void tag_init(void) {
    glsi_tag_check(&mark_hexadecimal);
}
