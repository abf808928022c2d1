"""A connection's two ends, as the target sees them, and the scope of IPv6 link-local addresses."""

from __future__ import annotations

import socket
from typing import NamedTuple

_LINK_LOCAL = 0x20  # the scope of an address in /proc/net/if_inet6
_ADDRESSES = "/proc/net/if_inet6"


class Flow(NamedTuple):
    """A four-tuple; `remote_port` 0 is that of a listener. `scope` is an interface's number, or 0."""

    family: int
    local: str
    local_port: int
    remote: str
    remote_port: int
    scope: int

    @property
    def local_octets(self) -> bytes:
        """The local address as octets."""
        return socket.inet_pton(self.family, self.local)

    @property
    def remote_octets(self) -> bytes:
        """The remote address as octets."""
        return socket.inet_pton(self.family, self.remote)


def flow_of(sock: socket.socket, remote: tuple[str, int] | None = None) -> Flow:
    """Return the flow of a bound socket and `remote`; without that, of a listener."""
    name = sock.getsockname()
    scope = name[3] if sock.family == socket.AF_INET6 else 0
    nobody = ("::" if sock.family == socket.AF_INET6 else "0.0.0.0", 0)
    return Flow(sock.family, bare(name[0]), name[1], *(remote or nobody), scope)


def bare(address: str) -> str:
    """Return an address without its scope."""
    return address.partition("%")[0]


def with_scope(family: int, address: str, port: int, interface: int) -> tuple[str, int] | tuple[str, int, int, int]:
    """Return a socket address. A link-local one, which the protocol tells without its scope, gets one.

    That is `interface` if not 0, else the interface that has this address, else the only one with a link-local
    address.
    """
    if family == socket.AF_INET:
        return address, port
    octets = socket.inet_pton(family, address)
    if octets[0] != 0xFE or octets[1] & 0xC0 != 0x80:
        return address, port, 0, 0
    return address, port, 0, interface or _scope(octets)


def _scope(octets: bytes) -> int:
    """Return the number of the interface of a link-local address, 0 if that cannot be known."""
    ours = _link_local_addresses()
    numbers = {number for address, number in ours if address == octets} or {number for _, number in ours}
    return numbers.pop() if len(numbers) == 1 else 0


def _link_local_addresses() -> list[tuple[bytes, int]]:
    """Return the link-local addresses of this host with the numbers of their interfaces."""
    try:
        with open(_ADDRESSES, encoding="ascii") as table:
            rows = [line.split() for line in table]
    except OSError:
        return []
    return [(bytes.fromhex(row[0]), int(row[1], 16)) for row in rows if int(row[3], 16) == _LINK_LOCAL]
