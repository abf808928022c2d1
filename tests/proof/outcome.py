"""What a case made of a fault, by the rules of a real run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from conformance.errors import Inconclusive
from conformance.play import Record
from conformance.report.text import one_line
from conformance.report.verdict import DIFFERS, Word, judge
from conformance.requirements import lookup


@dataclass(frozen=True, slots=True)
class Outcome:
    """The verdict on one run of a case: one set of parameters, one family.

    `own` tells that what the case itself expects did not come; `broken` are the invariants that were seen broken,
    `stuck` that it came to no end by itself.
    """

    case: str
    run: str
    cites: tuple[str, ...]
    word: Word
    own: bool = False
    broken: tuple[str, ...] = ()
    reason: str = ""
    stuck: bool = False

    @property
    def blames(self) -> frozenset[str]:
        """The requirements under which a verdict on the target stands: a walk that failed blames nothing."""
        return frozenset((*(self.cites if self.own else ()), *self.broken)) if self.word in DIFFERS else frozenset()

    @property
    def shows(self) -> bool:
        """Whether the case saw what it is about: its own expectation failed, or an invariant that it cites."""
        return bool(self.blames & set(self.cites))

    def proves(self, taken_up: bool) -> bool:
        """Tell whether the case can tell something apart: it shows what it is about.

        `taken_up`: it is about a MAY that the reference does not take up; then it is to conform for once.
        """
        return self.word == "conforms" if taken_up else self.shows


class Stuck(Inconclusive):
    """The fault lets the case come to no end."""


def outcome_of(case: str, run: str, cites: Sequence[str], record: Record) -> Outcome:
    """Judge a case that was played."""
    broken = [str(one.requirement) for one in record.case.violations] if record.case else []  # type: ignore[attr-defined]
    levels = [(lookup(name).level, False) for name in broken]
    phase = "call" if record.phase == "call" else "setup"
    kind, level = type(record.error) if record.error else None, lookup(cites[0]).level
    own = judge(phase, kind, level).word in DIFFERS
    word = judge(phase, kind, level, violations=levels).word
    reason = one_line(record.error) if record.error else ""
    return Outcome(case, run, tuple(cites), word, own, tuple(broken), reason, isinstance(record.error, Stuck))
