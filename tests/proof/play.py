"""Playing a case against the reference endpoint, as a run does it, but on a model of its own and with the same dice."""

from __future__ import annotations

import random
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest
from reference import faults, target
from reference.host import Host
from reference.wire import START, ModelWire

from conformance.bench import Bench
from conformance.play import Record, play
from conformance.report.subject import case_name, requirements
from conformance.target.profile import Profile
from proof.matrix import Run
from proof.outcome import Outcome, Stuck, outcome_of

STEPS = 200_000
"""Things that may happen on the wire of a case: some thirty times what happens in the longest one."""

HOURS = 3600.0 * 48
"""Virtual seconds that a case may take."""

SECONDS = 10.0
"""Seconds of the processor's time that a case may take: a fault may loop without letting time pass."""

SHARES = 50
"""A bench shuffles its ports; a fiftieth of them is enough for one case."""


class BoundedWire(ModelWire):
    """A wire on which not everything goes on for ever."""

    def __init__(self, addresses: list[str], host: Callable[..., Host]) -> None:
        self.left = STEPS
        super().__init__(addresses, host)  # type: ignore[arg-type]

    def step(self, until: float) -> bool:
        """Go on to what happens next, unless too much has happened."""
        self.left -= 1
        if self.left < 0 or self.time > START + HOURS:
            raise Stuck(f"no end after {STEPS - self.left} steps and {self.time - START:.0f} virtual seconds")
        return super().step(until)


def name_of(item: pytest.Item) -> str:
    """Return `folder/file.py::function`."""
    name = case_name(item)
    assert name is not None, f"{item.nodeid} is no case"
    return name


def run_of(number: int, item: pytest.Function) -> Run:
    """Say what the matrix has to know of an item."""
    return Run(number, name_of(item), requirements(item), item.callspec.params["subject"][-1])


def played(item: pytest.Function, fault: str | None) -> Outcome:
    """Play a case against the model, with one fault or none, and judge it."""
    record = played_record(item, fault)
    return outcome_of(name_of(item), item.nodeid.partition("[")[2].rstrip("]"), requirements(item), record)


def played_record(item: pytest.Function, fault: str | None) -> Record:
    """Play a case against the model, with one fault or none."""
    random.seed(item.nodeid)
    record = Record(item, lambda: _bench(fault))
    with limited(SECONDS):
        _play(record)
    return record


def _play(record: Record) -> None:
    try:
        play(record)
    except Exception as error:  # the model fell over when the case was over: no verdict, but no end of the proof
        record.error = record.error or error


def _bench(fault: str | None) -> Bench:
    host = faults.load(fault).host() if fault else Host
    wire = BoundedWire(target.ADDRESSES, partial(host, seed=1))
    return Bench(target.subject("model", Profile(), fault), wire, target.OURS, share=0, shares=SHARES)


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raise `Stuck` when the processor has worked so long, and again every second, should somebody catch it."""

    def stop(number: int, frame: Any) -> None:
        raise Stuck(f"no end after {seconds:.0f} s of the processor's time")

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds, 1.0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0.0)
        signal.signal(signal.SIGVTALRM, before)
