"""Tests of segments: made by Scapy, read back strictly, in both families."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance import options
from conformance.options import Option
from conformance.segment import Ctl, Segment, compose, parse, wrong_checksum

ADDRESSES = {"ipv4": ("192.0.2.1", "192.0.2.2"), "ipv6": ("2001:db8::1", "2001:db8::2")}
LEGAL = st.one_of(
    st.just(options.NOP),
    st.just(options.SACK_PERMITTED),
    st.builds(options.mss, st.integers(0, 0xFFFF)),
    st.builds(options.window_scale, st.integers(0, 14)),
    st.builds(options.timestamps, st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1)),
    st.builds(Option, st.integers(100, 252), st.binary(max_size=6)),
)


@st.composite
def segments(draw: st.DrawFn) -> Segment:
    """Any well-formed segment. Options fill whole words, for the padding reads back as End of Option List."""
    chosen: list[Option] = []
    for option in draw(st.lists(LEGAL, max_size=4)):
        if len(options.encode([*chosen, option])) <= 40:
            chosen.append(option)
    while sum(len(option.octets) for option in chosen) % 4:
        chosen.append(options.NOP)
    src, dst = ADDRESSES[draw(st.sampled_from(sorted(ADDRESSES)))]
    return Segment(
        src=src,
        dst=dst,
        sport=draw(st.integers(0, 0xFFFF)),
        dport=draw(st.integers(0, 0xFFFF)),
        seq=draw(st.integers(0, 2**32 - 1)),
        ack=draw(st.integers(0, 2**32 - 1)),
        ctl=Ctl(draw(st.integers(0, 0x1FF))),
        window=draw(st.integers(0, 0xFFFF)),
        urgent=draw(st.integers(0, 0xFFFF)),
        options=tuple(chosen),
        data=draw(st.binary(max_size=40)),
        reserved=draw(st.integers(0, 7)),
        ttl=draw(st.integers(1, 255)),
        traffic_class=draw(st.integers(0, 255)),
    )


def simple(family: str = "ipv4", **fields: object) -> Segment:
    src, dst = ADDRESSES[family]
    values: dict[str, object] = {"ctl": Ctl.ACK, "seq": 1, "ack": 2, "window": 3, **fields}
    return Segment(src=src, dst=dst, sport=40001, dport=80, **values)  # type: ignore[arg-type]


def reread(segment: Segment, raw_options: bytes | None = None) -> Segment:
    read = parse(bytes(compose(segment, raw_options)))
    assert read is not None
    return read


@given(segments())
def test_what_is_composed_reads_back(segment: Segment) -> None:
    octets = bytes(compose(segment))
    read = parse(octets, at=12.5)
    assert read == dataclasses.replace(segment, raw=octets, at=12.5)


@given(segments())
def test_octets_after_the_packet_are_not_data(segment: Segment) -> None:
    octets = bytes(compose(segment))
    padded = parse(octets + b"\xee" * 6)
    assert padded is not None
    assert padded.data == segment.data
    assert padded.defects == ()


@settings(deadline=None)
@given(segments(), st.data())
def test_any_flipped_bit_of_the_segment_is_seen(segment: Segment, data: st.DataObject) -> None:
    octets = bytearray(bytes(compose(segment)))
    start = 40 if segment.family == "ipv6" else 20
    bit = data.draw(st.integers(start * 8, len(octets) * 8 - 1))
    octets[bit // 8] ^= 0x80 >> bit % 8
    read = parse(bytes(octets))
    assert read is not None
    assert any(defect.startswith("checksum") for defect in read.defects)


@given(st.binary(max_size=120))
def test_no_octets_are_too_strange(octets: bytes) -> None:
    for head in (b"", bytes(compose(simple()))[:20], bytes(compose(simple("ipv6")))[:40]):
        parse(head + octets)


@given(st.binary(min_size=60, max_size=60), st.integers(0, 60))
def test_no_header_is_too_strange(octets: bytes, length: int) -> None:
    segment = compose(simple())
    segment.remove_payload()
    segment.len = 20 + length
    segment.proto = 6
    parse(bytes(segment) + octets)


@pytest.mark.parametrize("family", ADDRESSES)
def test_the_right_checksum_is_told(family: str) -> None:
    packet = compose(simple(family, data=b"abc"))
    right = parse(bytes(packet))
    assert right is not None
    start = 40 if family == "ipv6" else 20
    carried = int.from_bytes(right.raw[start + 16 : start + 18], "big")
    wrong = bytearray(right.raw)
    wrong[start + 16 : start + 18] = b"\x12\x34"
    read = parse(bytes(wrong))
    assert read is not None
    assert read.defects == (f"checksum 0x1234, right is 0x{carried:04x}",)


@pytest.mark.parametrize("offset", [0, 4, 7, 15])
def test_a_data_offset_without_sense(offset: int) -> None:
    packet = compose(simple(data=b"abc"))
    packet["TCP"].dataofs = offset
    read = parse(bytes(packet))
    assert read is not None
    assert read.defects == (f"data offset {offset} in a segment of 23 octets",)
    assert read.data == b"abc"


def test_malformed_options_travel_octet_by_octet() -> None:
    read = reread(simple(data=b"abc"), raw_options=b"\2\1\1\1\1\1\1\1")
    assert read.defects == ("option kind 2 has length 1",)
    assert read.options == ()
    assert read.data == b"abc"
    assert read.raw[40:48] == b"\2\1\1\1\1\1\1\1"


def test_no_raw_options_are_none() -> None:
    assert reread(simple(options=(options.mss(9),)), raw_options=b"").options == ()


@pytest.mark.parametrize("family", ADDRESSES)
def test_other_protocols_are_no_segments(family: str) -> None:
    octets = bytearray(bytes(compose(simple(family))))
    octets[6 if family == "ipv6" else 9] = 17
    assert parse(bytes(octets)) is None


def test_a_header_that_is_cut_off_is_no_segment() -> None:
    packet = compose(simple())
    octets = bytes(packet["TCP"])[:19]
    packet.remove_payload()
    packet.proto = 6
    assert parse(bytes(packet / octets)) is None


@pytest.mark.parametrize(
    ("ctl", "data", "length"),
    [
        (Ctl.ACK, b"", 0),
        (Ctl.SYN, b"", 1),
        (Ctl.FIN | Ctl.ACK, b"", 1),
        (Ctl.SYN | Ctl.FIN, b"", 2),
        (Ctl.FIN | Ctl.PSH, b"abc", 4),
        (Ctl.RST, b"why", 3),
    ],
)
def test_segment_length(ctl: Ctl, data: bytes, length: int) -> None:
    segment = simple(ctl=ctl, data=data, seq=0xFFFFFFFF)
    assert segment.len == length
    assert segment.end == (0xFFFFFFFF + length) % 2**32


def test_control_bits_by_name() -> None:
    assert str(Ctl.SYN | Ctl.ACK) == "SYN,ACK"
    assert str(Ctl(0)) == "none"
    assert str(Ctl.FIN | Ctl.PSH | Ctl.URG | Ctl.ECE | Ctl.CWR | Ctl.AE) == "FIN,PSH,URG,ECE,CWR,AE"


def test_family_and_options() -> None:
    segment = simple("ipv6", options=(options.NOP, options.mss(1), options.mss(2)))
    assert segment.family == "ipv6"
    assert segment.option(options.MSS_KIND) == options.mss(1)
    assert segment.option(options.SACK_KIND) is None


@given(segments())
@settings(max_examples=50, deadline=None)
def test_a_wrong_checksum_is_all_that_is_wrong(segment: Segment) -> None:
    read = parse(bytes(wrong_checksum(compose(segment))))
    assert read is not None
    assert [defect.partition(" ")[0] for defect in read.defects] == ["checksum"]
    assert dataclasses.replace(read, raw=b"", defects=()) == dataclasses.replace(segment, raw=b"")
