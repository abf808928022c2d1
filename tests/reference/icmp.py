"""ICMP errors, as far as a TCP looks at them (RFC 9293, section 3.9.2.2; RFC 792, RFC 4443)."""

from __future__ import annotations

from dataclasses import dataclass

from reference import ip
from reference.segment import Flow

# Type, then the codes that are hard, and those that are soft. What is not here (Source Quench: MUST-55) is ignored.
_IPV4: dict[int, tuple[set[int], set[int]]] = {
    3: ({2, 3}, {0, 1, 5, 6, 7, 8, 9, 10, 11, 12, 13}),
    11: (set(), {0, 1}),
    12: (set(), {0, 1, 2}),
}
_IPV6: dict[int, tuple[set[int], set[int]]] = {
    1: ({1, 4}, {0, 2, 3, 5, 6}),
    3: (set(), {0, 1}),
    4: (set(), {0, 1, 2}),
}


@dataclass(frozen=True, slots=True)
class Error:
    """An error about the segment at `seq` of a connection of ours.

    `mtu` is what the next hop takes, in octets, 0 where an old router does not tell; None where it is no such error.
    """

    flow: Flow
    seq: int
    hard: bool
    mtu: int | None = None


def read(packet: ip.Packet) -> Error | None:
    """Read an ICMP error; None when it is none that concerns a connection, or when its checksum is wrong."""
    octets = packet.payload
    if len(octets) < 8 or not _checksum_is_right(packet):
        return None
    about = quoted(octets[8:])
    if about is None:
        return None
    flow, seq = about
    if _is_too_big(packet):
        return Error(flow, seq, False, int.from_bytes(octets[4:8], "big") & (0xFFFF if len(packet.src) == 4 else -1))
    hard, soft = (_IPV6 if packet.protocol == ip.ICMPV6 else _IPV4).get(octets[0], (set(), set()))
    return Error(flow, seq, octets[1] in hard) if octets[1] in hard | soft else None


def _is_too_big(packet: ip.Packet) -> bool:
    """Fragmentation needed and DF set (RFC 1191), or Packet Too Big (RFC 8201)."""
    return packet.payload[0] == 2 if packet.protocol == ip.ICMPV6 else packet.payload[:2] == b"\3\4"


def _checksum_is_right(packet: ip.Packet) -> bool:
    if packet.protocol == ip.ICMP:
        return ip.checksum(packet.payload) == 0
    pseudo = packet.src + packet.dst + len(packet.payload).to_bytes(4, "big") + bytes((0, 0, 0, ip.ICMPV6))
    return ip.checksum(pseudo + packet.payload) == 0


def quoted(octets: bytes) -> tuple[Flow, int] | None:
    """Return flow and number of the segment that is quoted, of which there may be but eight octets."""
    version = octets[0] >> 4 if octets else 0
    if version == 4 and len(octets) >= 20:
        start, protocol, src, dst = (octets[0] & 15) * 4, octets[9], octets[12:16], octets[16:20]
    elif version == 6 and len(octets) >= 40:
        start, protocol, src, dst = 40, octets[6], octets[8:24], octets[24:40]
    else:
        return None
    head = octets[start : start + 8]
    if protocol != ip.TCP or len(head) < 8:
        return None
    ports = int.from_bytes(head[0:2], "big"), int.from_bytes(head[2:4], "big")
    return Flow(src, ports[0], dst, ports[1]), int.from_bytes(head[4:8], "big")
