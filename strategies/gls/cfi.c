#include "cfi.h"

#include <stddef.h>
#include <string.h>

/*
 * Registers in DWARF's numbering, and what a call leaves on the stack: CFA is so far above the stack pointer then. A
 * frame that a frame pointer spells is the caller's frame pointer and, behind it, the return address.
 */
#if defined(__x86_64__)
enum { REGISTER_FP = 6, REGISTER_SP = 7, REGISTER_RA = 16, CFA_AT_ENTRY = 8 };
#elif defined(__aarch64__)
enum { REGISTER_FP = 29, REGISTER_SP = 31, REGISTER_RA = 30, CFA_AT_ENTRY = 0 };
#else
#error "cfi.c knows x86-64 and aarch64"
#endif
enum { RA_BEHIND_FP = 8 };

/* DWARF 5, 7.24: the two high bits select, or with both clear the whole byte. */
enum {
    DW_CFA_advance_loc = 0x40,
    DW_CFA_offset = 0x80,
    DW_CFA_restore = 0xc0,
    DW_CFA_nop = 0x00,
    DW_CFA_set_loc = 0x01,
    DW_CFA_advance_loc1 = 0x02,
    DW_CFA_advance_loc2 = 0x03,
    DW_CFA_advance_loc4 = 0x04,
    DW_CFA_offset_extended = 0x05,
    DW_CFA_restore_extended = 0x06,
    DW_CFA_undefined = 0x07,
    DW_CFA_same_value = 0x08,
    DW_CFA_register = 0x09,
    DW_CFA_remember_state = 0x0a,
    DW_CFA_restore_state = 0x0b,
    DW_CFA_def_cfa = 0x0c,
    DW_CFA_def_cfa_register = 0x0d,
    DW_CFA_def_cfa_offset = 0x0e,
    DW_CFA_def_cfa_expression = 0x0f,
    DW_CFA_expression = 0x10,
    DW_CFA_offset_extended_sf = 0x11,
    DW_CFA_def_cfa_sf = 0x12,
    DW_CFA_def_cfa_offset_sf = 0x13,
    DW_CFA_val_offset = 0x14,
    DW_CFA_val_offset_sf = 0x15,
    DW_CFA_val_expression = 0x16,
    DW_CFA_AARCH64_negate_ra_state = 0x2d, /* from here on the return address is signed, or no longer */
    DW_CFA_GNU_args_size = 0x2e,
};

/* Pointer encodings: how wide, and relative to what. Only what compilers emit into loaded modules is understood. */
enum {
    PE_ABSOLUTE = 0x00,
    PE_UDATA4 = 0x03,
    PE_SDATA4 = 0x0b,
    PE_SDATA8 = 0x0c,
    PE_PC_RELATIVE = 0x10,
    PE_NOT_UNDERSTOOD = 0xe0, /* relative to other bases, or indirect */
    PE_OMIT = 0xff
};

/* A bounded reader: running over the end makes it `broken`, and everything read from then on is 0. */
struct cursor {
    const unsigned char *at, *end;
    bool broken;
};

/* Where a register was saved relative to the CFA, if it was. */
struct rule {
    enum { RULE_OTHER, RULE_SAVED, RULE_UNDEFINED } kind;
    int64_t offset;
};

struct state {
    bool cfa_known; /* a register plus an offset, not an expression */
    uint64_t cfa_register;
    int64_t cfa_offset;
    struct rule fp, ra;
};

enum { REMEMBERED_MAX = 16 };

struct common_information { /* a CIE */
    int64_t code_alignment, data_alignment;
    unsigned char pointer_encoding;
    bool augmented;
    struct state initial; /* what its instructions make, from which each of its functions starts */
};

struct interpreter {
    struct cursor cursor;
    const struct common_information *common;
    uintptr_t start, location, end;  /* of the function's text; location: start of the current row */
    struct state state, *remembered; /* room for REMEMBERED_MAX */
    size_t remembered_count;
    bool stopped; /* by the visitor */
    cfi_visitor *visit;
    void *arg;
};

static uint64_t read_fixed(struct cursor *cursor, size_t bytes) {
    uint64_t value = 0;
    if (cursor->broken || (size_t)(cursor->end - cursor->at) < bytes) {
        cursor->broken = true;
        return 0;
    }
    memcpy(&value, cursor->at, bytes); /* little endian, as everything that this file knows */
    cursor->at += bytes;
    return value;
}

static uint64_t read_uleb(struct cursor *cursor) {
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        const uint64_t byte = read_fixed(cursor, 1);
        value |= (byte & 0x7f) << shift;
        if ((byte & 0x80) == 0)
            return value;
    }
    cursor->broken = true;
    return 0;
}

