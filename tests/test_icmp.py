"""Tests of ICMP errors about a segment."""

from __future__ import annotations

import pytest
from fakewire import answer
from scapy.layers.inet import ICMP, IP, TCPerror
from scapy.layers.inet6 import ICMPv6PacketTooBig, IPv6

from conformance import icmp
from conformance.craft import craft
from conformance.packet import pseudo_sum, read_datagram
from conformance.segment import Ctl, Segment, parse
from conformance.transcript.packets import describe

ADDRESSES = {"ipv4": ("192.0.2.2", "192.0.2.1"), "ipv6": ("2001:db8::2", "2001:db8::1")}


def heard(family: str, data: bytes = b"data") -> Segment:
    src, dst = ADDRESSES[family]
    said = Segment(src=src, dst=dst, sport=80, dport=4000, seq=77, ack=5, ctl=Ctl.ACK, data=data)
    segment = parse(craft(said))
    assert segment is not None
    return segment


@pytest.mark.parametrize("family", ["ipv4", "ipv6"])
def test_every_soft_error_quotes_the_segment(family: str) -> None:
    for error in [one for one in icmp.SOFT if getattr(one, family)]:
        datagram = read_datagram(icmp.about(heard(family), error))
        assert datagram is not None
        assert (datagram.src, datagram.dst) == ADDRESSES[family][::-1]
        assert datagram.payload[:2] == bytes(getattr(error, family))
        assert datagram.payload[8:] == heard(family).raw
        assert datagram.defects == ()
        assert describe(icmp.about(heard(family), error)).endswith("about port 80 to 4000 SEQ=77")


def test_checksums_are_right() -> None:
    four = icmp.about(heard("ipv4"), icmp.SOURCE_QUENCH)
    rebuilt = IP(four)
    del rebuilt[ICMP].chksum, rebuilt.chksum
    assert bytes(rebuilt) == four
    six = icmp.about(heard("ipv6", b"odd"), icmp.too_big(1300))
    assert pseudo_sum(*ADDRESSES["ipv6"][::-1], six[40:], 58) == 0xFFFF


def test_scapy_reads_what_is_quoted() -> None:
    packet = IP(icmp.about(heard("ipv4"), icmp.too_big(1300)))
    assert (packet[ICMP].nexthopmtu, packet[TCPerror].seq) == (1300, 77)
    six = IPv6(icmp.about(heard("ipv6"), icmp.too_big(1300)))
    assert six[ICMPv6PacketTooBig].mtu == 1300


@pytest.mark.parametrize(("family", "most"), [("ipv4", 576), ("ipv6", 1280)])
def test_a_long_segment_is_not_quoted_whole(family: str, most: int) -> None:
    assert len(icmp.about(heard(family, bytes(1400)), icmp.SOFT[0])) == most


def test_quotation_cut_short_and_source() -> None:
    octets = icmp.about(heard("ipv4"), icmp.HARD[1], octets=8, source="198.51.100.9")
    assert octets == icmp.about(heard("ipv4"), icmp.HARD[1], octets=8, source="198.51.100.9")
    assert len(octets) == 20 + 8 + 20 + 8
    assert IP(octets).src == "198.51.100.9"


def test_only_what_was_on_the_wire_can_be_quoted() -> None:
    with pytest.raises(AssertionError, match="has not been sent"):
        icmp.about(answer(heard("ipv4"), Ctl.ACK), icmp.HARD[0])


def test_each_error_is_for_the_families_that_have_it() -> None:
    marked = {param.id: [mark.args for mark in param.marks] for param in icmp.each(icmp.SOFT)}
    assert marked["host unreachable"] == []
    assert marked["source route failed"] == [("ipv4",)]
    assert marked["unknown next header"] == [("ipv6",)]
    with pytest.raises(AssertionError, match="does not exist over ipv6"):
        icmp.about(heard("ipv6"), icmp.SOURCE_QUENCH)


def test_a_moved_segment_differs_in_its_number() -> None:
    forged = icmp.moved(heard("ipv4"), -1000)
    assert (forged.seq, forged.data, forged.defects) == (2**32 - 923, b"data", ())
