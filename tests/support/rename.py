#!/usr/bin/env python3
"""Renames every strategy, workload and scenario of a source tree, for tests/variants/renamed.sh.

    rename.py SOURCE NAMES      puts PREFIX before each name in strategies/, in plug-ins and in data; NAMES is a file
                                with the names, one a line. report/ and harness/ stay as they are, but for suites.
    rename.py --bench PROGRAM ARGUMENT...
                                runs the program for a test that knows the old names: puts the prefix before names in
                                its options and suites, and takes it away from all that it writes
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

PREFIX = "zq"  # nothing else is written so, and names keep their order
NAMING_OPTIONS = ("strategy", "workload", "scenario")
KEPT = ("", "others", "well-formed", "unavailable")  # a word of suites; plug-ins that tests/plugins/minimal.h makes


def edit(path, *substitutions):
    text = path.read_text()
    for pattern, replacement in substitutions:
        text = re.sub(pattern, replacement, text, flags=re.MULTILINE)
    path.write_text(text)


def rename_strategies(source):
    for path in [*source.glob("strategies/*.c"), *source.glob("strategies/modules/*"),
                 *source.glob("tests/plugins/*.[ch]")]:
        edit(path, (r'(#define (?:CTX|GLOBAL)_NAME ")', rf"\1{PREFIX}"),
             (r'(\{")([a-z-]+", CTX_(?:FAILS|PASSES|DOES_NOT_APPLY))', rf"\1{PREFIX}\2"),
             (r"(CTX_ONLY_)(?=[A-Z])", rf"\1{PREFIX.upper()}"))
    for path in [*source.glob("strategies/*.c"), *source.glob("strategies/modules/*")]:
        if path.name != "skeleton.c" and path.suffix != ".h":
            path.rename(path.with_name(PREFIX + path.name))
    edit(source / "tests/plugins/duplicate_name.c", (r'(MINIMAL_STRATEGY\(")', rf"\1{PREFIX}"))
    edit(source / "strategies/stacktag/unwinder.h", (r'(\{")([a-z-]+", CTX_)', rf"\1{PREFIX}\2"))


def rename_workloads(source):
    for path in source.glob("strategies/workloads/*.h"):
        edit(path, (r'(struct ctx_workload \w+ = \{\s*\.name = ")', rf"\1{PREFIX}"),
             (r"(#define CTX_KERNELS_)", rf"\1{PREFIX.upper()}"), (r'("workloads/)', rf"\1{PREFIX}"))
        path.rename(path.with_name(PREFIX + path.name))


def rename_scenarios(source):
    edit(source / "strategies/conformance.h", (r'(\{(?:0|CTX_SCENARIO_\w+),\s*")', rf"\1{PREFIX}"))
    edit(source / "strategies/conformance/stores.h", (r'"store-" #store', f'"{PREFIX}store-" #store'))


def rename_list(value):
    """Names and globs, separated by commas; what begins with a star stands for both."""
    return ",".join(item if item in KEPT or item[0] == "*" else PREFIX + item for item in value.split(","))


def rename_suite(suite):
    def rename(value):
        return rename_list(value) if isinstance(value, str) else [rename_list(item) for item in value]
    if "strategy" in suite:
        suite["strategy"] = rename(suite["strategy"])
    for case in suite.get("cases", []):
        if "workload" in case:
            case["workload"] = rename(case["workload"])
    return suite


def rename_data(source):
    for path in source.glob("harness/plan/suites/*.json"):
        path.write_text(json.dumps(rename_suite(json.loads(path.read_text())), indent=2))
    matrix = source / "results/reference/conformance.json"
    result = json.loads(matrix.read_text())
    for cell in result["context"]["ctxbench"]["conformance"]:
        cell["strategy"], cell["scenario"] = PREFIX + cell["strategy"], PREFIX + cell["scenario"]
    matrix.write_text(json.dumps(result))


def rename_in_unit_tests(source, names):
    """Where a test looks one of them up."""
    known = "|".join(map(re.escape, [*names, "skeleton"]))
    for path in source.glob("tests/unit/*.c"):
        edit(path, (rf'(registry_(?:find|init_only)\([^"]*")({known})"', rf'\1{PREFIX}\2"'),
             (rf'(workload->name, ")({known})"', rf'\1{PREFIX}\2"'),
             (r'(modules/)(\w+\.c")', rf"\1{PREFIX}\2"),
             (rf'(strategy called )({known}\b)', rf"\1{PREFIX}\2"))


def rename_tree(source, names):
    rename_strategies(source)
    rename_workloads(source)
    rename_scenarios(source)
    rename_data(source)
    rename_in_unit_tests(source, names)


# ---- Between a test and the program ----


def translate_suite(path, folder):
    """A suite of the test's own, in new names; one that is none goes on as it is."""
    try:
        suite = rename_suite(json.loads(pathlib.Path(path).read_text()))
    except (OSError, ValueError, AttributeError, TypeError):
        return path
    translated = pathlib.Path(folder) / pathlib.Path(path).name
    translated.write_text(json.dumps(suite))
    return str(translated)


def translate_arguments(arguments, folder):
    translated = []
    for argument in arguments:
        option, equals, value = argument.partition("=")
        if equals and option.lstrip("-") in NAMING_OPTIONS:
            argument = f"{option}={rename_list(value)}"
        elif equals and option == "--suite" and value.endswith(".json"):
            argument = f"{option}={translate_suite(value, folder)}"
        translated.append(argument)
    return translated


def untranslate_files(arguments):
    for argument in arguments:
        option, _, value = argument.partition("=")
        path = pathlib.Path(value)
        if option == "--out" and path.is_file() and not path.is_symlink():
            path.write_bytes(path.read_bytes().replace(PREFIX.encode(), b""))


def run_program(program, arguments):
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run([program, *translate_arguments(arguments, folder)], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, check=False)
    untranslate_files(arguments)
    for stream, written in ((sys.stdout, done.stdout), (sys.stderr, done.stderr)):
        stream.buffer.write(written.replace(PREFIX.encode(), b""))
        stream.flush()
    return done.returncode if done.returncode >= 0 else 128 - done.returncode


if __name__ == "__main__":
    if sys.argv[1] == "--bench":
        sys.exit(run_program(sys.argv[2], sys.argv[3:]))
    rename_tree(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]).read_text().split())
