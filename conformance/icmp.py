"""ICMP and ICMPv6 errors about a segment of the target's, as a router or we would send them (RFC 792, RFC 4443)."""

from __future__ import annotations

import socket
import struct
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

from conformance import seq
from conformance.craft import craft
from conformance.family import only_over
from conformance.packet import ICMP, ICMPV6, ones_sum, pseudo_sum
from conformance.segment import Segment, parse

_QUOTED = {"ipv4": 548, "ipv6": 1232}
"""Octets of the packet that are quoted at most: the error fits into 576 octets (RFC 1812, 4.3.2.3), or 1280."""


@dataclass(frozen=True, slots=True)
class Error:
    """An error: its type and code in each family that has it. `word` is the header's second, such as an MTU."""

    name: str
    ipv4: tuple[int, int] | None = None
    ipv6: tuple[int, int] | None = None
    word: int = 0

    def __str__(self) -> str:
        return self.name


NO_ROUTE = Error("no route", (3, 0), (1, 0))
HOST_UNREACHABLE = Error("host unreachable", (3, 1), (1, 3))
SOFT = (
    NO_ROUTE,
    HOST_UNREACHABLE,
    Error("hop limit exceeded", (11, 0), (3, 0)),
    Error("reassembly time exceeded", (11, 1), (3, 1)),
    Error("parameter problem", (12, 0), (4, 0)),
    Error("source route failed", (3, 5)),
    Error("unknown next header", None, (4, 1)),
    Error("unknown IPv6 option", None, (4, 2)),
)
"""What must not abort a connection (RFC 9293, MUST-56)."""

PROTOCOL_UNREACHABLE = Error("protocol unreachable", (3, 2))
PORT_UNREACHABLE = Error("port unreachable", (3, 3), (1, 4))
HARD = (PROTOCOL_UNREACHABLE, PORT_UNREACHABLE)
"""What should abort one (RFC 9293, SHLD-26), over IPv4. Its third, code 4, belongs to path MTU discovery."""

UNKNOWN_ERROR = Error("unknown error", None, (100, 0))
"""An error of a type that is nobody's: for private experiments (RFC 4443, section 2.1)."""

SOURCE_QUENCH = Error("source quench", (4, 0))
"""What has to be discarded in silence (RFC 9293, MUST-55)."""


def too_big(mtu: int) -> Error:
    """Return the error of a router whose next link takes packets of `mtu` octets (RFC 1191, RFC 8201)."""
    return Error(f"packet too big for {mtu} octets", (3, 4), (2, 0), mtu)


def each(errors: Sequence[Error]) -> list[Any]:
    """Return parameters of a case, one for each error, each in the families that have it."""
    return [pytest.param(error, id=error.name, marks=_families(error)) for error in errors]


def _families(error: Error) -> tuple[pytest.MarkDecorator, ...]:
    if error.ipv4 and error.ipv6:
        return ()
    return (only_over("ipv4" if error.ipv4 else "ipv6"),)


def moved(segment: Segment, octets: int) -> Segment:
    """Return a segment as the target might have sent it, had its number been so many octets higher."""
    forged = parse(craft(replace(segment, seq=seq.add(segment.seq, octets))))
    assert forged is not None
    return forged


def about(segment: Segment, error: Error, *, octets: int | None = None, source: str | None = None) -> bytes:
    """Return the packet with an error that quotes `segment`, a segment that was heard, to whoever sent it.

    It comes from `source`, from the segment's destination when None. `octets` cuts the quotation short (behind the IP
    header); as much is quoted as may be when it is None.
    """
    datagram = segment.ip
    quoted = segment.raw[: len(segment.raw) - len(datagram.payload)] + datagram.payload[:octets]
    quoted = quoted[: _QUOTED[segment.family]]
    numbers = error.ipv6 if segment.family == "ipv6" else error.ipv4
    assert numbers is not None, f"{error} does not exist over {segment.family}"
    body = struct.pack("!BBHI", *numbers, 0, error.word) + quoted
    whence = segment.dst if source is None else source
    return _packet(whence, segment.src, body)


def _packet(src: str, dst: str, body: bytes) -> bytes:
    if ":" in dst:
        total = pseudo_sum(src, dst, body, ICMPV6)
        head = struct.pack("!IHBB", 6 << 28, len(body), ICMPV6, 64)
    else:
        total = ones_sum(body)
        head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(body), 0, 0, 64, ICMP, 0)
    body = body[:2] + struct.pack("!H", ~total & 0xFFFF) + body[4:]
    addresses = _octets(src) + _octets(dst)
    if ":" not in dst:
        head = head[:10] + struct.pack("!H", ~ones_sum(head + addresses) & 0xFFFF)
    return head + addresses + body


def _octets(address: str) -> bytes:
    return socket.inet_pton(socket.AF_INET6 if ":" in address else socket.AF_INET, address)
