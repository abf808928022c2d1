"""Timeouts that follow one another, and such as were spurious: RFC 9293, section 3.8.1; RFC 8961; RFC 5682."""

import pytest

from conformance import ACK, ESTABLISHED, LISTEN, SYN, mss, offering, requirement, seq, slow, target_in
from conformance.agent.primitives import Parameter
from conformance.errors import NotApplicable

TEN = b"0123456789"

NEARLY = 0.95
"""The share of a timeout after which it may be seen to expire: timers are coarse."""

MINUTE = 60.0
"""Seconds: no cap of the timeout is less (RFC 6298, section 2.5; RFC 8961, section 4, requirement 4)."""

COARSE = 1.3
"""How many times as long as a first timeout its double is at least: a clock of half a second makes one second 1.5."""


def back_off_to(peer, text, longest):
    """Hear `text` again and again, until two of it are `longest` seconds apart, or more; return the gaps."""
    gaps, last = [0.0], text
    while gaps[-1] < longest:
        again = peer.hear(peer.wire.now() + max(peer.timing.retransmission, 4 * gaps[-1]))
        if again is None or again.seq != text.seq:
            raise NotApplicable(f"the target gives up before its timeout is {longest} s")
        gaps.append(again.at - last.at)
        last = again
        assert gaps[-1] > COARSE * gaps[-2]
    return gaps[1:]


@slow(170)
@requirement("RFC6298:5.5-backoff", "RFC6298:2.5-max-rto", "RFC8961:3-backoff", "RFC9293:MUST-19")
@target_in(ESTABLISHED)
def test_timeout_grows_to_a_minute_at_least(peer, target, facts):
    target.prefer(Parameter.USER_TIMEOUT, 600_000)
    target.send(TEN)
    gaps = back_off_to(peer, peer.expect(ACK, data=TEN), longest=MINUTE / 2)
    facts["RTO series in s"] = [round(gap, 2) for gap in gaps]
    assert not any(again.data for again in peer.hear_for(NEARLY * MINUTE))  # it may give up, and say so by a reset


# -- F-RTO: RFC 5682 --

SMALL = offering(mss(500))
"""Many segments in little text, and no SACK: the basic algorithm of section 2.1."""

BULK = {"data": bytes(range(250)), "total": 60000}
PAUSE = 0.1
"""Seconds within which more of a flight comes; the next timeout of any TCP we know is further away."""


def timed_out(peer, target):
    """Open, have the target send much, hear it, and let its timer expire once; return the segments of the flight.

    The first is what was sent again, and the next what is behind that.
    """
    peer.send(SYN)
    peer.expect(SYN | ACK, ack=peer.iss + 1)
    peer.expect_nothing(for_=0.3 * peer.timing.initial_rto)  # so long that the flight is heard before that
    peer.send(ACK)
    target.accept()
    target.prefer(Parameter.SEND_BUFFER, BULK["total"])
    target.send(**BULK)
    flight = peer.hear_all(quiet=PAUSE)
    if len(flight) < 3:
        raise NotApplicable(f"needs a flight of three segments; the target sends {len(flight)} at once")
    until = peer.wire.now() + peer.timing.retransmission
    while (again := peer.hear(until)) is not None and again.seq != flight[0].seq:
        flight.append(again)  # a tail loss probe (RFC 8985, section 7)
    assert again is not None, "nothing is sent again"
    return [again, *(segment for segment in flight if seq.le(again.end, segment.seq))]


def drawn_by(peer, ack):
    """Acknowledge up to there; return the numbers of what this draws."""
    peer.send(ACK, ack=ack)
    return [segment.seq for segment in peer.hear_all(quiet=PAUSE)]


def are_new(numbers, flight):
    """Tell whether none of it is of the flight."""
    return all(seq.le(flight[-1].end, number) for number in numbers)


@pytest.fixture
def doubts(another, target):
    """Raise NotApplicable where the target does not ask itself whether a timeout was spurious."""
    other = another()
    flight = timed_out(other, target)
    drawn = drawn_by(other, flight[0].end)
    if not drawn or not are_new(drawn, flight):
        raise NotApplicable("the target has no F-RTO")


@requirement("RFC5682:2.1-frto-steps")
@SMALL
@target_in(LISTEN)
def test_timeout_that_proves_spurious_makes_nothing_be_sent_again(peer, target, facts):
    flight = timed_out(peer, target)
    first = drawn_by(peer, flight[0].end)
    facts["segments for the first ACK after a timeout"] = "new ones" if are_new(first, flight) else "old ones, or none"
    assert 1 <= len(first) <= 2
    assert are_new(first, flight)
    assert are_new(drawn_by(peer, flight[1].end), flight)  # what is sent now, if anything, the RFC leaves open


@requirement("RFC5682:2.1-frto-dupack")
@SMALL
@target_in(LISTEN)
def test_duplicate_ack_after_the_first_new_one_makes_the_timeout_count(peer, target, doubts):
    flight = timed_out(peer, target)
    drawn_by(peer, flight[0].end)
    assert drawn_by(peer, flight[0].end)[:1] == [flight[1].seq]


@requirement("RFC5682:2.1-frto-dupack")
@SMALL
@target_in(LISTEN)
def test_duplicate_ack_before_a_new_one_makes_the_timeout_count(peer, target, doubts):
    flight = timed_out(peer, target)
    drawn_by(peer, flight[0].seq)
    assert drawn_by(peer, flight[0].end)[:1] == [flight[1].seq]
