#include "gls/cfi.h"

#include <stddef.h>
#include <string.h>

/* A frame that a frame pointer spells is the caller's frame pointer and, behind it, the return address. */
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

enum { REMEMBERED_MAX = 6 }; /* compilers nest one or two */

struct common_information { /* a CIE */
    int64_t code_alignment, data_alignment;
    unsigned char pointer_encoding;
    bool augmented;
    struct cfi_rules initial; /* what its instructions make, from which each of its functions starts */
};

struct interpreter {
    struct cursor cursor;
    const struct common_information *common;
    uintptr_t start, location, end;      /* of the function's text; location: start of the current row */
    struct cfi_rules state, *remembered; /* room for REMEMBERED_MAX */
    size_t remembered_count, remembered_max;
    bool understood;
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

static bool is_saved(const struct cfi_rules *rules, unsigned reg) {
    return rules->rules[reg] == CFI_SAVED;
}

/* Where the caller's return address lies when a call has just been made: on x86-64 on the stack, else in a register. */
static bool is_entry(const struct cfi_rules *rules) {
    const bool ra_untouched = CFA_AT_ENTRY == 0
                                  ? rules->rules[REGISTER_RA] == CFI_SAME
                                  : is_saved(rules, REGISTER_RA) && rules->operands[REGISTER_RA] == -CFA_AT_ENTRY;
    return rules->cfa_register == REGISTER_SP && rules->cfa_offset == CFA_AT_ENTRY && ra_untouched;
}

static enum cfi_row_kind classify(const struct cfi_rules *rules) {
    const int32_t fp_at = rules->operands[REGISTER_FP], ra_at = rules->operands[REGISTER_RA];
    if (rules->rules[REGISTER_RA] == CFI_UNDEFINED)
        return CFI_STACK_END;
    if (rules->cfa_expression != NULL)
        return CFI_OTHER;
    if (is_entry(rules))
        return CFI_ENTRY;
    const bool is_record = is_saved(rules, REGISTER_FP) && is_saved(rules, REGISTER_RA) &&
                           ra_at == fp_at + RA_BEHIND_FP && (CFA_AT_ENTRY == 0 || ra_at == -CFA_AT_ENTRY);
    if (is_record && rules->cfa_register == REGISTER_FP && rules->cfa_offset == -fp_at)
        return CFI_FRAME_POINTER;
    if (is_record && rules->cfa_register == REGISTER_SP && rules->cfa_offset >= -fp_at)
        return CFI_BOTH_SAVED;
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
        .kind = in->understood ? classify(&in->state) : CFI_OTHER,
        .function = in->start,
        .saved_at = in->state.cfa_offset + in->state.operands[REGISTER_FP],
        .rules = in->understood ? &in->state : NULL,
    };
    in->stopped = !in->visit(&row, in->arg);
    in->location = end;
}

static void advance(struct interpreter *in, uint64_t delta) {
    /* No function is visited while its CIE's initial instructions run. */
    if (in->visit != NULL)
        emit_row(in, in->location + delta * (uint64_t)in->common->code_alignment);
}

/* Of a register that nobody here asks for nothing is kept. False: an offset of gigabytes. */
static bool set_rule(struct cfi_rules *rules, uint64_t reg, enum cfi_rule rule, int64_t operand) {
    if (reg >= CFI_REGISTERS)
        return true;
    rules->rules[reg] = (unsigned char)rule;
    rules->operands[reg] = (int32_t)operand;
    return rules->operands[reg] == operand;
}

static bool restore_rule(struct interpreter *in, uint64_t reg) {
    const struct cfi_rules *initial = &in->common->initial;
    return reg >= CFI_REGISTERS ||
           set_rule(&in->state, reg, (enum cfi_rule)initial->rules[reg], initial->operands[reg]);
}

/* A factored offset in bytes. Multiplied without a sign, so that damaged tables cannot overflow. */
static int64_t scaled(const struct interpreter *in, int64_t factored_offset) {
    return (int64_t)((uint64_t)factored_offset * (uint64_t)in->common->data_alignment);
}

static bool set_saved(struct interpreter *in, uint64_t reg, int64_t factored_offset) {
    return set_rule(&in->state, reg, CFI_SAVED, scaled(in, factored_offset));
}

/* An expression, with its length in front: kept as its distance from the CIE. */
static bool set_expression(struct interpreter *in, uint64_t reg, enum cfi_rule rule) {
    const int64_t distance = in->cursor.at - in->state.common;
    skip(&in->cursor, read_uleb(&in->cursor));
    return set_rule(&in->state, reg, rule, distance);
}

