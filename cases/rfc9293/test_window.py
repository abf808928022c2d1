"""The window that we offer, and how the target keeps to it: RFC 9293, sections 3.8.6 and 3.10.7.4."""

import pytest

from conformance import ACK, BOTH, ESTABLISHED, LISTEN, NOTHING, SYN, mss, offering, reply, requirement, seq, target_in

BULK = bytes(range(250)) * 16
"""Octets that tell their place."""

TEN = b"0123456789"


@pytest.fixture
def offered(peer, target):
    """Open a connection on which we have never offered more than some octets."""

    def offer(octets):
        peer.rcv_wnd = octets
        peer.send(SYN)
        peer.expect(SYN | ACK, ack=peer.iss + 1)
        peer.send(ACK)
        target.accept()

    return offer


@requirement("RFC9293:3.8.6-fit-window")
@offering(mss(500))
@target_in(LISTEN)
def test_data_stops_where_the_window_ends(peer, target, offered):
    offered(500)  # one full segment: whoever sends a single one at first fills it too
    target.send(BULK)
    peer.expect_data(BULK[:500])
    peer.send(ACK, window=0)
    probes = reply(ACK, data=b""), reply(ACK, seq=peer.rcv_nxt)  # of the closed window; too early ones: see invariants
    peer.expect_one_of(*probes, NOTHING)


@requirement("RFC9293:3.8.6-fit-window", "RFC5681:2-cwnd-limit")
@target_in(LISTEN)
def test_data_keeps_to_a_small_window_that_moves_on(peer, target, offered):
    offered(1000)
    target.send(BULK, total=20000)
    peer.expect_data(BULK * 5, acknowledge=True)  # what goes beyond the window fails it (see invariants)


@requirement("RFC9293:MUST-1")
@pytest.mark.parametrize("octets", [0x8000, 0xFFFF], ids=hex)
@target_in(LISTEN)
def test_window_with_its_top_bit_set_is_a_large_one(peer, target, offered, octets):
    offered(octets)
    target.send(BULK[:500])
    peer.expect_data(BULK[:500])


@requirement("RFC9293:3.10.7.4-ack-window-update", "RFC1122:4.2.2.20-dup-le")
@target_in(ESTABLISHED)
def test_window_is_taken_from_an_ack_of_nothing_new(peer, target):
    target.send(TEN)
    peer.expect(ACK, data=TEN)
    peer.rcv_wnd = 0
    peer.send(ACK)
    peer.expect_alive()  # it has seen the window close
    target.send(TEN)
    peer.send(ACK, window=1000)
    peer.expect_data(TEN)


@requirement("RFC9293:3.10.7.4-ack-window-update", "RFC9293:MUST-34")
@target_in(ESTABLISHED, opened=BOTH)
def test_smaller_window_is_taken_from_an_ack_of_nothing_new(peer, target, timing):
    peer.send(ACK, window=4000)
    peer.send(ACK, window=2000)  # the same SEQ and ACK
    start = peer.rcv_nxt
    target.send(b"x", total=6000)
    ends = [seq.distance(start, one.end) for one in peer.hear_all(timing.silence)]
    assert 0 < max(ends, default=0) <= 2000  # whatever was sent again meanwhile


@requirement("RFC9293:3.10.7.4-ack-window-stale", "RFC9293:3.8.6-wnd-highest-ack")
@target_in(ESTABLISHED)
def test_window_of_an_ack_that_comes_late_does_not_count(peer, target):
    target.send(TEN)
    old = peer.expect(ACK, data=TEN)
    peer.send(ACK)
    peer.send(ACK, ack=old.seq, window=0)  # as if it had been sent before
    peer.expect_alive()
    target.send(TEN)
    peer.expect(ACK, data=TEN)


@requirement("RFC9293:3.10.7.4-ack-window-stale")
@target_in(ESTABLISHED)
def test_window_of_a_segment_with_an_older_number_does_not_count(peer, target):
    data = peer.send(ACK, data=TEN)
    peer.expect(ACK, ack=data.end)
    peer.send(ACK, seq=data.seq, window=0)  # as if it had been sent before the data
    peer.expect(ACK, ack=data.end, data=b"")
    target.send(TEN)
    peer.expect(ACK, data=TEN)
