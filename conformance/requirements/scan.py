"""Which cases there are, and for which requirements, without importing one: by reading the source."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

Constants = Mapping[str, ast.expr]
"""What a module assigns to names, such as a tuple of requirements that several of its cases share."""


def scan(root: Path) -> dict[str, tuple[str, ...]]:
    """Map each case under `root`, such as `rfc9293/test_reset.py::test_name`, to the requirements it names."""
    found: dict[str, tuple[str, ...]] = {}
    for path in sorted(root.rglob("test_*.py")):
        name = path.relative_to(root).as_posix()
        body = ast.parse(path.read_bytes(), str(path)).body
        constants = {
            target.id: node.value
            for node in body
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for node in body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                found[f"{name}::{node.name}"] = tuple(_names(node, constants))
    return found


def _names(case: ast.FunctionDef, constants: Constants) -> Iterator[str]:
    for decorator in case.decorator_list:
        for node in ast.walk(decorator):
            if isinstance(node, ast.Call) and _called(node) in ("requirement", "marks"):
                for argument in node.args:
                    yield from _words(argument, constants)


def _words(node: ast.expr, constants: Constants) -> Iterator[str]:
    if isinstance(node, ast.Name) and node.id in constants:
        node = constants[node.id]
    if isinstance(node, ast.Starred):
        yield from _words(node.value, constants)
    elif isinstance(node, ast.Tuple | ast.List):
        for element in node.elts:
            yield from _words(element, constants)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value


def _called(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
