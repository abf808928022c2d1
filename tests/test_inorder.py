"""Tests of `conformance.wire.inorder`."""

from __future__ import annotations

from fakewire import FakeWire

from conformance.wire.inorder import InOrder


class Recorder:
    """A channel that remembers when what was sent, and hands out one answer."""

    def __init__(self, wire: FakeWire) -> None:
        self.wire = wire
        self.sent: list[tuple[float, bytes]] = []
        self.closed = False

    def send(self, datagram: bytes) -> None:
        self.sent.append((self.wire.time, datagram))

    def receive(self, until: float) -> bytes | None:
        return b"answer"

    def now(self) -> float:
        return self.wire.time

    def close(self) -> None:
        self.closed = True


def sent_at(arrived: float) -> float:
    wire = FakeWire()
    recorder = Recorder(wire)
    InOrder(recorder, wire, lambda: arrived).send(b"call")
    ((at, datagram),) = recorder.sent
    assert datagram == b"call"
    return at


def test_a_call_waits_until_what_was_said_before_has_arrived() -> None:
    assert sent_at(100.04) == 100.04


def test_a_call_does_not_wait_where_there_is_nothing_to_wait_for() -> None:
    assert sent_at(0.0) == 100.0
    assert sent_at(100.0001) == 100.0


def test_all_else_is_the_channels_own() -> None:
    wire = FakeWire()
    recorder = Recorder(wire)
    channel = InOrder(recorder, wire, lambda: 0.0)
    assert channel.receive(1.0) == b"answer"
    assert channel.now() == wire.time
    channel.close()
    assert recorder.closed
