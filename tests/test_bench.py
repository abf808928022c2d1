"""Tests of the doubt whether a target lives."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fakewire import FakeWire
from items import OURS, SUBJECT

from conformance.agent import primitives as p
from conformance.agent.protocol import VERSION, decode
from conformance.bench import Bench
from conformance.errors import Inconclusive

OPENER = replace(SUBJECT, open_port=None, agent=("127.0.0.1", 10000))


class Channel:
    """The way to an agent, which answers each request unless that raises `lost`, or it is `deaf`."""

    def __init__(self) -> None:
        self.lost: Inconclusive | None = None
        self.deaf = False
        self.time = 0.0
        self._asked: list[bytes] = []

    def now(self) -> float:
        return self.time

    def send(self, datagram: bytes) -> None:
        self._asked.append(datagram)

    def receive(self, until: float) -> bytes | None:
        if self.lost is not None:
            raise self.lost
        if self.deaf or not self._asked:
            self.time = until
            return None
        return p.GET_VERSION.answer(*VERSION, service=decode(self._asked.pop()).service)

    def close(self) -> None:
        self._asked.clear()


class Reached(FakeWire):
    """A wire with a channel to the agent."""

    def __init__(self) -> None:
        super().__init__()
        self.way = Channel()

    def channel(self, address: tuple[str, int]) -> Channel:
        return self.way


@pytest.fixture
def wire() -> Reached:
    return Reached()


@pytest.fixture
def bench(wire: Reached) -> Bench:
    made = Bench(OPENER, wire, {"ipv4": OURS})
    made.doubt()
    return made


def test_why_an_agent_is_not_heard_is_said(wire: Reached, bench: Bench) -> None:
    wire.way.lost = Inconclusive("link tester0 went down")
    with pytest.raises(Inconclusive, match="does not answer any more: link tester0 went down"):
        bench.check_alive("ipv4")


def test_a_target_that_answers_again_is_believed_alive(wire: Reached, bench: Bench) -> None:
    wire.way.deaf = True
    for _ in range(2):
        with pytest.raises(Inconclusive, match=r"does not answer any more: .* GET_VERSION"):
            bench.check_alive("ipv4")
    wire.way.deaf = False
    bench.check_alive("ipv4")
    wire.way.deaf = True
    bench.check_alive("ipv4")  # without a doubt nobody is asked


def test_a_target_that_was_silent_is_waited_for_no_longer_than_needed(wire: Reached, bench: Bench) -> None:
    wire.way.deaf = True
    took = []
    for _ in range(2):
        start = wire.way.time
        with pytest.raises(Inconclusive):
            bench.check_alive("ipv4")
        took.append(wire.way.time - start)
    assert took == pytest.approx([2 * OPENER.timing.reply, 2 * OPENER.timing.silence])
