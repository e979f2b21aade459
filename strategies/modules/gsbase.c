/*
 * The base of the GS segment, a register of each thread that nothing else on x86-64 Linux uses, points to a cell that
 * holds the thread's context. Reading takes no look-up and no call, be it in a program or in a shared object.
 *
 * A new thread inherits the register from the one that made it. A cell therefore names its owner, and everyone else
 * finds no context in it; threads that never heard of this strategy are right from their first instruction. Cells
 * change hands, but are never freed: a thread may keep pointing to that of a parent which is long gone.
 */
#include "strategy.h"

#if defined(__x86_64__)

#include <cpuid.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/auxv.h>

enum { GSBASE_LINE_BYTES = 64, GSBASE_LEAF = 7, GSBASE_LEAF_BIT = 1 << 0, GSBASE_HWCAP2_BIT = 1 << 1 };

struct gsbase_cell {
    _Alignas(GSBASE_LINE_BYTES) _Atomic uintptr_t owner; /* its thread pointer; 0 while it is free */
    const struct ctx *context;                           /* only its owner reads or writes it */
    struct gsbase_cell *next;
};

/* All cells there are; and the one that threads point to which have none. */
static struct gsbase_cell *_Atomic gsbase_cells;
static struct gsbase_cell gsbase_nobody;

CTX_OPERATION struct gsbase_cell *gsbase_read_register(void) {
    struct gsbase_cell *cell;
    __asm__ volatile("rdgsbase %0" : "=r"(cell));
    return cell;
}

CTX_OPERATION void gsbase_write_register(struct gsbase_cell *cell) {
    __asm__ volatile("wrgsbase %0" : : "r"(cell) : "memory");
}

/* What tells threads apart, and stands at the start of what FS points to. */
CTX_OPERATION uintptr_t gsbase_self(void) {
    uintptr_t self;
    __asm__ volatile("movq %%fs:0, %0" : "=r"(self));
    return self;
}

/* The processor, or valgrind in its place, has to know these instructions; the kernel has to allow them. */
static const char *gsbase_unavailable(void) {
    unsigned eax, ebx, ecx, edx;
    if (__get_cpuid_count(GSBASE_LEAF, 0, &eax, &ebx, &ecx, &edx) == 0 || (ebx & GSBASE_LEAF_BIT) == 0)
        return "the processor has no FSGSBASE, or an emulator such as valgrind hides it";
    if ((getauxval(AT_HWCAP2) & GSBASE_HWCAP2_BIT) == 0)
        return "the kernel does not let programs write the GS base (no FSGSBASE in AT_HWCAP2); Linux 5.9 and later do";
    return NULL;
}

/* Reads go through the register without a look at it, so it must point somewhere. Children inherit that. */
static void gsbase_thread_begin(void) {
    if (gsbase_read_register() == NULL)
        gsbase_write_register(&gsbase_nobody);
}

__attribute__((constructor)) static void gsbase_init(void) {
    if (gsbase_unavailable() == NULL)
        gsbase_thread_begin();
}

CTX_OPERATION const struct ctx *gsbase_current(uintptr_t after) {
    const struct ctx *context;
    bool own;
    __asm__ volatile("cmpq %%gs:%c2(%1), %3"
                     : "=@cce"(own)
                     : "r"(after), "i"(offsetof(struct gsbase_cell, owner)), "r"(gsbase_self())
                     : "memory");
    if (!__builtin_expect(own, 1))
        return NULL;
    __asm__ volatile("movq %%gs:%c2(%1), %0"
                     : "=r"(context)
                     : "r"(after), "i"(offsetof(struct gsbase_cell, context))
                     : "memory");
    return context;
}

static struct gsbase_cell *gsbase_make_cell(uintptr_t owner) {
    struct gsbase_cell *cell = aligned_alloc(_Alignof(struct gsbase_cell), sizeof *cell);
    if (cell == NULL) {
        (void)fputs("gsbase: out of memory for another thread\n", stderr);
        abort();
    }
    *cell = (struct gsbase_cell){.owner = owner, .next = atomic_load(&gsbase_cells)};
    while (!atomic_compare_exchange_weak(&gsbase_cells, &cell->next, cell))
        continue;
    return cell;
}

/* Gives this thread a cell: one that another gave back, or a new one. */
__attribute__((noinline)) static struct gsbase_cell *gsbase_claim(void) {
    const uintptr_t self = gsbase_self();
    struct gsbase_cell *cell = atomic_load(&gsbase_cells);
    while (cell != NULL) {
        uintptr_t nobody = 0;
        if (atomic_compare_exchange_strong(&cell->owner, &nobody, self))
            break;
        cell = cell->next;
    }
    if (cell == NULL)
        cell = gsbase_make_cell(self);
    gsbase_write_register(cell);
    return cell;
}

CTX_OPERATION bool gsbase_is_own(const struct gsbase_cell *cell) {
    return atomic_load_explicit(&cell->owner, memory_order_relaxed) == gsbase_self();
}

/* The thread's own cell, claimed at its first scope. */
CTX_OPERATION struct gsbase_cell *gsbase_own(void) {
    struct gsbase_cell *cell = gsbase_read_register();
    return gsbase_is_own(cell) ? cell : gsbase_claim();
}

struct gsbase_scope {
    struct gsbase_cell *cell;
    const struct ctx *outer;
};

/* Restores also when the body throws a C++ exception or ends its thread. */
CTX_OPERATION void gsbase_restore(const struct gsbase_scope *scope) {
    scope->cell->context = scope->outer;
}

CTX_OPERATION void gsbase_with(const struct ctx *next, void (*fn)(void *), void *arg) {
    struct gsbase_cell *cell = gsbase_own();
    __attribute__((cleanup(gsbase_restore), unused)) const struct gsbase_scope scope = {cell, cell->context};
    cell->context = next;
    fn(arg);
}

static void gsbase_thread_end(void) {
    struct gsbase_cell *cell = gsbase_read_register();
    if (!gsbase_is_own(cell))
        return;
    gsbase_write_register(&gsbase_nobody);
    cell->context = NULL;
    atomic_store_explicit(&cell->owner, 0, memory_order_release);
}

#define CTX_OP_UNAVAILABLE gsbase_unavailable
#define CTX_OP_CURRENT(after) gsbase_current(after)
#define CTX_OP_WITH(next, fn, arg) gsbase_with(next, fn, arg)
#define CTX_OP_PUT(put) (gsbase_own()->context = (put))
#define CTX_OP_THREAD_BEGIN gsbase_thread_begin
#define CTX_OP_THREAD_END gsbase_thread_end
#define CTX_OP_COLD_LINES(note) note(gsbase_read_register(), sizeof(struct gsbase_cell))

#else
#define CTX_UNAVAILABLE_REASON "this processor has no GS segment; x86-64 has"
#include "modules/unavailable.h"
#endif

#define CTX_NAME "gsbase"
#define CTX_SUMMARY "the GS segment's base points to the thread's context"
#define CTX_TRAITS 0
#include "kernels.h"
