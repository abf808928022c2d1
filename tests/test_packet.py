"""Tests of the strict reading of IP packets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scapy.layers.inet import IP, TCP, UDP
from scapy.layers.inet6 import (
    IPv6,
    IPv6ExtHdrDestOpt,
    IPv6ExtHdrFragment,
    IPv6ExtHdrHopByHop,
    IPv6ExtHdrRouting,
)

from conformance.packet import (
    HOP_BY_HOP,
    ICMP,
    ICMPV6,
    RECORD_ROUTE,
    ROUTING,
    TIMESTAMP,
    family_of,
    ones_sum,
    pseudo_sum,
    read_datagram,
    split_options,
)
from conformance.packet import TCP as TCP_PROTOCOL
from conformance.segment import parse

FOUR = IP(src="192.0.2.1", dst="192.0.2.2", ttl=7, tos=0xB8)
SIX = IPv6(src="2001:db8::1", dst="2001:db8::2", hlim=7, tc=0xB8)


@pytest.mark.parametrize(
    ("ip", "addresses"), [(FOUR, ("192.0.2.1", "192.0.2.2")), (SIX, ("2001:db8::1", "2001:db8::2"))]
)
def test_fields(ip: object, addresses: tuple[str, str]) -> None:
    datagram = read_datagram(bytes(ip / UDP(sport=1, dport=2) / b"abc"))  # type: ignore[operator]
    assert datagram is not None
    assert (datagram.src, datagram.dst) == addresses
    assert (datagram.protocol, datagram.ttl, datagram.traffic_class) == (17, 7, 0xB8)
    assert datagram.payload.endswith(b"abc")
    assert len(datagram.payload) == 11
    assert datagram.defects == ()


@pytest.mark.parametrize("ip", [FOUR, SIX])
def test_padding_of_the_link_is_no_payload(ip: object) -> None:
    octets = bytes(ip / UDP())  # type: ignore[operator]
    assert read_datagram(octets + b"\0" * 18) == read_datagram(octets)


@pytest.mark.parametrize("ip", [FOUR, SIX])
def test_every_cut_is_refused(ip: object) -> None:
    octets = bytes(ip / UDP() / b"abc")  # type: ignore[operator]
    for length in range(len(octets)):
        assert read_datagram(octets[:length]) is None


def test_ipv4_options_are_skipped() -> None:
    octets = bytes(IP(src="192.0.2.1", dst="192.0.2.2", options=b"\x01\x01\x01\x00") / UDP())
    datagram = read_datagram(octets)
    assert datagram is not None
    assert len(datagram.payload) == 8


def test_ipv4_header_checksum() -> None:
    octets = bytearray(bytes(FOUR / UDP()))
    octets[8] ^= 1
    datagram = read_datagram(bytes(octets))
    assert datagram is not None
    assert datagram.defects == ("IPv4 header checksum is wrong",)


@pytest.mark.parametrize(
    "packet",
    [
        b"",
        b"\x00" * 60,
        b"\x50" + bytes(59),
        bytes(FOUR.copy() / UDP())[:1] + b"\0",
        bytes([0x44]) + bytes(FOUR / UDP())[1:],
    ],
)
def test_what_is_no_packet(packet: bytes) -> None:
    assert read_datagram(packet) is None


def test_ipv6_extension_headers_are_skipped() -> None:
    packet = SIX / IPv6ExtHdrHopByHop() / IPv6ExtHdrDestOpt() / IPv6ExtHdrRouting() / TCP(sport=1, dport=2)
    datagram = read_datagram(bytes(packet))
    assert datagram is not None
    assert datagram.protocol == TCP_PROTOCOL
    assert len(datagram.payload) == 20


def test_an_ipv6_extension_header_that_runs_past_the_end() -> None:
    octets = bytearray(bytes(SIX / IPv6ExtHdrHopByHop() / b"12345678"))
    octets[41] = 200
    datagram = read_datagram(bytes(octets))
    assert datagram is None or datagram.payload == b""


def test_which_extension_headers_there_are() -> None:
    datagram = read_datagram(bytes(SIX / IPv6ExtHdrHopByHop() / IPv6ExtHdrRouting() / TCP(sport=1, dport=2)))
    assert datagram is not None
    assert datagram.extensions == (HOP_BY_HOP, ROUTING)


@pytest.mark.parametrize(("offset", "more"), [(0, 1), (800, 1), (800, 0), (0, 0)])
@pytest.mark.parametrize("family", ["ipv4", "ipv6"])
def test_fragments(family: str, offset: int, more: int) -> None:
    four = IP(src="192.0.2.1", dst="192.0.2.2", frag=offset // 8, flags=more, proto=6)
    packet = four if family == "ipv4" else SIX / IPv6ExtHdrFragment(nh=6, offset=offset // 8, m=more)
    octets = bytes(packet / (b"x" * 40))
    datagram = read_datagram(octets)
    assert datagram is not None
    assert (datagram.offset, datagram.more, datagram.protocol) == (offset, bool(more), TCP_PROTOCOL)
    assert datagram.payload == b"x" * 40
    assert datagram.is_fragment == bool(offset or more)
    assert datagram.is_fragment == (parse(octets) is None)


@pytest.mark.parametrize(
    ("octets", "total"),
    [(b"", 0), (b"\x01", 0x100), (b"\x00\x01\xf2\x03\xf4\xf5\xf6\xf7", 0xDDF2), (b"\xff\xff\x00\x01", 1)],
)
def test_ones_sum_as_in_rfc_1071(octets: bytes, total: int) -> None:
    assert ones_sum(octets) == total


@pytest.mark.parametrize("ip", [FOUR, SIX])
@pytest.mark.parametrize("data", [b"", b"a", b"ab", b"\xff" * 1460])
def test_pseudo_sum_of_what_scapy_made(ip: object, data: bytes) -> None:
    packet = bytes(ip / TCP(sport=1, dport=2) / data)  # type: ignore[operator]
    datagram = read_datagram(packet)
    assert datagram is not None
    assert pseudo_sum(datagram.src, datagram.dst, datagram.payload) == 0xFFFF


@given(st.binary(max_size=100))
def test_no_octets_are_too_strange(octets: bytes) -> None:
    for head in (b"", b"\x45\x00\x00", b"\x60" + bytes(3)):
        read_datagram(head + octets)


@given(st.binary(max_size=60), st.integers(0, 0xFFFF))
def test_sum_folds_into_sixteen_bits(octets: bytes, start: int) -> None:
    assert 0 <= ones_sum(octets, start) <= 0xFFFF


def test_what_an_ipv4_header_says() -> None:
    packet = IP(src="192.0.2.1", dst="192.0.2.2", id=0x1234, flags="DF", options=b"\x07\x07\x04\0\0\0\0\x01") / UDP()
    datagram = read_datagram(bytes(packet))
    assert datagram is not None
    assert (datagram.identification, datagram.dont_fragment, datagram.hop) == (0x1234, True, "192.0.2.2")
    assert datagram.option(RECORD_ROUTE) == b"\x07\x07\x04\0\0\0\0"
    assert datagram.option(TIMESTAMP) is None
    assert datagram.length == len(bytes(packet))


@pytest.mark.parametrize(("pointer", "end"), [(4, "198.51.100.2"), (8, "198.51.100.2"), (12, "192.0.2.2")])
def test_destination_behind_a_source_route(pointer: int, end: str) -> None:
    route = bytes([131, 11, pointer, 198, 51, 100, 1, 198, 51, 100, 2, 0])
    datagram = read_datagram(bytes(IP(src="192.0.2.1", dst="192.0.2.2", options=route) / UDP()))
    assert datagram is not None
    assert (datagram.dst, datagram.hop) == (end, "192.0.2.2")


@pytest.mark.parametrize("field", [b"", b"\x01\x01", b"\x07", b"\x07\x01", b"\x07\x09\x04", b"\x00\x07\x03\x04"])
def test_fields_without_an_ipv4_option(field: bytes) -> None:
    assert split_options(field) == ()


def test_family() -> None:
    assert family_of("192.0.2.1") == "ipv4"
    assert family_of("fe80::1%eth0") == "ipv6"
    assert (ICMP, ICMPV6) == (1, 58)
