#!/usr/bin/env python3
"""headers.py HEADER FOLDER: the first comment of a header, as it stands there, for a page on it."""
import pathlib
import re
import sys

import markdown


def main(path, folder):
    path = pathlib.Path(path)
    comment = re.match(r"/\*\n(.*?)\n \*/", path.read_text(), re.S).group(1)
    text = re.sub(r"^ \* ?", "", comment, flags=re.M)
    markdown.write(f"{folder}/{path.stem}.md", f"```text\n{text}\n```")


if __name__ == "__main__":
    main(*sys.argv[1:])