static int64_t read_sleb(struct cursor *cursor) {
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64;) {
        const uint64_t byte = read_fixed(cursor, 1);
        value |= (byte & 0x7f) << shift;
        shift += 7;
        if ((byte & 0x80) == 0) {
            if ((byte & 0x40) != 0 && shift < 64)
                value |= ~UINT64_C(0) << shift;
            return (int64_t)value;
        }
    }
    cursor->broken = true;
    return 0;
}

static void skip(struct cursor *cursor, uint64_t bytes) {
    if (cursor->broken || (uint64_t)(cursor->end - cursor->at) < bytes)
        cursor->broken = true;
    else
        cursor->at += bytes;
}

/* The width that an encoding gives to a pointer, or 0 if it is not understood. */
static size_t encoded_bytes(unsigned char encoding) {
    switch (encoding & 0x0f) {
    case PE_UDATA4:
    case PE_SDATA4:
        return 4;
    case PE_ABSOLUTE:
    case PE_SDATA8:
        return 8;
    default:
        return 0;
    }
}

/* A code address. `encoding` was accepted by encoded_bytes. */
static uintptr_t read_pointer(struct cursor *cursor, unsigned char encoding) {
    const uintptr_t here = (uintptr_t)cursor->at;
    const size_t bytes = encoded_bytes(encoding);
    uint64_t value = read_fixed(cursor, bytes);
    if (bytes == 4 && (encoding & 0x0f) == PE_SDATA4)
        value = (uint64_t)(int64_t)(int32_t)value;
    return (encoding & 0x70) == PE_PC_RELATIVE ? here + value : value;
}

/* Where the caller's return address lies when a call has just been made: on x86-64 on the stack, else in a register. */
static bool is_entry(const struct state *state) {
    const bool ra_untouched = CFA_AT_ENTRY == 0 ? state->ra.kind == RULE_OTHER
                                                : state->ra.kind == RULE_SAVED && state->ra.offset == -CFA_AT_ENTRY;
    return state->cfa_register == REGISTER_SP && state->cfa_offset == CFA_AT_ENTRY && ra_untouched;
}

static enum cfi_row_kind classify(const struct state *state) {
    if (state->ra.kind == RULE_UNDEFINED)
        return CFI_STACK_END;
    if (!state->cfa_known)
        return CFI_OTHER;
    if (is_entry(state))
        return CFI_ENTRY;
    const bool is_record = state->fp.kind == RULE_SAVED && state->ra.kind == RULE_SAVED &&
                           state->ra.offset == state->fp.offset + RA_BEHIND_FP &&
                           (CFA_AT_ENTRY == 0 || state->ra.offset == -CFA_AT_ENTRY);
    if (is_record && state->cfa_register == REGISTER_FP && state->cfa_offset == -state->fp.offset)
        return CFI_FRAME_POINTER;
    if (is_record && state->cfa_register == REGISTER_SP && state->cfa_offset >= -state->fp.offset)
        return CFI_SAVED;
    return CFI_OTHER;
}

static void emit_row(struct interpreter *in, uintptr_t end) {
    if (end > in->end)
        end = in->end;
    if (end <= in->location || in->stopped)
        return;
    const struct cfi_row row = {
        .start = in->location,
        .end = end,
        .kind = classify(&in->state),
        .function = in->start,
        .saved_at = in->state.cfa_offset + in->state.fp.offset,
    };
    in->stopped = !in->visit(&row, in->arg);
    in->location = end;
}

static void advance(struct interpreter *in, uint64_t delta) {
    /* No function is visited while its CIE's initial instructions run. */
    if (in->visit != NULL)
        emit_row(in, in->location + delta * (uint64_t)in->common->code_alignment);
}

static void set_rule(struct state *state, uint64_t reg, struct rule rule) {
    if (reg == REGISTER_FP)
        state->fp = rule;
    else if (reg == REGISTER_RA)
        state->ra = rule;
}

static void restore_rule(struct interpreter *in, uint64_t reg) {
    if (reg == REGISTER_FP)
        in->state.fp = in->common->initial.fp;
    else if (reg == REGISTER_RA)
        in->state.ra = in->common->initial.ra;
}

/* A factored offset in bytes. Multiplied without a sign, so that damaged tables cannot overflow. */
static int64_t scaled(const struct interpreter *in, int64_t factored_offset) {
    return (int64_t)((uint64_t)factored_offset * (uint64_t)in->common->data_alignment);
}

static void set_saved(struct interpreter *in, uint64_t reg, int64_t factored_offset) {
    set_rule(&in->state, reg, (struct rule){RULE_SAVED, scaled(in, factored_offset)});
}

static void define_cfa(struct state *state, uint64_t reg, int64_t offset) {
    state->cfa_known = true;
    state->cfa_register = reg;
    state->cfa_offset = offset;
}

