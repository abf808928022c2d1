"""Tests of `conformance.craft`: the same octets as Scapy's own building."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from conformance.craft import craft
from conformance.options import NOP, SACK_PERMITTED, mss, timestamps, window_scale
from conformance.segment import Ctl, Segment, compose, parse

u16, u32 = st.integers(0, 2**16 - 1), st.integers(0, 2**32 - 1)
options = st.lists(
    st.one_of(
        st.just(NOP),
        st.just(SACK_PERMITTED),
        u16.map(mss),
        st.integers(0, 14).map(window_scale),
        st.builds(timestamps, u32, u32),
    ),
    max_size=4,
).filter(lambda chosen: sum(len(option.octets) for option in chosen) <= 40)

segments = st.builds(
    lambda pair, **fields: Segment(src=pair[0], dst=pair[1], **fields),
    st.sampled_from([("198.51.100.1", "198.51.100.2"), ("2001:db8::1", "2001:db8::2")]),
    sport=u16,
    dport=u16,
    seq=u32,
    ack=u32,
    ctl=st.integers(0, 0x1FF).map(Ctl),
    window=u16,
    urgent=u16,
    options=options.map(tuple),
    data=st.binary(max_size=100),
    reserved=st.integers(0, 7),
    ttl=st.integers(1, 255),
    traffic_class=st.integers(0, 255),
)


@given(segments)
def test_the_octets_are_scapys(segment: Segment) -> None:
    # Scapy takes the bit that is AE for a reserved one: the word of offset, reserved and control bits is the same.
    assert craft(segment) == bytes(compose(segment))


@given(segments, st.integers(0, 10).flatmap(lambda words: st.binary(min_size=4 * words, max_size=4 * words)))
def test_raw_options_travel_as_they_are(segment: Segment, raw: bytes) -> None:
    assert craft(segment, raw) == bytes(compose(segment, raw))


@given(segments)
def test_what_is_crafted_reads_back_without_a_defect(segment: Segment) -> None:
    read = parse(craft(segment))
    assert read is not None
    assert not [defect for defect in read.defects if "checksum" in defect]
    assert (read.seq, read.ack, read.ctl, read.data) == (segment.seq, segment.ack, segment.ctl, segment.data)
