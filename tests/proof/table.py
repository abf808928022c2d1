"""The matrix in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from proof.matrix import Matrix
from proof.outcome import Outcome

_NAMES = 3
"""How many names a line has room for."""


def faults_table(matrix: Matrix, names: Sequence[str]) -> Iterator[str]:
    """One line for each fault: by how many cases it is found, and by which."""
    width = max((len(name) for name in names), default=0)
    for name in names:
        cases = sorted(matrix.found.get(name, {}))
        yield f"{len(cases):5}  {name:<{width}}  {_some([case.rpartition('::')[2] for case in cases])}".rstrip()


def cases_table(matrix: Matrix) -> Iterator[str]:
    """One line for each case: how many faults it catches, and which."""
    for case in matrix.cases:
        caught = sorted(matrix.caught.get(case, ()))
        mark = " (of something else)" if case in matrix.elsewhere else ""
        yield f"{len(caught):5}  {case}  {_some(caught)}{mark}".rstrip()


def outcome_line(outcome: Outcome) -> str:
    """One line for what became of a run."""
    broken = f" (invariants: {', '.join(outcome.broken)})" if outcome.broken else ""
    return f"{outcome.word:<14} {outcome.case}[{outcome.run}]{broken}: {outcome.reason}"


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMES} more" if len(names) > _NAMES else ""
    return ", ".join(names[:_NAMES]) + more
