"""What draws a reset where there is no connection, and how that reset is numbered (RFC 9293, 3.5.2 and 3.10.7.1)."""

import pytest

from conformance import (
    ACK,
    CWR,
    ECE,
    FIN,
    NO_CTL,
    NOTHING,
    PSH,
    RST,
    SYN,
    URG,
    mss,
    reply,
    requirement,
    timestamps,
    wrong_checksum,
)

TEN = b"0123456789"
ALL_BUT_RST = FIN | SYN | PSH | ACK | URG | ECE | CWR

TO_EVERYBODY = {"ipv4": "255.255.255.255", "ipv6": "ff02::1"}
TO_A_GROUP = {"ipv4": "224.0.0.1", "ipv6": "ff02::1"}  # IPv6 has no broadcast: all nodes stand for both


@requirement(
    "RFC9293:3.10.7.1-closed-noack",
    "RFC9293:3.10.7.1-closed-seglen",
    "RFC9293:3.10.7.1-closed-discard-data",
    "RFC9293:3.5.2-g1-noack",
    "RFC9293:3.4-seglen",
    "RFC9293:3.4-fin-after-data",
)
@pytest.mark.parametrize(
    ("ctl", "data", "length"),
    [
        pytest.param(SYN, b"", 1, id="SYN"),
        pytest.param(SYN, TEN, 11, id="SYN-data"),
        pytest.param(SYN | FIN, b"", 2, id="SYN-FIN"),
        pytest.param(SYN | FIN, TEN, 12, id="SYN-FIN-data"),
        pytest.param(FIN, b"", 1, id="FIN"),
        pytest.param(FIN, TEN, 11, id="FIN-data"),
        pytest.param(NO_CTL, b"", 0, id="none"),
        pytest.param(PSH, b"", 0, id="PSH"),
        pytest.param(URG, b"", 0, id="URG"),
        pytest.param(NO_CTL, TEN, 10, id="data"),
    ],
)
def test_segment_without_ack_is_reset_with_the_number_after_it(peer, ctl, data, length):
    sent = peer.send(ctl, data=data)
    peer.expect(RST | ACK, seq=0, ack=sent.seq + length)


@requirement("RFC9293:3.4-mod-arith", "RFC9293:3.10.7.1-closed-seglen")
@pytest.mark.parametrize(
    ("seq", "data", "ack"),
    [
        pytest.param(0xFFFFFFFF, b"", 0, id="last-number"),
        pytest.param(0xFFFFFFFE, b"", 0xFFFFFFFF, id="last-but-one"),
        pytest.param(0xFFFFFFFA, TEN, 5, id="data-across-zero"),
        pytest.param(0, b"", 1, id="zero"),
    ],
)
def test_number_after_a_segment_is_taken_modulo_2_to_the_32(peer, seq, data, ack):
    peer.send(SYN, seq=seq, data=data)
    peer.expect(RST | ACK, seq=0, ack=ack)


@requirement("RFC9293:3.10.7.1-closed-ack", "RFC9293:3.5.2-g1-ack", "RFC9293:3.5.1-halfopen-active-data")
@pytest.mark.parametrize("ack", [0, 1, 0x80000000, 0xFFFFFFFF], ids=["zero", "one", "middle", "last-number"])
@pytest.mark.parametrize(
    ("ctl", "data"),
    [
        pytest.param(ACK, b"", id="ACK"),
        pytest.param(ACK, TEN, id="data"),
        pytest.param(SYN | ACK, b"", id="SYN-ACK"),
        pytest.param(FIN | ACK, b"", id="FIN-ACK"),
        pytest.param(ALL_BUT_RST, TEN, id="all-but-RST-data"),
    ],
)
def test_segment_with_ack_is_reset_with_the_number_it_acknowledges(peer, ctl, data, ack):
    peer.send(ctl, ack=ack, data=data)
    peer.expect(RST, seq=ack)


@requirement("RFC9293:3.10.7.1-closed-rst", "RFC9293:3.5.2-g1-rst-silent")
@pytest.mark.parametrize(
    ("ctl", "data"),
    [
        pytest.param(RST, b"", id="RST"),
        pytest.param(RST, TEN, id="RST-data"),
        pytest.param(RST | ACK, b"", id="RST-ACK"),
        pytest.param(RST | SYN, b"", id="RST-SYN"),
        pytest.param(RST | FIN, b"", id="RST-FIN"),
        pytest.param(RST | ALL_BUT_RST, TEN, id="all-data"),
    ],
)
def test_reset_draws_no_reset(peer, ctl, data):
    peer.send(ctl, ack=0x12345678, data=data)
    syn = peer.send(SYN, seq=peer.iss + 1000)
    peer.expect(RST | ACK, seq=0, ack=syn.end)  # the first thing said


