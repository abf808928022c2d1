"""Slow start, congestion avoidance, and what a loss changes: RFC 9293, section 3.8.2; RFC 5681."""

from itertools import pairwise

from conformance import (
    ACK,
    ESTABLISHED,
    LISTEN,
    NOTHING,
    SYN,
    mss,
    offering,
    reply,
    requirement,
    target_in,
    window_scale,
)
from conformance.agent.primitives import Parameter
from conformance.errors import LateTester, NotApplicable
from conformance.options import WINDOW_SCALE_KIND

SMALL = offering(mss(500))
"""Many segments in little text, and no SACK: what a loss does is then seen most plainly."""

BULK = {"data": bytes(range(250)), "total": 60000}
"""Sent twice, more than any case acknowledges."""

INITIAL_WINDOW = 10
"""Segments of an initial window, at most (RFC 6928; by RFC 5681 it is less)."""

LIMITED = 2
"""Segments that the first two duplicate ACKs may draw (RFC 3042)."""

PAUSE = 0.1
"""Seconds within which more of a flight comes, at least; the next timeout of any TCP we know is further away."""

CUBIC = 9438
"""The congestion control that RFC 9438 tells; 0.7 of the window is left of it after a loss, where RFC 5681 halves."""


def flight(peer):
    """Return the segments that come together, each of them once."""
    heard = {segment.seq: segment for segment in peer.hear_all(quiet=quiet(peer))}
    return list(heard.values())


def quiet(peer):
    """After so many seconds without a segment, a flight has ended."""
    return max(PAUSE, peer.timing.silence / 2)


class Receiver:
    """What our end acknowledges where something was lost: each segment draws an ACK of all up to the first gap."""

    def __init__(self, peer, lost):
        self.peer = peer
        self.next = lost
        self.held = {}

    def takes(self, segments):
        for segment in segments:
            self.held[segment.seq] = segment.end
            while self.next in self.held:
                self.next = self.held.pop(self.next)
            self.peer.send(ACK, ack=self.next)


def at_least(count, segments):
    """Return the segments; not applicable when the target sends fewer at once than the case needs."""
    if len(segments) < count:
        raise NotApplicable(f"needs a flight of {count} segments; the target sends {len(segments)} at once")
    return segments


def growing(before, after):
    """Not applicable when flights do not grow: then it is not the congestion window that limits them."""
    if len(after) <= len(before):
        raise NotApplicable(f"needs flights that grow; the target sends {len(before)} segments, and {len(after)} later")


def grown(peer, target, times):
    """Open, have the target send, and acknowledge each segment of so many flights; return the next one.

    Our ACK of its SYN takes so long that its timeout will not expire before we have heard a flight.
    """
    peer.send(SYN)
    peer.expect(SYN | ACK, ack=peer.iss + 1)
    peer.expect_nothing(for_=max(0.3 * peer.timing.initial_rto, 2 * quiet(peer) / 3))  # a timeout is three times that
    peer.send(ACK)
    target.accept()
    target.prefer(Parameter.SEND_BUFFER, BULK["total"])  # so that the user's data is all there, and nothing else counts
    target.send(**BULK)
    target.send(**BULK)
    for _ in range(times):
        for segment in flight(peer):
            peer.send(ACK, ack=segment.end)
    return flight(peer)


@requirement("RFC9293:MUST-19", "RFC6928:2-iw10", "RFC5681:3.1-ss-ca", "RFC2525:2.1-no-initial-slow-start")
@SMALL
@target_in(LISTEN)
def test_connection_starts_slowly(peer, target, facts):
    first = grown(peer, target, times=0)
    facts["initial window in segments"] = len(first)
    assert len(first) <= INITIAL_WINDOW
    for segment in first:
        peer.send(ACK, ack=segment.end)
    growing(first, flight(peer))


