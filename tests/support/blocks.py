#!/usr/bin/env python3
"""blocks.py PAGE FOLDER: writes the files that a page of the documentation shows, and prints its commands.

A block with a caption, or with the comment `<!-- file: NAME -->` before it, is (a part of) the file of that name; blocks
of `sh` are commands, in their order. Those of other languages are for readers alone.
"""
import pathlib
import re
import sys

BLOCK = re.compile(
    r"^(<!-- file: (?P<named>\S+) -->\n)?```(\{code-block\} \w+\n:caption: (?P<captioned>\S+)|(?P<language>\w*))\n"
    r"(?P<text>.*?)^```$", re.M | re.S)


def main(page, folder):
    written = set()
    for block in BLOCK.finditer(pathlib.Path(page).read_text()):
        name = block["named"] or block["captioned"]
        if name is not None:
            path = pathlib.Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("a" if path in written else "w") as file:
                file.write(("\n\n" if path in written else "") + block["text"])
            written.add(path)
        elif block["language"] == "sh":
            print(block["text"], end="")


if __name__ == "__main__":
    main(*sys.argv[1:])
