"""Tests of `conformance.wire.host`: which flow a packet belongs to. What needs a link is tried in the lab."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.inet6 import ICMPv6DestUnreach, IPv6

from conformance.wire import Flow
from conformance.wire.host import flow_of


def test_a_segment_belongs_to_its_four_tuple() -> None:
    packet = bytes(IP(src="192.0.2.2", dst="192.0.2.1") / TCP(sport=80, dport=20000))
    assert flow_of(packet) == Flow("192.0.2.1", 20000, "192.0.2.2", 80)


@pytest.mark.parametrize("octets", [8, 40])
def test_an_icmp_error_belongs_to_the_flow_it_quotes(octets: int) -> None:
    quoted = bytes(IP(src="192.0.2.1", dst="192.0.2.2") / TCP(sport=20000, dport=80))[: 20 + octets]
    packet = bytes(IP(src="192.0.2.2", dst="192.0.2.1") / ICMP(type=3, code=3) / quoted)
    assert flow_of(packet) == Flow("192.0.2.1", 20000, "192.0.2.2", 80)


def test_an_icmpv6_error_belongs_to_the_flow_it_quotes() -> None:
    quoted = bytes(IPv6(src="2001:db8::1", dst="2001:db8::2") / TCP(sport=20000, dport=80))
    packet = bytes(IPv6(src="2001:db8::2", dst="2001:db8::1") / ICMPv6DestUnreach() / quoted)
    assert flow_of(packet) == Flow("2001:db8::1", 20000, "2001:db8::2", 80)


def test_anything_else_belongs_to_none() -> None:
    assert flow_of(bytes(IP(dst="192.0.2.1") / UDP(sport=1, dport=2))) is None
    assert flow_of(b"") is None


@given(st.binary(max_size=120))
def test_no_packet_is_too_odd(packet: bytes) -> None:
    flow_of(packet)
    flow_of(b"\x45\x00" + len(packet + bytes(20)).to_bytes(2, "big") + bytes(5) + b"\x01" + bytes(10) + packet)
