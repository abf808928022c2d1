"""The control channel to an agent: datagrams over UDP, read without letting the link under test go unread."""

from __future__ import annotations

import socket
import time
from collections import deque

from conformance.errors import Inconclusive
from conformance.wire.loop import Loop


class UdpChannel:
    """A `Channel` with a UDP socket of its own: the agent keeps one session for each source port."""

    def __init__(self, address: tuple[str, int], loop: Loop) -> None:
        self.address = address
        self._loop = loop
        self._datagrams: deque[bytes] = deque()
        self._refused = False
        family, _, _, _, where = socket.getaddrinfo(*address, type=socket.SOCK_DGRAM)[0]
        self._socket = socket.socket(family, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        try:
            self._socket.connect(where)
        except OSError as error:  # the way to it is gone, with the link
            self._socket.close()
            raise Inconclusive(f"agent {address[0]}:{address[1]}: {error.strerror}") from error
        loop.register(self._socket, self._read)

    def now(self) -> float:
        """Return the time, in seconds on the monotonic clock."""
        return time.monotonic()

    def send(self, datagram: bytes) -> None:
        """Send a datagram to the agent. Inconclusive when the system refuses it."""
        try:
            self._socket.send(datagram)
        except ConnectionRefusedError:
            raise self._nobody() from None
        except OSError as error:
            raise Inconclusive(f"agent {self.address[0]}:{self.address[1]}: {error.strerror}") from error

    def receive(self, until: float) -> bytes | None:
        """Return the next datagram from the agent; None when `until` has passed. The link is served meanwhile."""
        self._loop.block(lambda: bool(self._datagrams) or self._refused, until, self)
        if self._refused:
            raise self._nobody()
        return self._datagrams.popleft() if self._datagrams else None

    def _nobody(self) -> Inconclusive:
        return Inconclusive(f"no agent at {self.address[0]}:{self.address[1]} (port unreachable)")

    def close(self) -> None:
        """Close the channel."""
        self._loop.unregister(self._socket)
        self._socket.close()

    def _read(self) -> None:
        self._loop.stir(self)
        while True:
            try:
                self._datagrams.append(self._socket.recv(0x10000))
            except BlockingIOError:
                return
            except ConnectionRefusedError:
                self._refused = True  # said to whoever waits for an answer, not to whoever happens to read
                return