@requirement("RFC9293:MUST-3")
@pytest.mark.parametrize("ctl", [SYN, ACK], ids=str)
def test_segment_with_a_wrong_checksum_draws_no_reset(peer, ctl):
    peer.inject(wrong_checksum(peer.craft(ctl, ack=0x12345678)))
    syn = peer.send(SYN, seq=peer.iss + 1000)
    peer.expect(RST | ACK, seq=0, ack=syn.end)


@requirement("RFC9293:3.5.2-g1-stays-closed", "RFC9293:3.10.7.1-closed-noack")
def test_every_syn_to_a_closed_port_is_reset(peer):
    first = peer.send(SYN)
    peer.expect(RST | ACK, seq=0, ack=first.end)
    second = peer.send(SYN, seq=peer.iss + 1000)
    peer.expect(RST | ACK, seq=0, ack=second.end)


@requirement("RFC9293:3.10.7.1-closed-noack", "RFC9293:3.5.2-g1-stays-closed")
def test_syn_to_a_closed_port_draws_no_icmp_error(peer, timing):
    peer.send(SYN)
    peer.expect(RST | ACK)
    peer.expect_nothing(timing.settle)
    assert not peer.packets, "something else than a segment came as well"


@requirement("RFC9293:MUST-57")
@pytest.mark.parametrize("address", [TO_EVERYBODY, TO_A_GROUP], ids=["broadcast", "multicast"])
def test_syn_to_broadcast_or_multicast_draws_no_reset(peer, address):
    packet = peer.craft(SYN)
    packet.dst = address[peer.family]
    peer.inject(packet)
    syn = peer.send(SYN, seq=peer.iss + 1000)
    peer.expect(RST | ACK, seq=0, ack=syn.end)


@requirement("RFC9293:3.9.2.3-all-segments")
@pytest.mark.parametrize("address", [TO_EVERYBODY, TO_A_GROUP], ids=["broadcast", "multicast"])
@pytest.mark.parametrize("ctl", [ACK, FIN], ids=str)
def test_other_segment_to_broadcast_or_multicast_draws_no_reset(peer, address, ctl):
    packet = peer.craft(ctl)
    packet.dst = address[peer.family]
    peer.inject(packet)
    syn = peer.send(SYN, seq=peer.iss + 1000)
    peer.expect(RST | ACK, seq=0, ack=syn.end)


@requirement("RFC9293:MUST-2")
@pytest.mark.parametrize("data", [b"", TEN, TEN[:9]], ids=["empty", "even", "odd"])
@pytest.mark.parametrize("ctl", [SYN, ACK], ids=str)
def test_checksum_of_a_reset_is_right(peer, facts, ctl, data):
    peer.send(ctl, data=data)
    reset = peer.expect_one_of(reply(RST), reply(RST | ACK))
    assert reset.defects == ()
    facts["octets of data in a reset"] = len(reset.data)


@requirement("RFC9293:3.1-reserved-sent-zero")
@pytest.mark.parametrize("ctl", [SYN, ACK], ids=str)
def test_reserved_bits_are_zero_in_a_reset(peer, ctl):
    peer.send(ctl, reserved=0b111)
    reset = peer.expect_one_of(reply(RST), reply(RST | ACK))
    assert reset.reserved == 0


@requirement("RFC7323:5.2-rst-ts-reply")
def test_reset_echoes_the_timestamp_that_drew_it(peer):
    peer.send(SYN, options=(mss(1400), timestamps(0x01020304, 0)))
    peer.expect(RST | ACK, options=(timestamps(0, 0x01020304),))


@requirement("RFC9293:3.1-data-offset-invalid")
@pytest.mark.parametrize("words", [0, 4, 15], ids=["zero", "too-small", "beyond-the-segment"])
def test_segment_with_an_invalid_data_offset_does_no_harm(peer, words):
    packet = peer.craft(SYN)
    packet["TCP"].dataofs = words
    peer.inject(packet)
    peer.expect_one_of(reply(RST), reply(RST | ACK), NOTHING)
    syn = peer.send(SYN, seq=peer.iss + 1000)
    peer.expect(RST | ACK, seq=0, ack=syn.end)


@requirement("RFC9293:3.10.7.1-closed-noack")
def test_syn_to_port_zero_is_reset(case):
    peer = case.peer(0)
    syn = peer.send(SYN)
    peer.expect(RST | ACK, seq=0, ack=syn.seq + 1)
