"""Resets that meet an active OPEN in SYN-SENT: RFC 9293, sections 3.5.3 and 3.10.7.3."""

import pytest

from conformance import ACK, FIN, RST, SYN, SYN_SENT, requirement, target_in

REFUSALS = ("refused", "reset")
"""What the user may be told: RFC 9293 names its errors only to tell them apart (section 3.10)."""

GOOD = {"RST,ACK": RST | ACK, "RST,SYN,ACK": RST | SYN | ACK, "RST,FIN,ACK": RST | FIN | ACK}


@requirement("RFC9293:3.10.7.3-synsent-rst-ack", "RFC9293:3.5.3-rst-synsent-ack", "RFC9293:3.8.3-syn-fail-rst")
@pytest.mark.parametrize("ctl", GOOD.values(), ids=GOOD)
@target_in(SYN_SENT)
def test_reset_that_acknowledges_the_syn_is_told_to_the_user(peer, target, ctl):
    peer.send(ctl, seq=0)
    assert target.connected() in REFUSALS


@requirement("RFC9293:3.10.7.3-synsent-rst-ack", "RFC9293:3.5.3-rst-synsent-ack")
@pytest.mark.parametrize("ctl", GOOD.values(), ids=GOOD)
@target_in(SYN_SENT)
def test_reset_that_acknowledges_the_syn_ends_the_attempt(peer, ctl):
    peer.send(ctl, seq=0)
    peer.expect_gone()


@requirement("RFC9293:3.10.7.3-synsent-rst-ack", "RFC9293:3.5.2-g1-ack")
@target_in(SYN_SENT)
def test_refused_attempt_takes_no_syn_ack(peer):
    peer.send(RST | ACK, seq=0)
    peer.send(SYN | ACK)
    peer.expect_reset(seq=peer.irs + 1)
    peer.expect_gone()  # that was not said to our reset, and the SYN taken after it


@requirement("RFC9293:3.10.7.3-synsent-rst-ack", "RFC9293:3.10.7.3-synsent-rst-5961")
@pytest.mark.parametrize("seq", [1, 0x7FFFFFFF, 0xFFFFFFFF], ids=["1", "2^31-1", "2^32-1"])
@target_in(SYN_SENT)
def test_sequence_number_of_a_refusal(peer, target, facts, seq):
    peer.send(RST | ACK, seq=seq)
    outcome = target.connected()
    facts["outcome of a RST,ACK in SYN-SENT with any SEQ"] = outcome
    assert outcome in (*REFUSALS, "pending")  # a TCP that does RFC 5961 may want SEQ to be RCV.NXT


@requirement("RFC9293:3.10.7.3-synsent-rst-noack", "RFC5961:3.2-rst-synsent")
@pytest.mark.parametrize("ctl", [RST, RST | SYN, RST | FIN], ids=str)
@target_in(SYN_SENT)
def test_reset_without_ack_is_dropped(peer, ctl):
    peer.send(ctl, seq=0)
    peer.send(SYN | ACK)
    peer.expect(ACK, seq=peer.irs + 1, ack=peer.iss + 1)


@requirement("RFC9293:3.10.7.3-synsent-rst-noack", "RFC9293:3.5.3-rst-synsent-ack")
@target_in(SYN_SENT)
def test_acknowledgment_number_without_ack_bit_does_not_count(peer):
    peer.send(RST, seq=0, ack=peer.irs + 1)
    peer.send(SYN | ACK)
    peer.expect(ACK, seq=peer.irs + 1, ack=peer.iss + 1)


@requirement("RFC9293:3.10.7.3-synsent-rst-noack", "RFC5961:3.2-rst-synsent")
@target_in(SYN_SENT)
def test_syn_is_sent_again_after_a_reset_without_ack(peer):
    peer.send(RST, seq=0)
    peer.expect_retransmission(peer.syn)


WRONG = {"ACK=ISS": 0, "ACK=ISS+2": 2, "ACK=ISS-100000": -100_000, "ACK=ISS+100000": 100_000}


@requirement("RFC9293:3.10.7.3-synsent-bad-ack-rst", "RFC5961:3.2-rst-synsent", "RFC9293:3.5.3-rst-synsent-ack")
@pytest.mark.parametrize("off", WRONG.values(), ids=WRONG)
@pytest.mark.parametrize("ctl", [RST | ACK, RST | SYN | ACK], ids=str)
@target_in(SYN_SENT)
def test_reset_with_a_wrong_ack_is_dropped(peer, ctl, off):
    peer.send(ctl, seq=0, ack=peer.irs + off)
    peer.send(SYN | ACK)
    peer.expect(ACK, seq=peer.irs + 1, ack=peer.iss + 1)


@requirement("RFC9293:3.10.7.3-synsent-bad-ack-rst", "RFC5961:3.2-rst-synsent")
@pytest.mark.parametrize("off", WRONG.values(), ids=WRONG)
@target_in(SYN_SENT)
def test_syn_is_sent_again_after_a_reset_with_a_wrong_ack(peer, off):
    peer.send(RST | ACK, seq=0, ack=peer.irs + off)
    peer.expect_retransmission(peer.syn)
