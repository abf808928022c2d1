"""Faults that no case can find, and cases that no fault can prove: a short list, with a reason each."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).parent / "exceptions.toml"


@dataclass(frozen=True, slots=True)
class Exceptions:
    """Reasons by name, of faults and of cases."""

    faults: dict[str, str]
    cases: dict[str, str]

    def __len__(self) -> int:
        return len(self.faults) + len(self.cases)

    def stale(self, open_faults: Collection[str], open_cases: Collection[str]) -> Iterator[str]:
        """Say which entries are to go, when so much is still open."""
        for kind, names, still_open in (("fault", self.faults, open_faults), ("case", self.cases, open_cases)):
            for name in names:
                if name not in still_open:
                    yield f"the {kind} {name} is {'found' if kind == 'fault' else 'proven'}, or there is none such"


def load(path: Path = FILE) -> Exceptions:
    """Read the list. ValueError when an entry is not just a name and a reason, or comes twice."""
    with path.open("rb") as file:
        document = tomllib.load(file)
    if set(document) - {"fault", "case"}:
        raise ValueError(f"{path}: there are [[fault]] and [[case]] only")
    return Exceptions(_reasons(path, document.get("fault", [])), _reasons(path, document.get("case", [])))


def _reasons(path: Path, entries: list[dict[str, str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for entry in entries:
        if set(entry) != {"name", "reason"} or not entry["reason"].strip() or entry["name"] in found:
            raise ValueError(f"{path}: an entry has a name, which comes once, and a reason: {entry}")
        found[entry["name"]] = entry["reason"]
    return found
