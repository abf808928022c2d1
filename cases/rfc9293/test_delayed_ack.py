"""When text is acknowledged: RFC 9293, sections 3.8.6.3 and 3.10.7.4; RFC 5681, section 4.2."""

from itertools import pairwise

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
    mss,
    offering,
    reply,
    requirement,
    seq,
    target_in,
    timestamps,
)
from conformance.errors import Inconclusive, LateTester, NotApplicable

TEN = b"0123456789"
MANY = 40
"""Segments of a stream: more than any target acknowledges one by one at the start of a connection."""

APART = 0.005
"""Seconds between segments of a stream: less than any ACK is delayed for, and too long for them to be read together."""

PAUSE = 0.1
"""Seconds between groups of segments, at most: less than any retransmission timeout."""

GROUPS = 12
"""Pairs of full-sized segments, as far as the target's window goes: past such a start as well."""

ROUNDS = 3
"""So often a timer that ticks does not send a delayed ACK at once by chance."""

STAMPS = 12
"""Octets of options in a segment with timestamps."""

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


def groups_that_fit(peer, size, of):
    """Return how many groups `of` segments of that size to send: not more than the window has room for."""
    fit = peer.snd_wnd // (of * size)
    if not fit:
        raise NotApplicable(f"needs a window of {of} full-sized segments; the target offers {peer.snd_wnd} octets")
    return min(GROUPS, fit)


def expect_acks_of_groups(peer, timing, text, of):
    """Send groups `of` segments, one group after the other: each has to draw an ACK of its first segment at once.

    Where a group was alone in that, the second of one is the first of the next. LateTester where a timer for the first
    of a group can have ended before its last went out, or after a pause that a stream begins anew from.
    """
    last = None
    for _ in range(groups_that_fit(peer, len(text), of)):
        before, (first, *_, last) = last, [peer.send(ACK, data=text) for _ in range(of)]
        pause, within = first.at - (before or first).at, last.at - first.at
        if pause > PAUSE + timing.settle or within > timing.settle:
            raise LateTester(f"a stream went out with gaps: of {pause:.2f} s before a group, {within:.2f} s within")
        expect_ack_of(peer, first, within=timing.settle)


@requirement("RFC9293:SHLD-19", "RFC5681:4.2-every-second", "RFC2525:2.13-stretch-ack")
@target_in(ESTABLISHED)
def test_every_second_full_segment_is_acknowledged_at_once(peer, timing):
    expect_acks_of_groups(peer, timing, bytes(peer.tcb.snd_mss(peer.family)), of=2)


@requirement("RFC9293:SHLD-19", "RFC5681:4.2-every-second", "RFC2525:2.13-stretch-ack")
@offering(mss(1460), timestamps(0))
@target_in(ESTABLISHED)
def test_segments_that_options_fill_are_acknowledged_as_full_ones(peer, timing):
    """An ACK may wait for twice the MSS in octets of text, which a third segment brings (RFC 5681, section 4.2)."""
    peer.needs_timestamps()
    expect_acks_of_groups(peer, timing, bytes(peer.tcb.snd_mss(peer.family) - STAMPS), of=3)


@requirement("RFC9293:SHLD-19", "RFC5681:4.2-every-second")
@target_in(ESTABLISHED)
def test_small_segments_are_acknowledged_when_they_make_two_full_ones(peer, timing):
    expect_acks_of_groups(peer, timing, bytes((peer.tcb.snd_mss(peer.family) + 1) // 2), of=4)


PLACES = {
    "in order": (0, 10, 20, 30),
    "again": (0, 0, 0),
    "above gaps": (20, 40, 60),
    "last first": (20, 10, 0),
    "overlapping": (0, 5, 15),
}
"""Where segments of ten octets begin, one after the other."""


def acknowledgments(segments):
    """Leave out window updates: what acknowledges no more than the ACK before, and offers more."""
    updates = [after.ack == before.ack and after.window > before.window for before, after in pairwise(segments)]
    return len(segments) - sum(updates)


@requirement("RFC5681:4.2-one-ack")
@pytest.mark.parametrize("places", PLACES.values(), ids=PLACES)
@target_in(*RECEIVING)
def test_no_segment_draws_more_than_one_ack(peer, timing, places):
    start, drawn = peer.snd_nxt, []
    for place in places:
        peer.send(ACK, seq=start + place, data=TEN)
        drawn.append(acknowledgments(peer.hear_all(quiet=timing.ack_delay)))
    assert max(drawn) == 1


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
    for _ in range(ROUNDS):
        above = peer.send(ACK, seq=peer.snd_nxt + gap, data=TEN)
        peer.expect_one_of(reply(ACK, ack=peer.snd_nxt), NOTHING)
        peer.send(ACK, data=TEN)
        everything = above.end if gap == len(TEN) else peer.snd_nxt
        peer.expect_one_of(reply(ACK, ack=everything), reply(ACK, ack=peer.snd_nxt), within=timing.settle)
        expect_ack_of(peer, peer.send(ACK, data=TEN * (gap // len(TEN))), within=timing.ack_delay)


@requirement("RFC9293:MAY-13", "RFC1122:4.2.2.21-ooo-ack")
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
