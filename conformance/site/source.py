"""The source of the cases, to be shown beside their verdicts."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path


class Sources:
    """Finds a case's function in its file, its decorators included."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._functions = cache(self._read)

    def of(self, case: str) -> str:
        """Return the source of `folder/file.py::function`; nothing for a case that is not there any more."""
        file, _, function = case.partition("::")
        return self._functions(file).get(function, "")

    def _read(self, file: str) -> dict[str, str]:
        path = self._root / file
        if not path.is_file():
            return {}
        text = path.read_text(encoding="utf-8")
        lines = text.splitlines()
        found = {}
        for node in ast.parse(text).body:
            if isinstance(node, ast.FunctionDef):
                first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
                found[node.name] = "\n".join(lines[first - 1 : node.end_lineno])
        return found
