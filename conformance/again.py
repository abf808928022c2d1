"""What goes wrong on a path that spoils is believed only if it goes wrong again, and again in the same way.

Where preflight saw that the path loses, doubles or reorders segments, one failure tells nothing: the path may have done
it. So the case is played again, until it is clear. On a path that does nothing of that, a case is played once.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from greenlet import GreenletExit

from conformance import play as once
from conformance.case import Case
from conformance.errors import Inconclusive, Nonconformance
from conformance.play import Record
from conformance.report.settle import Decision, decide
from conformance.report.subject import case_name, describe
from conformance.report.text import one_line

TOLERANCE = 0.1
"""Seconds by which the tester may be late in a case: the least silence that is listened for. A case that fails while
its tester was later than that is run again (see `conformance.ahead`); on a path that spoils its try does not count."""

TRIES = 16
"""So often a case is played at most."""

PATIENCE = 45.0
"""Seconds after which a case is not played again, unless it has been less than `FEW` times."""

FEW = 3

WALKS = 6
"""So often at most, if it never comes as far as to be judged: the target may be no more."""

BELIEVED = math.log(1e5)
"""A failure is the target's when what was seen is 100,000 times as likely as if the path had done it."""

EXCUSED = math.log(10)
"""A failure is the path's when what was seen is ten times as likely as if the target had done it."""

Kind = Literal["expected", "wrong", "spoiled"]


@dataclass(frozen=True, slots=True)
class Try:
    """How a case ended once: as `expected` of a conforming target (or of one whose deviation the profile knows),
    `wrong`, or `spoiled`, which tells nothing of the target. `way` is in which way it went wrong, `words` say it;
    `segments` were exchanged after the walk."""

    kind: Kind
    way: tuple[str, ...] = ()
    words: str = ""
    segments: int = 4


def play(record: Record, play_once: Callable[[Record], None] = once.play) -> None:
    """Run a case: once, or until it is clear what is the path's doing. What became of it is in `record`."""
    play_once(record)
    if record.case is None:  # its link is gone before the first case: that ends this one, not those of other targets
        return
    bench = record.case.bench
    path = bench.subject.path
    name = case_name(record.item) if path.spoils else None
    if name is None:
        return
    tries, until = [told(record, name)], bench.wire.now() + PATIENCE
    while _goes_on(tries, path.rate, late=bench.wire.now() > until) and not isinstance(record.error, GreenletExit):
        task = record.task
        record.reset(f"run again, as the path spoils: {_story(tries)}")
        record.task = task  # which is the one that is running here
        play_once(record)
        tries.append(told(record, name))
    if len(tries) > 1 and record.case is not None:
        record.case.facts["tries"] = len(tries)
        if not _is_clear(tries, path.rate) and not isinstance(record.error, GreenletExit):
            _give_up(record, record.case, tries)


def _goes_on(tries: Sequence[Try], rate: float, *, late: bool) -> bool:
    most = FEW if late else WALKS if all(one.kind == "spoiled" for one in tries) else TRIES
    return len(tries) < most and not _is_clear(tries, rate)


def _give_up(record: Record, case: Case, tries: Sequence[Try]) -> None:
    """Nothing became clear: the case is inconclusive, and what was seen broken in its last try is no verdict."""
    case.spoiled = True
    counts = Counter(one.words.partition(" (")[0] for one in tries)
    said = ", ".join(f"{count} {word}" for word, count in counts.most_common())
    record.error = Inconclusive(f"the path spoils: {len(tries)} tries leave it open ({said}); {_story(tries)}")


def weigh(tries: Sequence[Try], rate: float) -> float:
    """Return how much speaks for a target that does not conform, and against the path: which of them made it fail.

    It is the logarithm of the ratio of the two likelihoods (Wald's sequential test). A conforming target fails in a try
    of n segments when the path, which spoils a share `rate` of all, spoils one of them: in the same way always, to be
    careful. One that does not conform passes when the path hides that, by what it does to one of three segments.
    """
    hidden = _once_in(3, rate)
    ways = Counter(one.way for one in tries if one.kind == "wrong")
    way = max(ways, key=lambda one: ways[one], default=())
    weight = 0.0
    for one in tries:
        spoilt = max(_once_in(one.segments, rate), hidden)
        if one.kind == "expected":
            weight += math.log(hidden / (1 - spoilt))
        elif one.kind == "wrong" and one.way == way:
            weight += max(0.0, math.log((1 - hidden) / spoilt))
    return weight


def _once_in(segments: int, rate: float) -> float:
    """The likelihood that one at least of so many segments is spoilt; never certainty."""
    return min(1 - (1 - rate) ** segments, 0.9)


def _is_clear(tries: Sequence[Try], rate: float) -> bool:
    """The first try that goes well is enough; once one has failed, it depends on what weighs more."""
    if not any(one.kind == "wrong" for one in tries):
        return tries[-1].kind == "expected"
    weight = weigh(tries, rate)
    return (weight >= BELIEVED and tries[-1].kind == "wrong") or (weight <= -EXCUSED and tries[-1].kind == "expected")


def _story(tries: Sequence[Try]) -> str:
    return "; ".join(f"try {number}: {one.words}" for number, one in enumerate(tries, 1))


def is_known(record: Record) -> bool:
    """Tell whether what became of a case is what the profile of its target expects: there is nothing to doubt then."""
    name = case_name(record.item)
    if name is None or isinstance(record.error, Inconclusive):
        return False
    return decide(describe(record.item, name), record.case, record.phase, record.error)[0].judgement.known


def told(record: Record, name: str) -> Try:
    """Judge a try of the case `name` by the rules of the report, known deviations included."""
    decision, _ = decide(describe(record.item, name), record.case, record.phase, record.error)
    judgement = decision.judgement
    exchanged = record.case.transcript.entries[record.walked :] if record.case is not None else []
    segments = sum(one.segment is not None for one in exchanged)
    words = judgement.word + (f" ({one_line(decision.cause)})" if decision.cause is not None else "")
    if judgement.word == "not applicable":
        return Try("expected", words=words, segments=segments)
    if judgement.word == "inconclusive" or (record.case is not None and record.case.late > TOLERANCE):
        return Try("spoiled", words=words, segments=segments)
    if (judgement.word == "conforms") != judgement.known:
        return Try("expected", words=words, segments=segments)
    return Try("wrong", _way(decision, record), words, segments)


def _way(decision: Decision, record: Record) -> tuple[str, ...]:
    """Return in which way a case went wrong: under which requirement, at which line, in which fields."""
    cause = decision.cause
    if not isinstance(cause, Nonconformance):
        fields = [type(cause).__name__]
    elif cause.differs:
        fields = sorted({line.partition(" ")[0] for line in cause.differs})
    else:
        fields = ["nothing"]
    line = "" if decision.judgement.invariant is not None else str(_line(cause, str(record.item.path)))
    return (decision.requirements[0] if decision.requirements else "", line, *fields)


def _line(error: BaseException | None, path: str) -> int:
    """Return the last line of the case's own file that led to an error."""
    trace, line = error.__traceback__ if error is not None else None, 0
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == path:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line
