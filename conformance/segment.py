"""A TCP segment as a value: crafted by Scapy on the way out, read strictly on the way in (RFC 9293, section 3.1)."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntFlag
from typing import Any

from conformance import options as tcp_options
from conformance import seq
from conformance.options import Option
from conformance.packet import Datagram, ones_sum, pseudo_sum, read_datagram


class Ctl(IntFlag):
    """Control bits. AE is the bit that RFC 9768 took from the reserved ones."""

    FIN = 0x01
    SYN = 0x02
    RST = 0x04
    PSH = 0x08
    ACK = 0x10
    URG = 0x20
    ECE = 0x40
    CWR = 0x80
    AE = 0x100
    ECN = AE | CWR | ECE

    def __and__(self, other: int) -> Ctl:
        """Return the bits that both have: out of a table, as every look at a segment asks for some."""
        return CONTROL[int.__and__(self, other)]

    __rand__ = __and__
    __bool__ = int.__bool__
    __hash__ = int.__hash__

    def __str__(self) -> str:
        return CTL_TEXT[self]


CONTROL = [Ctl(bits) for bits in range(0x200)]
"""Every combination of control bits, by its number."""

CTL_TEXT = [",".join(bit.name or "" for bit in Ctl if bit & bits) or "none" for bits in CONTROL]
"""The text of every combination of control bits, such as `SYN,ACK`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One segment and what the IP layer said about it.

    `at` is when it was sent or received, in seconds on the run's monotonic clock. `raw` is the whole IP packet.
    `defects` says in words what the strict reading found wrong; a segment that we made ourselves has none.
    """

    src: str
    dst: str
    sport: int
    dport: int
    seq: int
    ack: int = 0
    ctl: Ctl
    window: int = 0
    urgent: int = 0
    options: tuple[Option, ...] = ()
    data: bytes = b""
    reserved: int = 0
    ttl: int = 64
    traffic_class: int = 0
    at: float = 0.0
    raw: bytes = b""
    defects: tuple[str, ...] = ()

    @property
    def len(self) -> int:
        """SEG.LEN: the octets of sequence space it occupies, SYN and FIN counted (RFC 9293, section 3.4)."""
        return len(self.data) + (self.ctl & 1) + (self.ctl >> 1 & 1)

    @property
    def end(self) -> int:
        """The sequence number that follows its last octet: SEG.SEQ+SEG.LEN."""
        return seq.add(self.seq, self.len)

    @property
    def family(self) -> str:
        """`ipv4` or `ipv6`."""
        return "ipv6" if ":" in self.dst else "ipv4"

    @property
    def ip(self) -> Datagram:
        """The IP packet around it; only for what was sent or received."""
        datagram = read_datagram(self.raw)
        assert datagram is not None, "it has not been sent"
        return datagram

    def option(self, kind: int) -> Option | None:
        """Return the first option of that kind, or None."""
        return next((option for option in self.options if option.kind == kind), None)


def compose(segment: Segment, raw_options: bytes | None = None) -> Any:
    """Return the Scapy packet for `segment`, not yet built: every field can still be spoilt on purpose.

    `raw_options` takes the place of the options, octet by octet: this is how malformed ones are sent. Its length
    must be a multiple of four, at most 40.
    """
    from conformance.layers import IP, TCP, IPv6, Raw  # loaded when the first segment is made (see there)

    tcp = TCP(
        sport=segment.sport,
        dport=segment.dport,
        seq=segment.seq,
        ack=segment.ack,
        flags=int(segment.ctl),
        reserved=segment.reserved,
        window=segment.window,
        urgptr=segment.urgent,
    )
    data = segment.data
    if raw_options is not None:
        # Scapy would mend what is malformed: the octets travel as the head of the payload instead.
        tcp.dataofs = 5 + len(raw_options) // 4
        data = raw_options + data
    elif segment.options:
        tcp.options = [_to_scapy(option) for option in segment.options]
    if segment.family == "ipv6":
        packet = IPv6(src=segment.src, dst=segment.dst, hlim=segment.ttl, tc=segment.traffic_class) / tcp
    else:
        packet = IP(src=segment.src, dst=segment.dst, ttl=segment.ttl, tos=segment.traffic_class) / tcp
    return packet / Raw(data) if data else packet


def wrong_checksum(packet: Any) -> Any:
    """Give a Scapy packet with TCP in it a checksum that is off by one bit, and return it."""
    packet["TCP"].chksum = type(packet)(bytes(packet))["TCP"].chksum ^ 1
    return packet


def _to_scapy(option: Option) -> tuple[str | int, bytes | None]:
    if option.kind in (tcp_options.EOL_KIND, tcp_options.NOP_KIND):
        return tcp_options.NAMES[option.kind], None
    return option.kind, option.data


def parse(packet: bytes, at: float = 0.0) -> Segment | None:
    """Read an IP packet strictly; return None when it carries no whole segment.

    Whatever is malformed stays visible in `defects`: nothing is repaired, nothing that the IP length does not
    cover (Ethernet padding) is taken for data, and the checksum is verified (MUST-3 asks the same of the target).
    """
    datagram = read_datagram(packet)
    if datagram is None or datagram.protocol != 6 or datagram.is_fragment or len(datagram.payload) < 20:
        return None
    octets = datagram.payload
    sport, dport, number, ack, offset_ctl, window, _, urgent = struct.unpack_from("!HHIIHHHH", octets)
    header = (offset_ctl >> 12) * 4
    parsed: tuple[Option, ...] = ()
    wrong: tuple[str, ...] = ()
    if 20 <= header <= len(octets):
        parsed, wrong = tcp_options.parse(octets[20:header])
    else:
        wrong = (f"data offset {header // 4} in a segment of {len(octets)} octets",)
        header = 20
    return Segment(
        src=datagram.src,
        dst=datagram.dst,
        sport=sport,
        dport=dport,
        seq=number,
        ack=ack,
        ctl=CONTROL[offset_ctl & 0x1FF],
        window=window,
        urgent=urgent,
        options=parsed,
        data=octets[header:],
        reserved=offset_ctl >> 9 & 7,
        ttl=datagram.ttl,
        traffic_class=datagram.traffic_class,
        at=at,
        raw=packet,
        defects=datagram.defects + _checksum_defect(datagram) + wrong,
    )


def _checksum_defect(datagram: Datagram) -> tuple[str, ...]:
    total = pseudo_sum(datagram.src, datagram.dst, datagram.payload)
    if total == 0xFFFF:
        return ()
    carried = struct.unpack_from("!H", datagram.payload, 16)[0]
    # Taking the carried number out of the sum is adding its complement (RFC 1071).
    right = ~ones_sum(b"", total + (~carried & 0xFFFF)) & 0xFFFF
    return (f"checksum 0x{carried:04x}, right is 0x{right:04x}",)
