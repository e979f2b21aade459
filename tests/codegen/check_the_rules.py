#!/usr/bin/python3
"""No rule of strategies/stacktag/HINT.md is idle: check_the_rules.py BUILD-FOLDER [PART PARTS].

Takes each rule away in a copy of the sources, builds the tests of seals and hints against it, and runs them: one has to
notice. Without edits all of them pass. Of several parts, one is 1 to PARTS.
"""

import json
import pathlib
import shlex
import subprocess
import sys
import tempfile

from edited import SOURCE, Edited

TESTS = [("seals", []), ("gls_hints", []), ("seal_steps", []), ("stack_stress", ["100000", "1"])]
# All that is compiled with what the edits change.
ROOMS = ("strategies/stacktag/scan",
         *(f"strategies/gls/{name}.c" for name in ("stacks", "fiber", "gls", "go", "publish", "seal", "hint", "jumps")))
PATIENCE = 120 # seconds
EXIT_SKIPPED = 77

SEAL, HINT, DOUBT, SCAN = "gls/seal.h", "gls/hint.h", "gls/hint.c", "stacktag/scan.c"
BEHIND = "seal_is_behind(stack, here)"

# What is taken away, and the edits that do: file below strategies/, text, text to put in its place.
RULES = {
    "nothing": [],
    "seals count in one epoch alone": [
        (SEAL, "place - from < end - from &&", "place - from < end - from || false &&")],
    "a new stack has a new epoch": [
        ("gls/stacks.c", "memory_order_relaxed) + 1;", "memory_order_relaxed) * 0 + 1;")],
    "the public interface opens sealed scopes": [
        ("gls/place.h", "return seal_with(", "return tag_with(")],
    "who opens a scope knows the stack": [("gls/place.h", "    glsi_stack_learn();\n", "")],
    "a stack without a limit has one": [
        ("gls/stacks.c", "all < KNOWN_BYTES_MAX ? all : KNOWN_BYTES_MAX", "all")],
    "longjmp breaks seals": [("gls/jumps.c", "leave_for(stack_pointer_in(jump));", "(void)leave_for;")],
    "setcontext breaks seals": [
        ("gls/jumps.c", "leave_for((uintptr_t)context->uc_mcontext.gregs[REG_RSP]);", "")],
    "a scope that opens finds out what was left unseen": [(SEAL, "&& !seal_is_behind(stack, opener)", "")],
    "a read by hint does": [(DOUBT, f"if ({BEHIND})", f"if (false && {BEHIND})")],
    "a scan does": [(SCAN, f"if ({BEHIND})", f"if (false && {BEHIND})")],
    "a scope on a stack that nobody knows ends what is vouched for": [
        (SEAL, "return glsi_seal_refuse(stack);",
         "return stack_contains(stack, place) ? glsi_seal_refuse(stack) : NULL;")],
    "a scope that does not end as the innermost loses track": [
        (SEAL, "if (__builtin_expect(atomic_load_explicit(&stack->innermost, memory_order_relaxed) == seal->slot, 1))",
         "if (true)")],
    "a seal ends with its scope": [
        (SEAL, "atomic_store_explicit(&seal->slot->place, 0, memory_order_relaxed);", "")],
    "what was innermost before is so again": [(SEAL, "innermost, seal->outer,", "innermost, seal->slot,")],
    "a slot names the one before it": [
        (SEAL, "atomic_store_explicit(&slot->outer, seal->outer, memory_order_relaxed);", "")],
    "a fiber is asked before its thread": [
        ("gls/running.h", "if (__builtin_expect(fiber != NULL, 0)) {", "if (false) {")],
    "a reader stands on the stack that the record is of": [
        (HINT, "if (__builtin_expect(stack_contains(stack, here), 1)) {", "if (stack->bytes > 0) {")],
    "a tag is beyond its reader": [(HINT, "seal_place(stack, slot, here,", "seal_place(stack, slot, stack->low,")],
    "a hint is checked against the tag": [
        (HINT, "== (uintptr_t)mark_hexadecimal.end_return", "!= 0 || true")],
    "that there is no scope is believed only while nothing was in doubt": [
        (SEAL, "atomic_load_explicit(&stack->epoch, memory_order_relaxed) == stack->first_epoch &&", "")],
    "and only if all scopes are sealed": [
        (SEAL, "!atomic_load_explicit(&glsi_tags_are_unsealed, memory_order_relaxed)", "true")],
    "a scan walks where a scope is open without a seal": [
        (SCAN, "return sealed != 0 ? STALE : DOUBTFUL;", "return STALE;")],
    "a tag counts only if it is the innermost": [
        (SCAN, "slot == atomic_load_explicit(&stack->innermost, memory_order_relaxed) &&", "")],
    "a scan that finds nothing asks who is innermost": [
        (SCAN, "seal_none_is_open(stack) ? TAG_NONE : TAG_UNREADABLE", "TAG_NONE")],
}


