"""Tests of the words for packets that are no segment."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.inet6 import ICMPv6DestUnreach, ICMPv6EchoRequest, ICMPv6PacketTooBig, IPv6

from conformance.transcript.packets import describe

FOUR = IP(src="192.0.2.9", dst="192.0.2.1")
SIX = IPv6(src="2001:db8::9", dst="2001:db8::1")
QUOTE = bytes(IP(src="192.0.2.1", dst="192.0.2.2") / TCP(sport=40001, dport=80, seq=12345))[:28]
QUOTE_SIX = bytes(IPv6(src="2001:db8::1", dst="2001:db8::2") / TCP(sport=40001, dport=80, seq=12345))


@pytest.mark.parametrize(
    ("packet", "words"),
    [
        (FOUR / ICMP(type=3, code=3) / QUOTE, "ICMP port unreachable, about port 40001 to 80 SEQ=12345"),
        (FOUR / ICMP(type=3, code=4, nexthopmtu=1280), "ICMP fragmentation needed, MTU 1280"),
        (FOUR / ICMP(type=3, code=9), "ICMP destination unreachable"),
        (FOUR / ICMP(type=8), "ICMP type 8 code 0"),
        (SIX / ICMPv6DestUnreach(code=4) / QUOTE_SIX, "ICMPv6 port unreachable, about port 40001 to 80 SEQ=12345"),
        (SIX / ICMPv6PacketTooBig(mtu=1400), "ICMPv6 packet too big, MTU 1400"),
        (SIX / ICMPv6EchoRequest(), "ICMPv6 type 128 code 0"),
        (FOUR / UDP(), "UDP of 8 octets"),
        (IP(proto=99) / b"abc", "IP protocol 99 of 3 octets"),
        (FOUR / TCP(), "TCP of 20 octets"),
        (b"", "no whole IP packet, of length 0"),
        (b"E" * 10, "no whole IP packet, of length 10"),
    ],
)
def test_words(packet: object, words: str) -> None:
    assert describe(bytes(packet)) == words  # type: ignore[call-overload]


@given(st.binary(max_size=80))
def test_no_octets_are_too_strange(octets: bytes) -> None:
    for head in (b"", bytes(FOUR / ICMP(type=3, code=1)), bytes(SIX / ICMPv6PacketTooBig())):
        assert describe(head + octets)
