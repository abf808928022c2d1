"""Tests of `conformance.lab.conversation`: what a deviation makes of packets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from conformance.craft import craft
from conformance.lab.conversation import Deviation, Later, Meddle, Out, Talk
from conformance.segment import Ctl, Segment, parse

SYN = Segment(src="198.18.1.0", dst="198.18.0.1", sport=1, dport=2, seq=10, ctl=Ctl.SYN)
RST = Segment(src="198.18.0.1", dst="198.18.1.0", sport=2, dport=1, seq=0, ack=11, ctl=Ctl.RST | Ctl.ACK)


def of(meddle: Meddle, *packets: bytes, from_target: bool = True) -> list[tuple[float, bytes]]:
    return [out for packet in packets for out in meddle.of(packet, from_target=from_target)]


@given(st.binary(max_size=80) | st.just(craft(SYN)))
def test_without_a_deviation_every_packet_passes_as_it_is(packet: bytes) -> None:
    for from_target in (True, False):
        assert of(Meddle(Deviation()), packet, from_target=from_target) == [(0.0, packet)]


def test_what_is_changed_has_a_right_checksum() -> None:
    def says(segment: Segment, talk: Talk) -> Iterator[Out]:
        yield replace(segment, ack=77)

    ((_, packet),) = of(Meddle(Deviation(says=says)), craft(RST))
    changed = parse(packet)
    assert changed is not None
    assert (changed.ack, changed.seq, changed.ctl, changed.defects) == (77, 0, RST.ctl, ())


def test_drop_double_delay_and_octets() -> None:
    def says(segment: Segment, talk: Talk) -> Iterator[Out]:
        if not segment.ctl & Ctl.RST:
            yield segment
            yield segment
            yield Later(0.5, segment)
            yield b"octets"

    meddle = Meddle(Deviation(says=says))
    packet = craft(replace(RST, ctl=Ctl.ACK))
    assert of(meddle, craft(RST), packet) == [(0.0, packet), (0.0, packet), (0.5, packet), (0.0, b"octets")]


def test_what_was_said_before_is_known_on_each_connection() -> None:
    seen: list[tuple[list[int], list[int]]] = []

    def look(segment: Segment, talk: Talk) -> Iterator[Out]:
        seen.append(([one.seq for one in talk.asked], [one.seq for one in talk.said]))
        yield segment

    meddle = Meddle(Deviation(says=look, hears=look))
    of(meddle, craft(SYN), from_target=False)
    of(meddle, craft(RST))
    of(meddle, craft(replace(RST, seq=5)))
    of(meddle, craft(replace(RST, dport=3)))
    assert seen == [([], []), ([10], []), ([10], [0]), ([], [])]
    assert Talk().last is None
