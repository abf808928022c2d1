"""Segments to octets, fast: Scapy crafts a packet once for each pair of addresses; what changes is written into it.

The result is the same to the octet as building `segment.compose` anew, which takes fifty times as long.
"""

from __future__ import annotations

import struct
from functools import lru_cache

from conformance.options import encode
from conformance.packet import ones_sum, pseudo_sum
from conformance.segment import Ctl, Segment, compose


def craft(segment: Segment, raw_options: bytes | None = None) -> bytes:
    """Return the IP packet of a segment; `raw_options` takes the place of its options (see `segment.compose`)."""
    options = encode(segment.options) if raw_options is None else raw_options
    offset_ctl = (5 + len(options) // 4) << 12 | segment.reserved << 9 | int(segment.ctl)
    head = struct.pack(
        "!HHIIHHHH",
        *(segment.sport, segment.dport, segment.seq, segment.ack),
        *(offset_ctl, segment.window, 0, segment.urgent),
    )
    tcp = bytearray(head + options + segment.data)
    struct.pack_into("!H", tcp, 16, ~pseudo_sum(segment.src, segment.dst, bytes(tcp)) & 0xFFFF)
    return _ip_header(segment, len(tcp)) + bytes(tcp)


def _ip_header(segment: Segment, length: int) -> bytes:
    header = bytearray(_template(segment.src, segment.dst, segment.ttl, segment.traffic_class))
    if segment.family == "ipv6":
        struct.pack_into("!H", header, 4, length)
    else:
        struct.pack_into("!H", header, 2, len(header) + length)
        struct.pack_into("!H", header, 10, 0)
        struct.pack_into("!H", header, 10, ~ones_sum(bytes(header)) & 0xFFFF)
    return bytes(header)


@lru_cache(maxsize=64)
def _template(src: str, dst: str, ttl: int, traffic_class: int) -> bytes:
    """Return the IP header that Scapy gives a segment between these addresses."""
    packet = compose(
        Segment(src=src, dst=dst, sport=1, dport=1, seq=0, ctl=Ctl(0), ttl=ttl, traffic_class=traffic_class)
    )
    return bytes(packet)[:-20]
