"""Linked programs, read back through objdump: functions, their flow of control, their loops.

Only what the compilers in question emit for x86-64 is understood, in AT&T syntax. A function that is split into a hot
and a cold part is read as one.
"""

import re
import subprocess

NO_RETURN = {"abort", "_Unwind_Resume", "__stack_chk_fail", "glsi_tag_die_unreadable", "tag_strategy_die_out_of_ids"}
CALLER_SAVED = {"rax", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11"}

# What changes no register that it names last: comparisons, jumps, and what only reads.
READS_ONLY = re.compile(r"^(cmp|test|j\w+|push|nop|bt[lqw]?|ucomis|call|ret|ud2|hlt|pause|leave|[lms]fence|endbr64)")

FAMILIES = {}
for letter in "abcd":
    for form in (f"r{letter}x", f"e{letter}x", f"{letter}x", f"{letter}l", f"{letter}h"):
        FAMILIES[form] = f"r{letter}x"
for name in ("si", "di", "bp", "sp"):
    for form in (f"r{name}", f"e{name}", name, f"{name}l"):
        FAMILIES[form] = f"r{name}"
for number in range(8, 16):
    for suffix in ("", "d", "w", "b"):
        FAMILIES[f"r{number}{suffix}"] = f"r{number}"


class Defect(Exception):
    """Something that must hold does not."""


def run(*command):
    """The standard output of a command that must succeed."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: exit status {done.returncode}\n{done.stderr}")
    return done.stdout


def base_name(symbol):
    """Without what link-time optimisation appends to keep equal names of different files apart."""
    return re.sub(r"(@plt|\.lto_priv\.\d+|\.cold)+$", "", symbol)


def split_operands(text):
    """At commas, but not those between parentheses."""
    return [operand.strip() for operand in re.split(r",(?![^(]*\))", text)] if text else []


class Instruction:
    def __init__(self, address, text):
        self.address = address
        text, _, comment = text.partition("#")
        words = text.split()
        while len(words) > 1 and words[0] in ("lock", "rep", "repz", "repnz", "cs", "ds", "data16", "notrack", "bnd"):
            words.pop(0)
        self.mnemonic = words[0]
        self.text = " ".join(words)
        rest = " ".join(words[1:])
        # Of "1380 <name+0x10>" the address is the operand and the name a help.
        named = re.match(r"^([0-9a-f]+) <([^>+]+)(\+0x[0-9a-f]+)?>$", rest)
        self.target = int(named.group(1), 16) if named else None
        self.target_name = named.group(2) if named else None
        self.operands = [] if named else split_operands(rest)
        # "lea 0x12(%rip),%rax  # 1380 <name>": the address that is meant.
        meant = re.match(r"^\s*([0-9a-f]+)", comment)
        self.refers_to = int(meant.group(1), 16) if meant else None
        self.pointer = None # the address that is there once the program runs, if that is known

    def __repr__(self):
        return f"{self.address:x}: {self.text}"

    @property
    def is_call(self):
        return self.mnemonic.startswith("call")

    @property
    def is_jump(self):
        return self.mnemonic.startswith("j")

    @property
    def is_padding(self):
        return self.mnemonic.startswith("nop") or self.text == "xchg %ax,%ax"

    @property
    def is_indirect(self):
        """A call or jump to an address that is found at run time."""
        return (self.is_call or self.is_jump) and self.target is None

    @property
    def callee(self):
        return base_name(self.target_name) if self.is_call and self.target_name else None

    @property
    def destination(self):
        """The operand that is written, if any."""
        if not self.operands or READS_ONLY.match(self.mnemonic):
            return None
        return self.operands[-1]

    @property
    def loads(self):
        """Does it read memory? (lea only computes.)"""
        if self.mnemonic.startswith(("lea", "nop", "call")):
            return False
        sources = self.operands if READS_ONLY.match(self.mnemonic) else self.operands[:-1]
        if any("(" in operand for operand in sources):
            return True
        return not self.mnemonic.startswith("mov") and self.destination is not None and "(" in self.destination

    @property
    def bytes_stored(self):
        if self.destination is None or "(" not in self.destination or self.mnemonic.startswith("lea"):
            return 0
        if "%ymm" in self.text:
            return 32
        if "%xmm" in self.text:
            return 8 if self.mnemonic.startswith(("movq", "movl", "movh")) else 16
        if self.mnemonic[-1] in "lqbw" and self.mnemonic != "mul":
            return {"q": 8, "l": 4, "w": 2, "b": 1}[self.mnemonic[-1]]
        source = self.operands[0].lstrip("%")
        return 4 if re.match(r"^(e..|r\d+d)$", source) else 8


class Function:
    def __init__(self, name):
        self.name = name
        self.code = []
        self.entry = None # its cold part may stand in front of it
        self._successors = None

    def add(self, instruction):
        self.code.append(instruction)
        self._successors = None

    @property
    def successors(self):
        """For each address, the addresses that may follow within the function."""
        if self._successors is not None:
            return self._successors
        here = {i.address for i in self.code}
        self._successors = {}
        for current, following in zip(self.code, self.code[1:] + [None]):
            after = set()
            ends = current.mnemonic in ("jmp", "ret", "ud2", "hlt") or current.callee in NO_RETURN
            if not ends and following is not None:
                after.add(following.address)
            if current.is_jump and current.target in here:
                after.add(current.target)
            self._successors[current.address] = after
        self._drop_unreachable()
        return self._successors

    def _drop_unreachable(self):
        """Padding behind a jump would seem to fall into what follows. (So do landing pads of exceptions, which nobody
        jumps to.)"""
        reached, work = set(), [self.entry]
        while work:
            address = work.pop()
            if address not in reached:
                reached.add(address)
                work.extend(self._successors[address])
        self._successors = {a: after for a, after in self._successors.items() if a in reached}

    def at(self, address):
        return next(i for i in self.code if i.address == address)

    def cycles(self, without=()):
        """The largest sets of addresses of which each can be reached from each, as loops; in order of address."""
        removed = {i.address for i in without}
        graph = {a: {s for s in after if s not in removed} for a, after in self.successors.items() if a not in removed}
        return [Loop(self, found) for found in strong_components(graph)]

    @property
    def loops(self):
        return self.cycles()


class Loop:
    """A cycle of instructions with all that lies between; inner loops are part of it."""

    def __init__(self, function, addresses):
        self.function = function
        self.addresses = addresses
        self.code = [i for i in function.code if i.address in addresses]

    @property
    def header(self):
        """Where the loop is entered. None if there are several such places."""
        entries = {s for a, after in self.function.successors.items() if a not in self.addresses for s in after}
        entries &= self.addresses
        return self.function.at(entries.pop()) if len(entries) == 1 else None

    def goes_round_without(self, instructions):
        """Can an iteration come back to the loop's header and pass none of these?"""
        header = self.header
        return any(header.address in loop.addresses for loop in self.function.cycles(without=instructions))

    def calls(self, *names):
        return [i for i in self.code if i.callee in names]

    def inner_loops(self):
        header = self.header
        if header is None:
            return []
        inside = {a: self.function.successors[a] & self.addresses for a in self.addresses}
        for after in inside.values():
            after.discard(header.address)
        return [Loop(self.function, found) for found in strong_components(inside)]


def strong_components(graph):
    """Tarjan's algorithm, without recursion; only components that hold a cycle."""
    index, low, on_stack, stack, found = {}, {}, set(), [], []
    for root in sorted(graph):
        if root in index:
            continue
        work = [(root, iter(sorted(graph[root])))]
        index[root] = low[root] = len(index)
        stack.append(root)
        on_stack.add(root)
        while work:
            node, rest = work[-1]
            for successor in rest:
                if successor not in graph:
                    continue
                if successor not in index:
                    index[successor] = low[successor] = len(index)
                    stack.append(successor)
                    on_stack.add(successor)
                    work.append((successor, iter(sorted(graph[successor]))))
                    break
                if successor in on_stack:
                    low[node] = min(low[node], index[successor])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    component = set()
                    while node not in component:
                        component.add(stack.pop())
                    on_stack -= component
                    if len(component) > 1 or node in graph[node]:
                        found.append(component)
    return sorted(found, key=min)


class Program:
    """A linked program or shared object."""

    def __init__(self, path):
        self.path = path
        self.symbols = {}  # name -> address
        for line in run("nm", path).splitlines():
            words = line.split()
            if len(words) == 3:
                self.symbols[words[2]] = int(words[0], 16)
        self._pointers = self._read_pointers()
        self.functions = {}
        self._read(run("objdump", "-d", "-w", "--no-show-raw-insn", path))
        if not self.functions:
            raise RuntimeError(f"objdump shows no function of {path}")

    def _read_pointers(self):
        """The words that the loader makes addresses of this program, those of the global offset table among them."""
        rows = re.findall(r"^([0-9a-f]+) +[0-9a-f]+ R_X86_64_RELATIVE +([0-9a-f]+)$", run("readelf", "-rW", self.path),
                          re.MULTILINE)
        return {int(place, 16): int(address, 16) for place, address in rows}

    def _read(self, text):
        function = None
        for line in text.splitlines():
            start = re.match(r"^([0-9a-f]+) <([^>]+)>:$", line)
            if start:
                name = base_name(start.group(2))
                function = self.functions.setdefault(name, Function(name))
                if not start.group(2).endswith(".cold"):
                    function.entry = int(start.group(1), 16)
                continue
            code = re.match(r"^\s*([0-9a-f]+):\t(.+)$", line)
            if code and function is not None:
                instruction = Instruction(int(code.group(1), 16), code.group(2))
                instruction.pointer = self._pointers.get(instruction.refers_to)
                function.add(instruction)

    def function(self, name):
        if name not in self.functions:
            raise Defect(f"{self.path} has no function {name}")
        return self.functions[name]

    def bytes(self, start, count):
        """What the file holds for these addresses."""
        dump = run("objdump", "-s", f"--start-address={start:#x}", f"--stop-address={start + count:#x}", self.path)
        rows = re.findall(r"^ [0-9a-f]+ ((?:[0-9a-f]{2,8} ){1,4})", dump, re.MULTILINE)
        return bytes.fromhex("".join(rows).replace(" ", ""))

    def unwind_rows(self):
        """What .eh_frame says: (first address, end address, {column: rule}) for each row of each function."""
        rows, columns, end = [], [], None
        for line in run("readelf", "-wF", self.path).splitlines():
            function = re.search(r" FDE .* pc=[0-9a-f]+\.\.([0-9a-f]+)", line)
            if function:
                end = int(function.group(1), 16)
            elif not line.strip():
                end = None # what follows may be a CIE, which has rows, too, but no addresses
            elif line.split()[0] == "LOC":
                columns = line.split()[1:]
            elif end is not None and re.match(r"^[0-9a-f]{16} ", line):
                words = line.split()
                rows.append([int(words[0], 16), end, dict(zip(columns, words[1:]))])
        for row, following in zip(rows, rows[1:]):
            if following[1] == row[1]:
                row[1] = following[0]
        return rows


def family(register):
    """%eax -> rax; None for what is no general register."""
    return FAMILIES.get(register.lstrip("%"))


def reaching_definitions(function, instruction, register):
    """The instructions that may have written the register's value, as `instruction` finds it."""
    predecessors = {}
    for address, after in function.successors.items():
        for successor in after:
            predecessors.setdefault(successor, set()).add(address)
    seen, work, found = set(), list(predecessors.get(instruction.address, ())), []
    while work:
        address = work.pop()
        if address in seen:
            continue
        seen.add(address)
        current = function.at(address)
        if current.destination is not None and family(current.destination) == register:
            found.append(current)
        elif current.is_call and register in CALLER_SAVED:
            found.append(current)
        else:
            work.extend(predecessors.get(address, ()))
    return found


def is_in_frame(operand):
    return re.match(r"^-?0x[0-9a-f]+\(%r[bs]p\)$", operand) is not None


def origins_in_frame(function, place, seen=None):
    """The same of a place in the frame, where a register was put that was wanted for something else."""
    stores = [i for i in function.code if i.destination == place]
    found = set() if stores else {None}
    for store in stores:
        known = store.mnemonic == "mov" and family(store.operands[0])
        found |= origins(function, store, known, seen) if known else {None}
    return found


def origins(function, instruction, register, seen=None):
    """Addresses that the register may hold here, apart from constants; None for an unknown one."""
    seen = set() if seen is None else seen
    found = set()
    for definition in reaching_definitions(function, instruction, register):
        if definition.address in seen:
            continue
        seen.add(definition.address)
        source = definition.operands[0] if definition.operands else ""
        if definition.mnemonic.startswith("lea") and definition.refers_to is not None:
            found.add(definition.refers_to)
        elif definition.mnemonic == "mov" and definition.pointer is not None:
            found.add(definition.pointer)
        elif definition.mnemonic == "add" and definition.pointer is not None:
            found |= {definition.pointer} | origins(function, definition, register, seen)
        elif definition.mnemonic == "mov" and source.startswith("$"):
            continue
        elif definition.mnemonic.startswith(("add", "sub")) and source.startswith("$"):
            found |= origins(function, definition, register, seen)
        elif definition.mnemonic == "mov" and family(source):
            found |= origins(function, definition, family(source), seen)
        elif definition.mnemonic.startswith("lea") and re.match(r"^-?0x[0-9a-f]+\((%r\w+)\)$", source):
            found |= origins(function, definition, family(source[source.index("(") + 1 : -1]), seen)
        elif definition.mnemonic == "mov" and is_in_frame(source):
            found |= origins_in_frame(function, source, seen)
        else:
            found.add(None)
    return found


class Names:
    """What one loop calls its registers and global addresses, in the order in which they were met."""

    def __init__(self):
        self._registers, self._places = {}, {}

    def _register(self, match):
        known = family(match.group(0))
        if known is None:
            return match.group(0)
        if known in ("rsp", "rbp"):
            return "%" + known
        width = "b" if re.match(r"^%(\w+l|\w+b)$", match.group(0)) else "d" if re.match(
            r"^%(e\w+|r\d+d)$", match.group(0)) else "q"
        return self._registers.setdefault(known, f"%{len(self._registers)}") + width

    def line(self, instruction, asks_equality):
        """Two registers that are asked whether they are equal may stand in either order."""
        if instruction.is_call:
            return f"call {instruction.callee}"
        if instruction.is_jump:
            return "jmp" if instruction.mnemonic == "jmp" else "conditional jump"
        text = instruction.text
        if instruction.refers_to is not None:
            place = self._places.setdefault(instruction.refers_to, f"place{len(self._places)}")
            text = re.sub(r"-?(0x)?[0-9a-f]*\(%rip\)", place, text)
        text = re.sub(r"%\w+", self._register, text)
        compared = re.match(r"^cmp (%\w+),(%\w+)$", text)
        return "cmp " + ",".join(sorted(compared.groups())) if compared and asks_equality else text


NEGATED = {"je": "jne", "jne": "je", "jb": "jae", "jae": "jb", "jbe": "ja", "ja": "jbe", "jl": "jge", "jge": "jl",
           "jle": "jg", "jg": "jle", "js": "jns", "jns": "js"}


def ways_on(loop, instruction):
    """Where it may go, without padding: the fall-through first, then the jump's target. None: out of the loop."""
    after = loop.function.successors[instruction.address]
    taken = [instruction.target] if instruction.is_jump else []
    found = []
    for address in [a for a in after if a not in taken] + taken:
        while address in loop.addresses and loop.function.at(address).is_padding:
            (address,) = loop.function.successors[address]
        found.append(loop.function.at(address) if address in loop.addresses else None)
    return found


def first_difference(one, other):
    """None if both loops execute the same instructions in the same order, jumps included, on every way through them.
    Which of a condition's two ways is the fall-through may differ, and whether two ways share their end: in this gcc 14
    differs from loop to loop where the code is the same. Otherwise the two instructions that differ."""
    if one.header is None or other.header is None:
        return one.header, other.header
    names, seen, work = (Names(), Names()), set(), [(one.header, other.header)]
    while work:
        pair = work.pop()
        if pair in seen:
            continue
        seen.add(pair)
        if None in pair:
            return pair # one leaves the loop, the other does not
        ways = [ways_on(loop, i) for loop, i in zip((one, other), pair)]
        asks = [ways_of and ways_of[0] is not None and ways_of[0].mnemonic in ("je", "jne") for ways_of in ways]
        lines = [names[n].line(i, asks[n]) for n, i in enumerate(pair)]
        mnemonics = [i.mnemonic for i in pair]
        if lines[0] == "conditional jump" and mnemonics[0] == NEGATED.get(mnemonics[1]):
            ways[1].reverse()
        elif lines[0] == "conditional jump" and mnemonics[0] != mnemonics[1]:
            return pair
        if lines[0] != lines[1] or len(ways[0]) != len(ways[1]):
            return pair
        work += [ahead for ahead in zip(*ways) if ahead != (None, None)]
    return None
