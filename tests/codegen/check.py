#!/usr/bin/python3
"""Reads the machine code of the strategies: check.py BUILD-FOLDER COMPILER MODE (O2, O3 or lto)."""

import shutil
import sys

import checks
from build import MODES, Build
from machine_code import Defect

EXIT_SKIPPED = 77


def main(binary, compiler, mode):
    if shutil.which(compiler) is None:
        print(f"skipped: {compiler} is not installed")
        return EXIT_SKIPPED
    build = Build(binary, compiler, mode)
    failed = 0
    for check in checks.ALL:
        try:
            check(build)
            print(f"held: {check.__name__}")
        except Defect as defect:
            failed += 1
            print(f"BROKEN: {check.__name__}: {defect}")
    print(f"{len(checks.ALL) - failed} held, {failed} broken: {compiler}, {mode}, {', '.join(build.strategies)}")
    return 1 if failed else 0


if __name__ == "__main__":
    if len(sys.argv) != 4 or sys.argv[3] not in MODES:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
