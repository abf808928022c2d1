"""What the checksum covers, and what becomes of a segment where it is wrong (RFC 9293, section 3.1)."""

import socket

import pytest

from conformance import (
    ACK,
    ESTABLISHED,
    FIN,
    LISTEN,
    NOP,
    SACK_PERMITTED,
    SYN,
    SYN_RECEIVED,
    SYN_SENT,
    URG,
    mss,
    offering,
    only_over,
    requirement,
    target_in,
    timestamps,
    window_scale,
    wrong_checksum,
)
from conformance.errors import NotApplicable
from conformance.ip import DESTINATION_OPTIONS, HOP_BY_HOP, Header
from conformance.packet import ones_sum

DATA = b"0123456789"
PADDING = bytes((1, 4, 0, 0, 0, 0))
"""PadN, an IPv6 option that fills an extension header (RFC 8200, section 4.2)."""

PARTS = {
    "source": lambda packet: socket.inet_pton(FAMILY[packet.version], packet.src),
    "destination": lambda packet: socket.inet_pton(FAMILY[packet.version], packet.dst),
    "protocol": lambda packet: b"\0\6",
    "length": lambda packet: len(packet["TCP"]).to_bytes(2, "big"),
}
"""The parts of the pseudo-header."""
FAMILY = {4: socket.AF_INET, 6: socket.AF_INET6}


def right_checksum(packet):
    """What the checksum of a packet has to be."""
    return type(packet)(bytes(packet))["TCP"].chksum


def uncovered(packet, octets):
    """Take octets out of a packet's checksum, and return it: as if they had not been summed."""
    right = right_checksum(packet)
    packet["TCP"].chksum = ~ones_sum(b"", (~right & 0xFFFF) + (~ones_sum(octets) & 0xFFFF)) & 0xFFFF
    return packet


@requirement("RFC9293:3.1-checksum-pseudo4", "RFC9293:MUST-3")
@pytest.mark.parametrize("part", PARTS)
@only_over("ipv4")
@target_in(ESTABLISHED)
def test_data_summed_without_a_part_of_the_pseudo_header_is_not_taken(peer, part):
    packet = peer.craft(ACK, data=DATA)
    peer.inject(uncovered(packet, PARTS[part](packet)))
    peer.expect_ignored()


@requirement("RFC9293:3.1-checksum-pseudo6", "RFC9293:MUST-3", "RFC8200:8.1-pseudo")
@pytest.mark.parametrize("part", PARTS)
@only_over("ipv6")
@target_in(ESTABLISHED)
def test_data_over_ipv6_summed_without_a_part_of_the_pseudo_header_is_not_taken(peer, part):
    packet = peer.craft(ACK, data=DATA)
    peer.inject(uncovered(packet, PARTS[part](packet)))
    peer.expect_ignored()


@requirement("RFC9293:3.1-checksum-pseudo4", "RFC9293:MUST-2")
@only_over("ipv4")
@target_in(SYN_SENT, SYN_RECEIVED, ESTABLISHED)
def test_pseudo_header_is_summed(peer):
    assert peer.syn.defects == ()


@requirement("RFC9293:3.1-checksum-pseudo6", "RFC9293:MUST-2", "RFC8200:8.1-pseudo")
@only_over("ipv6")
@target_in(SYN_SENT, SYN_RECEIVED, ESTABLISHED)
def test_pseudo_header_of_ipv6_is_summed(peer):
    assert peer.syn.defects == ()


@requirement("RFC9293:3.1-checksum-pseudo6", "RFC8200:8.1-ext-headers")
@pytest.mark.parametrize("headers", [(HOP_BY_HOP,), (DESTINATION_OPTIONS,), (HOP_BY_HOP, DESTINATION_OPTIONS)], ids=str)
@only_over("ipv6")
@target_in(ESTABLISHED)
def test_extension_headers_do_not_count(peer, headers):
    peer.ip = Header(extensions=tuple((number, PADDING) for number in headers))
    peer.send(ACK, data=DATA)
    peer.expect(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt)


@requirement("RFC9293:3.1-checksum-options", "RFC9293:MUST-3")
@target_in(ESTABLISHED)
def test_data_summed_without_the_options_is_not_taken(peer):
    options = (NOP,) * 4
    peer.inject(uncovered(peer.craft(ACK, data=DATA, options=options), b"\1\1\1\1"))
    peer.expect_ignored()


@requirement("RFC9293:3.1-checksum-options", "RFC9293:MUST-3")
@target_in(LISTEN)
def test_syn_summed_without_the_options_opens_nothing(peer):
    peer.inject(uncovered(peer.craft(SYN, options=(mss(1000),)), mss(1000).octets))
    peer.expect_nothing()
    peer.send(SYN)
    peer.expect(SYN | ACK, ack=peer.iss + 1)


