#!/usr/bin/env python3
"""flame.py FOLDED FOLDER: a flame graph for each class of requests, FOLDER/CLASS.svg.

FOLDED has a line for each sample: "class;outermost;...;innermost count". The idea of the drawing is Brendan Gregg's.
"""
import collections
import html
import pathlib
import sys

WIDTH, ROW, LETTER = 1200, 18, 7


def read(path):
    """{class: tree}; a tree is [count, {name: tree}]."""
    classes = collections.defaultdict(lambda: [0, {}])
    for line in pathlib.Path(path).read_text().splitlines():
        stack, count = line.rsplit(" ", 1)
        name, *frames = stack.split(";")
        tree = classes[name]
        tree[0] += int(count)
        for frame in frames:
            tree = tree[1].setdefault(frame, [0, {}])
            tree[0] += int(count)
    return classes


def depth_of(tree):
    return 1 + max(map(depth_of, tree[1].values()), default=0)


def boxes(name, tree, left, level, unit):
    """(left, level, width, name, count) of a frame and of all that it calls, side by side above it."""
    yield left, level, tree[0] * unit, name, tree[0]
    for called, inner in sorted(tree[1].items()):
        yield from boxes(called, inner, left, level + 1, unit)
        left += inner[0] * unit


def draw(name, tree):
    height = depth_of(tree) * ROW
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" font-family="monospace" '
             f'font-size="12"><title>{html.escape(name)}: {tree[0]} samples</title>']
    for left, level, width, text, count in boxes(name, tree, 0, 0, WIDTH / tree[0]):
        top = height - (level + 1) * ROW
        shade = 40 + sum(map(ord, text)) % 20
        label = html.escape(text[:max(0, int(width / LETTER) - 1)])
        parts.append(f'<g><title>{html.escape(text)}: {count} of {tree[0]}</title>'
                     f'<rect x="{left:.1f}" y="{top}" width="{width:.1f}" height="{ROW - 1}" '
                     f'fill="hsl({shade},80%,65%)"/><text x="{left + 3:.1f}" y="{top + 13}">{label}</text></g>')
    return "\n".join(parts + ["</svg>", ""])


def main(folded, folder):
    for name, tree in read(folded).items():
        (pathlib.Path(folder) / f"{name}.svg").write_text(draw(name, tree))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
