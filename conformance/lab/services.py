"""Plain services of the target: echo (RFC 862), discard (RFC 863), daytime (RFC 867), character generator (RFC 864).

One loop serves them all. A connection is closed as soon as its peer has closed and what was owed is sent.
"""

from __future__ import annotations

import selectors
import socket
import struct
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

CONNECTIONS = 800
"""Connections open at once, below the usual limit of 1024 files; one more resets the oldest."""

_CHUNK = 0x10000
_PATTERN = "".join(chr(c) for c in range(0x20, 0x7F))
_LINES = "".join((_PATTERN * 2)[n : n + 72] + "\r\n" for n in range(len(_PATTERN))).encode()


@dataclass(frozen=True, slots=True)
class Service:
    """What a service says of itself (`speak`; again and again if `endless`), and what it answers (`reply`).

    With `brief` it closes when it has spoken.
    """

    port: int
    speak: Callable[[], bytes] = bytes
    reply: Callable[[bytes], bytes] = lambda received: b""
    endless: bool = False
    brief: bool = False


SERVICES = {
    "echo": Service(7, reply=lambda received: received),
    "discard": Service(9),
    "daytime": Service(13, speak=lambda: time.strftime("%Y-%m-%d %H:%M:%S\r\n").encode(), brief=True),
    "chargen": Service(19, speak=lambda: _LINES, endless=True),
}


def listeners(families: Iterable[str]) -> dict[socket.socket, Service]:
    """Open a listening socket for each service and family, at any address; OSError when a port is taken."""
    return {_listen(family, service.port): service for family in families for service in SERVICES.values()}


def _listen(family: str, port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET6 if family == "ipv6" else socket.AF_INET, socket.SOCK_STREAM)
    if family == "ipv6":
        listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("", port))
    listener.listen(1024)
    return listener


class Connection:
    """One accepted connection of a service."""

    def __init__(self, service: Service, connected: socket.socket) -> None:
        self.socket = connected
        self._service = service
        self._owed = service.speak()
        self._ending = service.brief
        connected.setblocking(False)

    @property
    def interest(self) -> int:
        """The selector events to wait for; 0 when the connection is over. What is owed is sent before more is read."""
        if self._owed:
            return selectors.EVENT_WRITE | (selectors.EVENT_READ if self._service.endless else 0)
        return 0 if self._ending else selectors.EVENT_READ

    def ready(self, events: int) -> None:
        """Read or write, as `events` say; OSError when the connection is lost."""
        if events & selectors.EVENT_READ:
            received = self.socket.recv(_CHUNK)
            self._owed += self._service.reply(received)
            if not received:
                self._ending = True
        if self._ending and self._service.endless:
            self._owed = b""
        elif self._owed and events & selectors.EVENT_WRITE:
            self._owed = self._owed[self.socket.send(self._owed) :]
            if self._service.endless and not self._owed:
                self._owed = self._service.speak()


class Loop:
    """Serves the listening sockets it is given, and the connections they accept."""

    def __init__(self, listening: Mapping[socket.socket, Service], connections: int = CONNECTIONS) -> None:
        self._selector = selectors.DefaultSelector()
        self._open: dict[Connection, None] = {}
        self._limit = connections
        for listener, service in listening.items():
            listener.setblocking(False)
            self._selector.register(listener, selectors.EVENT_READ, service)

    def turn(self, timeout: float | None = None) -> None:
        """Wait for something to do, at most `timeout` seconds, and do it."""
        for key, events in self._selector.select(timeout):
            if isinstance(key.data, Service):
                self._accept(key.data, key.fileobj)
            elif key.data in self._open:
                self._serve(key.data, events)

    def shut(self) -> None:
        """Reset what is open and close the listening sockets."""
        for connection in list(self._open):
            self._abort(connection)
        for key in list(self._selector.get_map().values()):
            if isinstance(key.fileobj, socket.socket):
                key.fileobj.close()
        self._selector.close()

    def _accept(self, service: Service, listener: object) -> None:
        assert isinstance(listener, socket.socket)
        try:
            connection = Connection(service, listener.accept()[0])
        except OSError:  # the peer has reset it meanwhile
            return
        if len(self._open) >= self._limit:
            self._abort(next(iter(self._open)))
        self._open[connection] = None
        self._selector.register(connection.socket, connection.interest, connection)

    def _serve(self, connection: Connection, events: int) -> None:
        try:
            connection.ready(events)
        except OSError:
            self._end(connection)
            return
        if connection.interest:
            self._selector.modify(connection.socket, connection.interest, connection)
        else:
            self._end(connection)

    def _abort(self, connection: Connection) -> None:
        connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._end(connection)

    def _end(self, connection: Connection) -> None:
        del self._open[connection]
        self._selector.unregister(connection.socket)
        connection.socket.close()