static bool define_cfa(struct cfi_rules *rules, uint64_t reg, int64_t offset) {
    rules->cfa_expression = NULL;
    rules->cfa_register = (uint32_t)reg;
    rules->cfa_offset = offset;
    return reg < CFI_REGISTERS;
}

static bool remember(struct interpreter *in) {
    if (in->remembered_count == in->remembered_max)
        return false;
    in->remembered[in->remembered_count++] = in->state;
    return true;
}

static bool recall(struct interpreter *in) {
    if (in->remembered_count == 0)
        return false;
    in->state = in->remembered[--in->remembered_count];
    return true;
}

/* The instructions that change the CFA. False: not understood. */
static bool step_cfa(struct interpreter *in, unsigned char opcode) {
    struct cursor *cursor = &in->cursor;
    struct cfi_rules *state = &in->state;
    uint64_t reg = state->cfa_register;
    switch (opcode) {
    case DW_CFA_def_cfa:
        reg = read_uleb(cursor);
        return define_cfa(state, reg, (int64_t)read_uleb(cursor));
    case DW_CFA_def_cfa_sf:
        reg = read_uleb(cursor);
        return define_cfa(state, reg, scaled(in, read_sleb(cursor)));
    case DW_CFA_def_cfa_register:
        return define_cfa(state, read_uleb(cursor), state->cfa_offset);
    case DW_CFA_def_cfa_offset:
        return define_cfa(state, reg, (int64_t)read_uleb(cursor));
    case DW_CFA_def_cfa_offset_sf:
        return define_cfa(state, reg, scaled(in, read_sleb(cursor)));
    case DW_CFA_def_cfa_expression:
        state->cfa_expression = cursor->at;
        skip(cursor, read_uleb(cursor));
        return true;
    default: /* DW_CFA_set_loc too: no compiler emits it */
        return false;
    }
}

/* The instructions whose opcode is a whole byte. False: not understood. */
static bool step_extended(struct interpreter *in, unsigned char opcode) {
    struct cursor *cursor = &in->cursor;
    uint64_t reg = 0;
    if (processor_ignores_cfi(opcode))
        return true;
    switch (opcode) {
    case DW_CFA_nop:
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
        return set_saved(in, reg, (int64_t)read_uleb(cursor));
    case DW_CFA_offset_extended_sf:
        reg = read_uleb(cursor);
        return set_saved(in, reg, read_sleb(cursor));
    case DW_CFA_restore_extended:
        return restore_rule(in, read_uleb(cursor));
    case DW_CFA_undefined:
        return set_rule(&in->state, read_uleb(cursor), CFI_UNDEFINED, 0);
    case DW_CFA_same_value:
        return set_rule(&in->state, read_uleb(cursor), CFI_SAME, 0);
    case DW_CFA_register:
        reg = read_uleb(cursor);
        return set_rule(&in->state, reg, CFI_IN_REGISTER, (int64_t)read_uleb(cursor));
    case DW_CFA_val_offset:
        reg = read_uleb(cursor);
        return set_rule(&in->state, reg, CFI_CFA_PLUS, scaled(in, (int64_t)read_uleb(cursor)));
    case DW_CFA_val_offset_sf:
        reg = read_uleb(cursor);
        return set_rule(&in->state, reg, CFI_CFA_PLUS, scaled(in, read_sleb(cursor)));
    case DW_CFA_expression:
        return set_expression(in, read_uleb(cursor), CFI_SAVED_AT_EXPRESSION);
    case DW_CFA_val_expression:
        return set_expression(in, read_uleb(cursor), CFI_IS_EXPRESSION);
    case DW_CFA_remember_state:
        return remember(in);
    case DW_CFA_restore_state:
        return recall(in);
    case DW_CFA_GNU_args_size:
        (void)read_uleb(cursor);
        return true;
    default:
        return step_cfa(in, opcode);
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
            if (!set_saved(in, low, (int64_t)read_uleb(&in->cursor)))
                return false;
            break;
        case DW_CFA_restore:
            if (!restore_rule(in, low))
                return false;
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
        case 'S': /* a signal frame: the walk knows it by its code */
            return false;
        default:
            if (!processor_ignores_augmentation(*letters))
                return false;
        }
    }
    return !inside.broken;
}

