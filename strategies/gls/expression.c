#include "gls/expression.h"

#include <string.h>

#include "gls/cfi.h"

/* DWARF 5, 7.7.1. */
enum {
    DW_OP_deref = 0x06,
    DW_OP_const1u = 0x08,
    DW_OP_const1s = 0x09,
    DW_OP_const2u = 0x0a,
    DW_OP_const2s = 0x0b,
    DW_OP_const4u = 0x0c,
    DW_OP_const4s = 0x0d,
    DW_OP_const8u = 0x0e,
    DW_OP_const8s = 0x0f,
    DW_OP_constu = 0x10,
    DW_OP_consts = 0x11,
    DW_OP_dup = 0x12,
    DW_OP_drop = 0x13,
    DW_OP_over = 0x14,
    DW_OP_swap = 0x16,
    DW_OP_and = 0x1a,
    DW_OP_minus = 0x1c,
    DW_OP_mul = 0x1e,
    DW_OP_or = 0x21,
    DW_OP_plus = 0x22,
    DW_OP_plus_uconst = 0x23,
    DW_OP_shl = 0x24,
    DW_OP_shr = 0x25,
    DW_OP_eq = 0x29,
    DW_OP_ge = 0x2a,
    DW_OP_gt = 0x2b,
    DW_OP_le = 0x2c,
    DW_OP_lt = 0x2d,
    DW_OP_ne = 0x2e,
    DW_OP_lit0 = 0x30,
    DW_OP_lit31 = 0x4f,
    DW_OP_breg0 = 0x70,
    DW_OP_breg31 = 0x8f,
};

enum { STACK_MAX = 8 };

struct machine {
    const struct walk *walk;
    const unsigned char *at, *end;
    uintptr_t stack[STACK_MAX];
    size_t count;
    enum walk_step state; /* WALK_STEPPED until something goes wrong */
};

static void fail(struct machine *machine, enum walk_step why) {
    if (machine->state == WALK_STEPPED)
        machine->state = why;
}

static void push(struct machine *machine, uintptr_t value) {
    if (machine->count == STACK_MAX)
        fail(machine, WALK_LOST);
    else
        machine->stack[machine->count++] = value;
}

static uintptr_t pop(struct machine *machine) {
    if (machine->count > 0)
        return machine->stack[--machine->count];
    fail(machine, WALK_LOST);
    return 0;
}

static uintptr_t read_constant(struct machine *machine, size_t bytes, bool is_signed) {
    enum { BITS = 8 };
    uint64_t value = 0;
    if ((size_t)(machine->end - machine->at) < bytes) {
        fail(machine, WALK_LOST);
        return 0;
    }
    memcpy(&value, machine->at, bytes); /* little endian */
    machine->at += bytes;
    const size_t unused = BITS * (sizeof value - bytes);
    return is_signed ? (uintptr_t)((int64_t)(value << unused) >> unused) : value;
}

static void push_register(struct machine *machine, unsigned reg, int64_t offset) {
    const bool is_code =
        CFA_AT_ENTRY != 0 && reg == REGISTER_RA; /* on x86-64 that column stands for the program counter */
    if (is_code)
        push(machine, machine->walk->code + (uintptr_t)offset);
    else if (walk_knows(machine->walk, reg))
        push(machine, machine->walk->registers[reg] + (uintptr_t)offset);
    else
        fail(machine, machine->walk->is_whole ? WALK_LOST : WALK_LACKS);
}

static void dereference(struct machine *machine) {
    uintptr_t value = 0;
    if (!glsi_walk_load(machine->walk, pop(machine), &value))
        fail(machine, WALK_LOST);
    push(machine, value);
}

static void arrange(struct machine *machine, unsigned char operation) {
    const uintptr_t top = pop(machine), below = operation == DW_OP_over || operation == DW_OP_swap ? pop(machine) : 0;
    switch (operation) {
    case DW_OP_dup:
        push(machine, top);
        push(machine, top);
        break;
    case DW_OP_over:
        push(machine, below);
        push(machine, top);
        push(machine, below);
        break;
    case DW_OP_swap:
        push(machine, top);
        push(machine, below);
        break;
    default: /* DW_OP_drop */
        break;
    }
}

