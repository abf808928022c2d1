"""When text is acknowledged: RFC 9293, sections 3.8.6.3 and 3.10.7.4; RFC 5681, section 4.2."""

import pytest

from conformance import (
    ACK,
    BOTH,
    ESTABLISHED,
    FIN,
    FIN_WAIT_1,
    FIN_WAIT_2,
    NOTHING,
    PSH,
    reply,
    requirement,
    seq,
    target_in,
)
from conformance.errors import Inconclusive, NotApplicable

TEN = b"0123456789"
MANY = 40
"""Segments of a stream: more than any target acknowledges one by one at the start of a connection."""

APART = 0.005
"""Seconds between segments of a stream: less than any ACK is delayed for, and too long for them to be read together."""

PAIRS = 12
"""Pairs of full-sized segments, as far as the target's window goes: past such a start as well."""

RECEIVING = (ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2)


def expect_ack_of(peer, segment, within):
    """Take ACKs until one acknowledges `segment`, and return that; a window may be told anew before."""
    while True:
        ack = peer.expect(ACK, data=b"", within=within)
        if seq.le(segment.end, ack.ack):
            return ack


@requirement("RFC9293:MUST-40", "RFC5681:4.2-500ms")
@target_in(*RECEIVING, opened=BOTH)
def test_text_is_acknowledged_within_half_a_second(peer, timing, facts):
    text = peer.send(ACK | PSH, data=TEN)
    ack = peer.expect(ACK, ack=peer.snd_nxt, within=timing.ack_delay)
    facts["ACK delay in ms"] = round(1000 * (ack.at - text.at), 1)


@requirement("RFC9293:MUST-40", "RFC5681:4.2-500ms", "RFC5681:4.2-delack-excessive")
@target_in(ESTABLISHED)
def test_no_text_of_many_waits_longer_for_its_ack(peer, timing, facts):
    delays = []
    for _ in range(MANY):
        text = peer.send(ACK | PSH, data=TEN)
        delays.append(expect_ack_of(peer, text, within=timing.ack_delay).at - text.at)
    facts["ACK delays in ms"] = [round(1000 * delay, 1) for delay in delays]
    assert max(delays) <= timing.ack_delay


@requirement("RFC9293:MUST-40", "RFC5681:4.2-500ms")
@target_in(ESTABLISHED)
def test_text_is_acknowledged_in_time_where_the_target_speaks_as_well(peer, target, timing, facts):
    """Many a stack delays more where its user has something to say: the ACK might ride on that."""
    target.send(TEN)
    peer.expect(ACK, data=TEN)
    text = peer.send(ACK | PSH, data=TEN)
    ack = peer.expect(ACK, ack=peer.snd_nxt, within=timing.ack_delay)
    facts["ACK delay in ms"] = round(1000 * (ack.at - text.at), 1)


@requirement("RFC9293:MUST-40", "RFC9293:3.10.7.4-fin-ack")
@target_in(*RECEIVING)
def test_fin_is_acknowledged_within_half_a_second(peer, timing, facts):
    fin = peer.send(FIN | ACK)
    answers = reply(ACK, ack=fin.end), reply(FIN | ACK, ack=fin.end)  # the latter by a user that closes at once
    ack = peer.expect_one_of(*answers, within=timing.ack_delay)
    facts["ACK delay in ms"] = round(1000 * (ack.at - fin.at), 1)


@requirement("RFC9293:SHLD-18", "RFC5681:4.2-delack")
@target_in(ESTABLISHED)
def test_stream_draws_fewer_acks_than_it_has_segments(peer, timing, facts):
    """This is what the RFC calls a delayed acknowledgment."""
    acks = []
    for _ in range(MANY):
        peer.send(ACK, data=TEN)
        acks += peer.hear_all(quiet=APART)
    acks += peer.hear_all(timing.ack_delay)
    facts[f"ACKs of {MANY} segments"] = len(acks)
    nothing_lost(peer)
    assert len(acks) < 0.9 * MANY  # a few may be saved by chance, where segments are read together after all


