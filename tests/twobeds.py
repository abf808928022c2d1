"""Plays cases twice: against the model with a fault, and against the lab's kernel that is meddled with in its name."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest
from proof.collect import collect
from proof.play import name_of, played_record

from conformance.again import Try, told
from conformance.bench import Bench
from conformance.lab import link
from conformance.lab.meddler import Meddler
from conformance.play import Record, play
from conformance.target.find import lab_targets
from conformance.target.hosts import host_for
from conformance.target.profile import Profile
from conformance.wire.loop import Loop

TRIES = 3
"""A run in which the tester was late tells nothing; so often it is played at most."""

ANSWER = 0.1
"""Seconds that an answer may take: the relay has to get its turn on a machine that is busy with all tests at once."""

Task = tuple[str, str]
"""A run of a case, `test_x[ipv4-...]`, and a deviation, or none: the empty word."""


def runs(*arguments: str) -> dict[str, pytest.Function]:
    """Collect the runs of the cases, by name."""
    return {item.nodeid.rpartition("::")[2]: item for item in collect(*arguments)}


def on_the_model(item: pytest.Function, fault: str | None) -> Try:
    """Play a run against the model, and judge it."""
    return told(played_record(item, fault), name_of(item))


class Lab:
    """The lab's kernel behind a meddler. Each deviation has a tester of its own, so that all can be in flight."""

    def __init__(self, stack: contextlib.ExitStack, items: dict[str, pytest.Function]) -> None:
        self._items = items
        self._stack = stack
        self._meddler = Meddler()
        ((subject, _),) = lab_targets(stack, {"lab:linux": Profile()}, self._meddler)
        self._subject = replace(subject, timing=replace(subject.timing, answer=ANSWER))
        self._loop = Loop()
        self._benches: dict[str, Bench] = {}
        stack.callback(self._loop.close)

    def play(self, tasks: Sequence[Task]) -> dict[Task, Try]:
        """Play all tasks side by side, and judge them; again those in which the tester was late."""
        found: dict[Task, Try] = {}
        left = list(tasks)
        for _ in range(TRIES):
            records = {task: self._start(*task) for task in left}
            while not all(record.done for record in records.values()):
                self._loop.step()
            found |= {task: told(record, name_of(record.item)) for task, record in records.items()}
            left = [task for task in left if found[task].kind == "spoiled"]
        return found

    def _start(self, run: str, deviation: str) -> Record:
        if deviation not in self._benches:
            self._benches[deviation] = self._bench(deviation)
        bench = self._benches[deviation]
        record = Record(self._items[run], lambda: bench)
        record.task = self._loop.start(lambda: play(record))
        return record

    def _bench(self, deviation: str) -> Bench:
        number = len(self._benches) + 1
        host, sources = host_for(self._subject, number, self._loop)
        self._stack.callback(host.shut)
        if deviation:
            self._meddler.use(deviation, link.tester_addresses(number)["mac"])
        return Bench(self._subject, host, sources)


@contextlib.contextmanager
def lab(items: dict[str, pytest.Function]) -> Iterator[Lab]:
    """Have one for as long as the context lasts, in this process, which has to become one of a network of its own."""
    with contextlib.ExitStack() as stack:
        yield Lab(stack, items)
