"""From a pytest item that has run to its verdict, with all that is told about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import pytest

from conformance.errors import Inconclusive, Nonconformance, NotApplicable
from conformance.report.evidence import FILES, exchange, near
from conformance.report.keys import CASE_KEY, CaseRecord
from conformance.report.subject import Subject
from conformance.report.text import Story, explain, headline, one_line, stale
from conformance.report.verdict import Judgement, Verdict, judge
from conformance.requirements import lookup
from conformance.target.profile import Known


@dataclass(frozen=True, slots=True)
class End:
    """How an item ended: in which phase, by which error, with which text of pytest's own, after how many seconds.

    `where` is the line of the case that said so; `reports` the folder of all reports.
    """

    phase: Literal["setup", "call"]
    error: pytest.ExceptionInfo[BaseException] | None
    text: str
    where: str
    seconds: float
    reports: Path


@dataclass(frozen=True, slots=True)
class Decision:
    """A judgement, the requirements it stands under, the exception that caused it and what the profile knows of it."""

    judgement: Judgement
    requirements: tuple[str, ...]
    cause: BaseException | None
    known: Known | None


@dataclass(frozen=True, slots=True)
class Settled:
    """A verdict with its text for the terminal, and what the profile knows of it.

    `stale`: the profile expects a deviation that is no longer there.
    """

    verdict: Verdict
    text: str
    known: Known | None
    stale: bool

    @property
    def message(self) -> str:
        """The verdict and its reason in one line."""
        if self.stale:
            return self.text.partition("\n")[0]
        first = headline(self.verdict)
        return first if self.verdict.reason in first else f"{first}: {self.verdict.reason}"


def settle(item: pytest.Item, subject: Subject, end: End) -> Settled:
    """Judge an item that has just ended."""
    record: CaseRecord | None = item.stash.get(CASE_KEY, None)
    decision, others = decide(subject, record, end.phase, end.error.value if end.error else None)
    return _tell(subject, end, decision, others, record)


def decide(
    subject: Subject, record: CaseRecord | None, phase: str, error: BaseException | None
) -> tuple[Decision, list[Nonconformance]]:
    """Judge what became of a case, by what the profile knows; return with it the broken invariants that did not decide.

    `phase` is `setup` or `call`: where the error, if there was one, came.
    """
    broken = list(record.violations) if record else []
    names = [str(one.requirement) for one in broken]  # type: ignore[attr-defined]
    knowns = [subject.known_invariant(name) for name in names]
    own = subject.known()
    if error is None and own in knowns:
        own = None  # What the profile knows did happen, only not in what the case itself asserts.
    found = judge(
        "call" if phase == "call" else "setup",
        type(error) if error is not None else None,
        lookup(subject.requirements[0]).level,
        known=own is not None,
        violations=[(lookup(name).level, known is not None) for name, known in zip(names, knowns, strict=True)],
    )
    if found.invariant is None:
        decision = Decision(found, subject.requirements, error, own)
    else:
        shown = tuple(dict.fromkeys([names[found.invariant], *subject.requirements]))
        decision = Decision(found, shown, broken[found.invariant], knowns[found.invariant])
    return decision, [one for at, one in enumerate(broken) if at != found.invariant]


def _tell(
    subject: Subject, end: End, decision: Decision, others: Sequence[Nonconformance], record: CaseRecord | None
) -> Settled:
    seen = record is not None and bool(record.transcript.entries)
    known = decision.known if decision.judgement.known else None
    if known is not None and known.sometimes and decision.judgement.word == "conforms":
        known = None
    verdict = Verdict(
        target=subject.target,
        case=subject.case,
        family=subject.family,
        parameters=subject.parameters,
        requirements=decision.requirements,
        level=lookup(decision.requirements[0]).level,
        verdict=decision.judgement.word,
        known=known.reason if known else None,
        reason=one_line(decision.cause) if decision.cause is not None else "",
        seconds=round(end.seconds, 6),
        evidence=tuple(f"{subject.folder.partition('/')[2]}/{name}" for name in FILES) if seen else (),
    )
    if verdict.verdict == "conforms":
        return _conforms(verdict, known, subject.profile.source)
    story = Story(
        details=_details(end, decision, others),
        where=end.where,
        exchange=_exchange(record) if record and seen else "",
        evidence=f"{near(end.reports) / subject.folder}/" if seen else "",
        known=known,
    )
    return Settled(verdict, explain(verdict, story), known, False)


def _conforms(verdict: Verdict, known: Known | None, source: str) -> Settled:
    if known is None:
        return Settled(verdict, "", None, False)
    text = stale(known, source)
    return Settled(replace(verdict, known=None, reason=text.replace("\n", "; ")), text, known, True)


def _details(end: End, decision: Decision, others: Sequence[Nonconformance]) -> str:
    """Tell what was expected and what came; pytest's own words where the exception is not one of ours."""
    cause = decision.cause
    if isinstance(cause, Nonconformance):
        details = str(cause)
    elif isinstance(cause, AssertionError | pytest.fail.Exception):
        details = str(cause).replace("\n  \n  Use -v to get more diff", "") or "assertion failed"
    elif cause is None or isinstance(cause, Inconclusive | NotApplicable):
        details = ""
    else:
        details = end.text
    also = [f"also broken  {one.requirement}: {one_line(one)}" for one in others]  # type: ignore[attr-defined]
    if end.error is not None and cause is not end.error.value:
        also.append(f"the case itself: {one_line(end.error.value)}")
    return "\n".join([details, *also]).strip("\n")


def _exchange(record: CaseRecord) -> str:
    try:
        return exchange(record.transcript)
    except Exception as error:  # the verdict must come out, whatever is wrong with its picture
        return f"cannot be shown: {type(error).__name__}: {error}"
