"""Looks at what `bench report` made of hostile.json: hostile.html, hostile.md, hostile.txt and figures/."""
import base64
import csv
import glob
import hashlib
import json
import re
import subprocess
import xml.etree.ElementTree

import page_parser

TAGS = set("""html head meta link title style body header h1 h2 h3 p nav a main section div ul li strong code figure svg
g path rect circle text desc figcaption table caption thead tbody tr th td details summary span sup script""".split())
ATTRIBUTES = set("""lang charset name content http-equiv rel href id class scope colspan title data-v data-search role
aria-label aria-labelledby aria-describedby viewbox fill fill-rule stroke stroke-width stroke-linejoin stroke-dasharray transform font-size text-anchor d x y cx cy r
style type paint-order""".split())
BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def check_page():
    page = page_parser.parse("hostile.html")
    for tag, attributes in page.elements:
        assert tag in TAGS, tag
        assert set(attributes) <= ATTRIBUTES, (tag, attributes)
        target = attributes.get("href", "#")
        assert target.startswith("#") or target == "data:,", target
    assert len(page.scripts) == 1 and "alert" not in page.scripts[0]
    assert len(page.data) == 1 and "<" not in page.data[0] and page.data[0].isascii() and json.loads(page.data[0])
    assert {a["type"] for t, a in page.elements if t == "script" and "type" in a} == {"application/json"}
    policy = next(a["content"] for t, a in page.elements if t == "meta" and "http-equiv" in a)
    digest = base64.b64encode(hashlib.sha256(page.scripts[0].encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in policy, policy
    assert "default-src 'none'" in policy
    assert "<img src=x onerror=alert(1)>" in page.text and "</script><script>alert(2)</script>" in page.text
    ids = [a["id"] for _, a in page.elements if "id" in a]
    assert len(ids) == len(set(ids)), "ids are not unique"


def check_figures():
    names = glob.glob("figures/*.csv")
    assert names
    for name in names:
        with open(name, newline="", encoding="utf-8") as file:
            rows = list(csv.reader(file))
        assert {len(row) for row in rows} == {6}, name
        for row in rows[1:]:
            assert not row[0].startswith(("=", "+", "-", "@")) and not row[1].startswith(("=", "+", "-", "@")), row
            assert float(row[2]) > 0
    for name in glob.glob("figures/*.svg"):
        root = xml.etree.ElementTree.parse(name).getroot()
        tags = {element.tag.rpartition("}")[2] for element in root.iter()}
        assert tags <= {"svg", "title", "desc", "g", "path", "circle", "rect", "text"}, (name, tags)
    for name in glob.glob("figures/*.gp"):
        with open(name, encoding="utf-8") as file:
            check_script(file.read())
    assert len(glob.glob("figures/*.svg")) == len(names)


def check_script(script):
    """Without what stands between single quotes, a script is made of known words and numbers only."""
    bare = re.sub(r"'(?:[^'\n]|'')*'", "TEXT", script)
    for line in bare.splitlines():
        assert re.match(r"#|set (terminal|output|encoding|[lrbt]margin|border|grid|tics|datafile|[xy]range|logscale"
                        r"|[xy]tics|[xy]label|key|arrow|label) |\$(values|intervals)\d+ << EOD$|EOD$|plot |     \$values"
                        r"|     \$intervals|[-0-9. e+]*$", line), line
        assert "`" not in line and "!" not in line and "system" not in line and '"' not in line, line


def check_markdown():
    with open("hostile.md", encoding="utf-8") as file:
        text = file.read()
    # What is left when code spans and escapes are taken out, must hold no markup but that of the report itself.
    bare = re.sub(r"(`+) .*? \1(?!`)|`[^`\n]*`|<!-- -->|\\.", " ", text)
    bare = re.sub(r"!\[[^]]*\]\(<figures/[-A-Za-z0-9]+\.svg>\)", "", bare)
    assert not re.search(r"<|\[|\]\(|://|@\w", bare), re.findall(r".{30}(?:<|\[|\]\(|://|@\w).{30}", bare)


def check_text():
    for name in ("hostile.html", "hostile.md", "hostile.txt", *glob.glob("figures/*.svg"), *glob.glob("figures/*.csv")):
        with open(name, encoding="utf-8", newline="") as file:
            text = file.read()
        assert not BIDI.search(text), name
        assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]", text), name


check_page()
check_figures()
check_markdown()
check_text()
