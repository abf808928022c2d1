"""The IP packet around a segment, as octets: IPv4 (RFC 791) and IPv6 (RFC 8200). Addresses are octets as well."""

from __future__ import annotations

import struct
from dataclasses import dataclass

TCP = 6
ICMP = 1
ICMPV6 = 58

_DONT_FRAGMENT = 0x4000
_FRAGMENT = 0x3FFF  # more fragments, or an offset
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
        octets[12:16], octets[16:20], protocol, octets[header:total], ttl, traffic_class, identification, bool(fragment)
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
    """Return the octets of a packet."""
    if len(packet.dst) == 16:
        first = 6 << 28 | packet.traffic_class << 20
        head = struct.pack("!IHBB", first, len(packet.payload), packet.protocol, packet.ttl)
        return head + packet.src + packet.dst + packet.payload
    head = struct.pack(
        "!BBHHHBB",
        *(0x45, packet.traffic_class, 20 + len(packet.payload), packet.identification),
        *(_DONT_FRAGMENT if packet.dont_fragment else 0, packet.ttl, packet.protocol),
    )
    addresses = packet.src + packet.dst
    return head + struct.pack("!H", checksum(head + bytes(2) + addresses)) + addresses + packet.payload


def checksum(octets: bytes) -> int:
    """Return the Internet checksum (RFC 1071): 0 over octets that hold a right one."""
    padded = octets + bytes(len(octets) % 2)
    # A number taken modulo 0xFFFF is the sum of its 16-bit digits, end-around carries included.
    total = int.from_bytes(padded, "big") % 0xFFFF
    return 0 if total == 0 and any(padded) else 0xFFFF - total


def tcp_checksum(src: bytes, dst: bytes, segment: bytes) -> int:
    """Return the checksum over pseudo-header and segment (RFC 9293, section 3.1; RFC 8200, section 8.1)."""
    return checksum(src + dst + struct.pack("!II", len(segment), TCP) + segment)
