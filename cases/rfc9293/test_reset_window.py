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
from conformance.errors import NotApplicable

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
    peer.expect_alive()  # which tells the window: that of the SYN,ACK may have grown
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
    peer.expect_alive()
    peer.send(RST, seq=peer.snd_nxt + peer.snd_wnd - 1)
    peer.expect_challenge_or_gone()


@pytest.fixture
def other(another):
    """One more connection, to a target that challenges resets in the window: where it does, RFC 5961 holds always."""
    other = another()
    other.send(SYN)
    other.expect(SYN | ACK, ack=other.iss + 1)
    other.send(ACK)
    other.send(RST, seq=other.snd_nxt + 1)
    if other.expect_one_of(reply(ACK, seq=other.rcv_nxt, ack=other.snd_nxt), NOTHING) is None:
        raise NotApplicable("obeys a RST anywhere in the window, as a TCP without RFC 5961 may")
    return other


@requirement("RFC9293:3.10.7.4-rst-inwindow-challenge", "RFC5961:3.2-rst-inwindow")
@target_in(ESTABLISHED)
def test_reset_at_the_end_of_queued_data_is_challenged(peer, other):
    queued = peer.send(ACK, seq=peer.snd_nxt + 100, data=bytes(100))
    peer.expect(ACK, ack=peer.snd_nxt)
    peer.send(RST, seq=queued.end)
    peer.expect(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt, data=b"")


@requirement("RFC9293:3.10.7.4-rst-inwindow-challenge", "RFC5961:3.2-rst-inwindow")
@offering(mss(1400), SACK_PERMITTED)
@target_in(ESTABLISHED)
def test_reset_at_the_end_of_selectively_acknowledged_data_is_challenged(peer, other):
    queued = peer.send(ACK, seq=peer.snd_nxt + 100, data=bytes(100))
    peer.expect(ACK, ack=peer.snd_nxt)
    peer.send(RST, seq=queued.end)
    peer.expect(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt, data=b"")


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
@pytest.mark.parametrize("ctl", [RST, SYN], ids=str)
@target_in(ESTABLISHED)
def test_challenges_are_limited(peer, other, timing, facts, ctl):
    for number in range(1, 51):
        peer.forge(ctl, seq=peer.snd_nxt + number)
    peer.expect(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt, data=b"")
    challenges = 1 + len(peer.hear_all(timing.silence))
    facts[f"challenge ACKs for 50 segments with {ctl} at once"] = challenges
    assert challenges < 50


@requirement("RFC5961:7-throttle-percon")
@target_in(ESTABLISHED)
def test_limit_of_one_connection_is_not_that_of_another(peer, other, another, timing):
    third = another()
    third.send(SYN)
    third.expect(SYN | ACK, ack=third.iss + 1)
    third.send(ACK)
    for number in range(1, 51):
        peer.send(RST, seq=peer.snd_nxt + number)
    peer.hear_all(timing.silence)
    third.send(RST, seq=third.snd_nxt + 1)
    third.expect(ACK, seq=third.rcv_nxt, ack=third.snd_nxt, data=b"")
