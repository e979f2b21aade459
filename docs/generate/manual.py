#!/usr/bin/env python3
"""manual.py PAGE.SECTION... FOLDER: manual pages as HTML within Markdown, by mandoc, a heading for each section."""
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


def main(*arguments):
    *paths, folder = arguments
    for path in map(pathlib.Path, paths):
        parts = []
        for heading, body in render(path):
            parts.append(f"## {heading.capitalize()}")
            parts.append(f"````{{raw}} html\n<div class=\"manual\">\n{body}</div>\n````")
        markdown.write(f"{folder}/manual-{path.name}.md", *parts)


if __name__ == "__main__":
    main(*sys.argv[1:])
