"""What the programs that make pages share: Markdown, and writing it."""
import pathlib


def cell(text):
    """A text in a cell of a table, as it stands."""
    return escape(text).replace("|", "\\|").replace("\n", " ")


def escape(text):
    """A text that Markdown takes for no mark-up."""
    return "".join("\\" + character if character in "\\`*_<>[]#$" else character for character in text)


def code(text):
    return "`" + str(text).replace("|", "\\|") + "`"


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def write(path, *parts):
    """Writes the parts, an empty line after each; only where that changes the file, which Sphinx would read again."""
    path = pathlib.Path(path)
    text = "\n".join(part.rstrip("\n") + "\n" for part in parts)
    if not path.exists() or path.read_text() != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
