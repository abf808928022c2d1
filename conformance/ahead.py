"""Cases are started ahead of pytest's turn, many in flight in one process; each item then only joins its own record.

A run mostly waits: for silence, for a retransmission, for 2MSL. Overlapped, it takes as long as its longest wait. The
bodies of cases know nothing of it: they are plain functions of `peer`, `target`, `timing`, and where they wait, the
loop lets others go on (`conformance.wire.loop`). The longest are started first.
"""

from __future__ import annotations

import inspect
import math
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from conformance.case import Case
from conformance.errors import Inconclusive, Nonconformance, NotApplicable
from conformance.length import length_of
from conformance.state import State
from conformance.states import Walk
from conformance.wire.loop import Loop, Task

TOLERANCE = 0.1
"""Seconds by which the tester may be late in a case: the least silence that is listened for. A case that fails while
its tester was later than that is run once more, alone."""


@dataclass(eq=False, slots=True)
class Record:
    """One item, and what became of it. `phase` is where it failed with `error`: `setup` is the walk."""

    item: pytest.Function
    bench: Callable[[], Any]
    case: Case | None = None
    values: dict[str, Any] = field(default_factory=dict)
    phase: str = "setup"
    error: BaseException | None = None
    task: Task | None = None
    started: float = 0.0
    ended: float = 0.0

    @property
    def done(self) -> bool:
        """Whether the case has run, and what it held has been given back."""
        return self.ended > 0.0 and (self.task is None or self.task.done)

    @property
    def parameters(self) -> dict[str, Any]:
        """What the item is parametrized with."""
        return dict(self.item.callspec.params)

    @property
    def family(self) -> str:
        """The family it is run in."""
        family: str = self.parameters["subject"][-1]
        return family


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


def play(record: Record, remark: str = "") -> None:
    """Run a case here and now: walk, body, what came after it. What became of it is in `record`."""
    record.started = time.time()
    case: Case | None = None
    try:
        case = record.case = Case(record.bench(), record.family, _texts(record.parameters))
        if remark:
            case.transcript.note(case.bench.wire.now(), remark)
        record.values = values_of(record.item, case)
        record.phase = "call"
        arguments = {name: record.values[name] for name in record.item._fixtureinfo.argnames}
        record.item.obj(**arguments)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:
        record.error = error
    finally:
        record.ended = time.time()
        if case is not None:
            case.span = record.started, record.ended
            _finish(record, case)


def _finish(record: Record, case: Case) -> None:
    try:
        case.conclude()
        case.end()
    except Inconclusive as lost:
        record.error = record.error or lost


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


def values_of(item: pytest.Function, case: Case) -> dict[str, Any]:
    """Return what a case may ask for by name; its peer is brought to where it belongs."""
    values: dict[str, Any] = {**item.callspec.params}
    walk: Walk = values.get("walk", Walk(State.CLOSED))
    offer = offer_of(item)
    values |= {"case": case, "walk": walk, "offer": offer, "target": case.target, "timing": case.timing}
    values["facts"] = case.facts
    if {"peer", "another"} & set(item.fixturenames):
        peer = values["peer"] = case.walk(walk, offer)
        values["another"] = case.another(peer)
    for name in item._fixtureinfo.argnames:
        _set_up(item, name, values)
    return values


def _set_up(item: pytest.Function, name: str, values: dict[str, Any]) -> None:
    """Call a fixture of the case's own file, and before it those that it asks for."""
    if name not in values:
        function = _own_fixture(item, name)
        assert function is not None  # `known` has looked
        arguments = list(inspect.signature(function).parameters)
        for argument in arguments:
            _set_up(item, argument, values)
        values[name] = function(**{argument: values[argument] for argument in arguments})


def _own_fixture(item: pytest.Function, name: str) -> Callable[..., Any] | None:
    """Return the function of a plain fixture: one that tears nothing down, and has no parameters of its own."""
    definitions = item._fixtureinfo.name2fixturedefs.get(name, ())
    if not definitions or definitions[-1].params or inspect.isgeneratorfunction(definitions[-1].func):
        return None
    function = definitions[-1].func
    return None if "request" in inspect.signature(function).parameters else function


PROVIDED = frozenset({"subject", "case", "walk", "offer", "peer", "target", "timing", "facts", "another", "request"})
"""The fixtures that `conftest.py` has. A case that uses others than these and plain ones of its own file is run in
pytest's turn, by pytest alone."""


def known(item: pytest.Function) -> bool:
    """Tell whether everything that the item needs can be had without pytest."""
    callspec = getattr(item, "callspec", None)
    if callspec is None or "subject" not in callspec.params:
        return False
    others = set(item.fixturenames) - PROVIDED - set(callspec.params)
    return all(_own_fixture(item, name) is not None for name in others)


def told(error: BaseException) -> BaseException:
    """Return an error to raise for pytest. What its text tells whole needs no traceback, which takes long to show."""
    return error.with_traceback(None) if isinstance(error, Inconclusive | NotApplicable) else error


def offer_of(item: pytest.Item) -> Any:
    """Return what our SYN offers: a parameter of that name, or what `offering` says; None for an MSS alone."""
    mark = item.get_closest_marker("offering")
    callspec = getattr(item, "callspec", None)
    parameters = callspec.params if callspec else {}
    return parameters.get("offer", mark.args[0] if mark else None)


def _texts(parameters: dict[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in parameters.items() if name != "subject"}


def _alone(item: pytest.Item) -> bool:
    return item.get_closest_marker("alone") is not None


def _late(record: Record) -> bool:
    failed = isinstance(record.error, AssertionError)
    return failed and record.case is not None and record.case.late > TOLERANCE


def shard(items: Sequence[pytest.Item], workerid: str, workers: int) -> Sequence[pytest.Item]:
    """Return the items that a pytest-xdist worker is dealt (see `conformance.shards`)."""
    number = int(workerid.removeprefix("gw"))
    return items[number::workers] if number < workers else ()
