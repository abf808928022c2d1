"""Which deviations a case is known to catch: what `make proof` found out with the reference endpoint."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

_FILE = Path(__file__).parents[2] / "cases" / "proof.json"
_MOST = 12
"""How many are named; what else there is, is counted."""


def catches(case: str, path: Path = _FILE) -> tuple[str, ...]:
    """Name the deviations that `case` (`folder/file.py::function`) catches; none where nobody has tried."""
    known = _read(path)
    return tuple(known["faults"].get(name, name) for name in known["cases"].get(case, ()))


def listed(case: str, path: Path = _FILE) -> str:
    """Say it as a list in Markdown; empty where there is nothing to say."""
    found = catches(case, path)
    more = (f"and {len(found) - _MOST} more",) if len(found) > _MOST else ()
    return (
        "\n".join(("This case is known to catch:\n", *(f"- {one}" for one in (*found[:_MOST], *more)))) if found else ""
    )


@cache
def _read(path: Path) -> dict[str, dict[str, str]]:
    if not path.is_file():
        return {"cases": {}, "faults": {}}
    document: dict[str, dict[str, str]] = json.loads(path.read_text(encoding="utf-8"))
    return document
