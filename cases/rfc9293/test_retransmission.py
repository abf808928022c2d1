"""Text that is not acknowledged: RFC 9293, sections 3.4, 3.8.1 and 3.8.2; RFC 6298. For SYN and FIN see elsewhere."""

from itertools import pairwise

import pytest

from conformance import (
    ACK,
    BOTH,
    CLOSE_WAIT,
    ESTABLISHED,
    LISTEN,
    NOTHING,
    SYN,
    mss,
    offering,
    reply,
    requirement,
    target_in,
    timestamps,
)
from conformance.errors import NotApplicable

TEN = b"0123456789"

NEARLY = 0.95
"""The share of a timeout after which it may be seen to expire: timers are coarse."""

TICK = 0.5
"""Seconds: the coarsest clock of a TCP (4.4BSD's, lwIP's). A timer may run out so much early (RFC 6298, section 4)."""

COARSE = 1.3
"""How many times as long as a first timeout its double is at least: a clock of half a second makes one second 1.5."""


@requirement("RFC9293:3.8-retx-loss", "RFC9293:3.10.8-retx-timeout", "RFC2525:2.4-inconsistent-retx")
@target_in(ESTABLISHED, CLOSE_WAIT, opened=BOTH)
def test_text_is_sent_again_until_it_is_acknowledged(peer, target, timing):
    target.send(TEN)
    text = peer.expect(ACK, data=TEN)
    for more in (1, 2):
        assert peer.expect_retransmission(text, within=more * timing.retransmission).data == TEN
    peer.send(ACK)
    peer.hear_all(quiet=timing.settle)  # what has crossed it
    assert not peer.hear_all(quiet=2 * timing.retransmission)


@requirement("RFC9293:3.8-retx-loss", "RFC6298:5.1-start-timer")
@target_in(ESTABLISHED, CLOSE_WAIT)
def test_timer_is_started_again_for_what_is_sent_later(peer, target, timing):
    for text in (TEN, TEN[::-1]):
        target.send(text)
        segment = peer.expect(ACK, data=text)
        again = peer.expect_retransmission(segment, within=2 * timing.retransmission)
        peer.send(ACK, ack=again.end)


@requirement("RFC6298:5.2-stop-timer", "RFC9293:3.4-retx-queue-removal")
@target_in(ESTABLISHED, CLOSE_WAIT)
def test_acknowledged_text_is_not_sent_again(peer, target, timing):
    target.send(TEN)
    peer.expect(ACK, data=TEN)
    peer.send(ACK)
    peer.hear_all(quiet=timing.settle)  # what has crossed it
    assert not peer.hear_all(quiet=timing.retransmission)


SMALL = offering(mss(500))
FULL = bytes(range(250)) * 2
"""The text of a segment, where our SYN offers so small a one."""


def two_segments(peer, target):
    """Have the target send two segments, which we do not acknowledge yet."""
    target.send(2 * FULL)
    first, second = peer.expect(ACK), peer.expect_one_of(reply(ACK), NOTHING)
    if second is None or (first.data, second.data) != (FULL, FULL):  # one is enough by RFC 5681, section 3.1
        raise NotApplicable(f"needs two segments of {len(FULL)} octets at once; the target sends otherwise")
    return first, second


@pytest.fixture
def two(peer, target):
    """Two segments of the target's, not yet acknowledged."""
    return two_segments(peer, target)


@requirement("RFC9293:3.4-retx-queue-removal", "RFC9293:3.10.7.4-ack-estab-new")
@SMALL
@target_in(ESTABLISHED, CLOSE_WAIT)
def test_acknowledged_segment_leaves_the_retransmission_queue(peer, two, timing):
    _, second = two
    peer.send(ACK, ack=second.seq)
    peer.hear_all(quiet=timing.settle)  # what has crossed it
    peer.expect_retransmission(second)


@requirement("RFC9293:3.4-retx-queue-removal", "RFC9293:3.8-retx-loss")
@target_in(ESTABLISHED)
def test_segment_acknowledged_in_part_stays_in_the_retransmission_queue(peer, target, timing):
    target.send(TEN)
    text = peer.expect(ACK, data=TEN)
    peer.send(ACK, ack=text.seq + 4)
    peer.expect_one_of(
        reply(ACK, seq=text.seq, data=TEN),
        reply(ACK, seq=text.seq + 4, data=TEN[4:]),
        within=timing.retransmission,
        repeats=True,
    )


@requirement("RFC6298:5.4-retx-earliest", "RFC9293:3.8-retx-loss")
@SMALL
@target_in(ESTABLISHED)
def test_earliest_segment_is_sent_again_first(peer, two):
    peer.expect_retransmission(two[0])


@requirement("RFC2525:2.14-retx-multiple", "RFC6298:5.4-retx-earliest")
@offering(mss(500), timestamps(0))
@target_in(ESTABLISHED)
def test_retransmission_with_options_is_one_segment_of_the_same_text(peer, target, timing):
    peer.needs_timestamps()
    target.send(2 * FULL)
    first = peer.expect(ACK)
    peer.hear_all(quiet=timing.settle)  # what is sent with it
    assert peer.expect_retransmission(first).data.startswith(first.data)  # and more, where there is room
    assert not peer.hear_all(quiet=timing.settle)


def open_slowly(peer, target, after):
    """Open; our ACK takes `after` seconds, so that is what the target's first sample is."""
    peer.send(SYN)
    syn = peer.expect(SYN | ACK, ack=peer.iss + 1)
    peer.expect_nothing(for_=after)
    ack = peer.send(ACK)
    target.accept()
    return ack.at - syn.at


def timeout(peer, target, within):
    """Have the target send; return after how many seconds it does so again."""
    target.send(TEN)
    text = peer.expect(ACK, data=TEN)
    return peer.expect_retransmission(text, within=within).at - text.at


