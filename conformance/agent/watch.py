"""Who is called when a socket can be read or written: a selector that also takes 'nothing' for an answer."""

from __future__ import annotations

import selectors
import socket
from collections.abc import Callable

READ = selectors.EVENT_READ
WRITE = selectors.EVENT_WRITE


class Watch:
    """The sockets that wait for something, each with what to call then."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self._masks: dict[socket.socket, int] = {}

    def set(self, sock: socket.socket, mask: int, call: Callable[[int], None]) -> None:
        """Call `call(ready)` from now on when `sock` is ready for what `mask` says; never, when that is 0."""
        before = self._masks.get(sock, 0)
        if mask == before:
            return
        if not mask:
            self._selector.unregister(sock)
            del self._masks[sock]
        else:
            change = self._selector.modify if before else self._selector.register
            change(sock, mask, call)
            self._masks[sock] = mask

    def step(self, seconds: float | None) -> None:
        """Wait up to so many seconds (None: without end) and call those whose sockets are ready."""
        for key, ready in self._selector.select(seconds):
            sock = key.fileobj
            # One that was called before may have closed this socket, or want nothing any more.
            if isinstance(sock, socket.socket) and self._masks.get(sock, 0) & ready:
                key.data(ready)

    def close(self) -> None:
        """Release the selector; the sockets stay open."""
        self._selector.close()
