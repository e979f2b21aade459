#!/usr/bin/python3
"""A check of machine code can fail: check_the_checks.py BUILD-FOLDER CHECK, with gcc at -O2.

Each defect is an edit of the strategies' sources that does not change what they compute, as far as a defect can. Without
a check: does each of them have a defect? (tests/CMakeLists.txt makes a test of each check that is named below.)
"""

import sys

import checks
from build import Build
from machine_code import Defect

READ = "(void)CTX_GET(0, manager, key, &value);"

# The check that must notice, the strategy that has the defect, and the edits that make it.
DEFECTS = [
    (checks.check_no_indirect_calls, "tls",
     [("tls.c", "return pthread_getspecific(tls_key + (pthread_key_t)after);",
       "void *(*volatile ask)(pthread_key_t) = pthread_getspecific; return ask(tls_key + (pthread_key_t)after);")]),
    (checks.check_stores_are_compiled_in, "explicit",
     [("stores/flat.h", "flat_lookup((const void *)CTX_CURRENT(after), manager, key, value)",
       "flat_read((const void *)CTX_CURRENT(after), manager, key, value)"),
      ("stores/flat.h", "#define CTX_READ_flat",
       "static enum ctx_answer (*volatile flat_read)(const struct flat_scope *, const struct ctx_manager *,\n"
       "    const struct ctx_key *, void **) = flat_lookup;\n#define CTX_READ_flat")]),
    (checks.check_calls_of_reads, "tls",
     [("reads.h", READ, "{ static volatile int is_left_out; if (is_left_out) value = (void *)CTX_BENCH_VALUE; else " +
       READ + " }")]),
    (checks.check_calls_of_reads, "explicit", [("reads.h", READ, READ + " (void)sched_yield();")]),
    (checks.check_calls_of_reads, "stacktag",
     [("stacktag.c", "= tag_read(after, &id)", "= ((void)after, glsi_tag_read_tables_in(&mark_hexadecimal, &id))")]),
    (checks.check_scopes_are_filled_in, "explicit",
     [("workloads/with.h", "scope = ctx_bench_scope(inside ? CTX_CURRENT(0) : NULL, bindings, keys)",
       "scope = (struct ctx){0}")]),
    (checks.check_handwritten, "explicit", [("reads.h", READ, READ + " ctx_touch(&value);")]),
    (checks.check_opaque_functions, "tls", [("opaque.h", "#define CTX_OPAQUE __attribute__((noipa))",
                                             "#define CTX_OPAQUE")]),
    (checks.check_frames, "tls", [("descent.h", "ctx_touch(locals)", "(void)locals")]),
    (checks.check_frames, "explicit",
     [("kernels.h", "#define CTX_WITH(next, fn, arg) fn(next, arg)",
       "static _Thread_local const struct ctx *hidden;\n"
       "#define CTX_WITH(next, fn, arg) (hidden = (next), fn(next, arg))"),
      ("kernels.h", "#define CTX_CALL(name, ...) name(here, __VA_ARGS__)",
       "#define CTX_CALL(name, ...) name(hidden, __VA_ARGS__)")]),
    (checks.check_floor, "floor",
     [("floor.c", "    return CTX_SET;", "    (void)*(volatile uintptr_t *)&floor_cell;\n    return CTX_SET;")]),
    (checks.check_walk_floor, "walk-floor",
     [("walk-floor.c", "at = *(const uintptr_t *)at;",
       "{ at = *(const uintptr_t *)at; (void)*((const volatile uintptr_t *)at + 1); }")]),
    (checks.check_walk_floor, "walk-floor", [("walk-floor.c", "+ ctx_after(at)", "+ (at & 0)")]),
    (checks.check_marks, "stacktag", [("gls/marks.S", ".fill\tMARK_STRIDE, 1, MARK_FILL", ".fill\tMARK_STRIDE, 1, 0x90")]),
    (checks.check_marks, "stacktag", [("gls/marks.S", ".cfi_offset %rbp, -16", ".cfi_undefined %rbp")]),
    # Each mark in a section of its own, which linkers may fold.
    (checks.check_marks_are_not_folded, "stacktag",
     [("gls/marks.S", ".macro mark_begin name",
       '.macro mark_begin name\n\t.section .text.MARK_NAME\\name, "ax", @progbits\n\t.balign MARK_STRIDE, MARK_FILL'),
      ("gls/marks.S", ".org\tMARKS + MARKS_BYTES", "")]),
]


def is_noticed(binary, check, strategy, edits):
    """Prints how. A defect that does not compile is an error of this test."""
    try:
        check(Build(binary, "gcc", "O2", edits, [strategy]))
    except Defect as defect:
        print(f"noticed: {check.__name__}: {str(defect).splitlines()[0]}")
        return True
    print(f"NOT NOTICED: {check.__name__}: {strategy} with {edits}")
    return False


def main(binary, name=None):
    if name is None:
        unproved = {check.__name__ for check in checks.ALL} - {check.__name__ for check, _, _ in DEFECTS}
        print(f"checks without a defect: {sorted(unproved)}")
        return 1 if unproved else 0
    defects = [defect for defect in DEFECTS if defect[0].__name__ == name]
    missed = [defect for defect in defects if not is_noticed(binary, *defect)]
    print(f"{len(defects) - len(missed)} defects noticed, {len(missed)} not")
    return 1 if missed or not defects else 0


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
