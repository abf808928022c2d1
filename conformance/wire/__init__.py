"""The only input, output and clock of the suite. Everything else takes bytes, values and times as arguments."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Protocol

from conformance.wire.channel import Channel


@dataclass(frozen=True, slots=True)
class Flow:
    """The four-tuple of a connection, from our side. A `remote_port` of None takes a segment from any port."""

    local: str
    local_port: int
    remote: str
    remote_port: int | None = None


@dataclass(frozen=True, slots=True)
class Arrival:
    """An IP packet as it came, and when: the kernel's receive time, in seconds on the run's monotonic clock."""

    packet: bytes
    at: float


@dataclass(slots=True)
class Inbox:
    """What has arrived for one flow and nobody has looked at yet, oldest first."""

    flow: Flow
    arrivals: deque[Arrival] = field(default_factory=deque)


class Wire(Protocol):
    """A link to the target. The tests put a fake with virtual time in its place."""

    @property
    def epoch(self) -> float:
        """Seconds to add to a monotonic time of the run to get Unix time."""

    def now(self) -> float:
        """Return the time, in seconds on the run's monotonic clock."""

    def send(self, packet: bytes, via: str | None = None) -> float:
        """Send an IP packet, to whom it is for or to the neighbour `via`; return when it left."""

    def adopt(self, address: str, neighbour_of: str) -> None:
        """Let one more address be ours from now on, and the target `neighbour_of` know it."""

    def open(self, flow: Flow) -> Inbox:
        """Collect from now on what arrives for `flow`, ICMP errors that quote it included."""

    def close(self, inbox: Inbox) -> None:
        """Collect for that flow no longer."""

    def wait(self, inbox: Inbox, until: float) -> bool:
        """Wait until something is in the inbox; tell whether there is. Segments that came in time are never missed."""

    def channel(self, address: tuple[str, int]) -> Channel:
        """Open a control channel to an agent, with a source port of its own."""
