#define UNW_LOCAL_ONLY
#include "stacktag/unwound.h"

#include <errno.h>
#include <libunwind.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>

#include "gls/memory.h"
#include "gls/modules.h"
#include "gls/walk.h"
#include "stacktag/interrupted.h"

/* The model of access spares a handler the memory allocation that a first access may cost in others. */
#define KEPT_BY_THREAD __attribute__((tls_model("initial-exec"))) static _Thread_local

/* ---- What libunwind says is believed only where it cannot be out of date ---- */

/*
 * libunwind remembers how it stepped from an address, and does not notice when the module there is unloaded and another
 * takes its place (its pull request 153). Nor does it know of a step that it guessed: where there is no unwind
 * information it takes the frame pointer's register at its word, and may thereby leave out just the frame that makes a
 * tag complete. So its steps count as long as they start from code that cannot be unloaded and that unwind tables
 * describe. Addresses found to be so are remembered, in sets of a few; one that finds no room costs time only.
 */
enum { KNOWN_STEPS_BITS = 10, KNOWN_IN_SET = 4 };
static _Atomic uintptr_t known_steps[1 << KNOWN_STEPS_BITS];

/* The i-th place where an address may be: the first is its own, the others are its neighbours in the set. */
static _Atomic uintptr_t *place_of_step(uintptr_t address, uintptr_t i) {
    return &known_steps[(address * UINT64_C(0x9e3779b97f4a7c15) >> (64 - KNOWN_STEPS_BITS)) ^ i];
}

static uintptr_t step_at(uintptr_t address, uintptr_t i) {
    return atomic_load_explicit(place_of_step(address, i), memory_order_relaxed);
}

static bool is_known_elsewhere(uintptr_t address) {
    for (uintptr_t i = 1; i < KNOWN_IN_SET; i++)
        if (step_at(address, i) == address)
            return true;
    return false;
}

static inline bool is_known_step(uintptr_t address) {
    return address != 0 && (step_at(address, 0) == address || is_known_elsewhere(address));
}

static void remember_step(uintptr_t address) {
    uintptr_t place = 0;
    while (place < KNOWN_IN_SET && step_at(address, place) != 0)
        place++;
    atomic_store_explicit(place_of_step(address, place % KNOWN_IN_SET), address, memory_order_relaxed);
}

/* What return addresses say, taken one by one, innermost first. */
enum verdict {
    GO_ON,
    TAG_COMPLETE,
    NO_TAG,      /* the stack ends here */
    BROKEN,      /* a step that was guessed, or a tag that is none */
    OUT_OF_DATE, /* perhaps: this code may be unloaded, and libunwind may remember what was there before */
};

struct spelling {
    const struct mark_alphabet *alphabet;
    bool begun; /* E has been met */
    uint32_t value;
};

/* Of a step that is not known yet. All before it were right, and so is the address. */
static enum verdict judge_step(uintptr_t address) {
    if (glsi_walk_is_end_of_context(address) || address == 0)
        return NO_TAG;
    if (!glsi_walk_describes(address))
        return BROKEN;
    if (glsi_modules_find(address) == NULL)
        return OUT_OF_DATE;
    remember_step(address);
    return GO_ON;
}

static enum verdict spell(struct spelling *spelling, uintptr_t found, uint32_t *id) {
    const uintptr_t return_address = processor_address(found);
    if (!spelling->begun) {
        spelling->begun = return_address == (uintptr_t)spelling->alphabet->end_return;
        return is_known_step(return_address) ? GO_ON : judge_step(return_address);
    }
    const uintptr_t mark = mark_index(spelling->alphabet, return_address);
    if (mark < mark_digits(spelling->alphabet)) {
        spelling->value = spelling->value << spelling->alphabet->digit_bits | (uint32_t)mark;
        return GO_ON;
    }
    *id = spelling->value;
    return mark == mark_S(spelling->alphabet) ? TAG_COMPLETE : BROKEN;
}

/* The verdict when a walk ends without a complete tag. */
static enum verdict end_of_walk(const struct spelling *spelling, uintptr_t last_return_address) {
    return !spelling->begun && glsi_walk_is_stack_end(last_return_address) ? NO_TAG : BROKEN;
}

static enum tag_answer answer_of(enum verdict verdict, const struct mark_alphabet *alphabet, uint32_t *id) {
    switch (verdict) {
    case TAG_COMPLETE:
        return TAG_FOUND;
    case NO_TAG:
        return TAG_NONE;
    case OUT_OF_DATE:
        return glsi_tag_read_tables_in(alphabet, id);
    case GO_ON:
    case BROKEN:
        break;
    }
    return TAG_UNREADABLE;
}

/* ---- Two ways to ask libunwind ---- */

