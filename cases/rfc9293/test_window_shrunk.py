"""A window that we take back while data is in flight: RFC 9293, section 3.8.6."""

import pytest

from conformance import ACK, ESTABLISHED, mss, offering, reply, requirement, seq, slow, target_in
from conformance.agent.primitives import Parameter
from conformance.errors import NotApplicable

BULK = bytes(range(250)) * 16
"""Octets that tell their place."""

FULL_SEGMENTS = offering(mss(500))  # which nothing but the window holds back


@pytest.fixture
def brief(target):
    """Have no timeout last longer than a second."""
    target.configure(Parameter.LONGEST_TIMEOUT, 1000)
    if target.parameter(Parameter.LONGEST_TIMEOUT) != 1000:
        raise NotApplicable("the target sets no limit to its timeouts, though it takes one")


@pytest.fixture
def in_flight(peer, target):
    """Two full segments that the target has sent, after one that made it send more than one at once."""
    target.send(BULK[:500])
    peer.expect(ACK, data=BULK[:500])
    peer.send(ACK)
    target.send(BULK[:1000])
    first = peer.expect(ACK, seq=peer.rcv_nxt)
    if len(first.data) > 500:
        raise NotApplicable("the target's segments are larger than our MSS")  # which other cases, and all, judge
    return first, peer.expect(ACK, data=BULK[500:1000])


@requirement("RFC9293:MUST-34")
@FULL_SEGMENTS
@target_in(ESTABLISHED)
def test_shrunk_window_is_survived(peer, target, in_flight):
    peer.send(ACK, ack=in_flight[1].seq, window=100)  # 400 octets less than are in flight
    peer.expect_nothing()
    peer.send(ACK)
    target.send(BULK)
    peer.expect_data(BULK, acknowledge=True)


@requirement("RFC9293:SHLD-15")
@FULL_SEGMENTS
@target_in(ESTABLISHED)
def test_shrunk_window_holds_new_data_back(peer, target, in_flight):
    peer.send(ACK, ack=in_flight[1].seq, window=100)  # 400 octets less than are in flight
    peer.expect_nothing()
    target.send(BULK)
    peer.expect_nothing()
    peer.send(ACK)
    peer.expect_data(BULK, acknowledge=True)


@requirement("RFC9293:SHLD-16")
@FULL_SEGMENTS
@target_in(ESTABLISHED)
def test_data_within_a_shrunk_window_is_sent_again(peer, target, in_flight):
    peer.send(ACK, ack=in_flight[1].seq, window=100)
    peer.expect_retransmission(in_flight[1])


@requirement("RFC9293:MAY-7")
@FULL_SEGMENTS
@target_in(ESTABLISHED)
def test_data_beyond_a_shrunk_window_is_sent_again(peer, target, timing, in_flight):
    second = in_flight[1]
    peer.send(ACK, ack=second.seq, window=100)
    peer.expect_one_of(reply(ACK, seq=second.seq, data=second.data), within=timing.retransmission, repeats=True)


@requirement("RFC9293:MUST-35", "RFC9293:MUST-36")
@FULL_SEGMENTS
@target_in(ESTABLISHED)
def test_window_shrunk_to_nothing_is_probed(peer, timing, in_flight):
    waits = in_flight[1]
    peer.send(ACK, ack=waits.seq, window=0)
    empty = reply(ACK, seq=waits.seq - 1, data=b"")
    probe = peer.expect_one_of(empty, reply(ACK, seq=waits.seq), within=timing.window_probe, repeats=True)
    assert probe.data or seq.lt(probe.seq, waits.seq)


@requirement("RFC9293:SHLD-17")
@FULL_SEGMENTS
@slow(25)
@target_in(ESTABLISHED)
def test_data_beyond_a_shrunk_window_does_not_end_the_connection(peer, timing, brief, in_flight):
    for _ in range(20):
        peer.send(ACK, ack=in_flight[1].seq, window=0)
        peer.expect_one_of(reply(ACK), within=timing.window_probe, repeats=True)
    peer.send(ACK, ack=in_flight[1].seq)
    peer.expect_retransmission(in_flight[1])
