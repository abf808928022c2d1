"""Segments that arrive in LISTEN (RFC 9293, section 3.10.7.2)."""

import pytest

from conformance import (
    ACK,
    FIN,
    LISTEN,
    NO_CTL,
    NOTHING,
    PSH,
    RST,
    SYN,
    URG,
    offering,
    reply,
    requirement,
    target_in,
)
from conformance.options import EOL_KIND, MSS_KIND, NOP_KIND

NEITHER = {
    "none": (NO_CTL, b""),
    "FIN": (FIN, b""),
    "PSH": (PSH, b""),
    "URG": (URG, b""),
    "FIN,PSH,URG": (FIN | PSH | URG, b""),
    "data": (NO_CTL, b"data"),
    "FIN,PSH with data": (FIN | PSH, b"data"),
}
"""Segments with neither SYN nor ACK nor RST."""


@requirement("RFC9293:3.10.7.2-listen-syn", "RFC9293:3.5-basic-3whs", "RFC9293:MUST-2")
@target_in(LISTEN)
def test_syn_is_answered_with_syn_ack(peer):
    syn = peer.send(SYN)
    peer.expect(SYN | ACK, ack=syn.seq + 1, data=b"")


@requirement("RFC9293:3.4-isn-edge", "RFC9293:3.4-mod-arith")
@pytest.mark.parametrize("iss", [2**32 - 1, 0, 2**31 - 1, 2**31], ids=["2^32-1", "0", "2^31-1", "2^31"])
@target_in(LISTEN)
def test_sequence_number_of_syn_wraps(peer, iss):
    peer.restart(iss)
    peer.send(SYN)
    peer.expect(SYN | ACK, ack=iss + 1)


@requirement(
    "RFC7323:2.2-ws-synack-only-if-offered",
    "RFC7323:3.2-ts-synack-only-if-offered",
    "RFC2018:4-sack-not-without-permission",
    "RFC9293:MAY-3",
)
@offering()
@target_in(LISTEN)
def test_syn_without_options_draws_none_but_mss(peer):
    peer.send(SYN)
    answer = peer.expect(SYN | ACK, ack=peer.iss + 1)
    assert {option.kind for option in answer.options} <= {EOL_KIND, NOP_KIND, MSS_KIND}


@requirement(
    "RFC9293:3.10.7.2-listen-syn-ack-range", "RFC9293:3.10.7.2-listen-syn-queue", "RFC9293:3.4-syn-before-data"
)
@target_in(LISTEN)
def test_syn_with_data_is_acknowledged_within_it(peer):
    syn = peer.send(SYN, data=b"0123456789")
    peer.expect_one_of(*(reply(SYN | ACK, ack=syn.seq + 1 + taken) for taken in range(11)))


@requirement("RFC9293:3.5-data-in-syn-hold", "RFC9293:3.10.7.2-listen-syn-queue", "RFC9293:3.4-syn-before-data")
@target_in(LISTEN)
def test_data_of_syn_is_taken_once(peer):
    peer.send(SYN, data=b"0123456789")
    answer = peer.expect(SYN | ACK)
    rest = b"0123456789abcd"[(answer.ack - peer.iss - 1) % 2**32 :]  # what it has not acknowledged, and four more
    peer.send(ACK, seq=answer.ack, data=rest)
    peer.expect(ACK, ack=peer.iss + 1 + 14)


@requirement("RFC9293:3.5-data-in-syn-hold", "RFC9293:3.4-syn-before-data", "RFC9293:3.10.7.2-listen-syn-queue")
@target_in(LISTEN)
def test_data_of_syn_is_delivered_once(peer, target):
    peer.send(SYN, data=b"0123456789")
    answer = peer.expect(SYN | ACK)
    rest = b"0123456789abcd"[(answer.ack - peer.iss - 1) % 2**32 :]  # what it has not acknowledged, and four more
    peer.send(ACK, seq=answer.ack, data=rest)
    target.accept()
    assert target.receive(14) == b"0123456789abcd"


@requirement("RFC9293:3.5-data-in-syn-hold", "RFC9293:3.10.7.2-listen-syn-queue")
@target_in(LISTEN)
def test_user_gets_no_connection_before_the_handshake_is_done(peer, target):
    peer.send(SYN, data=b"0123456789")
    peer.expect(SYN | ACK)
    target.accepts_nothing()
    peer.send(ACK, seq=peer.iss + 11)
    peer.send(ACK, seq=peer.iss + 1, data=b"0123456789")  # again, for a target that has not held it
    target.accept()
    assert target.receive(10) == b"0123456789"


@requirement("RFC9293:3.10.7.2-listen-ack", "RFC9293:3.5.1-two-passive")
@pytest.mark.parametrize(
    ("ctl", "data"),
    [(ACK, b""), (FIN | ACK, b""), (ACK, b"data"), (SYN | ACK, b""), (FIN | PSH | URG | ACK, b"data")],
    ids=["ACK", "FIN,ACK", "data", "SYN,ACK", "FIN,PSH,URG,ACK"],
)
@pytest.mark.parametrize("number", [0, 0x12345678, 2**32 - 1], ids=["ACK=0", "ACK=0x12345678", "ACK=2^32-1"])
@target_in(LISTEN)
def test_segment_with_ack_is_reset(peer, ctl, data, number):
    peer.send(ctl, ack=number, data=data)
    peer.expect(RST, seq=number)


