"""Which cases there are, and for which requirements, without importing one: by reading the source."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path


def scan(root: Path) -> dict[str, tuple[str, ...]]:
    """Map each case under `root`, such as `rfc9293/test_reset.py::test_name`, to the requirements it names."""
    found: dict[str, tuple[str, ...]] = {}
    for path in sorted(root.rglob("test_*.py")):
        name = path.relative_to(root).as_posix()
        for node in ast.parse(path.read_bytes(), str(path)).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                found[f"{name}::{node.name}"] = tuple(_names(node))
    return found


def _names(case: ast.FunctionDef) -> Iterator[str]:
    for decorator in case.decorator_list:
        for node in ast.walk(decorator):
            if isinstance(node, ast.Call) and _called(node) in ("requirement", "marks"):
                yield from (
                    arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)
                )


def _called(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
