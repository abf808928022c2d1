"""The way to the agent's control address, apart from the wire under test."""

from __future__ import annotations

from typing import Protocol


class Channel(Protocol):
    """Datagrams to and from one control address. Times are seconds on the run's monotonic clock."""

    def send(self, datagram: bytes) -> None:
        """Send one datagram to the agent."""

    def receive(self, until: float) -> bytes | None:
        """Return the next datagram from the agent, or None when `until` has passed; serves the link meanwhile."""

    def now(self) -> float:
        """Return the time."""

    def close(self) -> None:
        """Release the channel."""
