"""Numbers that begin again at zero: RFC 9293, section 3.4."""

import pytest

from conformance import ACK, FIN, LISTEN, NOTHING, RST, SYN, reply, requirement, target_in

TEN = b"0123456789"
BEFORE = 5
"""So many octets of text have numbers before zero."""


@pytest.fixture
def near_the_end(peer, target):
    """Open with an ISS that leaves room for five octets; the user has the connection."""
    peer.restart(2**32 - 1 - BEFORE)
    peer.send(SYN)
    peer.expect(SYN | ACK, ack=peer.iss + 1)
    peer.send(ACK)
    target.accept()
    return peer


@pytest.fixture
def past_zero(near_the_end):
    """The same, when ten octets were said: RCV.NXT is 5."""
    near_the_end.send(ACK, data=TEN)
    near_the_end.expect(ACK, ack=near_the_end.snd_nxt)
    return near_the_end


@requirement("RFC9293:3.4-wrap-data", "RFC9293:3.10.7.4-text-stream")
@target_in(LISTEN)
def test_text_across_zero_is_delivered(near_the_end, target):
    near_the_end.send(ACK, data=TEN[:3])
    near_the_end.send(ACK, data=TEN[3:8])
    near_the_end.send(ACK, data=TEN[8:])
    assert target.receive(len(TEN)) == TEN


@requirement("RFC9293:3.4-mod-arith", "RFC9293:3.5.3-rst-seq-check")
@target_in(LISTEN)
def test_reset_past_zero_is_in_the_window_before_it(near_the_end):
    near_the_end.send(RST, seq=near_the_end.snd_nxt + 100)
    near_the_end.expect_challenge_or_gone()


@requirement("RFC9293:3.4-mod-arith", "RFC9293:3.4-wrap-data")
@target_in(LISTEN)
def test_text_past_zero_waits_for_what_is_before(near_the_end, timing):
    above = near_the_end.send(ACK, seq=near_the_end.snd_nxt + 8, data=TEN[8:])
    near_the_end.expect_one_of(reply(ACK, ack=near_the_end.snd_nxt), NOTHING, within=timing.ack_delay)
    filler = near_the_end.send(ACK, data=TEN[:8])
    near_the_end.expect_one_of(reply(ACK, ack=above.end), reply(ACK, ack=filler.end))  # the latter if it holds nothing


@requirement("RFC9293:3.4-mod-arith", "RFC9293:3.10.7.4-seq-unacceptable-ack")
@target_in(LISTEN)
def test_number_before_zero_is_old_past_it(past_zero):
    past_zero.send(ACK, seq=past_zero.iss + 2, data=TEN[1:4])
    past_zero.expect(ACK, seq=past_zero.rcv_nxt, ack=past_zero.snd_nxt, data=b"")


@requirement("RFC9293:3.4-mod-arith", "RFC9293:3.10.7.4-rst-oow")
@target_in(LISTEN)
def test_reset_before_zero_is_old_past_it(past_zero):
    past_zero.send(RST, seq=past_zero.iss + 2)
    past_zero.expect_ignored()


@requirement("RFC9293:3.4-mod-arith", "RFC9293:3.10.7.4-seq-unacceptable-ack")
@target_in(LISTEN)
def test_number_beyond_a_window_across_zero_is_unacceptable(near_the_end):
    near_the_end.send(ACK, seq=near_the_end.snd_nxt + near_the_end.snd_wnd + 1)
    near_the_end.expect(ACK, seq=near_the_end.rcv_nxt, ack=near_the_end.snd_nxt, data=b"")


@requirement("RFC9293:3.4-mod-arith", "RFC9293:3.10.7.4-fin-ack")
@target_in(LISTEN)
def test_fin_with_the_last_number_is_acknowledged_by_zero(near_the_end):
    near_the_end.send(FIN | ACK, data=TEN[: BEFORE - 1])
    near_the_end.expect_one_of(reply(ACK, ack=0), reply(FIN | ACK, ack=0))
