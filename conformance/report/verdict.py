"""What a case is worth, from what happened in it and the level of its requirement. Pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import pytest

from conformance.errors import NotApplicable
from conformance.requirements import Level

Word = Literal["violates", "deviates", "not offered", "inconclusive", "not applicable", "conforms"]

WORDS: tuple[Word, ...] = get_args(Word)
"""The six verdicts, gravest first."""

DIFFERS: frozenset[Word] = frozenset({"violates", "deviates", "not offered"})
"""The verdicts of a target that was seen to do something else than its requirement says."""

JUDGED: frozenset[Word] = DIFFERS | {"conforms"}
"""The verdicts that tell something about the target: these requirements are covered."""

_BY_LEVEL: dict[Level, Word] = {
    "MUST": "violates",
    "MUST NOT": "violates",
    "SHOULD": "deviates",
    "SHOULD NOT": "deviates",
    "MAY": "not offered",
}


def gravest(words: Iterable[Word]) -> Word | None:
    """Return the gravest of some verdicts; None of none."""
    return min(words, key=WORDS.index, default=None)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The verdict on one case, as `verdicts.json` has it (reports/README.md tells what each field means)."""

    target: str
    case: str
    family: str
    parameters: dict[str, str]
    requirements: tuple[str, ...]
    level: Level
    verdict: Word
    known: str | None
    reason: str
    seconds: float
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict, whether the profile knows the deviation, and what decided: a broken invariant's number, or the case.

    `known` with `conforms`: the profile expects a deviation that is no longer there.
    """

    word: Word
    known: bool = False
    invariant: int | None = None


def judge(
    phase: Literal["setup", "call"],
    exception: type[BaseException] | None,
    level: Level,
    *,
    known: bool = False,
    violations: Sequence[tuple[Level, bool]] = (),
) -> Judgement:
    """Judge a case by the exception that ended it (None: it passed), in which phase, and the level of its requirement.

    `known` tells whether the profile expects this case to deviate. `violations` are the invariants broken in the case:
    the level of each one's requirement, and whether the profile knows it. What nobody knew of decides first, the
    gravest of it; what is known hides nothing else.
    """
    own = _own(phase, exception, level)
    findings = [Judgement(own, known and own in JUDGED)]
    findings += [Judgement(_BY_LEVEL[of], is_known, at) for at, (of, is_known) in enumerate(violations)]
    return min(findings, key=_rank)


def _rank(finding: Judgement) -> tuple[bool, int]:
    if finding.word in ("inconclusive", "not applicable"):
        return False, WORDS.index(finding.word)
    if finding.word == "conforms":
        return True, -1 if finding.known else len(WORDS)
    return finding.known, WORDS.index(finding.word)


def _own(phase: str, exception: type[BaseException] | None, level: Level) -> Word:
    if exception is None:
        return "conforms"
    if issubclass(exception, NotApplicable | pytest.skip.Exception):
        return "not applicable"
    if phase == "call" and issubclass(exception, AssertionError | pytest.fail.Exception):
        return _BY_LEVEL[level]
    return "inconclusive"


@dataclass(frozen=True, slots=True)
class Shown:
    """How a verdict looks to pytest: the outcome of its report, and its letter and name on the terminal.

    `expected` tells that the outcome is that of an expected failure (pytest's xfail).
    """

    outcome: Literal["passed", "failed", "skipped"]
    category: str
    letter: str
    expected: bool = False


def shown(word: Word, *, known: bool, strict: bool) -> Shown:
    """Say how pytest shows a verdict. `known`: the profile expects it; `strict`: a SHOULD fails the run too."""
    if known and word == "conforms":
        return Shown("failed", "no longer deviates", "U")
    if known and word in DIFFERS:
        return Shown("skipped", "known", "k", expected=True)
    if word == "deviates":
        return Shown("failed" if strict else "skipped", "deviates", "d", expected=not strict)
    return _PLAIN[word]


_PLAIN: dict[Word, Shown] = {
    "conforms": Shown("passed", "conforms", "."),
    "violates": Shown("failed", "violates", "V"),
    "not offered": Shown("skipped", "not offered", "o", expected=True),
    "not applicable": Shown("skipped", "not applicable", "n"),
    "inconclusive": Shown("failed", "inconclusive", "E"),
}
