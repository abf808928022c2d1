"""Tests of `conformance.wire.neighbour`: ARP and Neighbor Discovery frames, against Scapy's own reading."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scapy.layers.inet6 import ICMPv6ND_NA, ICMPv6ND_NS, IPv6
from scapy.layers.l2 import ARP, Ether

from conformance.wire import neighbour
from conformance.wire.neighbour import Answer, Question

OURS = bytes.fromhex("020000000001")
THEIRS = bytes.fromhex("020000000002")


def test_an_arp_question_is_one() -> None:
    frame = Ether(neighbour.question("192.0.2.9", OURS, "192.0.2.1"))
    assert frame.dst == "ff:ff:ff:ff:ff:ff"
    assert (frame[ARP].op, frame[ARP].psrc, frame[ARP].pdst) == (1, "192.0.2.1", "192.0.2.9")


def test_an_ndp_question_is_one() -> None:
    frame = Ether(neighbour.question("2001:db8::12:3456", OURS, "2001:db8::1"))
    assert frame.dst == "33:33:ff:12:34:56"
    assert frame[IPv6].dst == "ff02::1:ff12:3456"
    assert frame[ICMPv6ND_NS].tgt == "2001:db8::12:3456"
    right = frame[ICMPv6ND_NS].cksum
    del frame[ICMPv6ND_NS].cksum
    assert Ether(bytes(frame))[ICMPv6ND_NS].cksum == right


@pytest.mark.parametrize(("address", "asker"), [("192.0.2.9", "192.0.2.1"), ("2001:db8::9", "2001:db8::1")])
def test_question_and_answer_read_back(address: str, asker: str) -> None:
    asked = neighbour.read(neighbour.question(address, OURS, asker))
    assert asked == Question(address, OURS, asker)
    assert isinstance(asked, Question)
    assert neighbour.read(neighbour.answer(asked, THEIRS)) == Answer(address, THEIRS)


def test_a_probe_for_a_duplicate_is_answered_to_all_nodes() -> None:
    asked = neighbour.read(neighbour.question("2001:db8::9", OURS, None))
    assert asked == Question("2001:db8::9", OURS, "::")
    assert isinstance(asked, Question)
    frame = Ether(neighbour.answer(asked, THEIRS))
    assert (frame.dst, frame[IPv6].dst, frame[ICMPv6ND_NA].S) == ("33:33:00:00:00:01", "ff02::1", 0)


def test_an_announcement_is_an_answer() -> None:
    frame = bytes(
        Ether(dst="ff:ff:ff:ff:ff:ff") / ARP(op=1, hwsrc="02:00:00:00:00:02", psrc="192.0.2.9", pdst="192.0.2.9")
    )
    assert neighbour.read(frame) == Answer("192.0.2.9", THEIRS)


@pytest.mark.parametrize(
    ("address", "mac"),
    [
        ("255.255.255.255", "ffffffffffff"),
        ("239.129.2.3", "01005e010203"),
        ("ff02::1:2", "333300010002"),
        ("192.0.2.1", None),
        ("2001:db8::1", None),
    ],
)
def test_the_mac_of_a_group(address: str, mac: str | None) -> None:
    assert neighbour.group_mac(address) == (mac and bytes.fromhex(mac))


@given(st.binary(max_size=100), st.sampled_from([b"\x08\x06", b"\x86\xdd", b"\x08\x00"]))
def test_no_frame_is_too_odd_to_read(body: bytes, ethertype: bytes) -> None:
    neighbour.read(bytes(12) + ethertype + body)
