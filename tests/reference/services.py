"""Plain services of the reference host: discard (RFC 863) and echo (RFC 862)."""

from __future__ import annotations

from conformance.state import State
from reference.endpoint import Endpoint
from reference.host import Host
from reference.listen import Listener
from reference.user import Settings, Signal, User

DISCARD, ECHO = 9, 7
SERVICES = {"discard": DISCARD, "echo": ECHO}
BACKLOG = 1024


def serve(host: Host) -> None:
    """Listen on every address."""
    for length in sorted({len(address) for address in host.addresses}):
        for port in SERVICES.values():
            Service(host, bytes(length), port)


class Service(User):
    """A listener that accepts everybody."""

    def __init__(self, host: Host, address: bytes, port: int) -> None:
        self._listener: Listener = host.listen(address, port, Settings(), BACKLOG, self)

    def told(self, signal: Signal) -> None:
        """Take the connections that wait."""
        while (endpoint := self._listener.accept()) is not None:
            endpoint.user = Guest(endpoint, echoes=self._listener.port == ECHO)


class Guest(User):
    """One connection: what comes is read, and sent back by echo; when the peer closes, so do we."""

    def __init__(self, endpoint: Endpoint, *, echoes: bool) -> None:
        self._endpoint = endpoint
        self._echoes = echoes

    def told(self, signal: Signal) -> None:
        """Read, answer, close."""
        text = self._endpoint.receive(1 << 30)
        if text and self._echoes:
            self._endpoint.send(text)
        if signal is Signal.CLOSING and self._endpoint.state is State.CLOSE_WAIT:
            self._endpoint.close()
