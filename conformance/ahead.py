"""Cases are started ahead of pytest's turn, many in flight in one process; each item then only joins its own record.

A run mostly waits: for silence, for a retransmission, for 2MSL. Overlapped, it takes as long as its longest wait. The
bodies of cases know nothing of it: they are plain functions of `peer`, `target`, `timing`, and where they wait, the
loop lets others go on (`conformance.wire.loop`). How one is played: `conformance.play`.

The longest are started first. Cases that have to be alone at their target come last, one after the other: by then
nobody is left to wait for them.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from conformance.again import TOLERANCE, is_known, play
from conformance.errors import Inconclusive, LateTester, Nonconformance, WalkFailed
from conformance.play import Record, known
from conformance.wire.loop import Loop
from conformance.wire.turns import Turns

CALM = 4
"""How many cases, beside those that wait for long, may be in flight at a target while one is run again because the
tester was late."""

LOOK_AGAIN = 0.02
"""Seconds after which to see whether another process has left a target."""

KEEPS_UP = 0.02
"""Seconds for which what has come may lie unread before no more cases are begun: with many targets there would soon be
so many in flight that the tester is late for all of them (see `TOLERANCE`)."""

TRIES = 4
"""So often a case is played at most while the tester is late in each try; one that waits for long, twice: the load of
others passes, and what is inconclusive tells nothing."""

BACKLOG = 200
"""Cases that have begun and are not reported: when there are so many, no more are begun before pytest needs one. What a
case has exchanged is kept until then."""


class Ahead:
    """The records of one process. `items` are those that it is known to run, `bench_of` finds the bench for an item's
    subject, `limits` says by the subject's name how many cases may be in flight at it, `turns` keeps other processes
    away from a target while a case is alone there."""

    def __init__(
        self,
        items: Sequence[pytest.Item],
        bench_of: Callable[..., Any],
        loop: Loop,
        limits: dict[str, int],
        turns: Turns | None = None,
    ) -> None:
        self._loop = loop
        self._limits = limits
        self._bench_of = bench_of
        self._turns = turns or Turns()
        self._records = {item: record for item in items if (record := self._record_of(item)) is not None}
        self._waiting: dict[str, deque[Record]] = {name: deque() for name in limits}
        for record in sorted(self._records.values(), key=lambda record: (record.alone, -record.length)):
            self._waiting[record.name].append(record)
        self._flying: list[Record] = []
        self._unreported = 0
        self._kept_out = self._busy = False

    def _record_of(self, item: pytest.Item) -> Record | None:
        if not isinstance(item, pytest.Function) or not known(item):
            return None
        subject: tuple[str, ...] = item.callspec.params["subject"]  # type: ignore[assignment]
        named = subject[:-1]
        return Record(item, lambda: self._bench_of(*named), named[0] if named else next(iter(self._limits)))

    def join(self, item: pytest.Item) -> Record | None:
        """Wait until the case of `item` has run; None when it is none that can be run here."""
        record = self._records.get(item) or self._take_in(item)
        if record is None:
            return None
        # Pytest takes its time to report: it comes by here between two reports, and nobody is kept waiting for longer.
        self._loop.serve()
        while not record.done:
            self._start_more()
            # On a wire with virtual time a case may have come and gone: then there is nothing to wait for.
            if not record.done and (self._kept_out or any(not other.done for other in self._flying)):
                self._loop.step(self._until())
        if self._unreported < BACKLOG:
            self._start_more()
        return record

    def forget(self, item: pytest.Item) -> None:
        """Let go of what became of an item: it has been reported."""
        if self._records.pop(item, None) is not None:
            self._unreported -= 1

    def cancel(self) -> None:
        """Stop what is in flight; its connections are reset."""
        self._waiting.clear()
        for record in self._flying:
            if record.task is not None:
                self._loop.cancel(record.task)
        self._flying.clear()

    def _take_in(self, item: pytest.Item) -> Record | None:
        """Take an item that nobody knew would be run here: what a worker that died has left."""
        record = self._record_of(item)
        if record is not None:
            self._records[record.item] = record
            self._waiting[record.name].appendleft(record)
        return record

    def _until(self) -> float | None:
        """Until when to wait before there may be more to start; None when that takes one that ends."""
        if self._busy:
            return self._loop.after(0.0)
        return self._loop.after(LOOK_AGAIN) if self._kept_out else None

    def _start_more(self) -> None:
        """Start what may be started, in turn at each target, for as long as those in flight are not kept waiting."""
        self._flying = [record for record in self._flying if not record.done]
        self._kept_out = self._busy = False
        busy = Counter(record.name for record in self._flying)
        startable = [name for name, waiting in self._waiting.items() if waiting]
        while startable and not self._busy:
            for name in list(startable):
                waiting = self._waiting[name]
                self._busy = bool(self._flying) and self._loop.lag > KEEPS_UP
                if self._busy or not waiting or not self._may_start(waiting[0], busy[name]):
                    startable.remove(name)
                    continue
                self._start(waiting.popleft())
                busy[name] += 1
        for name in self._waiting:
            if not busy[name]:
                self._turns.leave(name)

    def _may_start(self, record: Record, busy: int) -> bool:
        name, alone = record.name, record.alone
        if busy >= (1 if alone else self._limits[name]):
            return False
        others = [other for other in self._flying if other.name == name] if busy else []
        if any(other.alone for other in others):
            return False
        if record.again and sum(not other.length for other in others) >= CALM:
            return False
        self._kept_out = not self._turns.take(name, alone=alone) or self._kept_out
        return not self._kept_out

    def _start(self, record: Record) -> None:
        beside = [other for other in self._flying if other.name == record.name and not other.done]
        for other in beside:
            other.beside = True
        record.beside = bool(beside) or (self._turns.shared and not record.alone)
        self._flying.append(record)
        record.task = self._loop.start(lambda: self._run(record))

    def _run(self, record: Record) -> None:
        self._unreported += 1
        play(record)
        if record.beside:
            record.error = _dead(record) or record.error
        why = self._doubt(record)
        if why:
            self._again(record, why)
        else:
            record.release()

    def _doubt(self, record: Record) -> str:
        """Say why a case that failed, did not begin, or saw an invariant broken is to be run again.

        Late in each try, it is inconclusive. Where cores are busy, two segments of a target's may even pass each other
        on their way here, and an acknowledgment number seem to go back.
        """
        error = _wrong(record)
        if record.case is None or error is None or is_known(record):
            return ""
        silent = _ended_in_silence(error)
        late, behind = record.case.late_before_silence if silent else record.case.late, record.case.behind
        why = str(error) if isinstance(error, LateTester) else f"the tester was {late:.2f} s late" * (late > TOLERANCE)
        if why:
            return self._once_more(record, why)
        if record.again or record.name not in self._waiting:
            return ""
        if isinstance(error, WalkFailed):
            return "the target was not where the case begins"
        behind = max(behind, record.case.parting if silent else 0.0)
        # It may have been the agent that took its time, or what the case does: a second failure is believed.
        doubtful = behind > TOLERANCE and not record.case.bench.subject.path.spoils
        return f"a segment or a call waited for {behind:.2f} s" if doubtful else ""

    def _once_more(self, record: Record, why: str) -> str:
        """Return `why`, for which the tester is to blame, or nothing where it was so often that nobody tries again."""
        if record.again + 1 < (2 if record.length else TRIES) and record.name in self._waiting:
            return why
        failed = record.error is not None and not isinstance(record.error, LateTester)
        if record.again and failed:  # an invariant that was broken each time is believed
            record.error = Inconclusive(f"{why}, in {record.again + 1} tries: {record.error}")
        return ""

    def _again(self, record: Record, why: str) -> None:
        """Have a case that failed, or did not begin, under a late tester run again: when the others are started.

        One that waits for long comes before them: begun last, it would be what the whole run waits for.
        """
        self._unreported -= 1
        tried = f"try {record.again + 1}" if record.again else "the first try"
        record.reset(f"run again: in {tried}, which failed, {why}")
        record.again += 1
        self._flying.remove(record)
        waiting = self._waiting[record.name]
        last = next((at for at, other in enumerate(waiting) if other.alone), len(waiting))
        waiting.insert(0 if record.length and not record.alone else last, record)


def _wrong(record: Record) -> BaseException | None:
    """Return what a case failed with, or the first invariant that it saw broken: None where nothing was wrong."""
    if record.error is None and record.case is not None:
        return next(iter(record.case.violations), None)
    return record.error if isinstance(record.error, AssertionError | Inconclusive) else None


def _dead(record: Record) -> Inconclusive | None:
    """Where a case failed in silence beside others: does the target conform no more, or is it no more?

    Nobody can tell then which of the cases in flight it died of, or whether the link was lost. A case that was alone
    with a target that dies has failed.
    """
    if record.case is None or not _ended_in_silence(record.error):
        return None
    record.case.bench.doubt()
    try:
        record.case.bench.check_alive(record.family)
    except Inconclusive as dead:
        return Inconclusive(f"{dead}; several cases were in flight, max_connections = 1 in a profile has them in turn")
    return None


def _ended_in_silence(error: BaseException | None) -> bool:
    return isinstance(error, Nonconformance) and error.got.startswith("nothing")