def most_in_flight(peer, target, field):
    """Open with that window, have the target send, and return how many octets of six flights are out at most."""
    peer.rcv_wnd = field
    flights = [grown(peer, target, times=0)]
    for _ in range(5):
        for segment in flights[-1]:
            peer.send(ACK, ack=segment.end)
        flights.append(flight(peer))
    return max(sum(len(segment.data) for segment in each) for each in flights)


@requirement("RFC9293:MUST-1")
@target_in(LISTEN)
def test_window_is_used_beyond_its_lower_half(case, peer, target, another):
    """The same window is told by a scaled field without its top bit first, to see that nothing else is the limit."""
    scaled = another()
    scaled.offer = (*peer.offer, window_scale(1))
    if most_in_flight(scaled, target, 0x7FFF) <= 0x7FFF or not scaled.tcb.negotiated(WINDOW_SCALE_KIND):
        raise NotApplicable("needs more in flight than the target has")
    assert most_in_flight(peer, target, 0xFFFF) > 0x7FFF


@requirement("RFC9293:MUST-19", "RFC5681:3.1-ss-growth", "RFC5681:3.1-ss-ca")
@SMALL
@target_in(LISTEN)
def test_flight_doubles_at_most(peer, target, facts):
    first = grown(peer, target, times=0)
    for segment in first:
        peer.send(ACK, ack=segment.end)
    second = flight(peer)
    facts["first flights in segments"] = [len(first), len(second)]
    assert len(second) <= 2 * len(first)
    growing(first, second)


@requirement("RFC9293:MUST-19", "RFC5681:3.1-lw", "RFC6928:2-lw1", "RFC2525:2.2-no-ss-after-rto")
@SMALL
@target_in(LISTEN)
def test_timeout_is_followed_by_slow_start(peer, target):
    lost = grown(peer, target, times=0)
    peer.expect_retransmission(lost[0])
    assert not flight(peer)
    peer.send(ACK, ack=lost[0].end)
    assert len(flight(peer)) <= 2


def rounds(receiver, count):
    """Have everything acknowledged that comes, flight by flight; return how many segments each had."""
    sizes = []
    for _ in range(count):
        segments = flight(receiver.peer)
        receiver.takes(segments)
        sizes.append(len(segments))
    return sizes


@requirement("RFC9293:MUST-19", "RFC5681:3.1-ss-ca", "RFC9438:4.2-target-bounds")
@SMALL
@target_in(LISTEN)
def test_flight_grows_slowly_once_it_is_as_large_as_the_one_that_was_lost(peer, target, facts):
    lost = grown(peer, target, times=0)
    receiver = Receiver(peer, lost[0].seq)
    receiver.takes([peer.expect_retransmission(lost[0])])
    sizes = facts["flights after a timeout"] = rounds(receiver, 14)
    # By one segment (RFC 5681), or by half at most (RFC 9438), where slow start would double it.
    assert all(after <= max(size + 1, 1.5 * size) for size, after in pairwise(sizes) if size >= len(lost))
    growing(lost, range(max(sizes)))


@requirement("RFC5681:3.2-fast-retransmit", "RFC5681:3.2-retx-snduna", "RFC9293:3.8-retx-loss")
@SMALL
@target_in(LISTEN)
def test_three_duplicate_acks_draw_the_segment_again(peer, target, timing):
    lost, *rest = at_least(4, grown(peer, target, times=1))
    Receiver(peer, lost.seq).takes(rest[:3])
    assert lost.seq in [segment.seq for segment in peer.hear_all(quiet=timing.silence)]


@requirement("RFC5681:3.2-fast-retransmit")
@SMALL
@target_in(LISTEN)
def test_two_duplicate_acks_draw_two_new_segments_at_most(peer, target, facts):
    lost, *rest = at_least(4, grown(peer, target, times=1))
    Receiver(peer, lost.seq).takes(rest[:2])
    numbers = [segment.seq for segment in peer.hear_all(quiet=PAUSE)]
    facts["new segments for two duplicate ACKs"] = len(numbers)  # limited transmit, if there is more to send
    assert lost.seq not in numbers
    assert len(numbers) <= 2


