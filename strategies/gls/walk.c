#include "gls/walk.h"

#include <stdatomic.h>
#include <stddef.h>

#include "gls/cfi.h"
#include "gls/expression.h"
#include "gls/memory.h"
#include "gls/modules.h"
#include "gls/tables.h"

/* Sanitizers know frames as no objects, and frames may change while they are read. */
#define READS_FRAMES __attribute__((no_sanitize("address", "thread", "undefined")))

static enum walk_step lacking(const struct walk *walk) {
    return walk->is_whole ? WALK_LOST : WALK_LACKS;
}

READS_FRAMES static inline bool load_from(uintptr_t trusted, uintptr_t address, uintptr_t *value) {
    enum { NEAR_BYTES = 1 << 16 };
    if (address - trusted >= NEAR_BYTES && !glsi_memory_is_readable(address, sizeof *value))
        return false;
    *value = *(const volatile uintptr_t *)address;
    return true;
}

/* What lies near to the stack pointer is there, if the walk can be trusted to be on a stack still. */
bool glsi_walk_load(const struct walk *walk, uintptr_t address, uintptr_t *value) {
    const bool is_trusted = !walk->is_doubtful && walk_knows(walk, REGISTER_SP);
    const uintptr_t near_to_nothing = address + 1;
    return load_from(is_trusted ? walk->registers[REGISTER_SP] : near_to_nothing, address, value);
}

/* ---- A step by the rules of a table ---- */

static enum walk_step find_cfa(const struct walk *walk, const struct cfi_rules *rules, uintptr_t *cfa) {
    if (rules->cfa_expression != NULL)
        return glsi_expression(rules->cfa_expression, walk, NULL, cfa);
    if (!walk_knows(walk, rules->cfa_register))
        return lacking(walk);
    *cfa = walk->registers[rules->cfa_register] + (uintptr_t)rules->cfa_offset;
    return WALK_STEPPED;
}

/* What a register holds in the caller. WALK_LACKS: nobody knows; that matters only when somebody asks for it. */
static enum walk_step find_register(const struct walk *walk, const struct cfi_rules *rules, uintptr_t cfa, unsigned reg,
                                    uintptr_t *value) {
    const int32_t operand = rules->operands[reg];
    enum walk_step step = WALK_STEPPED;
    uintptr_t at = cfa + (uintptr_t)(intptr_t)operand;
    switch ((enum cfi_rule)rules->rules[reg]) {
    case CFI_SAME:
    case CFI_IN_REGISTER: {
        const unsigned from = rules->rules[reg] == CFI_SAME ? reg : (unsigned)operand;
        if (!walk_knows(walk, from))
            return WALK_LACKS;
        *value = walk->registers[from];
        return WALK_STEPPED;
    }
    case CFI_CFA_PLUS:
        *value = at;
        return WALK_STEPPED;
    case CFI_IS_EXPRESSION:
        return glsi_expression(rules->common + operand, walk, &cfa, value);
    case CFI_SAVED_AT_EXPRESSION:
        step = glsi_expression(rules->common + operand, walk, &cfa, &at);
        break;
    case CFI_SAVED:
        break;
    case CFI_UNDEFINED:
        return WALK_LACKS;
    }
    if (step == WALK_STEPPED && !glsi_walk_load(walk, at, value))
        step = WALK_LOST;
    return step;
}

/* A step that does not lead up the stack leads to another one, or in a circle. */
static enum walk_step arrive(struct walk *walk, const struct walk *from) {
    const bool is_up = walk->registers[REGISTER_SP] > from->registers[REGISTER_SP];
    if (!is_up && walk->turns_left-- == 0)
        return WALK_LOST;
    return WALK_STEPPED;
}

static void set_register(struct walk *walk, unsigned reg, uintptr_t value) {
    walk->registers[reg] = value;
    walk->known |= 1u << reg;
}

