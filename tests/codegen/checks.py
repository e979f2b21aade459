"""What must hold for the machine code. Each check takes a Build and raises Defect."""

import re
import shutil
from itertools import zip_longest

from build import SOURCE
from machine_code import CALLER_SAVED, Defect, family, first_difference, is_in_frame, origins, origins_in_frame

MARK_STRIDE = 32
HEXADECIMAL = "0123456789abcdef"
# Of each alphabet: its symbols (marks, E's return address, what names begin with), its marks.
ALPHABETS = [
    ("glsi_marks", "glsi_mark_E_return", "gls_mark_", [*HEXADECIMAL, "E", "S"]),
    ("ctx_wide_marks", "ctx_wide_mark_E_return", "ctx_wide_mark_",
     [high + low for high in HEXADECIMAL for low in HEXADECIMAL] + ["E", "S"]),
]
EACH_READS = ["ctx_reads_throughput", "ctx_reads_latency"]
READS = EACH_READS + ["miss_read"]
TIMED = READS + ["with_loop", "with_body", "spawn_loop", "spawn_read", "handoff_ask", "handoff_read", "handoff_run"]

# Those that are there once for each store that a strategy may have.
STORED = ["keys_throughput", "keys_latency", "keys_missing", "nest_throughput", "nest_latency"]
STORES = {path.stem for path in (SOURCE / "strategies" / "stores").glob("*.h")}

# What a read calls, each time; and what it calls only where it cannot go on by itself.
ASKS = {"tls": "pthread_getspecific", "threadid": "pthread_self", "stacktag-unwind": "unwound_read_backtrace"}
FRAME_READERS = {"stacktag", "stacktag-wide"}
NEVER_ON_THE_FAST_WAY = dict.fromkeys(
    FRAME_READERS, {"glsi_tag_read_beyond", "glsi_tag_read_tables_in", "glsi_tag_die_unreadable", "tag_die"})
ONLY_GET = {"walk-floor"}
REFERENCES = {"none", "floor", "walk-floor"}


ALL = []


def each(check):
    """Adds a check to those that are made."""
    ALL.append(check)
    return check


def expect(condition, message):
    if not condition:
        raise Defect(message)


def timed_functions(program):
    return [program.functions[name] for name in TIMED if name in program.functions]


def get_loop(program, name):
    """The loop that is timed: the last, since what is counted beforehand (walk-floor) comes first."""
    loops = program.function(name).loops
    expect(loops, f"{name} has no loop")
    return loops[-1]


def expect_no_indirect_calls(strategy, program, functions):
    """S alone, which begins a tag, is at an address that is computed, from that of the marks."""
    starts = [(program.symbols[start], len(marks)) for start, _, _, marks in ALPHABETS]
    marks = {address for first, count in starts for address in range(first, first + MARK_STRIDE * count)}
    for function in functions:
        for call in (i for i in function.code if i.is_indirect):
            operand = call.operands[0].lstrip("*") if call.operands else ""
            register = family(operand)
            targets = (origins(function, call, register) if register else
                       origins_in_frame(function, operand) if is_in_frame(operand) else {None})
            expect(targets and all(target in marks for target in targets),
                   f"{strategy}: {function.name} calls through a pointer: {call}")


@each
def check_no_indirect_calls(build):
    """No timed function calls through the descriptor, or any pointer."""
    for strategy in build.strategies:
        program = build.program(strategy)
        expect_no_indirect_calls(strategy, program, timed_functions(program))


@each
def check_stores_are_compiled_in(build):
    """Each store has loops of its own, which call nothing through a pointer, neither in a read nor to open a scope. All
    strategies but two lack `native`."""
    for strategy in set(build.strategies) - REFERENCES:
        program = build.program(strategy)
        for name in STORED:
            stored = {store: program.functions.get(f"{name}_{store}") for store in STORES}
            missing = {store for store, function in stored.items() if function is None} - {"native"}
            expect(not missing, f"{strategy}: {name} is not there for the stores {', '.join(sorted(missing))}")
            expect_no_indirect_calls(strategy, program, filter(None, stored.values()))