def nothing_lost(peer):
    """Inconclusive where not everything was acknowledged: a segment that is lost draws no ACK either."""
    if peer.snd_una != peer.snd_nxt:
        raise Inconclusive("not all of many segments sent together has arrived")


def pairs_that_fit(peer, size):
    """Return how many pairs of segments of that size to send: not more than the window has room for."""
    fit = peer.snd_wnd // (2 * size)
    if not fit:
        raise NotApplicable(f"needs a window of two full-sized segments; the target offers {peer.snd_wnd} octets")
    return min(PAIRS, fit)


@requirement("RFC9293:SHLD-19", "RFC5681:4.2-every-second")
@target_in(ESTABLISHED)
def test_every_second_full_segment_is_acknowledged_at_once(peer, timing):
    full = bytes(peer.tcb.snd_mss(peer.family))
    for _ in range(pairs_that_fit(peer, len(full))):
        first = peer.send(ACK, data=full)
        peer.send(ACK, data=full)
        expect_ack_of(peer, first, within=timing.settle)  # where it was alone in that, the second is a first one


@requirement("RFC9293:3.8.6.3-ack-ooo", "RFC5681:4.2-ooo-immediate", "RFC5681:3.2-ooo-dupack")
@target_in(*RECEIVING)
def test_text_above_a_gap_is_acknowledged_at_once(peer, timing):
    for above in (10, 20, 30):
        peer.send(ACK, seq=peer.snd_nxt + above, data=TEN)
        peer.expect(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt, within=timing.settle)


@requirement("RFC9293:3.8.6.3-ack-ooo", "RFC5681:3.2-fill-ack")
@pytest.mark.parametrize("gap", [10, 20], ids=["whole", "in-part"])
@target_in(ESTABLISHED, FIN_WAIT_2)
def test_text_that_fills_a_gap_is_acknowledged_at_once(peer, timing, gap):
    above = peer.send(ACK, seq=peer.snd_nxt + gap, data=TEN)
    peer.expect_one_of(reply(ACK, ack=peer.snd_nxt), NOTHING)
    peer.send(ACK, data=TEN)
    everything = above.end if gap == len(TEN) else peer.snd_nxt
    peer.expect_one_of(reply(ACK, ack=everything), reply(ACK, ack=peer.snd_nxt), within=timing.settle)


@requirement("RFC9293:MAY-13")
@target_in(*RECEIVING)
def test_text_above_a_gap_draws_an_ack_of_the_left_edge(peer):
    peer.send(ACK, seq=peer.snd_nxt + 10, data=TEN)
    peer.expect(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt)


@requirement("RFC9293:MUST-59", "RFC9293:MUST-58")
@target_in(ESTABLISHED, FIN_WAIT_2)
def test_filled_gap_draws_one_ack(peer, timing):
    gap, held = peer.snd_nxt, range(10, 110, 10)
    for above in held:
        peer.send(ACK, seq=gap + above, data=TEN)
    peer.hear_all(timing.silence)
    peer.send(ACK, data=TEN)
    peer.expect_one_of(*(reply(ACK, ack=gap + above + 10) for above in (0, *held)))  # it may not have held them all
    peer.expect_nothing(timing.ack_delay)


@requirement("RFC9293:MUST-58", "RFC9293:3.10.7.4-fin-with-data")
@target_in(FIN_WAIT_1, FIN_WAIT_2)  # in ESTABLISHED a FIN of the target's might follow
def test_text_and_fin_draw_one_ack(peer):
    fin = peer.send(FIN | ACK, data=TEN)
    peer.expect(ACK, ack=fin.end)
    peer.expect_nothing()


@requirement("RFC9293:3.10.7.4-text-piggyback", "RFC9293:MUST-58")
@target_in(ESTABLISHED)
def test_ack_rides_on_text_that_goes_out_anyway(peer, target):
    for _ in range(2):  # the second has a number above all before, so that no TCP takes its window for an old one
        peer.send(ACK, data=TEN, window=0)
        peer.expect(ACK, ack=peer.snd_nxt)
    target.send(TEN)  # which has to wait for the window
    peer.send(ACK, data=TEN)
    peer.expect(ACK, ack=peer.snd_nxt, data=TEN)
