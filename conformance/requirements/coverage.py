"""What of the catalogue is covered: by RFC, level and topic."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from conformance.requirements import LEVELS, Requirement, of_rfc, rfcs


@dataclass(slots=True)
class Tally:
    """How many requirements there are, and how many of them are covered."""

    requirements: int = 0
    covered: int = 0

    def take(self, covered: bool) -> None:
        """Count one more."""
        self.requirements += 1
        self.covered += covered

    def __str__(self) -> str:
        return f"{self.covered}/{self.requirements}"


@dataclass(slots=True)
class Coverage(Tally):
    """The tally of an RFC, or of several: of all, of those that somebody outside can see, by level and by topic."""

    observable: Tally = field(default_factory=Tally)
    levels: dict[str, Tally] = field(default_factory=dict)
    topics: dict[str, Tally] = field(default_factory=dict)

    def plain(self) -> dict[str, Any]:
        """Return it as plain values, for a document."""
        return asdict(self)


def coverage_of(names: Collection[str], requirements: Iterable[Requirement]) -> Coverage:
    """Return how much of `requirements` is among `names`. Levels come gravest first, topics by their names."""
    found = Coverage()
    for one in requirements:
        covered = one.id in names
        found.take(covered)
        if is_observable(one):
            found.observable.take(covered)
        found.levels.setdefault(one.level, Tally()).take(covered)
        found.topics.setdefault(one.topic, Tally()).take(covered)
    found.levels = _sorted(found.levels, LEVELS.index)
    found.topics = _sorted(found.topics, str)
    return found


def by_rfc(names: Collection[str]) -> dict[str, Coverage]:
    """Return the coverage of each RFC of the catalogue by its number."""
    return {number: coverage_of(names, of_rfc(number).values()) for number in rfcs()}


def is_observable(requirement: Requirement) -> bool:
    """Tell whether the wire or the target's user can show it."""
    return requirement.observable != "internal"


def uncovered(names: Collection[str], number: str) -> Iterator[Requirement]:
    """Yield the observable requirements of an RFC that are not among `names`."""
    return (one for one in of_rfc(number).values() if is_observable(one) and one.id not in names)


def _sorted(tallies: dict[str, Tally], key: Callable[[str], Any]) -> dict[str, Tally]:
    return {name: tallies[name] for name in sorted(tallies, key=key)}
