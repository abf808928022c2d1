"""The text of a case that did not conform: what was asked, what came, the requirement, the exchange, the evidence."""

from __future__ import annotations

import linecache
from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap

from conformance.errors import Nonconformance
from conformance.report.verdict import Verdict
from conformance.requirements import Requirement, lookup
from conformance.target.profile import Known

_WIDTH = 110
"""The longest line of the requirement's sentence, in columns."""


@dataclass(frozen=True, slots=True)
class Story:
    """What is told beside the verdict.

    `details` is what was expected and what came, `where` the line of the case that said so, `exchange` the transcript
    as text, `evidence` the folder with all of it. Empty for what there is not.
    """

    details: str
    where: str = ""
    exchange: str = ""
    evidence: str = ""
    known: Known | None = None


def headline(verdict: Verdict) -> str:
    """Say the verdict and its requirement: `violates RFC9293:MUST-13 (MUST)`."""
    if verdict.verdict in ("inconclusive", "not applicable"):
        return f"{verdict.verdict}: {verdict.reason}"
    name = f"{verdict.requirements[0]} ({verdict.level})"
    if verdict.verdict == "not offered":
        return f"not offered: {name}"
    joined = {"violates": "violates", "deviates": "deviates from", "conforms": "conforms to"}[verdict.verdict]
    return f"{joined} {name}"


def explain(verdict: Verdict, story: Story) -> str:
    """Return the whole text, without a line end after the last line."""
    first, *others = [lookup(name) for name in verdict.requirements]
    run = [verdict.target, verdict.family, *(f"{name}={value}" for name, value in verdict.parameters.items())]
    facts = [
        ("requirement", _sentence(first)),
        *(("also shows", [f"{one.id}  {one.level}, section {one.section}"]) for one in others),
        ("run as", [", ".join(word for word in run if word)]),
    ]
    if story.where:
        facts.append(("case", [story.where]))
    if story.known is not None:
        facts.append(("known", [story.known.reason, *([story.known.link] if story.known.link else [])]))
    parts = [headline(verdict), story.details, _table(facts)]
    if story.exchange:
        parts.append(f"exchange\n{story.exchange}")
    if story.evidence:
        parts.append(f"evidence     {story.evidence}")
    return "\n\n".join(part for part in parts if part)


def stale(known: Known, source: str) -> str:
    """Say that a known deviation is no longer there, and what to remove from which profile."""
    return (
        f"conforms, but the profile lists it as a known deviation: {known.reason}\n"
        f"remove from {source or 'the profile'}: [[known]] {known}"
    )


def one_line(error: BaseException) -> str:
    """Say in one line what an exception tells; its type only where that is not one of ours."""
    if isinstance(error, Nonconformance):
        return "; ".join([f"expected {error.expected}", f"got {error.got}", *error.differs])
    words = " ".join(_before_details(str(error)).split())
    if isinstance(error, AssertionError) and words.startswith("assert "):
        return _with_source(words, error)
    if type(error).__module__ == "conformance.errors" or isinstance(error, AssertionError):
        return words or type(error).__name__
    return f"{type(error).__name__}: {words}" if words else type(error).__name__


def _with_source(words: str, error: AssertionError) -> str:
    """Put what was asserted before what pytest says of its values: `assert False` alone tells nobody anything."""
    traceback = error.__traceback__
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
    if traceback is None:
        return words
    line = linecache.getline(traceback.tb_frame.f_code.co_filename, traceback.tb_lineno)
    source = line.partition("  #")[0].strip()
    return f"{source}: {words.removeprefix('assert ')}" if source.startswith("assert ") and source != words else words


def _before_details(text: str) -> str:
    """Leave out what pytest writes below its line `assert ...`: where the values come from, how they differ."""
    lines = text.splitlines()
    last = next((at for at, line in enumerate(lines) if line.startswith("assert ")), len(lines))
    return "\n".join(lines[: last + 1])


def _sentence(one: Requirement) -> list[str]:
    return [f"{one.id}  {one.level}, section {one.section}", *wrap(one.text, _WIDTH - 13), one.link]


def _table(facts: Sequence[tuple[str, Sequence[str]]]) -> str:
    lines = []
    for name, values in facts:
        for at, value in enumerate(values):
            lines.append(f"{'' if at else name:<13}{value}")
    return "\n".join(lines)