def next_flight(peer):
    """Return how many segments the next flight has; a busy target may take longer to begin one than to go on."""
    first = peer.expect_one_of(reply(ACK), NOTHING, within=peer.timing.prompt, repeats=True)
    return 0 if first is None else len({first.seq, *(segment.seq for segment in flight(peer))})


def flight_after_a_loss(peer, target):
    """Lose the first segment of a large flight; return how many that had, and the next one when all is made good."""
    lost, *rest = at_least(12, grown(peer, target, times=2))
    receiver = Receiver(peer, lost.seq)
    receiver.takes(rest)
    receiver.takes(flight(peer))  # the lost one, and what the duplicates of the ACK have let go out
    return len(rest) + 1, next_flight(peer)


@requirement("RFC9293:MUST-19", "RFC5681:3.2-third-dupack-ssthresh", "RFC5681:3.2-deflate", "RFC2525:2.8-no-deflation")
@SMALL
@target_in(LISTEN)
def test_loss_makes_the_flight_smaller(peer, target, facts):
    before, after = facts["flights before and after a loss"] = flight_after_a_loss(peer, target)
    assert after <= 0.7 * before + 2  # or, by RFC 5681, half


@requirement("RFC9293:MAY-18", "RFC9438:4.6-beta")
@SMALL
@target_in(LISTEN)
def test_loss_leaves_more_than_half_where_the_user_wants_cubic(peer, target, facts):
    target.configure(Parameter.CONGESTION_CONTROL, CUBIC)  # of the listener, so of its connection
    before, after = facts["flights before and after a loss"] = flight_after_a_loss(peer, target)
    assert 0.5 * before + 2 < after <= 0.7 * before + 2


@requirement("RFC9293:7-ack-division", "RFC5681:3.1-ack-division")
@SMALL
@target_in(LISTEN)
def test_segment_acknowledged_in_pieces_counts_once(peer, target):
    first = grown(peer, target, times=0)[0]
    for octets in range(50, 501, 50):
        peer.send(ACK, ack=first.seq + octets)
    assert len(flight(peer)) <= 2  # the place of one, and one more by slow start


def says_again(peer, outstanding, times):
    """Say so many times that the first is missing; LateTester where a timer may have had it sent again before that."""
    *_, last = [peer.send(ACK, ack=outstanding[0].seq) for _ in range(times)]
    waited = last.at - outstanding[-1].at
    if waited > 1.5 * quiet(peer):
        raise LateTester(f"the last ACK of a flight was sent {waited:.2f} s after it")


@requirement("RFC9293:7-dupack-spoof", "RFC5681:3.2-inflate-limit")
@SMALL
@target_in(LISTEN)
def test_duplicate_acks_draw_no_more_than_was_outstanding(peer, target, facts):
    outstanding = grown(peer, target, times=1)
    says_again(peer, outstanding, times=4 * len(outstanding))
    drawn = [segment for segment in flight(peer) if segment.seq != outstanding[0].seq]
    facts["segments outstanding, and drawn by duplicate ACKs"] = [len(outstanding), len(drawn)]
    assert len(drawn) <= len(outstanding) + LIMITED  # what the first two have drawn is outstanding then, too


def hears_with_losses(peer, octets, every):
    """Lose every so-manieth segment when it comes first, until so many octets are there; tell whether they ever are."""
    receiver, seen = Receiver(peer, peer.rcv_nxt), set()
    end = (peer.rcv_nxt + octets) % 2**32
    while receiver.next != end and (segment := peer.hear(peer.wire.now() + 4 * peer.timing.retransmission)):
        again = segment.seq in seen
        seen.add(segment.seq)
        if again or len(seen) % every:
            receiver.takes([segment])
    return receiver.next == end


@requirement("RFC9293:3.8-retx-loss")
@SMALL
@target_in(ESTABLISHED)
def test_everything_comes_although_one_segment_in_ten_is_lost(peer, target):
    target.send(**BULK)
    assert hears_with_losses(peer, BULK["total"], every=10)
