"""States against segments over all stacks: on how many of them each kind of segment, in each state, ends how."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from conformance.report.matrix import read, runs_in
from conformance.report.verdict import DIFFERS, JUDGED, Verdict
from conformance.site.results import decisive

ByCase = Mapping[str, dict[str, list[Verdict]]]
"""By the name of the stack, and by case, its verdicts."""


def states(stacks: ByCase) -> dict[str, dict[str, dict[str, Any]]]:
    """Return by state and segment the gravest `verdict`, on how `many` stacks it is that, how many were `judged`, and
    the `cases`; for a cell that cannot exist, why it is `impossible`."""
    return {state: {kind: _cell(cell, stacks) for kind, cell in row.items()} for state, row in read()["states"].items()}


def _cell(cell: dict[str, Any], stacks: ByCase) -> dict[str, Any]:
    if "impossible" in cell:
        return cell
    ends = [found for by_case in stacks.values() if (found := decisive(runs_in(cell, by_case)))]
    worst = decisive(ends)
    return {
        "verdict": worst.verdict if worst else None,
        "many": sum(worst is not None and one.verdict == worst.verdict for one in ends),
        "judged": sum(one.verdict in JUDGED for one in ends),
        "cases": [_case(case, {"cases": {case: walks}}, stacks) for case, walks in cell["cases"].items()],
    }


def _case(case: str, of: dict[str, Any], stacks: ByCase) -> dict[str, Any]:
    """Tell of a case in a cell which stacks differ."""
    return {"case": case, "differ": list(_differing(of, stacks)), "run": any(case in one for one in stacks.values())}


def _differing(of: dict[str, Any], stacks: ByCase) -> Iterator[tuple[str, str]]:
    for name, by_case in stacks.items():
        found = decisive(runs_in(of, by_case))
        if found is not None and found.verdict in DIFFERS:
            yield name, found.verdict