@requirement("RFC9293:3.5.1-two-passive", "RFC9293:3.10.7.2-listen-ack", "RFC9293:3.10.7.2-listen-syn")
@pytest.mark.parametrize("ctl", [SYN | ACK, ACK], ids=["SYN,ACK", "ACK"])
@target_in(LISTEN)
def test_listener_lives_on_after_its_reset(peer, ctl):
    peer.send(ctl, ack=0x12345678)
    peer.expect_reset(seq=0x12345678)
    peer.restart()
    peer.send(SYN)
    peer.expect(SYN | ACK, ack=peer.iss + 1)


@requirement("RFC9293:3.10.7.2-listen-rst", "RFC9293:3.5.3-rst-listen-ignored")
@pytest.mark.parametrize("ctl", [RST, RST | ACK, RST | SYN, RST | SYN | ACK, RST | FIN | ACK], ids=str)
@target_in(LISTEN)
def test_reset_is_ignored(peer, ctl):
    peer.send(ctl, ack=0x12345678)
    peer.restart()
    peer.send(SYN)
    peer.expect(SYN | ACK, ack=peer.iss + 1)  # the first thing that is said
    peer.send(ACK)
    peer.expect_alive()  # and the second is about this


@requirement("RFC9293:3.10.7.2-listen-other", "RFC9293:3.10.7.2-listen-syn")
@pytest.mark.parametrize(("ctl", "data"), NEITHER.values(), ids=NEITHER)
@target_in(LISTEN)
def test_segment_without_syn_ack_and_rst_is_dropped(peer, ctl, data):
    peer.send(ctl, data=data)
    peer.restart()
    peer.send(SYN)
    peer.expect(SYN | ACK, ack=peer.iss + 1)  # the first thing that is said


@requirement("RFC9293:3.10.7.2-listen-syn", "RFC9293:3.8.5-urg-robust")
@pytest.mark.parametrize(
    ("ctl", "urgent"),
    [(SYN | URG, 0), (SYN | URG, 5), (SYN | PSH, 0), (SYN | PSH, 5), (SYN | URG | PSH, 65535)],
    ids=["URG", "URG with pointer", "PSH", "PSH with pointer", "URG,PSH with pointer 65535"],
)
@target_in(LISTEN)
def test_urg_and_psh_with_syn_change_nothing(peer, ctl, urgent):
    peer.send(ctl, urgent=urgent)
    peer.expect(SYN | ACK, ack=peer.iss + 1)


@requirement("RFC9293:3.10.7.2-listen-synfin")
@target_in(LISTEN)
def test_syn_with_fin_is_answered_or_dropped(peer, facts):
    peer.send(SYN | FIN)
    answer = peer.expect_one_of(reply(SYN | ACK, ack=peer.iss + 1), reply(SYN | ACK, ack=peer.iss + 2), NOTHING)
    facts["SYN,FIN opens a connection"] = answer is not None


@requirement("RFC9293:3.10.7.2-listen-syn", "RFC9293:3.10.7.2-listen-synfin")
@target_in(LISTEN)
def test_listener_takes_a_syn_after_one_with_fin(peer, another):
    peer.inject(peer.craft(SYN | FIN))
    other = another()
    other.send(SYN)
    other.expect(SYN | ACK, ack=other.iss + 1)


@requirement("RFC9293:3.10.7.2-listen-syn")
@target_in(LISTEN)
def test_ack_field_means_nothing_without_its_bit(peer):
    peer.send(SYN, ack=0x12345678)
    peer.expect(SYN | ACK, ack=peer.iss + 1)


@requirement("RFC9293:3.1-urgptr-only-urg", "RFC9293:3.10.7.2-listen-syn")
@target_in(LISTEN)
def test_urgent_pointer_of_syn_means_nothing_without_its_bit(peer):
    peer.send(SYN, urgent=5)
    peer.expect(SYN | ACK, ack=peer.iss + 1)


@requirement("RFC9293:3.1-reserved-ignored", "RFC9293:3.1-reserved-sent-zero")
@pytest.mark.parametrize("reserved", [0b100, 0b010, 0b001, 0b111], ids="{:03b}".format)
@target_in(LISTEN)
def test_reserved_bits_of_syn_are_ignored(peer, reserved):
    peer.send(SYN, reserved=reserved)
    assert peer.expect(SYN | ACK, ack=peer.iss + 1).reserved == 0


@requirement("RFC9293:MUST-41", "RFC9293:3.10.1-open-closed-passive")
@target_in(LISTEN)
def test_second_open_of_its_port_leaves_the_listener(peer, target, facts):
    facts["second passive OPEN of a port refused"] = target.refuses(target.listen, peer.flow.remote_port)
    peer.send(SYN)
    peer.expect(SYN | ACK, ack=peer.iss + 1)


@requirement("RFC9293:3.10.7.2-listen-syn")
@target_in(LISTEN)
def test_syn_from_port_zero_does_no_harm(peer):
    nobody = peer.craft(SYN)
    nobody.sport = 0
    peer.inject(nobody)
    peer.send(SYN)
    peer.expect(SYN | ACK, ack=peer.iss + 1)


@requirement("RFC9293:MUST-42")
@target_in(LISTEN)
def test_listener_serves_others_while_a_handshake_is_open(peer, another):
    peer.send(SYN)
    peer.expect(SYN | ACK, ack=peer.iss + 1)
    other = another()
    other.send(SYN)
    other.expect(SYN | ACK, ack=other.iss + 1)
    other.send(ACK, data=b"data")
    other.expect(ACK, ack=other.snd_nxt)
