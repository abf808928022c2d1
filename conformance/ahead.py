"""Cases are started ahead of pytest's turn, many in flight in one process; each item then only joins its own record.

A run mostly waits: for silence, for a retransmission, for 2MSL. Overlapped, it takes as long as its longest wait. The
bodies of cases know nothing of it: they are plain functions of `peer`, `target`, `timing`, and where they wait, the
loop lets others go on (`conformance.wire.loop`). The longest are started first. How one is played: `conformance.play`.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from conformance.errors import Inconclusive, Nonconformance
from conformance.length import length_of
from conformance.play import Record, known, play
from conformance.wire.loop import Loop

TOLERANCE = 0.1
"""Seconds by which the tester may be late in a case: the least silence that is listened for. A case that fails while
its tester was later than that is run once more, alone."""


class Ahead:
    """The records of one process. `bench_of` finds the bench for an item's subject; `limits` says by the subject's name
    how many cases may be in flight at it."""

    def __init__(
        self, items: Sequence[pytest.Item], bench_of: Callable[..., Any], loop: Loop, limits: dict[str, int]
    ) -> None:
        self._loop = loop
        self._limits = limits
        self._records: dict[pytest.Item, Record] = {}
        for item in items:
            if isinstance(item, pytest.Function) and known(item):
                subject = item.callspec.params["subject"]
                self._records[item] = Record(item, lambda subject=subject: bench_of(*subject[:-1]))  # type: ignore[misc]
        waiting = [record for record in self._records.values() if not _alone(record.item)]
        self._waiting = sorted(waiting, key=lambda record: -length_of(record.item))
        self._flying: dict[Record, str] = {}

    def join(self, item: pytest.Item) -> Record | None:
        """Wait until the case of `item` has run; None when it is none that can be run here."""
        record = self._records.get(item)
        if record is None:
            return None
        if _alone(item):
            self._land()
            play(record)
        while not record.done:
            self._start_more()
            if not record.done:
                self._loop.step(math.inf)
        self._flying.pop(record, None)
        if not all(other.done for other in self._flying):
            record.error = _dead(record) or record.error
        if _late(record):
            self._again(record)
        self._start_more()
        return record

    def cancel(self) -> None:
        """Stop what is in flight; its connections are reset."""
        self._waiting.clear()
        for record in list(self._flying):
            if record.task is not None:
                self._loop.cancel(record.task)
        self._flying.clear()

    def _start_more(self) -> None:
        self._flying = {record: name for record, name in self._flying.items() if not record.done}
        busy = Counter(self._flying.values())
        kept = []
        for at, record in enumerate(self._waiting):
            name = record.bench().subject.name
            if busy[name] >= self._limits[name]:
                kept.append(record)
                if all(busy[one] >= limit for one, limit in self._limits.items()):
                    kept += self._waiting[at + 1 :]
                    break
                continue
            busy[name] += 1
            self._flying[record] = name
            record.task = self._loop.start(lambda record=record: play(record))  # type: ignore[misc]
        self._waiting = kept

    def _land(self) -> None:
        """Let everything in flight end, and start nothing."""
        while not all(record.done for record in self._flying):
            self._loop.step(math.inf)

    def _again(self, record: Record) -> None:
        """Run a case that failed under a late tester once more, with nothing else in flight, and say so."""
        late = record.case.late if record.case else 0.0
        self._land()
        record.error, record.values, record.phase = None, {}, "setup"
        play(record, f"run again: in the first try, which failed, the tester was {late:.2f} s late")
        if _late(record) and record.case is not None:
            record.error = Inconclusive(f"the tester was {record.case.late:.2f} s late, in two tries: {record.error}")


def _dead(record: Record) -> Inconclusive | None:
    """Where a case failed in silence beside others: does the target conform no more, or is it no more?

    Nobody can tell then which of the cases in flight it died of, or whether the link was lost. A case that was alone
    with a target that dies has failed.
    """
    error = record.error
    if record.case is None or not isinstance(error, Nonconformance) or not error.got.startswith("nothing"):
        return None
    record.case.bench.doubt()
    try:
        record.case.bench.check_alive(record.family)
    except Inconclusive as dead:
        return Inconclusive(f"{dead}; several cases were in flight, max_connections = 1 in a profile has them in turn")
    return None


def _alone(item: pytest.Item) -> bool:
    return item.get_closest_marker("alone") is not None


def _late(record: Record) -> bool:
    failed = isinstance(record.error, AssertionError)
    return failed and record.case is not None and record.case.late > TOLERANCE


def shard(items: Sequence[pytest.Item], workerid: str, workers: int) -> Sequence[pytest.Item]:
    """Return the items that a pytest-xdist worker is dealt (see `conformance.shards`)."""
    number = int(workerid.removeprefix("gw"))
    return items[number::workers] if number < workers else ()
