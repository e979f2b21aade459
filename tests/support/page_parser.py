"""Reads a page of `bench report` as a browser would, as far as tests look at it."""
import html.parser


class Page(html.parser.HTMLParser):
    """text; sections: text by id; tables: rows by id, each a dict by column, with the head above it as "head" if it has
    one; elements: (name, attributes); scripts, and data: what is in elements of that name that are not run."""

    VOID = {"meta", "link", "br", "input", "path", "rect", "circle", "use"}

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.elements, self.sections, self.tables = [], {}, {}
        self.text, self.scripts, self.data = "", [], []
        self.figures = self.drawn = 0
        self._section = self._rows = self._heads = self._cell = self._in = None

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.elements.append((tag, attributes))
        self._in, self._type = tag, attributes.get("type")
        if tag == "section":
            self._section = attributes["id"]
            self.sections[self._section] = ""
        elif tag == "table":
            self._heads, self._rows = [], self.tables.setdefault(attributes["id"], [])
        elif tag == "tr":
            self._rows.append([])
        elif tag in ("td", "th"):
            self._rows[-1].append("")
        elif tag == "figure":
            self.figures += 1
        elif tag == "svg":
            self.drawn += 1
        self._cell = tag if tag in ("td", "th") else None if tag in ("tr", "table", "p", "li", "h2") else self._cell

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag):
        if tag == "table":
            self._cell = None
        if tag in ("script", "style"):
            self._in = None

    def handle_data(self, data):
        if self._in == "script":
            (self.data if self._type else self.scripts).append(data)
        elif self._in != "style":
            self.text += data
            if self._section:
                self.sections[self._section] += data
            if self._cell:
                self._rows[-1][-1] += data.rstrip("\n")

    def finish(self):
        for name, (columns, *rows) in self.tables.items():
            head, found = {}, []
            for row in rows:
                if len(row) == 1 < len(columns):
                    head = {"head": row[0]}
                else:
                    found.append({**dict(zip(columns, row)), **head})
            self.tables[name] = found


def parse(path):
    page = Page()
    with open(path, encoding="utf-8") as file:
        page.feed(file.read())
    page.close()
    page.finish()
    return page
