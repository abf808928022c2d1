"""The IP packet around a segment, as octets: IPv4 (RFC 791) and IPv6 (RFC 8200). Addresses are octets as well."""

from __future__ import annotations

import struct
from dataclasses import dataclass

TCP = 6
ICMP = 1
ICMPV6 = 58

_DONT_FRAGMENT = 0x4000
_FRAGMENT = 0x3FFF  # more fragments, or an offset
_NO_OPERATION, _RECORD_ROUTE, _TIMESTAMP = 1, 7, 68
SOURCE_ROUTES = (131, 137)
RECORDED = (_RECORD_ROUTE, _TIMESTAMP)

_SKIPPED = (0, 43, 60)  # hop-by-hop options, routing, destination options


@dataclass(slots=True)
class Packet:
    """An IP packet: addresses, upper-layer protocol and payload."""

    src: bytes
    dst: bytes
    protocol: int
    payload: bytes
    ttl: int = 64
    traffic_class: int = 0
    identification: int = 0
    dont_fragment: bool = True
    options: bytes = b""


def read(octets: bytes) -> Packet | None:
    """Read a packet; None when its header is wrong, or when it is a fragment."""
    if len(octets) >= 20 and octets[0] >> 4 == 4:
        return _read_ipv4(octets)
    if len(octets) >= 40 and octets[0] >> 4 == 6:
        return _read_ipv6(octets)
    return None


def _read_ipv4(octets: bytes) -> Packet | None:
    header = (octets[0] & 15) * 4
    _, traffic_class, total, identification, fragment, ttl, protocol = struct.unpack_from("!BBHHHBB", octets)
    whole = 20 <= header <= total <= len(octets) and not fragment & _FRAGMENT
    if not whole or checksum(octets[:header]) != 0:
        return None
    return Packet(
        *(octets[12:16], octets[16:20], protocol, octets[header:total]),
        *(ttl, traffic_class, identification, bool(fragment), octets[20:header]),
    )


def _read_ipv6(octets: bytes) -> Packet | None:
    first, length, protocol, hops = struct.unpack_from("!IHBB", octets)
    end, at = 40 + length, 40
    if end > len(octets):
        return None
    while protocol in _SKIPPED and at + 8 <= end:
        protocol, at = octets[at], at + 8 * (octets[at + 1] + 1)
    return Packet(octets[8:24], octets[24:40], protocol, octets[at:end], hops, first >> 20 & 0xFF)


def write(packet: Packet) -> bytes:
    """Return the octets of a packet. A source route among its options is one as the user gives it: the hops to go."""
    if len(packet.dst) == 16:
        first = 6 << 28 | packet.traffic_class << 20
        head = struct.pack("!IHBB", first, len(packet.payload), packet.protocol, packet.ttl)
        return head + packet.src + packet.dst + packet.payload
    hop, options = _first_hop(packet)
    length = 20 + len(options)
    head = struct.pack(
        "!BBHHHBB",
        *(0x40 | length // 4, packet.traffic_class, length + len(packet.payload), packet.identification),
        *(_DONT_FRAGMENT if packet.dont_fragment else 0, packet.ttl, packet.protocol),
    )
    rest = packet.src + hop + options
    return head + struct.pack("!H", checksum(head + bytes(2) + rest)) + rest + packet.payload


def _first_hop(packet: Packet) -> tuple[bytes, bytes]:
    """Return where a packet goes first, and its options on that way: a source route then ends with the destination."""
    hop, options = packet.dst, b""
    for option in split_options(packet.options):
        if option[0] in SOURCE_ROUTES and len(option) >= 7:
            hop, option = option[3:7], option[:3] + option[7:] + packet.dst
        options += option
    return hop, options + bytes(-len(options) % 4)


# -- options of IPv4: RFC 791, section 3.1 --


def split_options(field: bytes) -> list[bytes]:
    """Return each option with its type and length octets; those of one octet are left out."""
    found, at = [], 0
    while at < len(field) and field[at]:
        length = 1 if field[at] == _NO_OPERATION else field[at + 1] if at + 1 < len(field) else 0
        if length == 0 or at + length > len(field):
            break
        if length > 1:
            found.append(field[at : at + length])
        at += length
    return found


def is_completed(route: bytes) -> bool:
    """Tell whether the pointer of a source route is behind its last address."""
    return len(route) >= 7 and route[2] > len(route) - 3


def reversed_route(route: bytes) -> bytes:
    """Return the way back of a source route."""
    hops = [route[at : at + 4] for at in range(3, len(route), 4)]
    return route[:2] + b"\4" + b"".join(reversed(hops))


def emptied(option: bytes) -> bytes:
    """Return an option that records, with nothing recorded."""
    head = 3 if option[0] == _RECORD_ROUTE else 4
    return option[:2] + bytes((head + 1, *option[3:head])) + bytes(len(option) - head)


def checksum(octets: bytes) -> int:
    """Return the Internet checksum (RFC 1071): 0 over octets that hold a right one."""
    padded = octets + bytes(len(octets) % 2)
    # A number taken modulo 0xFFFF is the sum of its 16-bit digits, end-around carries included.
    total = int.from_bytes(padded, "big") % 0xFFFF
    return 0 if total == 0 and any(padded) else 0xFFFF - total


def tcp_checksum(src: bytes, dst: bytes, segment: bytes) -> int:
    """Return the checksum over pseudo-header and segment (RFC 9293, section 3.1; RFC 8200, section 8.1)."""
    return checksum(src + dst + struct.pack("!II", len(segment), TCP) + segment)
