"""The matrix as a value: what is in each cell, what is wrong with it, and how it is written down."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from proof.collect import ROOT

from matrix.impossible import REASONS
from matrix.kinds import KINDS
from matrix.watch import STATES, Cell

FILE = ROOT / "cases" / "matrix.json"


@dataclass(slots=True)
class Matrix:
    """By cell: the cases that fill it, and with which walks (empty for a case that has none)."""

    cells: dict[Cell, dict[str, set[str]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(set)))

    def take(self, case: str, walk: str, cells: list[Cell]) -> None:
        """Take note of what a case sent after a walk."""
        for cell in cells:
            self.cells[cell][case].add(walk)

    def faults(self) -> Iterator[str]:
        """Say which cells are empty without a reason, and which have a reason although they are not."""
        for state in STATES:
            for kind in KINDS:
                filled, reason = (state, kind) in self.cells, REASONS.get(state, {}).get(kind)
                if not filled and not reason:
                    yield f"no case sends this segment in {state}: {kind}"
                if filled and reason:
                    yield f"{state}, {kind} is said to be impossible, but {min(self.cells[state, kind])} does it"

    def text(self) -> str:
        """Return what `cases/matrix.json` has to say: the most special cases of a cell first."""
        document = {
            "segments": KINDS,
            "states": {state: {kind: self._cell(state, kind) for kind in KINDS} for state in STATES},
        }
        return json.dumps(document, indent=1, ensure_ascii=False) + "\n"

    def _cell(self, state: str, kind: str) -> dict[str, Any]:
        cases = self.cells.get((state, kind))
        if cases is None:
            return {"impossible": REASONS.get(state, {}).get(kind, "")}
        special = sorted(cases, key=lambda case: (self._spread(case), case))
        return {"cases": {case: sorted(cases[case]) for case in special}}

    def _spread(self, case: str) -> int:
        return sum(case in cases for cases in self.cells.values())

    def table(self) -> Iterator[str]:
        """One line for each state: how many cases fill each cell; `-` where there can be none."""
        width = max(map(len, STATES))
        yield from (f"{'':{width}} {'|   ' * at}{kind}" for at, kind in enumerate(KINDS))
        for state in STATES:
            row = (f"{len(self.cells.get((state, kind), ())) or '-':<4}" for kind in KINDS)
            yield f"{state:<{width}} {''.join(row)}".rstrip()


def is_current(text: str, path: Path = FILE) -> bool:
    """Tell whether the file says the same."""
    return path.is_file() and path.read_text(encoding="utf-8") == text
