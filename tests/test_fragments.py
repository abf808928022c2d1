"""Tests of packets that go in fragments: cut, sent, written down, and put together by the reference endpoint."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import pytest
from fakewire import FakeWire, peer_on
from modelbed import ACK, HERE, ISS, LISTENING, PORT, THERE, Bed
from reference import ip as reference_ip
from reference.fragments import PATIENCE, Reassembly
from scapy.layers.inet import IP, TCP, defragment
from scapy.layers.inet6 import IPv6, IPv6ExtHdrFragment, defragment6
from scapy.utils import PcapNgReader

from conformance.craft import craft
from conformance.fragments import OVERLAP, SIZE, in_order, last_first, overlapping
from conformance.ip import Header
from conformance.segment import Ctl, Segment
from conformance.transcript import Transcript, pcapng, plain, text

TEXT = bytes(range(200)) * 2
FOUR = bytes(IP(src="192.0.2.1", dst="192.0.2.2", tos=8, ttl=9) / TCP(sport=1, dport=2) / TEXT)
SIX = bytes(IPv6(src="2001:db8::1", dst="2001:db8::2", tc=8, hlim=9) / TCP(sport=1, dport=2) / TEXT)
CUTS = [in_order, last_first]


def test_scapy_puts_them_together_over_ipv4() -> None:
    (whole,) = defragment([IP(fragment) for fragment in in_order(FOUR)])
    whole = IP(bytes(whole))
    assert (bytes(whole[TCP]), whole.tos, whole.ttl) == (FOUR[20:], 8, 9)


def test_scapy_puts_them_together_over_ipv6() -> None:
    whole = defragment6([IPv6(fragment) for fragment in in_order(SIX)])
    assert (bytes(whole[TCP]), whole.tc, whole.hlim) == (SIX[40:], 8, 9)


@pytest.mark.parametrize(("packet", "header"), [(FOUR, 20), (SIX, 48)])
def test_first_one_holds_the_whole_header_of_tcp(packet: bytes, header: int) -> None:
    assert [len(fragment) - header for fragment in in_order(packet)] == [SIZE, SIZE, SIZE, 420 - 3 * SIZE]
    assert [len(fragment) - header for fragment in overlapping(packet)] == [SIZE + OVERLAP] * 3 + [420 - 3 * SIZE]
    assert last_first(packet)[0][header:] == packet[-36:]


def test_each_packet_has_an_identification_of_its_own() -> None:
    first, second = (IP(in_order(FOUR)[0]).id for _ in range(2))
    assert first != second
    assert IPv6(in_order(SIX)[0])[IPv6ExtHdrFragment].id not in (first, second)


def sent() -> Transcript:
    """Return the transcript of a peer that has sent a segment in fragments."""
    peer = peer_on(FakeWire())
    peer.ip = Header(cut=in_order)
    assert peer.send(Ctl.SYN, data=TEXT).data == TEXT
    assert peer.snd_nxt == (peer.iss + 1 + len(TEXT)) % 2**32
    return peer.transcript


def test_transcript_tells_the_segment_and_how_it_went() -> None:
    assert "<DATA=400><WND=65535><MSS 1460> in 4 fragments" in " ".join(text.render(sent()).split())


def test_capture_has_the_fragments_alone() -> None:
    packets = list(PcapNgReader(BytesIO(pcapng.render(sent()))))
    assert [(packet[IP].frag * 8, packet[IP].flags.MF) for packet in packets] == [
        (0, True), (128, True), (256, True), (384, False),
    ]  # fmt: skip


def test_fragments_are_kept() -> None:
    transcript = sent()
    again = plain.load(plain.dump(transcript))
    assert again.entries[0].fragments == transcript.entries[0].fragments
    assert pcapng.render(again) == pcapng.render(transcript)


def test_fragments_by_themselves_are_told_as_such() -> None:
    peer = peer_on(FakeWire())
    for fragment in in_order(FOUR)[2:]:
        peer.inject(fragment)
    page = text.render(peer.transcript)
    assert "fragment of TCP, octets 256 to 383, more follow" in page
    assert "fragment of TCP, octets 384 to 419 " in page


# -- the reference endpoint --


@pytest.mark.parametrize("cut", CUTS)
def test_reference_puts_them_together(cut: Callable[[bytes], tuple[bytes, ...]]) -> None:
    bed = Bed()
    endpoint = bed.passive()
    segment = Segment(
        src=THERE, dst=HERE, sport=PORT, dport=LISTENING, seq=ISS + 1, ack=bed.irs + 1, ctl=ACK, window=10_000,
        data=TEXT,
    )  # fmt: skip
    for fragment in cut(craft(segment)):
        assert endpoint.received == b""
        bed.host.arrives(fragment)
    assert endpoint.received == TEXT


def packets(fragments: tuple[bytes, ...]) -> list[reference_ip.Packet]:
    read = [reference_ip.read(fragment) for fragment in fragments]
    return [packet for packet in read if packet is not None]


@pytest.mark.parametrize("packet", [FOUR, SIX])
def test_reference_drops_what_overlaps(packet: bytes) -> None:
    reassembly = Reassembly()
    assert [reassembly.take(one, 0.0) for one in packets(overlapping(packet))] == [None] * 4
    assert reassembly.take(packets(in_order(packet))[0], 0.0) is None


def test_reference_does_not_wait_for_ever() -> None:
    reassembly = Reassembly()
    first, *rest = packets(in_order(SIX))
    reassembly.take(first, 0.0)
    assert [reassembly.take(one, PATIENCE) for one in rest] == [None] * 3


def test_headers_behind_the_fragments_are_skipped() -> None:
    padding = Header(extensions=((60, bytes((1, 4, 0, 0, 0, 0))),))
    reassembly = Reassembly()
    taken = [reassembly.take(one, 0.0) for one in packets(in_order(padding.around(SIX)))]
    assert taken[:-1] == [None] * 3
    assert taken[-1] is not None
    assert (taken[-1].protocol, taken[-1].payload) == (6, SIX[40:])
