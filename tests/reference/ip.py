"""The IP packet around a segment, as octets: IPv4 (RFC 791) and IPv6 (RFC 8200). Addresses are octets as well."""

from __future__ import annotations

import struct
from dataclasses import dataclass

TCP = 6
ICMP = 1
ICMPV6 = 58

_DONT_FRAGMENT = 0x4000
_MORE_FRAGMENTS, _OFFSET = 0x2000, 0x1FFF
_NO_OPERATION, _RECORD_ROUTE, _TIMESTAMP = 1, 7, 68
SOURCE_ROUTES = (131, 137)
RECORDED = (_RECORD_ROUTE, _TIMESTAMP)

ROUTING, _FRAGMENT = 43, 44
_SKIPPED = (0, ROUTING, 60)  # hop-by-hop options, routing, destination options


@dataclass(slots=True)
class Packet:
    """An IP packet: addresses, upper-layer protocol and payload.

    That of a fragment stands at `offset`, in octets, in the datagram's; `more` follow, or not. Of IPv6 the protocol is
    then that of the header which the fragments begin with. `headers` are the numbers of the extension headers read.
    """

    src: bytes
    dst: bytes
    protocol: int
    payload: bytes
    ttl: int = 64
    traffic_class: int = 0
    identification: int = 0
    dont_fragment: bool = True
    options: bytes = b""
    offset: int = 0
    more: bool = False
    headers: tuple[int, ...] = ()

    @property
    def is_fragment(self) -> bool:
        """Whether there is more of the datagram in other packets."""
        return self.more or self.offset > 0


def read(octets: bytes) -> Packet | None:
    """Read a packet, which may be a fragment; None when its header is wrong."""
    if len(octets) >= 20 and octets[0] >> 4 == 4:
        return _read_ipv4(octets)
    if len(octets) >= 40 and octets[0] >> 4 == 6:
        return _read_ipv6(octets)
    return None


def _read_ipv4(octets: bytes) -> Packet | None:
    header = (octets[0] & 15) * 4
    _, traffic_class, total, identification, fragment, ttl, protocol = struct.unpack_from("!BBHHHBB", octets)
    if not 20 <= header <= total <= len(octets) or checksum(octets[:header]) != 0:
        return None
    return Packet(
        *(octets[12:16], octets[16:20], protocol, octets[header:total]),
        *(ttl, traffic_class, identification, bool(fragment & _DONT_FRAGMENT), octets[20:header]),
        *(8 * (fragment & _OFFSET), bool(fragment & _MORE_FRAGMENTS)),
    )


def _read_ipv6(octets: bytes) -> Packet | None:
    first, length, protocol, hops = struct.unpack_from("!IHBB", octets)
    if 40 + length > len(octets):
        return None
    packet = Packet(octets[8:24], octets[24:40], protocol, octets[40 : 40 + length], hops, first >> 20 & 0xFF)
    return skip_headers(packet)


def skip_headers(packet: Packet) -> Packet:
    """Go on to the header of the upper layer, or to what is in a fragment (RFC 8200, section 4)."""
    while packet.protocol in _SKIPPED and len(packet.payload) >= 8:
        packet.headers += (packet.protocol,)
        packet.protocol, packet.payload = packet.payload[0], packet.payload[8 * (packet.payload[1] + 1) :]
    if packet.protocol == _FRAGMENT and len(packet.payload) >= 8:
        packet.protocol, _, where, packet.identification = struct.unpack_from("!BBHI", packet.payload)
        packet.offset, packet.more, packet.payload = where & 0xFFF8, bool(where & 1), packet.payload[8:]
        return packet if packet.is_fragment else skip_headers(packet)
    return packet


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