@each
def check_calls_of_reads(build):
    """A loop of reads calls what the strategy is about, in every iteration, and nothing else."""
    for strategy in build.strategies:
        program = build.program(strategy)
        asked, rare = ASKS.get(strategy), NEVER_ON_THE_FAST_WAY.get(strategy, set())
        for name in READS:
            if name not in program.functions and name not in EACH_READS:
                continue
            loop = get_loop(program, name)
            where = f"{strategy}: the loop of {name}"
            expect(loop.header is not None, f"{where} has several entries, which this test does not understand")
            others = {i.callee for i in loop.code if i.is_call} - {asked} - rare
            if strategy in {"explicit", "tls", "threadid"} | FRAME_READERS | REFERENCES:
                expect(not others, f"{where} calls {', '.join(map(str, others))}")
            expect(loop.goes_round_without(loop.calls(*rare)), f"{where} always calls one of {rare}")
            if asked is not None:
                expect(loop.calls(asked), f"{where} does not call {asked}")
                expect(not loop.goes_round_without(loop.calls(asked)), f"{where} does not call {asked} each time")


@each
def check_scopes_are_filled_in(build):
    """A loop of scopes stores the scope, of four words, and bindings, of two each. A compiler may make several loops, one
    of which serves a scope without bindings."""
    for strategy in set(build.strategies) - REFERENCES:
        loops = build.program(strategy).function("with_loop").loops
        scopes = [loop for loop in loops if any(i.callee == "with_body" or i.is_indirect for i in loop.code)]
        stored = [sum(i.bytes_stored for i in loop.code) for loop in scopes]
        expect(stored and min(stored) >= 32 and max(stored) >= 48,
               f"{strategy}: the loops of with_loop store {stored} bytes; a scope with a binding has 48")


@each
def check_handwritten(build):
    """explicit and tls read with the instructions of a loop that a programmer wrote."""
    for strategy in ("explicit", "tls"):
        for form in ("throughput", "latency"):
            found = get_loop(build.program(strategy), f"ctx_reads_{form}")
            wanted = get_loop(build.handwritten(), f"hand_{strategy}_{form}")
            differing = first_difference(found, wanted)
            expect(differing is None,
                   f"{strategy}: the loop of ctx_reads_{form} is not the one written by hand: {differing}:\n" +
                   "\n".join(f"{str(a or ''):<60} {b or ''}" for a, b in zip_longest(found.code, wanted.code)))


def opaque_functions():
    """The functions of the workloads that stand for code of the user's."""
    names = set()
    for file in (SOURCE / "strategies" / "workloads").glob("*.h"):
        names.update(re.findall(r"CTX_OPAQUE static void CTX_FN\((\w+), void", file.read_text()))
    frames = {f"ctx_frame_{number}" for number in range(16)}
    return names - {"name"} | frames # what a macro defines is named by its parameter, and not here


@each
def check_opaque_functions(build):
    """They are there once each, and no compiler made a variant of one for some caller."""
    opaque = opaque_functions()
    expect(len(opaque) > 20, f"found only {len(opaque)} opaque functions: {sorted(opaque)}")
    for strategy in build.strategies:
        program = build.program(strategy)
        frames_only = {name for name in opaque if name.startswith(("ctx_frame", "get"))}
        for name in frames_only if strategy in ONLY_GET else opaque:
            expect(name in program.functions, f"{strategy}: {name} was inlined or removed")
        variants = [symbol for symbol in program.symbols
                    if re.match(r"^(\w+)\.(constprop|isra|part)\b", symbol) and symbol.split(".")[0] in opaque]
        expect(not variants, f"{strategy}: {', '.join(variants)}: compiled for particular callers")


