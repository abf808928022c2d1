"""The control sockets: datagrams in from those that may ask, datagrams out as the network takes them."""

from __future__ import annotations

import ipaddress
import socket
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

from conformance.agent.flow import bare
from conformance.agent.watch import READ, WRITE, Watch

_TURN = 64  # datagrams read before others get their turn
_QUEUE = 4096  # datagrams that wait for the network; more are lost, as UDP may


class Allowed:
    """The addresses and networks that are answered."""

    def __init__(self, networks: Iterable[str]) -> None:
        """Take addresses and networks (`10.0.0.0/8`) as text; ValueError when one is none."""
        self._networks = [ipaddress.ip_network(bare(network)) for network in networks]

    def __contains__(self, address: str) -> bool:
        """Tell whether the address may ask; an IPv4 one may come mapped into IPv6."""
        its = ipaddress.ip_address(bare(address))
        if its.version == 6 and its.ipv4_mapped is not None:
            its = its.ipv4_mapped
        return any(its in network for network in self._networks)


class Control:
    """One UDP socket that requests come to. `handle(control, address, datagram)` gets each that is allowed."""

    def __init__(
        self,
        sock: socket.socket,
        watch: Watch,
        allowed: Allowed,
        handle: Callable[[Control, Any, bytes], None],
    ) -> None:
        self._sock = sock
        self._watch = watch
        self._allowed = allowed
        self._handle = handle
        self._queue: deque[tuple[bytes, Any]] = deque(maxlen=_QUEUE)
        sock.setblocking(False)
        self._set_watch()

    def send(self, datagram: bytes, address: Any) -> None:
        """Send a datagram, as soon as the network takes it."""
        self._queue.append((datagram, address))
        self._flush()
        self._set_watch()

    def close(self) -> None:
        """Send what still waits, if it can be sent at once, and close the socket."""
        self._watch.set(self._sock, 0, self._ready)
        self._sock.close()

    def _set_watch(self) -> None:
        self._watch.set(self._sock, READ | WRITE if self._queue else READ, self._ready)

    def _ready(self, ready: int) -> None:
        if ready & WRITE:
            self._flush()
            self._set_watch()
        if ready & READ:
            self._receive()

    def _receive(self) -> None:
        for _ in range(_TURN):
            try:
                datagram, address = self._sock.recvfrom(0x10000)
            except OSError:  # nothing more there, or an ICMP error, which concerns nobody
                return
            if address[0] in self._allowed:
                self._handle(self, address, datagram)

    def _flush(self) -> None:
        while self._queue:
            try:
                self._sock.sendto(*self._queue[0])
            except (BlockingIOError, InterruptedError):
                return
            except OSError:  # no way there any more: as good as lost on the way
                pass
            self._queue.popleft()