__attribute__((noinline)) static enum verdict read_by_cursor(const struct mark_alphabet *alphabet, uint32_t *id) {
    struct spelling spelling = {.alphabet = alphabet};
    unw_context_t context;
    unw_cursor_t cursor;
    unw_word_t return_address = 0;
    if (unw_getcontext(&context) != 0 || unw_init_local(&cursor, &context) != 0)
        return BROKEN;
    while (unw_step(&cursor) > 0 && unw_get_reg(&cursor, UNW_REG_IP, &return_address) == 0) {
        enum verdict verdict = spell(&spelling, return_address, id);
        if (verdict == GO_ON && INTERRUPTIONS_ARE_MISTAKEN && unw_is_signal_frame(&cursor) > 0) {
            if (!resume_interrupted(&cursor, &context) || unw_get_reg(&cursor, UNW_REG_IP, &return_address) != 0)
                return BROKEN;
            verdict = spell(&spelling, return_address, id);
        }
        if (verdict != GO_ON)
            return verdict;
    }
    return end_of_walk(&spelling, return_address);
}

/* What unw_backtrace says of a frame. */
static uintptr_t address_in(void *const *addresses, size_t i) {
    return processor_unwound_address((uintptr_t)addresses[i]);
}

/* Is this where a signal handler returns to, in code of which libunwind has told us? */
static bool is_signal_return(uintptr_t code) {
    return glsi_memory_is_readable(code, SIGNAL_RETURN_BYTES) && processor_is_signal_return((const void *)code);
}

/* `judged`: of how many addresses the verdict is. */
static enum verdict find_tag(const struct mark_alphabet *alphabet, void *const *addresses, size_t count, size_t *judged,
                             uint32_t *id) {
    struct spelling spelling = {.alphabet = alphabet};
    for (*judged = 0; *judged < count;) {
        const uintptr_t address = address_in(addresses, (*judged)++);
        const enum verdict verdict = spell(&spelling, address, id);
        if (verdict != GO_ON)
            return verdict;
        if (INTERRUPTIONS_ARE_MISTAKEN && !spelling.begun && is_signal_return(address))
            return read_by_cursor(alphabet, id); /* which knows how to go on */
    }
    return end_of_walk(&spelling, count > 0 ? address_in(addresses, count - 1) : 0);
}

static bool is_passing(uintptr_t address) {
    return !is_known_step(address) && judge_step(address) == OUT_OF_DATE;
}

/*
 * Does the tag lie below calls from code that may be unloaded? They are the same for many a read: those of the last one
 * that met none are kept, as unw_backtrace says them.
 */
enum { CALLERS_KEPT = 64 };
KEPT_BY_THREAD void *lasting_callers[CALLERS_KEPT];

static bool has_passing_callers(void *const *callers, size_t count) {
    if (count <= CALLERS_KEPT && memcmp(callers, lasting_callers, count * sizeof *callers) == 0)
        return false;
    for (size_t i = 0; i < count; i++)
        if (is_passing(address_in(callers, i)))
            return true;
    if (count <= CALLERS_KEPT)
        memcpy(lasting_callers, callers, count * sizeof *callers);
    return false;
}

/*
 * unw_backtrace remembers where frames lay, for each thread, and takes words of the stack by it without asking whether
 * they are there: once other code has come to the same addresses, it crashes. So a thread below whose calls it has met
 * code that may be unloaded, wherever its tag is, asks it no more.
 */
KEPT_BY_THREAD bool has_met_passing_code;

