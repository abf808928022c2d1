"""What a socket under test needs of the session it belongs to."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any, Protocol

from conformance.agent.primitives import Primitive
from conformance.agent.protocol import Result
from conformance.agent.watch import Watch

if TYPE_CHECKING:
    from conformance.agent.endpoint import Endpoint


class Owner(Protocol):
    """What an endpoint needs of its session."""

    watch: Watch

    def report(self, primitive: Primitive, *values: Any, result: Result = Result.OK) -> None:
        """Send an event to the tester."""

    def has_room(self) -> bool:
        """Tell whether there may be one more socket."""

    def adopt(self, sock: socket.socket) -> Endpoint:
        """Take over an accepted socket."""

    def starve(self, listener: Endpoint) -> None:
        """Call `resume` of the listener when a socket is released."""

    def released(self, endpoint: Endpoint) -> None:
        """Take note that the endpoint's socket is closed."""
