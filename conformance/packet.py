"""The IP packet around a segment: read strictly, as far as a TCP tester has to look (RFC 791, RFC 8200)."""

from __future__ import annotations

import socket
import struct
from dataclasses import dataclass

TCP = 6
ICMP = 1
ICMPV6 = 58

_EXTENSIONS = (0, 43, 60)
"""Hop-by-hop, routing and destination options headers of IPv6: skipped on the way to the upper layer."""


@dataclass(frozen=True, slots=True)
class Datagram:
    """An IP packet's addresses, upper-layer protocol and payload, and in words what is wrong with its header."""

    src: str
    dst: str
    protocol: int
    payload: bytes
    ttl: int
    traffic_class: int
    defects: tuple[str, ...] = ()


def read_datagram(packet: bytes) -> Datagram | None:
    """Read an IP packet; None when it is neither IPv4 nor IPv6, is truncated, or is a later fragment."""
    if len(packet) >= 20 and packet[0] >> 4 == 4:
        return _read_ipv4(packet)
    if len(packet) >= 40 and packet[0] >> 4 == 6:
        return _read_ipv6(packet)
    return None


def _read_ipv4(packet: bytes) -> Datagram | None:
    header = (packet[0] & 15) * 4
    total, fragment = struct.unpack_from("!HxxH", packet, 2)
    if header < 20 or not header <= total <= len(packet) or fragment & 0x1FFF:
        return None
    defects = () if ones_sum(packet[:header]) == 0xFFFF else ("IPv4 header checksum is wrong",)
    return Datagram(
        src=socket.inet_ntop(socket.AF_INET, packet[12:16]),
        dst=socket.inet_ntop(socket.AF_INET, packet[16:20]),
        protocol=packet[9],
        payload=packet[header:total],
        ttl=packet[8],
        traffic_class=packet[1],
        defects=defects,
    )


def _read_ipv6(packet: bytes) -> Datagram | None:
    first, length, protocol, hops = struct.unpack_from("!IHBB", packet)
    end = 40 + length
    if end > len(packet):
        return None
    at = 40
    while protocol in _EXTENSIONS and at + 8 <= end:
        protocol, at = packet[at], at + 8 * (packet[at + 1] + 1)
    return Datagram(
        src=socket.inet_ntop(socket.AF_INET6, packet[8:24]),
        dst=socket.inet_ntop(socket.AF_INET6, packet[24:40]),
        protocol=protocol,
        payload=packet[at:end],
        ttl=hops,
        traffic_class=first >> 20 & 0xFF,
    )


def ones_sum(octets: bytes, start: int = 0) -> int:
    """Return the one's complement sum of 16-bit words, an odd last octet padded with zero (RFC 1071)."""
    if len(octets) % 2:
        octets += b"\0"
    total: int = start + sum(struct.unpack(f"!{len(octets) // 2}H", octets))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total


def pseudo_sum(src: str, dst: str, payload: bytes, protocol: int = TCP) -> int:
    """Return the sum over pseudo-header and payload: 0xFFFF when the checksum inside is right (RFC 9293, 3.1)."""
    family = socket.AF_INET6 if ":" in dst else socket.AF_INET
    pseudo = socket.inet_pton(family, src) + socket.inet_pton(family, dst)
    return ones_sum(payload, ones_sum(pseudo) + protocol + len(payload))


def family_of(address: str) -> str:
    """Return `ipv4` or `ipv6` for an address in text form."""
    return "ipv6" if ":" in address else "ipv4"