static enum verdict judge(const struct mark_alphabet *alphabet, void *const *addresses, int found, uint32_t *id) {
    const size_t count = found < 0 ? 0 : (size_t)found;
    size_t judged = 0;
    const enum verdict verdict = find_tag(alphabet, addresses, count, &judged, id);
    if (verdict == OUT_OF_DATE || has_passing_callers(addresses + judged, count - judged))
        has_met_passing_code = true;
    return verdict;
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

static enum verdict read_deep_stack(const struct mark_alphabet *alphabet, uint32_t *id) {
    enum { FIRST_BYTES = 1 << 16, LAST_BYTES = 1 << 30 };
    for (size_t bytes = FIRST_BYTES; bytes <= LAST_BYTES; bytes *= 4) {
        struct deep_block *block = take_block(bytes);
        if (block == NULL)
            return BROKEN;
        const size_t capacity = block_capacity(block);
        const int count = unw_backtrace(block->addresses, (int)capacity);
        const enum verdict verdict = judge(alphabet, block->addresses, count, id);
        const bool complete = count >= 0 && (size_t)count < capacity;
        keep_block(block);
        if (complete || verdict == TAG_COMPLETE || verdict == OUT_OF_DATE)
            return verdict;
    }
    return BROKEN;
}

__attribute__((noinline)) static enum verdict read_by_backtrace(const struct mark_alphabet *alphabet, uint32_t *id) {
    enum { FRAMES_ON_STACK = 256 };
    void *addresses[FRAMES_ON_STACK];
    const int count = unw_backtrace(addresses, FRAMES_ON_STACK);
    if (count < FRAMES_ON_STACK)
        return judge(alphabet, addresses, count, id);
    return read_deep_stack(alphabet, id);
}

/* ---- What a read leaves as it was ---- */

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
 * To ask the kernel libunwind writes what it would read to a pipe of its own. When a program has closed that, libunwind
 * closes the same descriptors again, whatever they are by then, and opens another pipe (its issue 291). It is told to
 * read through this instead, before anybody has asked it anything. Of the stack all is there between where it runs now
 * and the reader that asked; and so is what lies on the page of what was read before.
 */
KEPT_BY_THREAD uintptr_t asking_frame, last_accessed;

/* At any alignment: stacks end in all ways, and so do walks that go astray. */
struct word {
    unw_word_t value;
} __attribute__((packed));

__attribute__((no_sanitize("address", "thread", "undefined"))) static int
access_memory(unw_addr_space_t space, unw_word_t address, unw_word_t *value, int is_write, void *arg) {
    enum { PAGE_BYTES = 4096 }; /* no page is smaller */
    volatile struct word *const word = (volatile struct word *)address;
    (void)space, (void)arg;
    const uintptr_t here = (uintptr_t)__builtin_frame_address(0);
    const bool is_between = address >= here && address < asking_frame;
    const bool is_on_page = address / PAGE_BYTES == last_accessed / PAGE_BYTES && address % sizeof *value == 0;
    const bool is_sure = is_between || is_on_page;
    if (!is_sure && !glsi_memory_is_readable(address, sizeof *value))
        return -UNW_EINVAL;
    last_accessed = address;
    if (is_write) /* of the registers that libunwind keeps, on its own part of the stack */
        word->value = *value;
    else
        *value = word->value;
    return 0;
}

/*
 * In the child of a fork a thread that is no more may hold any of libunwind's locks for ever: it is not asked there.
 */
static atomic_bool is_in_forked_child;

static void note_fork(void) {
    atomic_store_explicit(&is_in_forked_child, true, memory_order_relaxed);
}

__attribute__((constructor)) static void unwound_init(void) {
    unw_context_t context;
    unw_cursor_t cursor;
    unw_accessors_t *accessors = unw_get_accessors(unw_local_addr_space);
    if (accessors != NULL)
        accessors->access_mem = access_memory;
    asking_frame = last_accessed = (uintptr_t)__builtin_frame_address(0);
    /* The first question has it set itself up. */
    if (unw_getcontext(&context) == 0 && unw_init_local(&cursor, &context) == 0)
        (void)unw_step(&cursor);
    (void)pthread_atfork(NULL, NULL, note_fork);
}

/* ---- Readers ---- */

/*
 * unw_backtrace remembers frames in a cache of the thread's. It changes that in place and without blocking signals, and
 * moves it when it is full (libunwind 1.6.2, x86_64/Gtrace.c): a handler that came in the midst of that would read half
 * an entry, or unmap the table that the interrupted call goes on to write into. So a read that finds another one under
 * way on its thread takes the cursor, whose one cache is changed under a lock and with signals blocked. Who jumps out
 * of such a handler leaves this set, and reads slowly from then on; POSIX gives no leave to jump there.
 */
KEPT_BY_THREAD volatile bool is_backtracing;

typedef enum verdict question(const struct mark_alphabet *alphabet, uint32_t *id);

static enum verdict backtrace_once(const struct mark_alphabet *alphabet, uint32_t *id) {
    if (is_backtracing || has_met_passing_code)
        return read_by_cursor(alphabet, id);
    is_backtracing = true;
    const enum verdict verdict = read_by_backtrace(alphabet, id);
    is_backtracing = false;
    return verdict;
}

static enum tag_answer ask(question *way, const struct mark_alphabet *alphabet, uint32_t *id) {
    if (atomic_load_explicit(&is_in_forked_child, memory_order_relaxed))
        return glsi_tag_read_tables_in(alphabet, id);
    const struct calm calm = calm_begin();
    const uintptr_t interrupted_frame = asking_frame; /* of a read in which a signal came, perhaps on another stack */
    asking_frame = last_accessed = (uintptr_t)__builtin_frame_address(0);
    const enum verdict verdict = way(alphabet, id);
    asking_frame = interrupted_frame;
    calm_end(&calm);
    return answer_of(verdict, alphabet, id);
}

enum tag_answer unwound_read_backtrace_in(const struct mark_alphabet *alphabet, uint32_t *id) {
    return ask(backtrace_once, alphabet, id);
}

enum tag_answer unwound_read_backtrace(uint32_t *id) {
    return unwound_read_backtrace_in(&mark_hexadecimal, id);
}

enum tag_answer unwound_read_cursor_in(const struct mark_alphabet *alphabet, uint32_t *id) {
    return ask(read_by_cursor, alphabet, id);
}

enum tag_answer unwound_read_cursor(uint32_t *id) {
    return unwound_read_cursor_in(&mark_hexadecimal, id);
}
