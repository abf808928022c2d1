"""The IP packet around a segment: read strictly, as far as a TCP tester has to look (RFC 791, RFC 8200)."""

from __future__ import annotations

import socket
import struct
from dataclasses import dataclass
from functools import lru_cache

TCP = 6
ICMP = 1
ICMPV6 = 58

IP_END, IP_NOP, RECORD_ROUTE, TIMESTAMP = 0, 1, 7, 68
LOOSE_SOURCE_ROUTE, STRICT_SOURCE_ROUTE = 131, 137
SOURCE_ROUTES = (LOOSE_SOURCE_ROUTE, STRICT_SOURCE_ROUTE)
"""Types of IPv4 options (RFC 791, section 3.1)."""

HOP_BY_HOP, ROUTING, FRAGMENT, DESTINATION_OPTIONS = 0, 43, 44, 60
"""Extension headers of IPv6, by the number that stands in the header before them."""

_EXTENSIONS = (HOP_BY_HOP, ROUTING, FRAGMENT, DESTINATION_OPTIONS)
"""Those that are skipped on the way to the upper layer."""


@dataclass(frozen=True, slots=True)
class Datagram:
    """An IP packet's addresses, upper-layer protocol and payload, and in words what is wrong with its header.

    `ttl` is IPv6's hop limit as well. `identification`, `dont_fragment` and `options` (the octets of the field) are
    IPv4's, `extensions` the numbers of the extension headers of IPv6. `dst` is where it is going to in the end: where a
    source route has hops left, `hop` is the next of them. A fragment's payload stands at `offset`, in octets, in that
    of the whole datagram, and `more` tells that it is not the last.
    """

    src: str
    dst: str
    protocol: int
    payload: bytes
    ttl: int
    traffic_class: int
    defects: tuple[str, ...] = ()
    identification: int = 0
    dont_fragment: bool = False
    options: bytes = b""
    hop: str = ""
    extensions: tuple[int, ...] = ()
    offset: int = 0
    more: bool = False

    @property
    def is_fragment(self) -> bool:
        """Whether it is but a part of a datagram: what its payload begins with may be no header of its protocol."""
        return self.more or self.offset > 0

    @property
    def length(self) -> int:
        """Octets of the packet, fixed IP header and IPv4 options counted; IPv6 extension headers are not."""
        return len(self.payload) + len(self.options) + (40 if ":" in self.dst else 20)

    def option(self, kind: int) -> bytes | None:
        """Return the first IPv4 option of that type, type and length octets included; None when there is none."""
        return next((option for option in split_options(self.options) if option[0] == kind), None)


def read_datagram(packet: bytes) -> Datagram | None:
    """Read an IP packet, which may be a fragment; None when it is neither IPv4 nor IPv6, or is truncated."""
    if len(packet) >= 20 and packet[0] >> 4 == 4:
        return _read_ipv4(packet)
    if len(packet) >= 40 and packet[0] >> 4 == 6:
        return _read_ipv6(packet)
    return None


def _read_ipv4(packet: bytes) -> Datagram | None:
    header = (packet[0] & 15) * 4
    total, identification, fragment = struct.unpack_from("!HHH", packet, 2)
    if header < 20 or not header <= total <= len(packet):
        return None
    defects = () if ones_sum(packet[:header]) == 0xFFFF else ("IPv4 header checksum is wrong",)
    options = packet[20:header]
    return Datagram(
        src=_address(socket.AF_INET, packet[12:16]),
        dst=_address(socket.AF_INET, _last_hop(options) or packet[16:20]),
        protocol=packet[9],
        payload=packet[header:total],
        ttl=packet[8],
        traffic_class=packet[1],
        defects=defects,
        identification=identification,
        dont_fragment=bool(fragment & 0x4000),
        options=options,
        hop=_address(socket.AF_INET, packet[16:20]),
        offset=8 * (fragment & 0x1FFF),
        more=bool(fragment & 0x2000),
    )


def split_options(field: bytes) -> tuple[bytes, ...]:
    """Return the options of an IPv4 header, each with its type and length octets (RFC 791, section 3.1).

    No-operation, and whatever follows the end of the list or an impossible length, is left out.
    """
    found, at = [], 0
    while at < len(field) and field[at] != IP_END:
        if field[at] == IP_NOP:
            at += 1
            continue
        length = field[at + 1] if at + 1 < len(field) else 0
        if length < 2 or at + length > len(field):
            break
        found.append(field[at : at + length])
        at += length
    return tuple(found)


def _last_hop(options: bytes) -> bytes | None:
    """Return the destination in the end, where a source route has hops left: its last address."""
    for option in split_options(options):
        if option[0] in SOURCE_ROUTES and len(option) >= 7 and option[2] <= len(option) - 3:
            return option[-4:]
    return None


def _read_ipv6(packet: bytes) -> Datagram | None:
    first, length, protocol, hops = struct.unpack_from("!IHBB", packet)
    end = 40 + length
    if end > len(packet):
        return None
    at, fragment = 40, 0
    extensions: tuple[int, ...] = ()
    while protocol in _EXTENSIONS and at + 8 <= end and fragment & 0xFFF8 == 0:
        extensions += (protocol,)
        if protocol == FRAGMENT:
            protocol, fragment, at = packet[at], struct.unpack_from("!H", packet, at + 2)[0], at + 8
        else:
            protocol, at = packet[at], at + 8 * (packet[at + 1] + 1)
    return Datagram(
        src=_address(socket.AF_INET6, packet[8:24]),
        dst=_address(socket.AF_INET6, packet[24:40]),
        protocol=protocol,
        payload=packet[at:end],
        ttl=hops,
        traffic_class=first >> 20 & 0xFF,
        hop=_address(socket.AF_INET6, packet[24:40]),
        extensions=extensions,
        offset=fragment & 0xFFF8,
        more=bool(fragment & 1),
    )


@lru_cache(maxsize=1024)
def _address(family: int, octets: bytes) -> str:
    """Return an address in text form: each but once, for thousands of segments have the same."""
    return socket.inet_ntop(family, octets)


def ones_sum(octets: bytes, start: int = 0) -> int:
    """Return the one's complement sum of 16-bit words, an odd last octet padded with zero (RFC 1071)."""
    if len(octets) % 2:
        octets += b"\0"
    total = start + int.from_bytes(octets, "big")
    # To fold carries is to count modulo 0xFFFF, where 2**16 is 1 and so are its powers; zero comes of zeros alone.
    return total % 0xFFFF or (0xFFFF if total else 0)


def pseudo_sum(src: str, dst: str, payload: bytes, protocol: int = TCP) -> int:
    """Return the sum over pseudo-header and payload: 0xFFFF when the checksum inside is right (RFC 9293, 3.1)."""
    return ones_sum(payload, _address_sum(src, dst) + protocol + len(payload))


@lru_cache(maxsize=1024)
def _address_sum(src: str, dst: str) -> int:
    family = socket.AF_INET6 if ":" in dst else socket.AF_INET
    return ones_sum(socket.inet_pton(family, src) + socket.inet_pton(family, dst))


def family_of(address: str) -> str:
    """Return `ipv4` or `ipv6` for an address in text form."""
    return "ipv6" if ":" in address else "ipv4"
