"""Keeps user calls behind the segments that were sent before them: the way to the agent may be the shorter one."""

from __future__ import annotations

from collections.abc import Callable

from conformance.wire import Flow, Inbox, Wire
from conformance.wire.channel import Channel

AT_ONCE = 0.001
"""Seconds that a datagram takes at least to have an effect, through the agent's own process."""


class InOrder:
    """A `Channel` that sends nothing before `arrived`: when all that was said on the wire has come to the target."""

    def __init__(self, channel: Channel, wire: Wire, arrived: Callable[[], float]) -> None:
        self._channel = channel
        self._wire = wire
        self._arrived = arrived
        self._nothing = Inbox(Flow("", 0, ""))

    def send(self, datagram: bytes) -> None:
        """Send one datagram to the agent, when it is its turn."""
        until = self._arrived()
        if until - self._wire.now() > AT_ONCE:
            self._wire.wait(self._nothing, until)
        self._channel.send(datagram)

    def receive(self, until: float) -> bytes | None:
        """Return the next datagram from the agent, or None when `until` has passed."""
        return self._channel.receive(until)

    def now(self) -> float:
        """Return the time."""
        return self._channel.now()

    def close(self) -> None:
        """Release the channel, and the case: in a circle with that, both would wait for Python's garbage collector."""
        self._channel.close()
        self._arrived = float
