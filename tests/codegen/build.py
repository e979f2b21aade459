"""Compiles the strategies as the build does, but with a compiler and at a level of one's choice."""

import json
import os
import pathlib
import re
import shlex
import subprocess
import tempfile

from edited import SOURCE, Edited
from machine_code import Defect, Program

HERE = pathlib.Path(__file__).resolve().parent

# gls objects are never made for link-time optimisation (strategies/gls/CMakeLists.txt).
MODES = {"O2": ["-O2"], "O3": ["-O3"], "lto": ["-O2", "-flto"]}
LIBRARIES = ["-lgcc_s", "-lunwind", "-lpthread", "-ldl"]


class Build:
    """`binary` is a configured build folder: its compile_commands.json has the flags. For tests of the tests, `edits` are
    made to a copy of the strategies first (file, text, text to put in its place), and only `only` is looked at."""

    def __init__(self, binary, compiler, mode, edits=(), only=()):
        self.compiler, self.mode, self._only = compiler, mode, only
        self._folder = tempfile.TemporaryDirectory(prefix="ctxbench-codegen-")
        self.folder = pathlib.Path(self._folder.name)
        self._edited = Edited(binary, self.folder, ("strategies",), edits) if edits else None
        self.root = self._edited.root if edits else SOURCE
        # Fibers' library, where the build has found it (strategies/gls/CMakeLists.txt).
        cache = (pathlib.Path(binary) / "CMakeCache.txt").read_text()
        self._libraries = re.findall(r"^BOOST_CONTEXT:FILEPATH=(/.*)$", cache, re.MULTILINE) + LIBRARIES
        commands = json.loads((pathlib.Path(binary) / "compile_commands.json").read_text())
        self._flags = {command["file"]: self._flags_of(command) for command in commands}
        self._objects, self._programs, self._compiled = {}, {}, 0

    def _flags_of(self, command):
        """What the build says, without what this one decides: compiler, files, optimisation, debug information."""
        words = shlex.split(command["command"])[1:]
        flags, skip = [], False
        for word in words:
            if skip or word in ("-c", command["file"]) or re.match(r"^-(O|g|flto|fno-fat-lto|W)", word):
                skip = False
            elif word.startswith("-mtls-dialect=") and not self._takes(word):
                continue  # the build's compiler has it, and this one has not
            elif word == "-o":
                skip = True
            else:
                flags.append(self._edited.words(word) if self._edited else word)
        return flags

    def _takes(self, flag):
        """Whether the compiler knows it."""
        command = (self.compiler, flag, "-x", "c", "-fsyntax-only", os.devnull)
        return subprocess.run(command, capture_output=True, check=False).returncode == 0

    @property
    def strategies(self):
        """The names of all built-in strategies' files."""
        folder = f"{SOURCE}/strategies/"
        names = {pathlib.Path(f).stem for f in self._flags if f.startswith(folder) and "/" not in f[len(folder) :]}
        return sorted(self._only or names - {"builtin"})

    def _compile(self, source, flags, options):
        self._compiled += 1
        output = self.folder / f"{self._compiled}.o"
        self._run(self.compiler, *flags, *options, "-c", str(source), "-o", str(output))
        self._objects[source, tuple(flags)] = output
        return output

    def _run(self, *command):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"{shlex.join(command)}: exit status {done.returncode}\n{done.stdout}{done.stderr}")

    def _gls(self):
        """Contexts, the library, and what stack tags have beyond it."""
        objects = []
        strategies = SOURCE / "strategies"
        for source in (file for room in ("context", "gls", "stacktag") for file in sorted((strategies / room).glob("*.[cS]"))):
            flags = self._flags.get(str(source))
            if flags is None:
                continue  # not part of this build
            done = self._objects.get((self.root / source.relative_to(SOURCE), tuple(flags)))
            options = [option for option in MODES[self.mode] if option != "-flto"]
            objects.append(done or self._compile(self.root / source.relative_to(SOURCE), flags, options))
        return objects

    def program(self, strategy, link_options=()):
        """A program with this strategy alone; it has run and found nothing wrong with itself."""
        known = self._programs.get((strategy, link_options))
        if known is not None:
            return known
        flags = self._flags[str(SOURCE / "strategies" / f"{strategy}.c")]
        options = MODES[self.mode] + (["-ffunction-sections"] if link_options else [])
        parts = [self._compile(source, flags, options)
                 for source in (self.root / "strategies" / f"{strategy}.c", HERE / "driver.c")]
        path = self._link(f"{strategy}{len(self._programs)}", parts + self._gls(), link_options)
        program = self._programs[strategy, link_options] = Program(path)
        return program

    def handwritten(self):
        if "handwritten" not in self._programs:
            flags = self._flags[str(SOURCE / "strategies" / "explicit.c")]
            part = self._compile(HERE / "handwritten.c", flags, MODES[self.mode])
            self._programs["handwritten"] = Program(self._link("handwritten", [part], ()))
        return self._programs["handwritten"]

    def _link(self, name, objects, link_options):
        path = str(self.folder / name)
        # Exports its symbols as the program does, so that a linker may not take them for its own.
        self._run(self.compiler, *MODES[self.mode], "-rdynamic", *link_options, *map(str, objects), "-o", path,
                  *self._libraries)
        done = subprocess.run([path], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise Defect(f"{name}: exit status {done.returncode}\n{done.stderr}")
        return path
