"""The IP header around our segments, where a case has a say in it (RFC 791, RFC 8200), and the options of IPv4."""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from conformance.packet import (
    DESTINATION_OPTIONS,
    HOP_BY_HOP,
    LOOSE_SOURCE_ROUTE,
    RECORD_ROUTE,
    ROUTING,
    TIMESTAMP,
    ones_sum,
)

__all__ = [
    "DESTINATION_OPTIONS",
    "HOP_BY_HOP",
    "ROUTING",
    "Header",
    "record_route",
    "route_of",
    "source_route",
    "timestamp",
    "unknown_option",
    "wrong_header_checksum",
    "wrong_version",
]

EXPERIMENT = 0x1E
"""A type of IPv4 option that is nobody's: for experiments, not copied into fragments (RFC 4727, section 3.1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What our segments say in their IP header; what is not given is as usual.

    `ttl` is the hop limit of IPv6 as well, `traffic_class` the TOS octet of IPv4. `options` (octets, filled up to a
    multiple of four) and `identification` are IPv4's; `extensions` are IPv6's headers, each a number and the octets
    that follow its length octet, 6 of them or 8 more. `cut` makes fragments of a packet: see `in_order`.
    """

    ttl: int = 64
    traffic_class: int = 0
    identification: int | None = None
    options: bytes = b""
    extensions: tuple[tuple[int, bytes], ...] = ()
    cut: Callable[[bytes], tuple[bytes, ...]] | None = None

    def fragments(self, packet: bytes) -> tuple[bytes, ...]:
        """Return what a packet goes in where it is to be cut; nothing where it goes whole."""
        return self.cut(packet) if self.cut is not None else ()

    def around(self, packet: bytes) -> bytes:
        """Return an IP packet with this header in place of its own; addresses and what it carries stay."""
        if self == _USUAL:
            return packet
        return self._ipv6(packet) if packet[0] >> 4 == 6 else self._ipv4(packet)

    def _ipv4(self, packet: bytes) -> bytes:
        payload = packet[(packet[0] & 15) * 4 :]
        options = self.options + bytes(-len(self.options) % 4)
        head = bytearray(packet[:20] + options)
        head[0] = 0x40 | len(head) // 4
        head[1], head[8] = self.traffic_class, self.ttl
        struct.pack_into("!H", head, 2, len(head) + len(payload))
        if self.identification is not None:
            struct.pack_into("!H", head, 4, self.identification)
        struct.pack_into("!H", head, 10, 0)
        struct.pack_into("!H", head, 10, ~ones_sum(bytes(head)) & 0xFFFF)
        return bytes(head) + payload

    def _ipv6(self, packet: bytes) -> bytes:
        first, following = packet[6], packet[40:]
        for number, octets in reversed(self.extensions):
            following = bytes([first, (len(octets) + 2) // 8 - 1]) + octets + following
            first = number
        word = 6 << 28 | self.traffic_class << 20 | int.from_bytes(packet[:4], "big") & 0xFFFFF
        return struct.pack("!IHBB", word, len(following), first, self.ttl) + packet[8:40] + following


_USUAL = Header()


def wrong_header_checksum(packet: bytes) -> bytes:
    """Return an IPv4 packet with a header checksum that is off by one bit."""
    return packet[:11] + bytes([packet[11] ^ 1]) + packet[12:]


def wrong_version(packet: bytes, version: int = 5) -> bytes:
    """Return an IPv4 packet that says it is of another version; its header checksum is right."""
    head = bytearray(packet[: (packet[0] & 15) * 4])
    head[0] = version << 4 | head[0] & 15
    head[10:12] = b"\0\0"
    struct.pack_into("!H", head, 10, ~ones_sum(bytes(head)) & 0xFFFF)
    return bytes(head) + packet[len(head) :]


def unknown_option(data: bytes = b"\0\0") -> bytes:
    """Return an IPv4 option that nobody understands."""
    return bytes([EXPERIMENT, len(data) + 2]) + data


def record_route(slots: int = 3) -> bytes:
    """Return a Record Route option with room for so many addresses, none of them taken."""
    return bytes([RECORD_ROUTE, 3 + 4 * slots, 4]) + bytes(4 * slots)


def timestamp(slots: int = 3) -> bytes:
    """Return a Timestamp option (times only) with room for so many, none of them taken."""
    return bytes([TIMESTAMP, 4 + 4 * slots, 5, 0]) + bytes(4 * slots)


def source_route(addresses: Sequence[str], *, completed: bool = False) -> bytes:
    """Return a Loose Source and Record Route option; `completed` is one whose hops all lie behind it."""
    route = b"".join(socket.inet_aton(address) for address in addresses)
    return bytes([LOOSE_SOURCE_ROUTE, 3 + len(route), 4 + (len(route) if completed else 0)]) + route


def route_of(option: bytes) -> tuple[str, ...]:
    """Return the addresses in an option that holds a route."""
    return tuple(socket.inet_ntoa(option[at : at + 4]) for at in range(3, len(option) - 3, 4))
