"""Packets that are no TCP segment, in words: what a case injected, and what came that was not TCP."""

from __future__ import annotations

import struct

from conformance.packet import ICMP, ICMPV6, Datagram, read_datagram

_ICMP = {
    (3, 0): "network unreachable",
    (3, 1): "host unreachable",
    (3, 2): "protocol unreachable",
    (3, 3): "port unreachable",
    (3, 4): "fragmentation needed",
    (3, 5): "source route failed",
    (3, 13): "administratively prohibited",
    (4, 0): "source quench",
    (11, 0): "time to live exceeded",
    (11, 1): "reassembly time exceeded",
}
_ICMPV6 = {
    (1, 0): "no route",
    (1, 1): "administratively prohibited",
    (1, 3): "address unreachable",
    (1, 4): "port unreachable",
    (2, 0): "packet too big",
    (3, 0): "hop limit exceeded",
    (3, 1): "reassembly time exceeded",
    (4, 0): "erroneous header field",
    (4, 1): "unrecognized next header",
}
_TYPES = {ICMP: {3: "destination unreachable", 12: "parameter problem"}, ICMPV6: {1: "destination unreachable"}}
_NAMES = {ICMP: "ICMP", ICMPV6: "ICMPv6", 17: "UDP", 6: "TCP"}
_TOO_BIG = {(ICMP, 3, 4), (ICMPV6, 2, 0)}


def describe(packet: bytes) -> str:
    """Return what kind of packet it is; an ICMP error with its meaning and the segment that it quotes."""
    datagram = read_datagram(packet)
    if datagram is None and len(packet) >= 20 and packet[0] >> 4 not in (4, 6):
        return f"IP packet of version {packet[0] >> 4}, of length {len(packet)}"
    if datagram is None:
        return f"no whole IP packet, of length {len(packet)}"
    if datagram.is_fragment:
        return _fragment(datagram)
    if datagram.protocol in (ICMP, ICMPV6) and len(datagram.payload) >= 8:
        return _icmp(datagram)
    return f"{_name(datagram)} of {len(datagram.payload)} octets"


def _name(datagram: Datagram) -> str:
    return _NAMES.get(datagram.protocol, f"IP protocol {datagram.protocol}")


def _fragment(datagram: Datagram) -> str:
    last = datagram.offset + len(datagram.payload) - 1
    more = ", more follow" if datagram.more else ""
    return f"fragment of {_name(datagram)}, octets {datagram.offset} to {last}{more}"


def _icmp(datagram: Datagram) -> str:
    protocol, payload = datagram.protocol, datagram.payload
    kind, code = payload[0], payload[1]
    known = (_ICMP if protocol == ICMP else _ICMPV6).get((kind, code)) or _TYPES[protocol].get(kind)
    words = f"{_NAMES[protocol]} {known}" if known else f"{_NAMES[protocol]} type {kind} code {code}"
    if (protocol, kind, code) in _TOO_BIG:
        mtu = struct.unpack_from("!I", payload, 4)[0] & (0xFFFF if protocol == ICMP else 0xFFFFFFFF)
        words += f", MTU {mtu}"
    return words + _quoted(payload[8:])


def _quoted(quote: bytes) -> str:
    """Say which segment an ICMP error is about. A quote ends early: its lengths are not to be trusted."""
    header = 40 if quote[:1] and quote[0] >> 4 == 6 else (quote[0] & 15) * 4 if quote else 0
    if header < 20 or len(quote) < header + 8 or quote[6 if header == 40 else 9] != 6:
        return ""
    sport, dport, number = struct.unpack_from("!HHI", quote, header)
    return f", about port {sport} to {dport} SEQ={number}"
