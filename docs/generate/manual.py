#!/usr/bin/env python3
"""manual.py NAME PAGE... FOLDER: manual pages as HTML within Markdown, by mandoc, in one file manual-NAME.md. A page alone
has a heading for each of its sections; several have one each, and below it those."""
import pathlib
import re
import subprocess
import sys

import markdown

SECTION = re.compile(
    r'<section class="Sh">\n<h1 class="Sh"[^>]*>(?:<a[^>]*>)?(.*?)(?:</a>)?</h1>\n(.*?)</section>', re.S)


def render(path):
    """(heading, HTML) of each section. mandoc's ids would be there twice in a page beside those of the site."""
    html = subprocess.run(["mandoc", "-T", "html", "-O", "fragment", path], check=True, capture_output=True,
                          text=True).stdout
    for heading, body in SECTION.findall(html):
        body = re.sub(r'<a class="permalink"[^>]*>(.*?)</a>', r"\1", body, flags=re.S)
        body = re.sub(r' id="[^"]*"', "", body)
        body = body.replace('<h2 class="Ss">', '<p class="rubric">').replace("</h2>", "</p>")
        body = re.sub(r"<(/?)section[^>]*>", r"<\1div>", body)
        yield " ".join(heading.split()), body


def make(path, level):
    """The parts of a page, whose sections have headings of this level."""
    for heading, body in render(path):
        yield f"{'#' * level} {heading.capitalize()}"
        yield f"````{{raw}} html\n<div class=\"manual\">\n{body}</div>\n````"


def main(name, *arguments):
    *paths, folder = map(pathlib.Path, arguments)
    parts = []
    for path in paths:
        if len(paths) > 1:
            parts.append(f"## {path.stem}({path.suffix[1:]})")
        parts.extend(make(path, 2 if len(paths) == 1 else 3))
    markdown.write(folder / f"manual-{name}.md", *parts)


if __name__ == "__main__":
    main(*sys.argv[1:])
