"""Tests of the capture files, read back by a strict reader of the format and by Scapy's."""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass, field

import pytest
from scapy.layers.inet import ICMP, IP, TCP
from scapy.utils import PcapNgReader

from conformance.segment import compose
from conformance.transcript import Transcript
from conformance.transcript.pcapng import render
from tests.story import A, F, P, S, Story

EPOCH = 1_700_000_000


@dataclass
class Packet:
    at: int
    octets: bytes
    inbound: bool
    comments: list[str]


@dataclass
class Capture:
    application: str = ""
    link: int = 0
    packets: list[Packet] = field(default_factory=list)


def read(octets: bytes) -> Capture:
    """Read a capture by the letter of draft-ietf-opsawg-pcapng; assert whatever it demands."""
    capture = Capture()
    at = 0
    kinds = []
    while at < len(octets):
        kind, length = struct.unpack_from("<II", octets, at)
        assert length % 4 == 0
        assert struct.unpack_from("<I", octets, at + length - 4)[0] == length
        body = octets[at + 8 : at + length - 4]
        kinds.append(kind)
        READERS[kind](capture, body)
        at += length
    assert at == len(octets)
    assert kinds[:2] == [0x0A0D0D0A, 1]
    return capture


def _options(body: bytes) -> list[tuple[int, bytes]]:
    found, at = [], 0
    while True:
        code, length = struct.unpack_from("<HH", body, at)
        at += 4
        if code == 0:
            assert (length, at) == (0, len(body))
            return found
        found.append((code, body[at : at + length]))
        padded = length + -length % 4
        assert not any(body[at + length : at + padded])
        at += padded


def _section(capture: Capture, body: bytes) -> None:
    assert struct.unpack_from("<IHHq", body) == (0x1A2B3C4D, 1, 0, -1)
    capture.application = dict(_options(body[16:]))[4].decode()


def _interface(capture: Capture, body: bytes) -> None:
    capture.link, reserved, snap = struct.unpack_from("<HHI", body)
    assert (reserved, snap) == (0, 0)
    assert dict(_options(body[8:]))[9] == b"\x09"  # nanoseconds


def _packet(capture: Capture, body: bytes) -> None:
    interface, high, low, caught, whole = struct.unpack_from("<IIIII", body)
    assert (interface, caught) == (0, whole)
    options = _options(body[20 + caught + -caught % 4 :])
    flags = struct.unpack("<I", dict(options)[2])[0]
    assert flags in (1, 2)
    comments = [value.decode() for code, value in options if code == 1]
    capture.packets.append(Packet(high << 32 | low, body[20 : 20 + caught], flags == 1, comments))


READERS = {0x0A0D0D0A: _section, 1: _interface, 6: _packet}


def test_packets_times_directions_and_comments() -> None:
    story = Story()
    story.note("the target listens")
    story.peer(S)
    story.target(S | A)
    story.call("CLOSE")
    story.target(F | A, defects=("reserved bits are 3",))
    story.note("expected <CTL=ACK>, got <CTL=FIN,ACK>")
    capture = read(render(story.transcript))
    assert capture.application == "tcp-conformance"
    assert capture.link == 101
    assert [packet.inbound for packet in capture.packets] == [False, True, True]
    assert [packet.comments for packet in capture.packets] == [
        ["the target listens", "peer: <SEQ=ISS><CTL=SYN><WND=65535>"],
        ["target: <SEQ=IRS><ACK=ISS+1><CTL=SYN,ACK><WND=64240>"],
        [
            "target's user: CLOSE",
            "target: <SEQ=IRS+1><ACK=ISS+1><CTL=FIN,ACK><WND=64240>",
            "malformed: reserved bits are 3",
            "afterwards: expected <CTL=ACK>, got <CTL=FIN,ACK>",
        ],
    ]
    assert [packet.at - EPOCH * 10**9 for packet in capture.packets] == [
        round(entry.at * 1e9) for entry in story.transcript.entries if entry.segment
    ]


def test_octets_are_those_of_the_wire() -> None:
    story = Story()
    made = story.peer(S, raw=b"E as it was sent")
    other = story.peer(A | P, data=b"odd")
    capture = read(render(story.transcript))
    assert [packet.octets for packet in capture.packets] == [made.raw, bytes(compose(other))]


@pytest.mark.parametrize("length", range(5))
def test_odd_lengths_are_padded(length: int) -> None:
    transcript = Transcript()
    transcript.packet("peer", 0.0, b"x" * length, "y" * length)
    assert read(render(transcript)).packets[0].octets == b"x" * length


def test_a_packet_that_is_no_segment() -> None:
    transcript = Transcript()
    octets = bytes(IP(src="192.0.2.9", dst="192.0.2.1") / ICMP(type=3, code=3))
    transcript.packet("target", 1.0, octets, "not a TCP segment")
    [packet] = read(render(transcript)).packets
    assert packet.octets == octets
    assert packet.comments == ["target: not a TCP segment: ICMP port unreachable"]


def test_no_packets() -> None:
    transcript = Transcript()
    transcript.note(0.0, "nothing came")
    assert read(render(transcript)).packets == []


def test_an_endless_comment_is_cut() -> None:
    transcript = Transcript()
    transcript.note(0.0, "é" * 100_000 + "\ud800")
    transcript.packet("peer", 0.0, b"E", "")
    [packet] = read(render(transcript)).packets
    assert packet.comments[0].endswith("é…")


@pytest.mark.parametrize("addresses", [("192.0.2.1", "192.0.2.2"), ("2001:db8::1", "2001:db8::2")])
def test_scapy_reads_it(addresses: tuple[str, str]) -> None:
    story = Story(peer_address=addresses[0], target_address=addresses[1])
    story.handshake()
    with PcapNgReader(io.BytesIO(render(story.transcript))) as reader:
        packets = list(reader)
    assert [str(packet[TCP].flags) for packet in packets] == ["S", "SA", "A"]
    assert [packet.src for packet in packets] == [addresses[0], addresses[1], addresses[0]]
    assert [float(packet.time) for packet in packets] == pytest.approx(
        [EPOCH + 100.0001 + 0.0001 * at for at in range(3)]
    )
    assert all("SEQ=" in str(packet.comments) for packet in packets)