def here_is_passed_on(function):
    """Follows the first argument, from the entry to the one call, on every path."""
    holds = {function.entry: {"rdi"}}
    work = [function.entry]
    while work:
        current = function.at(work.pop())
        after = set(holds[current.address])
        written, source = current.destination, current.operands[0] if len(current.operands) > 1 else None
        place = family(written) or written if written else None
        moved = current.mnemonic == "mov" and (family(source) or source) in after
        after.discard(place)
        if moved:
            after.add(place)
        if current.mnemonic.startswith("pop"):
            after.discard(family(current.operands[0]))
        if current.is_call:
            after -= CALLER_SAVED
        for successor in function.successors[current.address]:
            merged = after if successor not in holds else holds[successor] & after
            if holds.get(successor) != merged:
                holds[successor] = merged
                work.append(successor)
    return all("rdi" in holds.get(i.address, set()) for i in function.code if i.is_call)


@each
def check_frames(build):
    """Every frame of a deep stack is one: it saves a frame pointer, calls the next function and returns from there.
    explicit's hands its context on."""
    for strategy in build.strategies:
        program = build.program(strategy)
        sizes = set()
        for number in range(16):
            function = program.function(f"ctx_frame_{number}")
            where = f"{strategy}: {function.name}"
            texts = [i.text for i in function.code]
            calls = [i for i in function.code if i.is_call]
            expect("push %rbp" in texts and "mov %rsp,%rbp" in texts, f"{where} has no frame")
            expect(not any(i.is_jump and i.is_indirect for i in function.code), f"{where} calls the next as its tail")
            expect(calls and all(i.is_indirect for i in calls), f"{where} does not call the function that it is given")
            expect("ret" in texts, f"{where} never returns")
            sizes.update(i.operands[0] for i in function.code if i.mnemonic == "sub" and i.operands[-1] == "%rsp")
            if strategy == "explicit":
                expect(here_is_passed_on(function), f"{where} does not hand its context on")
        expect(len(sizes) >= 8, f"{strategy}: its frames have only {len(sizes)} sizes")


@each
def check_floor(build):
    """floor reads with one load. `and $0`, which makes the next wait for it, is there once in each iteration."""
    loop = get_loop(build.program("floor"), "ctx_reads_latency")
    loads = [i for i in loop.code if i.loads]
    waits = [i for i in loop.code if i.text.startswith("and $0x0,")]
    expect(waits and len(loads) == len(waits), f"floor: {len(loads)} loads in {len(waits)} iterations: {loads}")


STEP_OF_CHAIN = re.compile(r"^mov \(%\w+\),%\w+$")
# The first step, where gcc 14 and later take it alone in front of pairs: from our own frame, and by an index that is the
# 0 of the wait behind the value.
FIRST_STEP = re.compile(r"^mov (?:0x0)?\(%rbp,(%\w+),1\),%\w+$")


def expect_chain(chain):
    """A load a frame; a compiler may take several frames at a step, and none of them counts in anything but constants."""
    loads = [i for i in chain.code if i.loads]
    expect(all(STEP_OF_CHAIN.match(i.text) for i in loads), f"walk-floor: more than a chain: {loads}")
    steps = [int(i.operands[0].lstrip("$"), 16) for i in chain.code
             if i.mnemonic.startswith(("add", "sub")) and i.operands[0].startswith("$")]
    steps += [1 for i in chain.code if i.mnemonic.startswith(("inc", "dec"))]
    expect(len(steps) == 1, f"walk-floor: how many frames does this pass? {chain.code}")
    step = min(steps[0], -steps[0] % 2**32, -steps[0] % 2**64)
    expect(step == len(loads), f"walk-floor: {len(loads)} loads for {step} frames")


