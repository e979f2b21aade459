#!/usr/bin/env python3
"""doxygen_filter.py HEADER: prints a header with its comments in the form that Doxygen reads.

A comment that stands right before a declaration describes it, one behind a declaration the member on its line; the
headers say so without Doxygen's marks. The first comment is the file's. A member that is called as a keyword of C++
gets another name (scripts/docs gives it back): Doxygen reads C as C++.
"""
import re
import sys


def escape(comment):
    """What Doxygen would take for commands, mark-up or links."""
    return re.sub(r"([@\\%<>])", r"\\\1", comment).replace("\\\\n", "\\n")


def main(path):
    lines = open(path, encoding="utf-8").read().split("\n")
    out, is_first, is_open = [], True, False
    for line in lines:
        stripped = line.strip()
        if is_open:
            out.append(escape(line))
            is_open = "*/" not in stripped
        elif stripped.startswith("/*"):
            start = "/**" + (" @file\n *" if is_first else "")
            out.append(line.replace("/*", start, 1) if is_first else escape(line).replace("/*", "/**", 1))
            is_first = False
            is_open = "*/" not in stripped
        elif "/*" in line and "*/" in line:
            code, comment = line.split("/*", 1)
            out.append(code + "/**<" + escape(comment))
        elif "/*" in line:
            code, comment = line.split("/*", 1)
            out.append(code + "/**<" + escape(comment))
            is_open = True
        else:
            out.append(line)
    print(re.sub(r"\brequires;", "requires_of_c;", "\n".join(out)))


if __name__ == "__main__":
    main(*sys.argv[1:])
