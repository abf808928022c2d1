"""Segments other than a proper SYN,ACK in SYN-SENT: RFC 9293, sections 3.5, 3.5.1 (Figures 8 and 9) and 3.10.7.3."""

import pytest

from conformance import ACK, FIN, NO_CTL, PSH, RST, SYN, SYN_SENT, URG, requirement, target_in

WRONG = {"ACK=ISS": 0, "ACK=ISS+2": 2, "ACK=ISS-100000": -100_000, "ACK=ISS+100000": 100_000}
"""SEG.ACK =< ISS or SEG.ACK > SND.NXT, relative to the target's ISS."""


@requirement("RFC9293:3.10.7.3-synsent-bad-ack", "RFC9293:3.5-old-dup-syn-sender")
@pytest.mark.parametrize("off", WRONG.values(), ids=WRONG)
@target_in(SYN_SENT)
def test_syn_ack_with_a_wrong_ack_is_reset(peer, off):
    wrong = peer.send(SYN | ACK, ack=peer.irs + off)
    peer.expect(RST, seq=wrong.ack)


@requirement("RFC9293:3.10.7.3-synsent-bad-ack", "RFC9293:3.5-old-dup-syn-sender")
@pytest.mark.parametrize("off", WRONG.values(), ids=WRONG)
@target_in(SYN_SENT)
def test_syn_ack_after_a_wrong_one_connects(peer, off):
    wrong = peer.send(SYN | ACK, ack=peer.irs + off)
    peer.expect_reset(seq=wrong.ack)
    peer.send(SYN | ACK, seq=peer.iss)
    peer.expect(ACK, seq=peer.irs + 1, ack=peer.iss + 1)


@requirement("RFC9293:3.10.7.3-synsent-bad-ack", "RFC9293:3.5-old-dup-syn-sender")
@target_in(SYN_SENT)
def test_syn_is_sent_again_after_a_wrong_syn_ack(peer):
    wrong = peer.send(SYN | ACK, ack=peer.irs)
    peer.expect_reset(seq=wrong.ack)
    peer.expect_retransmission(peer.syn)


OLD = {"ACK": (ACK, b""), "ACK-with-data": (ACK | PSH, b"old"), "FIN,ACK": (FIN | ACK, b"")}
"""What the other end of a half-open connection may say: the ACK of Figure 9, or more."""


@requirement("RFC9293:3.5.1-halfopen-opener", "RFC9293:3.10.7.3-synsent-bad-ack")
@pytest.mark.parametrize(("ctl", "data"), OLD.values(), ids=OLD)
@pytest.mark.parametrize("off", WRONG.values(), ids=WRONG)
@target_in(SYN_SENT)
def test_ack_of_a_half_open_connection_is_reset(peer, off, ctl, data):
    old = peer.send(ctl, ack=peer.irs + off, data=data)
    peer.expect(RST, seq=old.ack)


@requirement("RFC9293:3.5.1-halfopen-opener")
@target_in(SYN_SENT)
def test_syn_is_sent_again_after_an_ack_of_a_half_open_connection(peer):
    old = peer.send(ACK, ack=peer.irs - 100_000)
    peer.expect_reset(seq=old.ack)
    peer.expect_retransmission(peer.syn)


@requirement("RFC9293:3.10.7.3-synsent-bad-ack", "RFC1337:2-h3")
@target_in(SYN_SENT)
def test_old_ack_does_not_end_the_new_attempt(peer, target):
    old = peer.send(ACK, seq=peer.iss + 70_000, ack=peer.irs - 100_000)
    peer.expect_reset(seq=old.ack)
    peer.send(SYN | ACK)
    assert target.connected() == "ok"


STRAY = {
    "ACK": (ACK, b""),
    "ACK-with-data": (ACK | PSH, b"stray"),
    "URG,ACK-with-data": (URG | ACK, b"stray"),
    "data-without-ACK": (PSH, b"stray"),
    "no-control-bits": (NO_CTL, b""),
}


@requirement("RFC9293:3.10.7.3-synsent-other")
@pytest.mark.parametrize(("ctl", "data"), STRAY.values(), ids=STRAY)
@target_in(SYN_SENT)
def test_segment_without_syn_and_rst_is_dropped(peer, ctl, data):
    peer.send(ctl, seq=peer.iss + 1, data=data)
    peer.send(SYN | ACK)
    peer.expect(ACK, seq=peer.irs + 1, ack=peer.iss + 1)


@requirement("RFC9293:3.10.7.3-synsent-other")
@pytest.mark.parametrize(("ctl", "data"), STRAY.values(), ids=STRAY)
@target_in(SYN_SENT)
def test_dropped_segment_establishes_nothing(peer, target, timing, ctl, data):
    peer.send(ctl, seq=peer.iss + 1, data=data)
    assert target.connected(within=timing.silence) == "pending"
    peer.send(SYN | ACK)
    assert target.connected() == "ok"


@requirement("RFC9293:3.10.7.3-synsent-fin", "RFC9293:3.10.7.3-synsent-other")
@pytest.mark.parametrize("ctl", [FIN, FIN | ACK, FIN | PSH | URG], ids=str)
@target_in(SYN_SENT)
def test_fin_is_not_processed(peer, ctl):
    peer.send(ctl, seq=peer.iss + 1)
    peer.send(SYN | ACK)
    peer.expect(ACK, seq=peer.irs + 1, ack=peer.iss + 1)


@requirement("RFC9293:3.10.7.3-synsent-fin")
@pytest.mark.parametrize("ctl", [FIN, FIN | ACK], ids=str)
@target_in(SYN_SENT)
def test_stream_goes_on_after_a_fin_too_early(peer, target, ctl):
    peer.send(ctl, seq=peer.iss + 1)
    peer.send(SYN | ACK)
    peer.expect(ACK, ack=peer.iss + 1)
    peer.send(ACK, data=b"data")
    assert target.receive(4) == b"data"
