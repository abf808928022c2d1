"""Tests of the IP header that a case has a say in."""

from __future__ import annotations

import pytest
from fakewire import FakeWire, peer_on
from scapy.layers.inet import IP, TCP
from scapy.layers.inet6 import IPv6

from conformance import ip
from conformance.packet import IP_NOP, LOOSE_SOURCE_ROUTE, ones_sum, read_datagram
from conformance.segment import Ctl, parse

FOUR = bytes(IP(src="192.0.2.1", dst="192.0.2.2") / TCP(sport=1, dport=2) / b"abc")
SIX = bytes(IPv6(src="2001:db8::1", dst="2001:db8::2") / TCP(sport=1, dport=2) / b"abc")


@pytest.mark.parametrize("packet", [FOUR, SIX])
def test_the_usual_header_changes_nothing(packet: bytes) -> None:
    assert ip.Header().around(packet) == packet


@pytest.mark.parametrize("packet", [FOUR, SIX])
def test_ttl_and_traffic_class(packet: bytes) -> None:
    datagram = read_datagram(ip.Header(ttl=3, traffic_class=0xB8).around(packet))
    assert datagram is not None
    assert (datagram.ttl, datagram.traffic_class, datagram.defects) == (3, 0xB8, ())


def test_identification_and_options() -> None:
    octets = ip.Header(identification=7, options=ip.unknown_option(b"x")).around(FOUR)
    scapy, datagram = IP(octets), read_datagram(octets)
    assert datagram is not None
    assert (datagram.identification, datagram.options, datagram.defects) == (7, b"\x1e\x03x\0", ())
    assert (scapy.ihl, scapy.len, bytes(scapy[TCP].payload)) == (6, len(octets), b"abc")


def test_header_checksum_that_is_wrong() -> None:
    datagram = read_datagram(ip.wrong_header_checksum(FOUR))
    assert datagram is not None
    assert datagram.defects == ("IPv4 header checksum is wrong",)


def test_version_that_is_wrong_is_all_that_is_wrong() -> None:
    octets = ip.wrong_version(FOUR)
    assert (octets[0], ones_sum(octets[:20])) == (0x55, 0xFFFF)
    assert octets[1:10] + octets[12:] == FOUR[1:10] + FOUR[12:]
    assert read_datagram(octets) is None


def test_extension_headers_stand_in_their_order() -> None:
    padding = bytes((1, 4, 0, 0, 0, 0))
    octets = ip.Header(extensions=((ip.HOP_BY_HOP, padding), (ip.DESTINATION_OPTIONS, padding + bytes(8)))).around(SIX)
    segment = parse(octets)
    assert segment is not None
    assert (octets[6], octets[40:42], octets[48:50]) == (0, b"\x3c\0", b"\6\1")
    assert (segment.data, segment.defects) == (b"abc", ())


def test_everything_that_a_peer_sends_has_its_header() -> None:
    peer = peer_on(FakeWire())
    peer.ip = ip.Header(ttl=9)
    assert peer.send(Ctl.SYN).ttl == 9
    peer.ip = ip.Header()
    assert peer.send(Ctl.SYN).ttl == 64


def test_a_route_reads_back() -> None:
    route = ip.source_route(["198.51.100.1", "198.51.100.2"], completed=True)
    assert (route[0], route[1], route[2]) == (LOOSE_SOURCE_ROUTE, len(route), len(route) + 1)
    assert ip.route_of(route) == ("198.51.100.1", "198.51.100.2")
    assert ip.source_route(["198.51.100.1"])[2] == 4


@pytest.mark.parametrize("option", [ip.record_route(2), ip.timestamp(2), bytes([IP_NOP]) * 3])
def test_options_read_as_scapy_reads_them(option: bytes) -> None:
    packet = IP(ip.Header(options=option).around(FOUR))
    assert bytes(packet.options[0]) == option[: len(bytes(packet.options[0]))]
