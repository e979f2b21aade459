"""A copy of folders of the source with faults put into it, and a build's commands made to compile that copy."""

import pathlib
import re
import shutil

SOURCE = pathlib.Path(__file__).resolve().parent.parent.parent


class Edited:
    """The copy lies in `folder`. The edits are of files below strategies/: file, text, text to put in its place."""

    def __init__(self, binary, folder, parts, edits):
        self._binary, self._doors = pathlib.Path(binary).resolve(), folder / "doors"
        self.root = folder / "source"
        self._parts = "|".join(parts)
        for part in parts:
            shutil.rmtree(self.root / part, ignore_errors=True)
            shutil.copytree(SOURCE / part, self.root / part)
        for file, old, new in edits:
            path = self.root / "strategies" / file
            text = path.read_text()
            if old not in text:
                raise RuntimeError(f"{file} does not hold what is to be replaced: {old!r}")
            path.write_text(text.replace(old, new))
        self._copy_doors()

    def _copy_doors(self):
        """Rooms include each other through links (scripts/rooms.cmake), which have to lead into the copy, too."""
        shutil.rmtree(self._doors, ignore_errors=True)
        for link in (self._binary / "doors").glob("*/*"):
            copy = self._doors / link.relative_to(self._binary / "doors")
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.symlink_to(self.words(str(link.readlink())))

    def words(self, text):
        """The text, of a command say, with paths that lead into the copy."""
        text = re.sub(rf"{re.escape(str(SOURCE))}/({self._parts})(?=[/\s]|$)", rf"{self.root}/\1", text)
        return re.sub(rf"{re.escape(str(self._binary))}/doors(?=[/\s]|$)", str(self._doors), text)