static enum walk_step find_return(const struct walk *walk, const struct cfi_rules *rules, uintptr_t cfa,
                                  uintptr_t *return_address) {
    const enum cfi_rule rule = (enum cfi_rule)rules->rules[REGISTER_RA];
    if (rule == CFI_UNDEFINED)
        return WALK_ENDED;
    /* A register that nobody has saved names the caller of an interrupted function alone: any other has made a call. */
    if (rule == CFI_SAME && (CFA_AT_ENTRY != 0 || !walk->is_interrupted))
        return WALK_LOST;
    const enum walk_step step = find_register(walk, rules, cfa, REGISTER_RA, return_address);
    *return_address = processor_address(*return_address);
    return step == WALK_LACKS ? lacking(walk) : step;
}

static enum walk_step apply_rules(struct walk *walk, const struct cfi_rules *rules) {
    const struct walk from = *walk;
    uintptr_t cfa = 0, value = 0;
    enum walk_step step = rules->rules[REGISTER_RA] == CFI_UNDEFINED ? WALK_ENDED : find_cfa(&from, rules, &cfa);
    if (step == WALK_STEPPED)
        step = find_return(&from, rules, cfa, &walk->code);
    if (step != WALK_STEPPED)
        return step;
    for (unsigned reg = 0; reg < CFI_REGISTERS; reg++) {
        if (rules->rules[reg] == CFI_SAME || (reg == REGISTER_RA && CFA_AT_ENTRY != 0))
            continue;
        walk->known &= ~(1u << reg);
        step = find_register(&from, rules, cfa, reg, &value);
        if (step == WALK_LOST)
            return step;
        if (step == WALK_STEPPED)
            set_register(walk, reg, value);
    }
    if (rules->rules[REGISTER_SP] == CFI_SAME)
        set_register(walk, REGISTER_SP, cfa);
    walk->is_interrupted = walk->is_doubtful = false;
    return arrive(walk, &from);
}

/* ---- Steps that no table describes ---- */

READS_FRAMES static enum walk_step leave_handler(struct walk *walk) {
    const struct walk from = *walk;
    const uintptr_t context = from.registers[REGISTER_SP] + SIGNAL_CONTEXT_OFFSET;
    if (!glsi_memory_is_readable(context, sizeof(mcontext_t) + offsetof(ucontext_t, uc_mcontext)))
        return WALK_LOST;
    walk->code = processor_interrupted((const ucontext_t *)context, walk->registers);
    walk->known = (uint32_t)((UINT64_C(1) << CFI_REGISTERS) - 1);
    walk->is_interrupted = true;
    walk->is_doubtful = false;
    return walk->turns_left-- == 0 ? WALK_LOST : WALK_STEPPED;
}

/* As from the first instruction of a function. */
static enum walk_step leave_stub(struct walk *walk) {
    static const struct cfi_rules at_entry = {
        .cfa_register = REGISTER_SP,
        .cfa_offset = CFA_AT_ENTRY,
        .rules = {[REGISTER_RA] = CFA_AT_ENTRY != 0 ? CFI_SAVED : CFI_SAME},
        .operands = {[REGISTER_RA] = -CFA_AT_ENTRY},
    };
    return apply_rules(walk, &at_entry);
}

static bool is_signal_return(uintptr_t code) {
    return glsi_memory_is_readable(code, SIGNAL_RETURN_BYTES) && processor_is_signal_return((const void *)code);
}

static bool is_call_stub(uintptr_t code) {
    return glsi_memory_is_readable(code, CALL_STUB_BYTES) && processor_is_call_stub((const void *)code);
}

static enum walk_step step_by_code(struct walk *walk) {
    if (!walk_knows(walk, REGISTER_SP))
        return lacking(walk);
    if (is_signal_return(walk->code))
        return leave_handler(walk);
    if (walk->is_interrupted && is_call_stub(walk->code))
        return leave_stub(walk);
    return WALK_LOST;
}

bool glsi_walk_describes(uintptr_t code) {
    struct cfi_rules rules;
    return glsi_tables_find(code - 1, &rules) || glsi_tables_find(code, &rules) || is_signal_return(code) ||
           is_call_stub(code);
}

/* ---- What is remembered of code that cannot be unloaded ---- */

/*
 * A step in one word: where the caller's frame lies and where it has its frame pointer and its return address, in words
 * of a stack. The table is read and written by everyone at once, without order between its two words: `check` is the
 * code's address exclusive-or the step, so that halves of two entries never pass for one (R. Hyatt, "A lock-less
 * transposition table"). A collision costs time only.
 */
