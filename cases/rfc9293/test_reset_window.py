"""The number of a reset decides: ignored, challenged or obeyed (RFC 9293, 3.10.7.4, second check; RFC 5961, 3.2)."""

import pytest

from conformance import (
    ACK,
    CLOSE_WAIT,
    CLOSING,
    ESTABLISHED,
    FIN_WAIT_1,
    FIN_WAIT_2,
    LAST_ACK,
    NOTHING,
    RST,
    SACK_PERMITTED,
    SYN,
    mss,
    offering,
    reply,
    requirement,
    target_in,
    window_scale,
)

SYNCHRONIZED = (ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2, CLOSE_WAIT, CLOSING, LAST_ACK)

OUTSIDE = (
    "RFC9293:3.10.7.4-rst-oow",
    "RFC9293:3.10.7.4-seq-unacceptable-rst",
    "RFC9293:3.5.3-rst-seq-check",
    "RFC9293:3.5.3-validate-first",
    "RFC5961:3.2-rst-oow",
)
INSIDE = (
    "RFC9293:3.10.7.4-rst-inwindow-challenge",
    "RFC9293:3.10.7.4-rst-inwindow-legacy",
    "RFC5961:3.2-rst-inwindow",
)


@requirement(*OUTSIDE)
@pytest.mark.parametrize("ctl", [RST, RST | ACK], ids=str)
@target_in(*SYNCHRONIZED)
def test_reset_just_below_the_window_is_ignored(peer, ctl):
    peer.send(ctl, seq=peer.snd_nxt - 1)
    peer.expect_ignored()


@requirement(*OUTSIDE)
@target_in(*SYNCHRONIZED)
def test_reset_at_the_right_edge_is_ignored(peer):
    peer.send(RST, seq=peer.snd_nxt + peer.snd_wnd)  # RCV.NXT+RCV.WND is the first number outside
    peer.expect_ignored()


@requirement(*OUTSIDE)
@pytest.mark.parametrize("ctl", [RST, RST | ACK], ids=str)
@target_in(*SYNCHRONIZED)
def test_reset_above_the_window_is_ignored(peer, ctl):
    peer.send(ctl, seq=peer.snd_nxt + peer.snd_wnd + 1)
    peer.expect_ignored()


@requirement("RFC9293:3.10.7.4-rst-oow", "RFC9293:3.4-mod-arith")
@pytest.mark.parametrize("away", [2**30, 2**31 - 1, 2**31, 2**31 + 1, -(2**30)], ids=hex)
@target_in(*SYNCHRONIZED)
def test_reset_far_away_is_ignored(peer, away):
    peer.send(RST, seq=peer.snd_nxt + away)
    peer.expect_ignored()


@requirement(*OUTSIDE)
@offering(mss(1400), window_scale(7))
@target_in(ESTABLISHED)
def test_reset_above_a_scaled_window_is_ignored(peer):
    scale = 1 << peer.tcb.snd_shift  # what rounding may hide
    peer.send(RST, seq=peer.snd_nxt + peer.snd_wnd + scale)
    peer.expect_ignored()


@requirement(*INSIDE)
@target_in(*SYNCHRONIZED)
def test_reset_just_above_rcv_nxt_is_challenged_or_obeyed(peer, facts):
    peer.send(RST, seq=peer.snd_nxt + 1)
    facts["a RST in the window is challenged"] = peer.expect_challenge_or_gone() is not None


@requirement(*INSIDE)
@target_in(*SYNCHRONIZED)
def test_reset_at_the_last_number_of_the_window_is_challenged_or_obeyed(peer):
    peer.send(RST, seq=peer.snd_nxt + peer.snd_wnd - 1)
    peer.expect_challenge_or_gone()


@requirement(*INSIDE)
@offering(mss(1400), window_scale(7))
@target_in(ESTABLISHED)
def test_reset_at_the_last_number_of_a_scaled_window_is_challenged_or_obeyed(peer):
    peer.send(RST, seq=peer.snd_nxt + peer.snd_wnd - 1)
    peer.expect_challenge_or_gone()


@requirement("RFC9293:3.10.7.4-rst-inwindow-challenge", "RFC9293:3.10.7.4-rst-inwindow-legacy")
@pytest.mark.parametrize("offer", [(mss(1400),), (mss(1400), SACK_PERMITTED)], ids=["plain", "SACK"], indirect=True)
@target_in(ESTABLISHED)
def test_reset_at_the_end_of_queued_data_is_challenged_or_obeyed(peer, facts, offer):
    queued = peer.send(ACK, seq=peer.snd_nxt + 100, data=bytes(100))
    peer.expect(ACK, ack=peer.snd_nxt)
    peer.send(RST, seq=queued.end)
    facts["a RST at the end of queued data is challenged"] = peer.expect_challenge_or_gone() is not None


@requirement("RFC5961:3.2-rst-mitigation", "RFC5961:3.2-rst-continue", "RFC9293:7-blind-inwindow")
@target_in(ESTABLISHED)
def test_after_a_challenge_data_is_taken(peer):
    peer.send(RST, seq=peer.snd_nxt + 1)
    peer.expect(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt, data=b"")
    peer.send(ACK, data=b"x")
    peer.expect(ACK, ack=peer.snd_nxt)


@requirement("RFC5961:3.2-rst-second")
@target_in(*SYNCHRONIZED)
def test_reset_that_answers_the_challenge_ends_the_connection(peer):
    peer.send(RST, seq=peer.snd_nxt + 1)
    peer.expect_one_of(reply(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt), NOTHING)  # nothing: obeyed at once
    peer.send(RST, seq=peer.snd_nxt)  # SEG.ACK of the challenge
    peer.expect_gone()


@requirement("RFC5961:10-no-amplification", "RFC9293:7-blind-inwindow")
@target_in(ESTABLISHED)
def test_resets_in_the_window_draw_no_more_acks_than_they_are(peer, timing):
    resets = [peer.send(RST, seq=peer.snd_nxt + number) for number in range(1, 51)]
    acks = peer.hear_all(timing.silence)
    assert len(acks) <= len(resets)
    probe = peer.send(ACK, seq=peer.snd_nxt - 1, data=b"\0")
    peer.expect_one_of(reply(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt), reply(RST, seq=probe.ack))  # alive, or obeyed


@requirement("RFC5961:7-throttle")
@target_in(ESTABLISHED)
def test_challenges_are_limited(peer, timing, facts):
    resets = [peer.send(RST, seq=peer.snd_nxt + number) for number in range(1, 51)]
    acks = peer.hear_all(timing.silence)
    facts["challenge ACKs for 50 RSTs at once"] = len(acks)
    assert len(acks) < len(resets)


@requirement("RFC5961:7-throttle-percon")
@target_in(ESTABLISHED)
def test_limit_of_one_connection_is_not_that_of_another(peer, another, timing):
    other = another()
    other.send(SYN)
    other.expect(SYN | ACK, ack=other.iss + 1)
    other.send(ACK)
    for number in range(1, 51):
        peer.send(RST, seq=peer.snd_nxt + number)
    peer.hear_all(timing.silence)
    other.send(RST, seq=other.snd_nxt + 1)
    other.expect_challenge_or_gone()