@requirement("RFC9293:MUST-18", "RFC6298:2.2-first-sample", "RFC6298:5-not-early", "RFC6298:2-not-more-aggressive")
@target_in(LISTEN)
def test_timeout_is_three_times_the_first_sample_at_least(peer, target, timing, facts):
    sample = open_slowly(peer, target, after=0.3 * timing.initial_rto)
    rto = timeout(peer, target, timing.retransmission)
    facts["first sample and RTO in s"] = [round(sample, 2), round(rto, 2)]
    assert rto >= NEARLY * 3 * (sample - timing.tick)  # a SYN not timed: the initial one


@requirement("RFC9293:MUST-18", "RFC6298:2.3-next-sample", "RFC6298:5-not-early", "RFC6298:2-not-more-aggressive")
@target_in(LISTEN)
def test_timeout_grows_with_the_round_trip_time(peer, target, timing, facts):
    sample = open_slowly(peer, target, after=0.6 * timing.initial_rto)
    target.send(TEN)
    peer.expect(ACK, data=TEN)
    peer.expect_nothing(for_=0.6 * timing.initial_rto)
    peer.send(ACK)
    rto = timeout(peer, target, 2 * timing.retransmission)
    facts["sample, had twice, and RTO in s"] = [round(sample, 2), round(rto, 2)]
    assert rto >= NEARLY * (sample - timing.tick) * (1 + 4 * 0.75 / 2)  # where the SYN was not timed it is more


@requirement("RFC9293:MUST-18", "RFC6298:2.3-next-sample", "RFC6298:2-not-more-aggressive")
@target_in(LISTEN)
def test_timeout_follows_round_trips_that_stay_the_same(peer, target, timing, facts):
    sample = open_slowly(peer, target, after=0.5 * timing.initial_rto)
    for _ in range(4):
        target.send(TEN)
        peer.expect(ACK, data=TEN)
        peer.expect_nothing(for_=sample)
        peer.send(ACK)
    rto = timeout(peer, target, timing.retransmission)
    facts["round trip time, had five times, and RTO in s"] = [round(sample, 2), round(rto, 2)]
    assert rto >= NEARLY * (sample - timing.tick) * (1 + 4 * 0.75**4 / 2)  # SRTT + 4 * RTTVAR, and a second by RFC 6298


@requirement("RFC6298:2.4-min-rto")
@target_in(ESTABLISHED)
def test_timeout_is_a_second_at_least(peer, target, timing, facts):
    rto = timeout(peer, target, timing.retransmission)
    facts["RTO in s"] = round(rto, 2)
    assert rto >= NEARLY * timing.initial_rto


@requirement("RFC6298:5.7-syn-rto3", "RFC9293:MUST-18")
@target_in(LISTEN)
def test_timeout_is_three_seconds_after_a_lost_syn(peer, target, timing, facts):
    peer.send(SYN)
    peer.expect_retransmission(peer.expect(SYN | ACK, ack=peer.iss + 1))
    peer.send(ACK)
    target.accept()
    rto = timeout(peer, target, 2 * timing.retransmission)
    facts["RTO in s"] = round(rto, 2)
    assert rto >= NEARLY * timing.rto_after_lost_syn - TICK


@requirement("RFC9293:MUST-19", "RFC6298:5.5-backoff", "RFC6298:5.6-restart-after-backoff", "RFC2525:2.10-no-backoff")
@target_in(ESTABLISHED)
def test_gaps_between_retransmissions_double(peer, target, timing, facts):
    target.send(TEN)
    text = peer.expect(ACK, data=TEN)
    again = [peer.expect_retransmission(text, within=more * timing.retransmission) for more in (1, 2, 4)]
    gaps = facts["RTO series in s"] = [round(after.at - before.at, 2) for before, after in pairwise([text, *again])]
    assert all(after > before for before, after in pairwise(gaps))
    assert gaps[-1] > 1.5**2 * gaps[0]  # nearer to twice than to once, also where a coarse clock stretches the first


@requirement("RFC9293:3.8.2-backoff-kept", "RFC9293:MUST-18", "RFC6298:3-karn", "RFC8961:3-ambiguous")
@target_in(LISTEN)
def test_timeout_stays_backed_off_when_the_ack_is_of_what_was_sent_twice(peer, target, timing):
    open_slowly(peer, target, after=0.3 * timing.initial_rto)
    before = timeout(peer, target, timing.retransmission)
    peer.send(ACK)
    assert timeout(peer, target, 2 * timing.retransmission) > COARSE * before


@requirement("RFC6298:5-collapse")
@target_in(LISTEN)
def test_timeout_collapses_when_new_text_is_acknowledged(peer, target, timing):
    open_slowly(peer, target, after=0.3 * timing.initial_rto)
    before = timeout(peer, target, timing.retransmission)
    peer.send(ACK)
    target.send(TEN)
    peer.expect(ACK, data=TEN)
    peer.send(ACK)
    assert timeout(peer, target, 2 * timing.retransmission) < 1.5 * before  # nearer to once than to twice


@requirement("RFC6298:5.3-restart-timer", "RFC6928:9-rto-restart")
@SMALL
@target_in(LISTEN)
def test_ack_of_something_new_starts_the_timer_anew(peer, target, timing):
    rto = 3 * open_slowly(peer, target, after=0.3 * timing.initial_rto)  # or more
    _, second = two_segments(peer, target)
    peer.expect_nothing(for_=0.6 * rto)
    ack = peer.send(ACK, ack=second.seq)
    assert peer.expect_retransmission(second, within=2 * timing.retransmission).at - ack.at >= NEARLY * rto