@each
def check_walk_floor(build):
    """walk-floor reads with one load a frame, and one for the value."""
    function = build.program("walk-floor").function("ctx_reads_latency")
    timed = [loop for loop in function.loops if any(i.text.startswith("and $0x0,") for i in loop.code)]
    chains = [chain for loop in timed for chain in loop.inner_loops()]
    expect(chains, "walk-floor: ctx_reads_latency has no loop over the frames")
    for chain in chains:
        expect_chain(chain)
    in_chains = set().union(*(chain.addresses for chain in chains))
    rest = [i for loop in timed for i in loop.code if i.address not in in_chains]
    waits = [i for i in rest if i.text.startswith("and $0x0,")] # behind the walk, and behind the value
    waited = {i.operands[1] for i in waits}
    first = [i for i in rest if (step := FIRST_STEP.match(i.text)) and step.group(1) in waited]
    values = [i for i in rest if i.loads and i not in first and not STEP_OF_CHAIN.match(i.text)]
    expect(2 * len(values) == len(waits), f"walk-floor: loads {values}, and waits {waits}")


def expect_marks_of(program):
    rows = program.unwind_rows()
    for start_name, end_return, prefix, marks in ALPHABETS:
        addresses = [program.symbols.get(f"{prefix}{mark}") for mark in marks]
        start = program.symbols[start_name]
        expect(None not in addresses, f"{prefix}: a mark is missing")
        expect(addresses == [start + MARK_STRIDE * i for i in range(len(marks))], f"{prefix}: marks are out of place")
        expect(start % MARK_STRIDE == 0, f"{start_name} is not aligned")
        for before_or_after in (start - MARK_STRIDE, start + MARK_STRIDE * len(marks)):
            padding = program.bytes(before_or_after, MARK_STRIDE)
            expect(padding == b"\xcc" * MARK_STRIDE, f"no padding at {before_or_after:#x}: {padding.hex()}")
        for mark, address in zip(marks, addresses):
            expect_mark(program, f"{prefix}{mark}", address, rows, end_return if mark == "E" else None)


def expect_mark(program, mark, address, rows, end_return):
    code = [i for i in program.function(mark).code if i.address < address + MARK_STRIDE]
    # E's return address has a name of its own, and objdump begins anew there.
    code += program.function(end_return).code if end_return else []
    code = [i for i in code if address <= i.address < address + MARK_STRIDE and i.mnemonic != "int3"]
    calls = [n for n, i in enumerate(code) if i.is_call]
    expect(len(calls) == 1 and not any(i.is_jump for i in code), f"{mark} does not call once: {code}")
    expect(code[-1].mnemonic == "ret", f"{mark} does not return: {code}")
    returns_to = code[calls[0] + 1].address
    if end_return:
        expect(returns_to == program.symbols[end_return], f"{mark} does not return where its name says")
    rules = [columns for first, end, columns in rows if first <= returns_to - 1 < end]
    wanted = {"CFA": "rbp+16", "rbp": "c-16", "ra": "c-8"}
    expect(rules == [wanted], f"{mark}: unwind rules at its call are {rules}, wanted {wanted}")
    entry = [columns for first, end, columns in rows if first <= address < end]
    expect([(row["CFA"], row["ra"]) for row in entry] == [("rsp+8", "c-8")], f"{mark}: at its entry {entry}")


@each
def check_marks(build):
    expect_marks_of(build.program("stacktag"))


@each
def check_marks_are_not_folded(build):
    """Linkers that fold equal code leave the marks alone. Their objects hold no link-time optimised code: gold and lld
    each understand one compiler's at most. gold is no longer developed, and from Debian 13 on no part of binutils: it is
    tried where it is."""
    if build.mode == "lto":
        return
    if not shutil.which("ld.gold"):
        print("not tried: gold, which is not installed")
    for linker in ("gold", "lld") if shutil.which("ld.gold") else ("lld",):
        expect_marks_of(build.program("stacktag", (f"-fuse-ld={linker}", "-Wl,--icf=all")))
