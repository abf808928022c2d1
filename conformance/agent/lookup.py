"""The state of a connection, read from the kernel's own tables.

A socket's file descriptor is not enough: a connection in TIME-WAIT, or one that was released, is no longer behind it,
and a half-open connection of a listener never was. Linux tells them all: by sock_diag (netlink, which needs no
privilege), or in /proc/net/tcp where that is missing.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator

from conformance.agent.flow import Flow

CLOSED = 1
LISTEN = 2

# Linux's number (include/net/tcp_states.h) -> RFC 4022's
_STATES = {1: 5, 2: 3, 3: 4, 4: 6, 5: 7, 6: 11, 7: 1, 8: 8, 9: 9, 10: 2, 11: 10, 12: 4}

_NETLINK_SOCK_DIAG = 4
_SOCK_DIAG_BY_FAMILY = 20
_ERROR, _DONE = 2, 3
_REQUEST, _DUMP = 0x1, 0x300
_ALL = 0xFFFFFFFF
_NO_COOKIE = b"\xff" * 8
_HEADER = struct.Struct("=IHHII")
_QUESTION = struct.Struct("=BBBBI")
_ENDS = struct.Struct("!HH16s16s")
_SCOPE = struct.Struct("=I")
_STATE_AT, _ENDS_AT = _HEADER.size + 1, _HEADER.size + 4

_TABLES: dict[int, str] = {socket.AF_INET: "/proc/net/tcp", socket.AF_INET6: "/proc/net/tcp6"}


class Unavailable(Exception):
    """This system tells no states."""


def lookup(flow: Flow) -> int:
    """Return the state of a connection in the numbering of RFC 4022; CLOSED when the kernel has no such connection.

    The local address of `flow` may be the unspecified one: any. Raises Unavailable on a system that cannot tell.
    """
    try:
        return _by_sock_diag(flow)
    except (OSError, AttributeError):
        return _by_table(flow)


def _by_sock_diag(flow: Flow) -> int:
    """Ask the kernel for this connection. OSError when it cannot be asked, AttributeError where there is no netlink."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_DGRAM, _NETLINK_SOCK_DIAG) as link:
        link.settimeout(1)  # never needed: the kernel answers before send returns
        if not any(flow.local_octets):
            return _ask(link, flow, _REQUEST | _DUMP)
        try:
            return _ask(link, flow, _REQUEST)
        except FileNotFoundError:  # no such connection, or no such kernel module: a dump of nothing tells which
            return _ask(link, flow, _REQUEST | _DUMP, states=0)


def _ask(link: socket.socket, flow: Flow, flags: int, states: int = _ALL) -> int:
    """Ask for exactly this flow, or for a dump of all that have its ports; return the state. OSError as in errno."""
    link.send(_question(flow, flags, states))
    while True:
        for kind, message in _messages(link.recv(0x10000)):
            if kind in (_ERROR, _DONE):
                return _none_found(message)
            # Where the kernel finds no connection it may name a listener instead: is it what was asked for?
            if _same(message, flow):
                return _STATES.get(message[_STATE_AT], CLOSED)
            if not flags & _DUMP:
                return CLOSED


def _question(flow: Flow, flags: int, states: int) -> bytes:
    """Return the inet_diag request."""
    ends = _ENDS.pack(flow.local_port, flow.remote_port, flow.local_octets, flow.remote_octets)
    body = _QUESTION.pack(flow.family, socket.IPPROTO_TCP, 0, 0, states)
    body += ends + _SCOPE.pack(flow.scope) + _NO_COOKIE
    return _HEADER.pack(_HEADER.size + len(body), _SOCK_DIAG_BY_FAMILY, flags, 1, 0) + body


def _messages(answer: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the kind and the octets of each netlink message of an answer."""
    start = 0
    while start + _HEADER.size <= len(answer):
        length, kind, *_ = _HEADER.unpack_from(answer, start)
        yield kind, answer[start : start + length]
        start += (length + 3) & ~3


def _none_found(message: bytes) -> int:
    """Return CLOSED at the end of a dump; OSError when the kernel has an error to tell."""
    number = -int(struct.unpack_from("=i", message, _HEADER.size)[0])
    if number:
        raise OSError(number, "sock_diag")
    return CLOSED


def _same(message: bytes, flow: Flow) -> bool:
    """Tell whether an answer is about this flow. Linux leaves what follows an IPv4 address undefined."""
    local_port, remote_port, local, remote = _ENDS.unpack_from(message, _ENDS_AT)
    size = len(flow.local_octets)
    return (local_port, remote_port, remote[:size]) == (flow.local_port, flow.remote_port, flow.remote_octets) and (
        local[:size] == flow.local_octets or not any(flow.local_octets)
    )


def _by_table(flow: Flow) -> int:
    """Read the state out of the kernel's table as text."""
    try:
        with open(_TABLES[flow.family], encoding="ascii") as table:
            rows = [line.split() for line in table][1:]
    except OSError:
        raise Unavailable from None
    for _, local, remote, state, *_ in rows:
        its_local, its_local_port = _end(local)
        if (its_local_port, _end(remote)) == (flow.local_port, (flow.remote_octets, flow.remote_port)) and (
            its_local == flow.local_octets or not any(flow.local_octets)
        ):
            return _STATES.get(int(state, 16), CLOSED)
    return CLOSED


def _end(text: str) -> tuple[bytes, int]:
    """Return the address and port of one end; the table has addresses as words in the host's byte order."""
    address, _, port = text.partition(":")
    words = [int(address[at : at + 8], 16) for at in range(0, len(address), 8)]
    return struct.pack(f"={len(words)}I", *words), int(port, 16)