struct remembered {
    _Atomic uint64_t check, step;
};
enum { REMEMBERED_BITS = 10 };
static struct remembered remembered[1 << REMEMBERED_BITS];

enum {
    FIELD_BITS = 20, /* signed words: frames of up to 4 MiB */
    FIELD_MAX = (1 << (FIELD_BITS - 1)) - 1,
    KIND_SHIFT = 3 * FIELD_BITS,
    KIND_BY_FRAME = 1, /* the caller's frame is found from the frame pointer, else from the stack pointer */
    KIND_KEEPS_FRAME = 2,
    KIND_IS_STEP = 4,
    KIND_IS_END = 8,
};

static struct remembered *place_of(uintptr_t code) {
    return &remembered[code * UINT64_C(0x9e3779b97f4a7c15) >> (64 - REMEMBERED_BITS)];
}

/* Nothing stands for 0: no step is 0. */
static uint64_t recall_step(uintptr_t code) {
    const struct remembered *place = place_of(code);
    const uint64_t step = atomic_load_explicit(&place->step, memory_order_relaxed);
    return (atomic_load_explicit(&place->check, memory_order_relaxed) ^ step) == code ? step : 0;
}

static bool put_field(uint64_t *step, unsigned index, int64_t bytes) {
    const int64_t words = bytes / (int64_t)sizeof(uintptr_t);
    *step |= ((uint64_t)words & ((UINT64_C(1) << FIELD_BITS) - 1)) << (index * FIELD_BITS);
    return bytes % (int64_t)sizeof(uintptr_t) == 0 && words >= -FIELD_MAX && words <= FIELD_MAX;
}

static uintptr_t get_field(uint64_t step, unsigned index) {
    const unsigned unused = 64 - FIELD_BITS;
    return (uintptr_t)((int64_t)(step << (unused - index * FIELD_BITS)) >> unused) * sizeof(uintptr_t);
}

/* The rules in one word; 0 if they do not fit. */
static uint64_t pack(const struct cfi_rules *rules) {
    const bool by_frame = rules->cfa_register == REGISTER_FP;
    const bool keeps_frame = rules->rules[REGISTER_FP] == CFI_SAME;
    if (rules->rules[REGISTER_RA] == CFI_UNDEFINED)
        return (uint64_t)KIND_IS_END << KIND_SHIFT;
    uint64_t step = (uint64_t)(KIND_IS_STEP | (by_frame ? KIND_BY_FRAME : 0) | (keeps_frame ? KIND_KEEPS_FRAME : 0))
                    << KIND_SHIFT;
    const bool fits = rules->cfa_expression == NULL && (by_frame || rules->cfa_register == REGISTER_SP) &&
                      rules->rules[REGISTER_SP] == CFI_SAME && rules->rules[REGISTER_RA] == CFI_SAVED &&
                      (keeps_frame || rules->rules[REGISTER_FP] == CFI_SAVED) &&
                      put_field(&step, 0, rules->cfa_offset) && put_field(&step, 1, rules->operands[REGISTER_FP]) &&
                      put_field(&step, 2, rules->operands[REGISTER_RA]);
    return fits ? step : 0;
}

/* For a call that returns to `code`. */
static void remember_step(uintptr_t code, const struct cfi_rules *rules) {
    const uint64_t step = glsi_modules_find(code - 1) == NULL ? 0 : pack(rules);
    struct remembered *place = place_of(code);
    if (step == 0)
        return;
    atomic_store_explicit(&place->step, step, memory_order_relaxed);
    atomic_store_explicit(&place->check, code ^ step, memory_order_relaxed);
}

static enum walk_step apply_step(struct walk *walk, uint64_t step) {
    const unsigned kind = (unsigned)(step >> KIND_SHIFT);
    const uintptr_t stack = walk->registers[REGISTER_SP];
    if ((kind & KIND_IS_END) != 0)
        return WALK_ENDED;
    const uintptr_t cfa = walk->registers[(kind & KIND_BY_FRAME) != 0 ? REGISTER_FP : REGISTER_SP] + get_field(step, 0);
    if (!load_from(stack, cfa + get_field(step, 2), &walk->code) ||
        ((kind & KIND_KEEPS_FRAME) == 0 && !load_from(stack, cfa + get_field(step, 1), &walk->registers[REGISTER_FP])))
        return WALK_LOST;
    walk->code = processor_address(walk->code);
    walk->registers[REGISTER_SP] = cfa;
    walk->known = 1u << REGISTER_FP | 1u << REGISTER_SP;
    return cfa > stack || walk->turns_left-- > 0 ? WALK_STEPPED : WALK_LOST;
}