/* Comparisons are of signed numbers. */
static void combine(struct machine *machine, unsigned char operation) {
    enum { BITS = 64 };
    const uintptr_t right = pop(machine), left = pop(machine);
    switch (operation) {
    case DW_OP_and:
        return push(machine, left & right);
    case DW_OP_or:
        return push(machine, left | right);
    case DW_OP_plus:
        return push(machine, left + right);
    case DW_OP_minus:
        return push(machine, left - right);
    case DW_OP_mul:
        return push(machine, left * right);
    case DW_OP_shl:
        return push(machine, right < BITS ? left << right : 0);
    case DW_OP_shr:
        return push(machine, right < BITS ? left >> right : 0);
    case DW_OP_eq:
        return push(machine, left == right);
    case DW_OP_ne:
        return push(machine, left != right);
    case DW_OP_ge:
        return push(machine, (intptr_t)left >= (intptr_t)right);
    case DW_OP_gt:
        return push(machine, (intptr_t)left > (intptr_t)right);
    case DW_OP_le:
        return push(machine, (intptr_t)left <= (intptr_t)right);
    case DW_OP_lt:
        return push(machine, (intptr_t)left < (intptr_t)right);
    default:
        return fail(machine, WALK_LOST);
    }
}

static void operate(struct machine *machine, unsigned char operation) {
    switch (operation) {
    case DW_OP_deref:
        return dereference(machine);
    case DW_OP_const1u:
        return push(machine, read_constant(machine, 1, false));
    case DW_OP_const1s:
        return push(machine, read_constant(machine, 1, true));
    case DW_OP_const2u:
        return push(machine, read_constant(machine, 2, false));
    case DW_OP_const2s:
        return push(machine, read_constant(machine, 2, true));
    case DW_OP_const4u:
        return push(machine, read_constant(machine, 4, false));
    case DW_OP_const4s:
        return push(machine, read_constant(machine, 4, true));
    case DW_OP_const8u:
    case DW_OP_const8s:
        return push(machine, read_constant(machine, 8, false));
    case DW_OP_constu:
        return push(machine, glsi_cfi_read_uleb(&machine->at, machine->end));
    case DW_OP_consts:
        return push(machine, (uintptr_t)glsi_cfi_read_sleb(&machine->at, machine->end));
    case DW_OP_plus_uconst:
        return push(machine, pop(machine) + glsi_cfi_read_uleb(&machine->at, machine->end));
    case DW_OP_dup:
    case DW_OP_drop:
    case DW_OP_over:
    case DW_OP_swap:
        return arrange(machine, operation);
    default:
        return combine(machine, operation);
    }
}

enum walk_step glsi_expression(const unsigned char *at, const struct walk *walk, const uintptr_t *initial,
                               uintptr_t *value) {
    enum { LENGTH_BYTES_MAX = 2 }; /* no expression is longer than 16 KiB */
    const uint64_t length = glsi_cfi_read_uleb(&at, at + LENGTH_BYTES_MAX);
    struct machine machine = {.walk = walk, .at = at, .end = at + length, .state = WALK_STEPPED};
    if (initial != NULL)
        push(&machine, *initial);
    while (machine.at < machine.end && machine.state == WALK_STEPPED) {
        const unsigned char operation = *machine.at++;
        if (operation >= DW_OP_lit0 && operation <= DW_OP_lit31)
            push(&machine, operation - DW_OP_lit0);
        else if (operation >= DW_OP_breg0 && operation <= DW_OP_breg31)
            push_register(&machine, operation - DW_OP_breg0, glsi_cfi_read_sleb(&machine.at, machine.end));
        else
            operate(&machine, operation);
    }
    *value = pop(&machine);
    return machine.state;
}