/* The instructions whose opcode is a whole byte. False: not understood. */
static bool step_extended(struct interpreter *in, unsigned char opcode) {
    struct cursor *cursor = &in->cursor;
    struct state *state = &in->state;
    uint64_t reg = 0;
    switch (opcode) {
    case DW_CFA_nop:
#if defined(__aarch64__)
    case DW_CFA_AARCH64_negate_ra_state: /* readers of frames strip signatures */
#endif
        return true;
    case DW_CFA_advance_loc1:
        advance(in, read_fixed(cursor, 1));
        return true;
    case DW_CFA_advance_loc2:
        advance(in, read_fixed(cursor, 2));
        return true;
    case DW_CFA_advance_loc4:
        advance(in, read_fixed(cursor, 4));
        return true;
    case DW_CFA_offset_extended:
        reg = read_uleb(cursor);
        set_saved(in, reg, (int64_t)read_uleb(cursor));
        return true;
    case DW_CFA_offset_extended_sf:
        reg = read_uleb(cursor);
        set_saved(in, reg, read_sleb(cursor));
        return true;
    case DW_CFA_restore_extended:
        restore_rule(in, read_uleb(cursor));
        return true;
    case DW_CFA_undefined:
        set_rule(state, read_uleb(cursor), (struct rule){RULE_UNDEFINED, 0});
        return true;
    case DW_CFA_same_value:
        set_rule(state, read_uleb(cursor), (struct rule){RULE_OTHER, 0});
        return true;
    case DW_CFA_register:
    case DW_CFA_val_offset:
        set_rule(state, read_uleb(cursor), (struct rule){RULE_OTHER, 0});
        (void)read_uleb(cursor);
        return true;
    case DW_CFA_val_offset_sf:
        set_rule(state, read_uleb(cursor), (struct rule){RULE_OTHER, 0});
        (void)read_sleb(cursor);
        return true;
    case DW_CFA_expression:
    case DW_CFA_val_expression:
        set_rule(state, read_uleb(cursor), (struct rule){RULE_OTHER, 0});
        skip(cursor, read_uleb(cursor));
        return true;
    case DW_CFA_remember_state:
        if (in->remembered_count == REMEMBERED_MAX)
            return false;
        in->remembered[in->remembered_count++] = *state;
        return true;
    case DW_CFA_restore_state:
        if (in->remembered_count == 0)
            return false;
        *state = in->remembered[--in->remembered_count];
        return true;
    case DW_CFA_def_cfa:
        reg = read_uleb(cursor);
        define_cfa(state, reg, (int64_t)read_uleb(cursor));
        return true;
    case DW_CFA_def_cfa_sf:
        reg = read_uleb(cursor);
        define_cfa(state, reg, scaled(in, read_sleb(cursor)));
        return true;
    case DW_CFA_def_cfa_register:
        state->cfa_register = read_uleb(cursor);
        return true;
    case DW_CFA_def_cfa_offset:
        state->cfa_offset = (int64_t)read_uleb(cursor);
        return true;
    case DW_CFA_def_cfa_offset_sf:
        state->cfa_offset = scaled(in, read_sleb(cursor));
        return true;
    case DW_CFA_def_cfa_expression:
        state->cfa_known = false;
        skip(cursor, read_uleb(cursor));
        return true;
    case DW_CFA_GNU_args_size:
        (void)read_uleb(cursor);
        return true;
    default: /* DW_CFA_set_loc too: no compiler emits it */
        return false;
    }
}

static bool run_instructions(struct interpreter *in, const unsigned char *start, const unsigned char *end) {
    in->cursor = (struct cursor){.at = start, .end = end};
    while (in->cursor.at < in->cursor.end) {
        const unsigned char opcode = (unsigned char)read_fixed(&in->cursor, 1);
        const unsigned char low = opcode & 0x3f;
        switch (opcode & 0xc0) {
        case DW_CFA_advance_loc:
            advance(in, low);
            break;
        case DW_CFA_offset:
            set_saved(in, low, (int64_t)read_uleb(&in->cursor));
            break;
        case DW_CFA_restore:
            restore_rule(in, low);
            break;
        default:
            if (!step_extended(in, opcode))
                return false;
        }
        if (in->cursor.broken)
            return false;
    }
    return true;
}

