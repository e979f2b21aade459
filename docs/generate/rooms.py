#!/usr/bin/env python3
"""rooms.py ARCHITECTURE.md FOLDER: the text of that page, and its drawing as a table: which room uses which."""
import re
import sys

import markdown


def main(path, folder):
    text = open(path, encoding="utf-8").read()
    before, drawing = re.fullmatch(r"(.*)```mermaid\n(.*?)```\n", text, re.S).groups()
    uses = {}
    for user, used in re.findall(r"(\w+) --> (\w+)", drawing):
        uses.setdefault(user, []).append(markdown.code(used))
    table = markdown.table(["room", "uses"], [[markdown.code(user), ", ".join(used)] for user, used in uses.items()])
    markdown.write(f"{folder}/architecture.md", before, table)


if __name__ == "__main__":
    main(*sys.argv[1:])
