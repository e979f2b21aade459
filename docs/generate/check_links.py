#!/usr/bin/env python3
"""check_links.py FOLDER: follows the links between the pages of a site. Each must lead to a file that is there, and to
an element in it where the link names one; and nothing that a page loads may lie outside. Links that readers click may
lead elsewhere, and are not followed."""
import html.parser
import pathlib
import re
import sys
import urllib.parse

LOADED = {("img", "src"), ("script", "src"), ("iframe", "src"), ("source", "src"), ("object", "data"),
          ("video", "src"), ("audio", "src"), ("image", "href"), ("use", "href")}
LOADED_RELATIONS = {"stylesheet", "icon", "preload", "preconnect", "dns-prefetch", "modulepreload", "manifest",
                    "shortcut icon"}

ADDRESS_IN_STYLE = re.compile(r"""(?:url\(|@import\s(?!\s*url\())\s*['"]?([^'")\s;]+)""")


class Page(html.parser.HTMLParser):
    """The ids, links and loaded addresses of a page."""

    def __init__(self, path):
        super().__init__()
        self.ids, self.links, self.loaded = set(), [], []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        self.ids.update(value for name, value in attributes if name in ("id", "name") and value)
        for name, value in attributes:
            if value is None:
                continue
            if (tag, name) in LOADED or (tag == "link" and name == "href" and values.get("rel") in LOADED_RELATIONS):
                self.loaded.append(value)
            elif name == "srcset":
                self.loaded.extend(part.split()[0] for part in value.split(","))
            elif tag == "a" and name == "href":
                self.links.append(value)

    handle_startendtag = handle_starttag


def is_outside(address):
    return bool(urllib.parse.urlsplit(address).scheme or urllib.parse.urlsplit(address).netloc)


class Site:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder).resolve()
        self.pages = {path: Page(path) for path in sorted(self.folder.rglob("*.html"))}
        self.faults = []

    def complain(self, path, words):
        self.faults.append(f"{path.relative_to(self.folder)}: {words}")

    def follow(self, path, address):
        """Whether there is what the address names, seen from the page."""
        split = urllib.parse.urlsplit(address)
        target = (path.parent / urllib.parse.unquote(split.path)).resolve() if split.path else path
        if not target.is_file() or not target.is_relative_to(self.folder):
            self.complain(path, f'"{address}" leads to no file of the site')
        elif split.fragment and target in self.pages and \
                urllib.parse.unquote(split.fragment) not in self.pages[target].ids:
            self.complain(path, f'"{address}" leads to an element that is not there')

    def check_page(self, path, page):
        for address in page.loaded:
            if address.startswith("data:"):
                continue
            if is_outside(address):
                self.complain(path, f'loads "{address}" from elsewhere')
            else:
                self.follow(path, address)
        for address in page.links:
            if not is_outside(address):
                self.follow(path, address)

    def check_style(self, path):
        for address in ADDRESS_IN_STYLE.findall(path.read_text(encoding="utf-8")):
            if is_outside(address) and not address.startswith("data:"):
                self.complain(path, f'loads "{address}" from elsewhere')

    def check(self):
        for path, page in self.pages.items():
            self.check_page(path, page)
        for path in self.folder.rglob("*.css"):
            self.check_style(path)
        return self.faults


def main(folder):
    site = Site(folder)
    faults = site.check()
    for fault in faults:
        print(fault, file=sys.stderr)
    if not site.pages:
        sys.exit(f"{folder}: found no page")
    print(f"{len(site.pages)} pages, {sum(len(page.links) for page in site.pages.values())} links, "
          f"{len(faults)} faults")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main(*sys.argv[1:])
