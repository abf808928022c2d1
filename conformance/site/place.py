"""The folder of the site: what is the same already is not written again, what is left of an earlier site goes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from conformance.errors import UsageProblem


class Place:
    """Writes files below `root`, and knows which it has written."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._written: set[Path] = set()
        self._folders: set[Path] = set()

    def claim(self, marks: Mapping[str, bytes]) -> None:
        """Write the files that every site has. UsageProblem for a folder with anything else but an earlier site, which
        `sweep` would remove."""
        if self.root.exists() and not self.root.is_dir():
            raise UsageProblem(f"{self.root} is no folder: name another with --out")
        if self.root.is_dir() and any(self.root.iterdir()) and not all((self.root / name).is_file() for name in marks):
            raise UsageProblem(f"{self.root} has files that are no site's: name an empty folder with --out")
        for name, content in marks.items():
            self.write(name, content)

    def write(self, name: str, content: bytes) -> None:
        """Write a file; `name` is relative, with slashes."""
        path = self.root / name
        self._written.add(path)
        if path.parent not in self._folders:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._folders.add(path.parent)
        try:
            if path.read_bytes() == content:
                return
        except OSError:
            pass
        path.write_bytes(content)

    def have(self, name: str) -> None:
        """Take note of a file that another process has written."""
        self._written.add(self.root / name)

    def sweep(self) -> None:
        """Remove every other file, and the folders that are empty then."""
        for path in sorted(self.root.rglob("*"), reverse=True):
            if path.is_dir():
                if not any(path.iterdir()):
                    path.rmdir()
            elif path not in self._written:
                path.unlink()
