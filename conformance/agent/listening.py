"""A socket that listens, and the connections that it accepts."""

from __future__ import annotations

import errno
import socket

from conformance.agent import primitives as p
from conformance.agent.flow import Flow, bare, flow_of
from conformance.agent.owner import Owner

_NO_ROOM = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)


class Listening:
    """A socket with its id. `flow` is its connection, which stays known when that has ended."""

    def __init__(self, sock: socket.socket, number: int, owner: Owner) -> None:
        self.sock = sock
        self.number = number
        self.flow: Flow | None = None
        self.backlog: int | None = None
        self._owner = owner
        self._accept_left = 0
        self._starved = False

    @property
    def listening(self) -> bool:
        """Whether the socket listens."""
        return bool(self.sock.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN))

    def listen(self, maximum: int) -> None:
        """Listen, and accept up to `maximum` connections from now on."""
        self.sock.listen(maximum if self.backlog is None else self.backlog)
        self.flow = flow_of(self.sock)
        self._accept_left = maximum
        self._starved = False
        self._set_watch()

    def set_backlog(self, backlog: int) -> None:
        """Set the backlog, at once if the socket listens already."""
        self.backlog = backlog
        if self.listening:
            self.sock.listen(backlog)

    def resume(self) -> None:
        """Accept again, after there was no room; nothing when the listener was closed meanwhile."""
        self._starved = False
        if self.sock.fileno() >= 0:
            self._set_watch()

    def connected_to(self, address: str, port: int) -> None:
        """Take note of the connection."""
        self.flow = flow_of(self.sock, (address, port))

    def _accept(self) -> None:
        """Accept one connection and tell it; where there is no room, it stays in the kernel's queue."""
        if not self._owner.has_room():
            self._starve()
            return
        try:
            sock, address = self.sock.accept()
        except OSError as error:
            if error.errno in _NO_ROOM:
                self._starve()
            return
        self._accept_left -= 1
        endpoint = self._owner.adopt(sock)
        endpoint.connected_to(bare(address[0]), address[1])
        self._owner.report(p.LISTEN_AND_ACCEPT, self.number, endpoint.number, address[1], bare(address[0]))

    def _starve(self) -> None:
        self._starved = True
        self._owner.starve(self.resume)

    def _set_watch(self) -> None:
        """Watch for what there is to do."""
        raise NotImplementedError