/* Finds the state that a CIE's instructions leave. They stand at no place in the text, and restore nothing. */
static bool run_common(struct common_information *common, const unsigned char *start, const unsigned char *end) {
    struct interpreter in = {.common = common, .state = common->initial};
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
    *common = (struct common_information){.pointer_encoding = PE_ABSOLUTE, .initial = {.common = at}};
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

/* One function. What is not understood of it becomes a row without rules. False: the visitor has seen enough. */
static bool visit_function(struct cursor cursor, const struct common_information *common, cfi_visitor *visit,
                           void *arg) {
    const uintptr_t start = read_pointer(&cursor, common->pointer_encoding);
    const uintptr_t size = read_pointer(&cursor, common->pointer_encoding & 0x0f);
    if (common->augmented)
        skip(&cursor, read_uleb(&cursor));
    if (cursor.broken || size == 0)
        return true;
    struct cfi_rules remembered[REMEMBERED_MAX];
    struct interpreter in = {
        .common = common,
        .start = start,
        .location = start,
        .end = start + size,
        .state = common->initial,
        .remembered = remembered,
        .remembered_max = REMEMBERED_MAX,
        .understood = true,
        .visit = visit,
        .arg = arg,
    };
    in.understood = run_instructions(&in, cursor.at, cursor.end);
    emit_row(&in, in.end);
    return !in.stopped;
}

/* The next entry of a section, without its length. False: there is none. */
static bool next_entry(struct cursor *section, struct cursor *entry) {
    const uint64_t length = read_fixed(section, 4);
    if (section->broken || length == 0 || length >= 0xfffffff0)
        return false;
    *entry = (struct cursor){.at = section->at, .end = section->at + length};
    skip(section, length);
    return !section->broken;
}

/* The CIE of an entry that begins at `first` or later, from where the entry reads on; NULL: it is a CIE, or broken. */
static const unsigned char *common_of(struct cursor *entry, const unsigned char *first) {
    const unsigned char *const at = entry->at;
    const uint64_t distance = read_fixed(entry, 4);
    return entry->broken || distance == 0 || distance > (uint64_t)(at - first) ? NULL : at - distance;
}

void glsi_cfi_visit(const unsigned char *eh_frame, const unsigned char *limit, cfi_visitor *visit, void *arg) {
    struct cursor section = {.at = eh_frame, .end = limit}, entry;
    const unsigned char *parsed_at = NULL; /* functions mostly follow their CIE: remember the last one */
    struct common_information common = {0};
    bool common_understood = false;
    while (next_entry(&section, &entry)) {
        const unsigned char *common_at = common_of(&entry, eh_frame);
        if (common_at == NULL)
            continue;
        if (common_at != parsed_at) {
            common_understood = parse_common(common_at, limit, &common);
            parsed_at = common_at;
        }
        if (common_understood && !visit_function(entry, &common, visit, arg))
            return;
    }
}

void glsi_cfi_visit_function(const unsigned char *entry_at, const unsigned char *first, const unsigned char *limit,
                             cfi_visitor *visit, void *arg) {
    struct cursor section = {.at = entry_at, .end = limit}, entry;
    struct common_information common;
    if (!next_entry(&section, &entry))
        return;
    const unsigned char *common_at = common_of(&entry, first);
    if (common_at != NULL && parse_common(common_at, limit, &common))
        (void)visit_function(entry, &common, visit, arg);
}

bool glsi_cfi_list(const unsigned char *eh_frame, const unsigned char *limit, cfi_entry_visitor *visit, void *arg) {
    struct cursor section = {.at = eh_frame, .end = limit}, entry;
    const unsigned char *parsed_at = NULL, *at = eh_frame;
    struct common_information common = {0};
    bool understood = false;
    for (; next_entry(&section, &entry); at = section.at) {
        struct cursor id = entry;
        const bool is_common = read_fixed(&id, 4) == 0;
        const unsigned char *common_at = is_common ? at : common_of(&entry, eh_frame);
        if (common_at == NULL)
            return false;
        if (common_at != parsed_at)
            understood = parse_common(common_at, limit, &common);
        parsed_at = common_at;
        if (!is_common && understood)
            visit(at, read_pointer(&entry, common.pointer_encoding), arg);
    }
    return !section.broken && at != eh_frame;
}

uint64_t glsi_cfi_read_uleb(const unsigned char **at, const unsigned char *limit) {
    struct cursor cursor = {.at = *at, .end = limit};
    const uint64_t value = read_uleb(&cursor);
    *at = cursor.at;
    return value;
}

int64_t glsi_cfi_read_sleb(const unsigned char **at, const unsigned char *limit) {
    struct cursor cursor = {.at = *at, .end = limit};
    const int64_t value = read_sleb(&cursor);
    *at = cursor.at;
    return value;
}
