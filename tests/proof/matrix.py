"""What the matrix says: which fault is found by which case, which case is proven by which fault."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from conformance.invariants import RULES
from conformance.requirements import lookup
from proof.outcome import Outcome

WATCHED = frozenset(requirement for requirement, _ in RULES)
"""What every case watches, whatever it is about."""


@dataclass(frozen=True, slots=True)
class Run:
    """A case with one set of parameters; its number is its place among all runs."""

    number: int
    case: str
    cites: tuple[str, ...]
    family: str = "ipv4"


def citing(breaks: Sequence[str], runs: Iterable[Run]) -> list[int]:
    """Return the runs that have to find a fault: they cite what it breaks."""
    return [run.number for run in runs if set(breaks) & set(run.cites)]


def watching(breaks: Sequence[str], runs: Iterable[Run]) -> list[int]:
    """Return the first run of each case, where an invariant watches what a fault breaks: any case may find it then."""
    first = {run.case: run.number for run in reversed(list(runs))}
    return sorted(first.values()) if WATCHED & set(breaks) else []


@dataclass(slots=True)
class Matrix:
    """Faults by what they break, cases, and what is known so far of both. `before` is each case without a fault."""

    breaks: Mapping[str, tuple[str, ...]]
    runs: Sequence[Run]
    before: dict[str, list[Outcome]] = field(default_factory=dict)
    found: dict[str, dict[str, Outcome]] = field(default_factory=dict)
    caught: dict[str, set[str]] = field(default_factory=dict)
    elsewhere: dict[str, str] = field(default_factory=dict)

    @property
    def cases(self) -> list[str]:
        """The cases, sorted."""
        return sorted({run.case for run in self.runs})

    def take(self, fault: str | None, outcomes: Iterable[Outcome]) -> None:
        """Take in what became of some runs against a fault, or without one."""
        for outcome in outcomes:
            if fault is None:
                self.before.setdefault(outcome.case, []).append(outcome)
                continue
            blamed = outcome.blames & set(self.breaks[fault])
            if blamed:
                self.found.setdefault(fault, {}).setdefault(outcome.case, outcome)
            if blamed & set(outcome.cites):
                self.caught.setdefault(outcome.case, set()).add(fault)

    def not_taken_up(self, case: str) -> bool:
        """Tell whether the case is about a MAY that the reference does not take up."""
        return any(outcome.word == "not offered" for outcome in self.before.get(case, ()))

    def unfound(self) -> list[str]:
        """The faults that nobody found."""
        return sorted(set(self.breaks) - set(self.found))

    def unproven(self) -> list[str]:
        """The cases that failed on no fault."""
        return [case for case in self.cases if case not in self.caught]

    def catches_elsewhere(self, case: str, fault: str) -> None:
        """A case that caught none of the faults that break what it cites, catches another."""
        self.caught[case] = {fault}
        self.elsewhere[case] = fault

    def nearest(self, case: str) -> list[str]:
        """Every fault, beginning with those that break what is near to what the case cites."""
        cites = next(run.cites for run in self.runs if run.case == case)
        return sorted(self.breaks, key=lambda fault: (_distance(cites, self.breaks[fault]), fault))


@cache
def _distance(cites: tuple[str, ...], breaks: tuple[str, ...]) -> int:
    """0: a requirement in common, 1: topic and section, 2: one of them, 3: the RFC, 4: nothing."""
    pairs = [(lookup(one), lookup(other)) for one in cites for other in breaks]
    return min(
        0
        if one == other
        else 3 - (one.section == other.section) - (one.topic == other.topic)
        if one.rfc == other.rfc
        else 4
        for one, other in pairs
    )


def wrong_before(outcomes: Iterable[Outcome]) -> list[Outcome]:
    """Return what did not conform on the endpoint without a fault, and had no right to.

    `not applicable` is right where the catalogue calls something that the case shows an optional feature, `not
    offered` where it is a MAY (which the judge has seen to).
    """
    fine = ("conforms", "not offered")
    optional = [one for one in outcomes if one.word not in fine]
    return [
        one for one in optional if one.word != "not applicable" or not any(lookup(name).feature for name in one.cites)
    ]