def run(*command, **options):
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)


def demand(*command, **options):
    done = run(*command, **options)
    if done.returncode != 0:
        raise RuntimeError(f"{shlex.join(command)}: exit status {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


class Rebuild:
    """Makes the tests again, from edited sources, with the commands of a build."""

    def __init__(self, binary, folder):
        self.binary, self.folder = pathlib.Path(binary).resolve(), pathlib.Path(folder)
        commands = json.loads((self.binary / "compile_commands.json").read_text())
        wanted = [f"tests/unit/{test}.c" for test, _ in TESTS]
        self._compile = {}
        for command in commands:
            name = command["file"].removeprefix(f"{SOURCE}/")
            if name in wanted or name.startswith(ROOMS) and name.endswith(".c"):
                self._compile[name] = command["command"]

    def test(self, name, edits):
        edited = Edited(self.binary, self.folder, ("strategies", "tests"), edits)
        objects = {}
        for source, command in self._compile.items():
            if not source.startswith("tests/") or source == f"tests/unit/{name}.c":
                objects[source] = self._compiled(edited, source, command)
        return self._linked(name, objects)

    def _compiled(self, edited, source, command):
        words = shlex.split(edited.words(command))
        at = words.index("-o") + 1
        original, words[at] = words[at], str(self.folder / source.replace("/", "_")) + ".o"
        demand(*[word for word in words if word != "-Werror"], "-w", cwd=self.binary)
        return original, words[at]

    def _linked(self, name, objects):
        link = demand("ninja", "-C", str(self.binary), "-t", "commands", f"tests/test_{name}").splitlines()[-1]
        for original, made in objects.values():
            link = link.replace(f" {original} ", f" {made} ")
        program = self.folder / name
        demand("sh", "-c", link.replace(f"-o tests/test_{name} ", f"-o {program} "), cwd=self.binary)
        return program


def who_notices(build, edits):
    """The name of the first test that fails, and how; None if none does."""
    for name, arguments in TESTS:
        program = build.test(name, edits)
        try:
            done = run(str(program), *arguments, timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            return f"{name}: has not ended after {PATIENCE} s"
        if done.returncode not in (0, 77):
            lines = [line for line in done.stderr.splitlines() if "ERROR" in line] or [f"status {done.returncode}"]
            return f"{name}: {lines[0]}"
    return None


def main(binary, part=1, parts=1):
    if not (pathlib.Path(binary) / "build.ninja").exists():
        print("skipped: only ninja tells how it would link a test")
        return EXIT_SKIPPED
    missed = 0
    with tempfile.TemporaryDirectory(prefix="ctxbench-rules-") as folder:
        build = Rebuild(binary, folder)
        for rule in list(RULES)[int(part) - 1::int(parts)]:
            noticed = who_notices(build, RULES[rule])
            is_right = (noticed is None) == (not RULES[rule])
            missed += not is_right
            print(f"{'' if is_right else 'WRONG: '}without \"{rule}\": {noticed or 'nobody notices'}", flush=True)
    return 1 if missed else 0


if __name__ == "__main__":
    if len(sys.argv) not in (2, 4):
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
