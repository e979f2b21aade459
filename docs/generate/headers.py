#!/usr/bin/env python3
"""headers.py HEADER FOLDER: of a header its first comment, as it stands there, and a list of what it declares, in its
order, as directives for breathe: NAME-comment.md and NAME-interface.md."""
import pathlib
import re
import sys

import markdown

DECLARATIONS = (
    (re.compile(r"typedef (?:struct|enum) \w+ (\w+);"), "typedef", ""),
    (re.compile(r"struct (\w+) \{"), "struct", ":members:\n"),
    (re.compile(r"enum (\w+) \{"), "enum", ""),
    (re.compile(r"(?!typedef|static|#)\w[\w \*]*[ *](\w+)\("), "function", ""),
)


def directives(text):
    for line in text.split("\n"):
        for pattern, kind, options in DECLARATIONS:
            found = pattern.match(line)
            if found:
                yield f"```{{doxygen{kind}}} {found.group(1)}\n{options}```"
                break


def main(path, folder):
    path = pathlib.Path(path)
    text = path.read_text()
    comment = re.match(r"/\*\n(.*?)\n \*/", text, re.S).group(1)
    comment = re.sub(r"^ \* ?", "", comment, flags=re.M)
    markdown.write(f"{folder}/{path.stem}-comment.md", f"```text\n{comment}\n```")
    markdown.write(f"{folder}/{path.stem}-interface.md", *directives(text))


if __name__ == "__main__":
    main(*sys.argv[1:])