/* ---- Steps ---- */

/*
 * What a context of makecontext returns to at its end. It is the first byte of a function, where no call is made, and
 * what stands in front of it is another one: a look-up would find the wrong rules.
 */
static uintptr_t end_of_context;

bool glsi_walk_is_end_of_context(uintptr_t return_address) {
    return return_address == end_of_context && return_address != 0;
}

uintptr_t glsi_walk_end_of_context(void) {
    return end_of_context;
}

/* Is this what a call returns to? The bytes in front of it are those of a described function, or may not be there. */
static bool is_behind_call(uintptr_t code, bool is_described) {
    enum { PAGE_BYTES = 4096 }; /* no page is smaller */
    const uintptr_t first = code - CALL_BYTES_MAX;
    const bool is_there = is_described && first / PAGE_BYTES == (code - 1) / PAGE_BYTES;
    return (is_there || glsi_memory_is_readable(first, CALL_BYTES_MAX)) && processor_is_behind_call((const void *)code);
}

/*
 * The rules where the walk is. The call that led on lies in front of the address that it returns to. Where there is
 * none, somebody has made a stack whose first function returns to the first byte of another: it is that one's rules
 * that hold, and not those of what lies in front of it. A function may as well end in a call that does not return,
 * right in front of the next one: so wherever another one may begin, it is in doubt whether there is anything above.
 */
static bool find_rules(struct walk *walk, struct cfi_rules *rules) {
    uintptr_t end = 0;
    if (walk->is_interrupted)
        return glsi_tables_find(walk->code, rules);
    const bool is_described = glsi_tables_find_until(walk->code - 1, rules, &end);
    walk->is_doubtful = !is_described || end == walk->code;
    if (is_behind_call(walk->code, is_described))
        return is_described;
    if (is_signal_return(walk->code))
        return false; /* whose rules are known without a table */
    walk->is_doubtful = true;
    return glsi_tables_find(walk->code, rules);
}

enum walk_step glsi_walk_step(struct walk *walk) {
    const bool is_quick =
        !walk->is_interrupted && !walk->is_whole && walk_knows(walk, REGISTER_SP) && walk_knows(walk, REGISTER_FP);
    if (!walk->is_interrupted && (walk->code == 0 || glsi_walk_is_end_of_context(walk->code)))
        return WALK_ENDED; /* no call returns to 0: who makes a stack puts it there */
    const uint64_t step = is_quick ? recall_step(walk->code) : 0;
    if (step != 0)
        return apply_step(walk, step);
    struct cfi_rules rules;
    if (!find_rules(walk, &rules))
        return step_by_code(walk);
    if (is_quick && !walk->is_doubtful)
        remember_step(walk->code, &rules);
    return apply_rules(walk, &rules);
}

bool glsi_walk_is_stack_end(uintptr_t return_address) {
    struct walk walk = walk_from_call(return_address, 0, 0);
    const uint64_t step = recall_step(return_address);
    struct cfi_rules rules;
    if (return_address == 0 || glsi_walk_is_end_of_context(return_address))
        return true;
    if (step != 0)
        return (step >> KIND_SHIFT & KIND_IS_END) != 0;
    if (!find_rules(&walk, &rules))
        return false;
    if (!walk.is_doubtful)
        remember_step(return_address, &rules);
    return rules.rules[REGISTER_RA] == CFI_UNDEFINED;
}

static void never_run(void) {
}

void glsi_walk_begin(void) {
    enum { STACK_BYTES = 4096 };
    _Alignas(16) char stack[STACK_BYTES];
    ucontext_t context;
    if (getcontext(&context) != 0)
        return;
    context.uc_stack.ss_sp = stack;
    context.uc_stack.ss_size = sizeof stack;
    context.uc_link = NULL;
    makecontext(&context, never_run, 0);
    end_of_context = processor_end_of_context(&context);
}
