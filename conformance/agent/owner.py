"""What a socket under test needs of the session it belongs to."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any, Protocol

from conformance.agent.primitives import Primitive
from conformance.agent.protocol import Result
from conformance.agent.watch import Watch


class Adopted(Protocol):
    """What a listener needs of a socket that it has accepted."""

    number: int

    def connected_to(self, address: str, port: int) -> None:
        """Take note of the connection."""


class Owner(Protocol):
    """What an endpoint needs of its session."""

    watch: Watch

    def report(self, primitive: Primitive, *values: Any, result: Result = Result.OK) -> None:
        """Send an event to the tester."""

    def has_room(self) -> bool:
        """Tell whether there may be one more socket."""

    def adopt(self, sock: socket.socket) -> Adopted:
        """Take over an accepted socket."""

    def starve(self, resume: Callable[[], None]) -> None:
        """Call `resume` when a socket is released."""

    def released(self, sock: socket.socket) -> None:
        """Take note that the socket is closed."""