def with_options(segment):
    if not segment.options:
        raise NotApplicable("the target has no options in its SYN")


@requirement("RFC9293:3.1-checksum-options", "RFC9293:MUST-2")
@offering(mss(1460), SACK_PERMITTED, timestamps(0), window_scale(7))
@target_in(SYN_SENT, SYN_RECEIVED)
def test_options_are_summed(peer):
    with_options(peer.syn)
    assert peer.syn.defects == ()


@requirement("RFC9293:3.1-checksum-odd", "RFC9293:MUST-3")
@pytest.mark.parametrize("octets", [1, 3, 535], ids="{} octets".format)
@target_in(ESTABLISHED)
def test_odd_number_of_octets_is_taken(peer, octets):
    peer.send(ACK, data=b"\xa5" * octets)
    peer.expect(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt)


@requirement("RFC9293:3.1-checksum-odd", "RFC9293:MUST-3")
@target_in(ESTABLISHED)
def test_last_of_an_odd_number_of_octets_is_summed(peer):
    packet = peer.craft(ACK, data=b"\xa5\xa5\xa5")
    peer.inject(uncovered(packet, b"\xa5\0"))
    peer.expect_ignored()


@requirement("RFC9293:3.1-checksum-odd", "RFC9293:MUST-2")
@pytest.mark.parametrize("octets", [1, 3, 535], ids="{} octets".format)
@target_in(ESTABLISHED)
def test_odd_number_of_octets_is_sent_without_padding(peer, target, octets):
    target.send(b"\xa5" * octets)
    assert peer.expect(ACK, seq=peer.rcv_nxt, data=b"\xa5" * octets).defects == ()


@requirement("RFC9293:MUST-3")
@pytest.mark.parametrize("checksum", [0, 0xFFFF], ids="{:#06x}".format)
@target_in(ESTABLISHED)
def test_no_checksum_stands_for_none(peer, checksum):
    packets = [peer.craft(ACK, data=data) for data in (b"one", b"two")]
    packet = next(packet for packet in packets if right_checksum(packet) not in (0, 0xFFFF))
    packet["TCP"].chksum = checksum
    peer.inject(packet)
    peer.expect_ignored()


@requirement("RFC9293:3.8-corrupt-retx", "RFC9293:MUST-3")
@target_in(ESTABLISHED)
def test_corrupted_data_is_not_acknowledged(peer):
    peer.inject(wrong_checksum(peer.craft(ACK, data=DATA)))
    peer.expect_ignored()


@requirement("RFC9293:3.8-corrupt-retx", "RFC9293:MUST-3")
@target_in(ESTABLISHED)
def test_corrupted_data_is_replaced_by_its_retransmission(peer, target):
    peer.inject(wrong_checksum(peer.craft(ACK, data=b"corrupted!")))
    peer.send(ACK, data=DATA)
    peer.expect(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt)
    assert target.receive(len(DATA)) == DATA


def elsewhere(packet):
    """Return the checksum that the packet would have on its way to another address, of which one bit differs."""
    other = packet.copy()
    address = bytearray(PARTS["destination"](packet))
    address[-1] ^= 4
    other.dst = socket.inet_ntop(FAMILY[packet.version], bytes(address))
    return right_checksum(other)


@requirement("RFC9293:MUST-3", "RFC9293:3.1-checksum-pseudo4", "RFC9293:3.1-checksum-pseudo6")
@target_in(ESTABLISHED)
def test_data_for_another_address_is_not_taken(peer):
    packet = peer.craft(ACK, data=DATA)
    packet["TCP"].chksum = elsewhere(packet)
    peer.inject(packet)
    peer.expect_ignored()


@requirement("RFC9293:MUST-3", "RFC9293:3.8-corrupt-retx")
@pytest.mark.parametrize("ctl", [FIN | ACK, URG | ACK, URG | FIN | ACK], ids=str)
@pytest.mark.parametrize("data", [b"", DATA], ids=["empty", "data"])
@target_in(ESTABLISHED)
def test_corrupted_fin_and_urgent_data_change_nothing(peer, ctl, data):
    peer.inject(wrong_checksum(peer.craft(ctl, data=data, urgent=len(data) if ctl & URG else 0)))
    peer.expect_ignored()


@requirement("RFC9293:MUST-3", "RFC9293:3.8-corrupt-retx")
@target_in(ESTABLISHED)
def test_corrupted_ack_acknowledges_nothing(peer, target):
    target.send(DATA)
    data = peer.expect(ACK, data=DATA)
    peer.inject(wrong_checksum(peer.craft(ACK)))
    peer.expect_retransmission(data)
