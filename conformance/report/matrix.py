"""The state x segment matrix with the verdicts of a run in it.

Which case sends which segment to a target in which state is in `cases/matrix.json`; `make matrix` finds it out.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from conformance.report.verdict import Verdict, gravest

_FILE = Path(__file__).parents[2] / "cases" / "matrix.json"


@cache
def read(path: Path = _FILE) -> dict[str, Any]:
    """Return the matrix: `segments`, and under `states`, by state and segment, `cases` with their walks, or why the
    cell is `impossible`. A copy without that file has an empty one."""
    if not path.is_file():
        return {"segments": [], "states": {}}
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def matrix_of(verdicts: Iterable[Verdict]) -> dict[str, dict[str, dict[str, Any]]]:
    """Return by state and segment the gravest `verdict` in the cell (None: not run) and how many `runs` are in it.

    A cell that cannot exist has `impossible` instead, with the reason.
    """
    by_case = index(verdicts)
    return {
        state: {kind: _cell(cell, by_case) for kind, cell in row.items()} for state, row in read()["states"].items()
    }


def _cell(cell: dict[str, Any], by_case: dict[str, list[Verdict]]) -> dict[str, Any]:
    if "impossible" in cell:
        return cell
    words = [verdict.verdict for verdict in runs_in(cell, by_case)]
    return {"verdict": gravest(words), "runs": len(words)}


def index(verdicts: Iterable[Verdict]) -> dict[str, list[Verdict]]:
    """Return the verdicts by case."""
    by_case: dict[str, list[Verdict]] = defaultdict(list)
    for verdict in verdicts:
        by_case[verdict.case].append(verdict)
    return by_case


def runs_in(cell: dict[str, Any], by_case: dict[str, list[Verdict]]) -> Iterator[Verdict]:
    """Yield what was judged in a cell: of its cases, the runs that began with one of the cell's walks."""
    for case, walks in cell["cases"].items():
        for verdict in by_case.get(case, ()):
            if verdict.parameters.get("walk", "") in walks:
                yield verdict