/* Reads the augmentation letters that say how a CIE's functions are described. False: not understood. */
static bool parse_augmentation(struct cursor *cursor, const char *letters, struct common_information *common) {
    if (letters[0] != 'z')
        return letters[0] == '\0';
    common->augmented = true;
    const uint64_t bytes = read_uleb(cursor);
    const unsigned char *const data = cursor->at;
    skip(cursor, bytes);
    struct cursor inside = {.at = data, .end = cursor->at, .broken = cursor->broken};
    for (letters++; *letters != '\0'; letters++) {
        switch (*letters) {
        case 'R':
            common->pointer_encoding = (unsigned char)read_fixed(&inside, 1);
            break;
        case 'L':
            (void)read_fixed(&inside, 1);
            break;
        case 'P': {
            const unsigned char encoding = (unsigned char)read_fixed(&inside, 1);
            if (encoding != PE_OMIT && encoded_bytes(encoding) == 0)
                return false; /* what follows cannot be found */
            skip(&inside, encoding == PE_OMIT ? 0 : encoded_bytes(encoding));
            break;
        }
        case 'S': /* a signal frame: the address is not a return address, and rules at it are for libunwind */
        default:
            return false;
        }
    }
    return !inside.broken;
}

/* Finds the state that a CIE's instructions leave. They stand at no place in the text, and restore nothing. */
static bool run_common(struct common_information *common, const unsigned char *start, const unsigned char *end) {
    struct state remembered[REMEMBERED_MAX];
    struct interpreter in = {.common = common, .remembered = remembered};
    const bool understood = run_instructions(&in, start, end);
    common->initial = in.state;
    return understood;
}

/* `at` is where its length stands, inside a section that ends at `limit`. Nothing says that this is a CIE in truth. */
static bool parse_common(const unsigned char *at, const unsigned char *limit, struct common_information *common) {
    struct cursor cursor = {.at = at, .end = limit};
    const uint64_t length = read_fixed(&cursor, 4);
    if (length > (uint64_t)(limit - cursor.at))
        return false;
    cursor.end = cursor.at + length;
    if (read_fixed(&cursor, 4) != 0 || cursor.broken)
        return false;
    *common = (struct common_information){.pointer_encoding = PE_ABSOLUTE};
    const uint64_t version = read_fixed(&cursor, 1);
    const char *letters = (const char *)cursor.at;
    while (read_fixed(&cursor, 1) != 0 && !cursor.broken)
        continue;
    if (cursor.broken || (version != 1 && version != 3))
        return false;
    common->code_alignment = (int64_t)read_uleb(&cursor);
    common->data_alignment = read_sleb(&cursor);
    const uint64_t return_register = version == 1 ? read_fixed(&cursor, 1) : read_uleb(&cursor);
    if (!parse_augmentation(&cursor, letters, common) || encoded_bytes(common->pointer_encoding) == 0)
        return false;
    return !cursor.broken && return_register == REGISTER_RA && (common->pointer_encoding & PE_NOT_UNDERSTOOD) == 0 &&
           run_common(common, cursor.at, cursor.end);
}

/* One function. What is not understood of it becomes a row that nobody believes. False: the visitor has seen enough. */
static bool visit_function(struct cursor cursor, const struct common_information *common, cfi_visitor *visit,
                           void *arg) {
    const uintptr_t start = read_pointer(&cursor, common->pointer_encoding);
    const uintptr_t size = read_pointer(&cursor, common->pointer_encoding & 0x0f);
    if (common->augmented)
        skip(&cursor, read_uleb(&cursor));
    if (cursor.broken || size == 0)
        return true;
    struct state remembered[REMEMBERED_MAX];
    struct interpreter in = {
        .common = common,
        .start = start,
        .location = start,
        .end = start + size,
        .state = common->initial,
        .remembered = remembered,
        .visit = visit,
        .arg = arg,
    };
    const bool understood = run_instructions(&in, cursor.at, cursor.end);
    if (!understood)
        in.state = (struct state){.cfa_known = false};
    emit_row(&in, in.end);
    return !in.stopped;
}

void glsi_cfi_visit(const unsigned char *eh_frame, const unsigned char *limit, cfi_visitor *visit, void *arg) {
    struct cursor section = {.at = eh_frame, .end = limit};
    const unsigned char *parsed_at = NULL; /* functions mostly follow their CIE: remember the last one */
    struct common_information common = {0};
    bool common_understood = false;
    for (;;) {
        const uint64_t length = read_fixed(&section, 4);
        if (section.broken || length == 0 || length >= 0xfffffff0)
            return;
        struct cursor entry = {.at = section.at, .end = section.at + length};
        skip(&section, length);
        if (section.broken)
            return;
        const uint64_t common_distance = read_fixed(&entry, 4);
        if (common_distance == 0) /* a CIE */
            continue;
        if (common_distance > (uint64_t)(entry.at - 4 - eh_frame))
            return;
        const unsigned char *common_at = entry.at - 4 - common_distance;
        if (common_at != parsed_at) {
            common_understood = parse_common(common_at, limit, &common);
            parsed_at = common_at;
        }
        if (common_understood && !visit_function(entry, &common, visit, arg))
            return;
    }
}
