"""ICMP and ICMPv6 errors about a segment of the target's, as a router or we would send them (RFC 792, RFC 4443)."""

from __future__ import annotations

import socket
import struct
from dataclasses import dataclass

from conformance.packet import ICMP, ICMPV6, ones_sum, pseudo_sum
from conformance.segment import Segment

_QUOTED = {"ipv4": 548, "ipv6": 1232}
"""Octets of the packet that are quoted at most: the error fits into 576 octets (RFC 1812, 4.3.2.3), or 1280."""


@dataclass(frozen=True, slots=True)
class Error:
    """An error by its numbers; which it is depends on the family. `word` is the header's second, such as an MTU."""

    name: str
    type: int
    code: int
    word: int = 0

    def __str__(self) -> str:
        return self.name


SOFT = {
    "ipv4": (
        Error("network unreachable", 3, 0),
        Error("host unreachable", 3, 1),
        Error("source route failed", 3, 5),
        Error("time to live exceeded", 11, 0),
        Error("reassembly time exceeded", 11, 1),
        Error("parameter problem", 12, 0),
    ),
    "ipv6": (
        Error("no route", 1, 0),
        Error("address unreachable", 1, 3),
        Error("hop limit exceeded", 3, 0),
        Error("reassembly time exceeded", 3, 1),
        Error("erroneous header field", 4, 0),
        Error("unrecognized next header", 4, 1),
        Error("unrecognized option", 4, 2),
    ),
}
"""What must not abort a connection (RFC 9293, MUST-56), by family."""

HARD = (Error("protocol unreachable", 3, 2), Error("port unreachable", 3, 3), Error("fragmentation needed", 3, 4))
"""What should abort one (RFC 9293, SHLD-26): IPv4 only, and the last not where the path MTU is discovered."""

SOURCE_QUENCH = Error("source quench", 4, 0)
"""What has to be discarded in silence (RFC 9293, MUST-55): IPv4 only."""


def too_big(family: str, mtu: int) -> Error:
    """Return the error of a router whose next link takes packets of `mtu` octets: RFC 1191, RFC 8201."""
    return Error("packet too big", 2, 0, mtu) if family == "ipv6" else Error("fragmentation needed", 3, 4, mtu)


def about(segment: Segment, error: Error, *, octets: int | None = None, source: str | None = None) -> bytes:
    """Return the packet with an error that quotes `segment`, a segment that was heard, to whoever sent it.

    It comes from `source`, from the segment's destination when None. `octets` cuts the quotation short (behind the IP
    header); as much is quoted as may be when it is None.
    """
    datagram = segment.ip
    quoted = segment.raw[: len(segment.raw) - len(datagram.payload)] + datagram.payload[:octets]
    quoted = quoted[: _QUOTED[segment.family]]
    body = struct.pack("!BBHI", error.type, error.code, 0, error.word) + quoted
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
