"""Silly windows, which the target as a sender does not fill: RFC 9293, section 3.8.6.2.1."""

import pytest

from conformance import ACK, LISTEN, SYN, requirement, seq, target_in
from conformance.errors import Nonconformance, NotApplicable

BULK = bytes(range(250)) * 16
"""Octets that tell their place."""

TEN = BULK[:10]


def fill(peer, target, timing):
    """Open a connection whose largest window is 1000 octets, and have it filled, in however many segments."""
    peer.rcv_wnd = 1000
    peer.send(SYN)
    peer.expect(SYN | ACK, ack=peer.iss + 1)
    peer.send(ACK)
    target.accept()
    target.send(BULK)
    while left := seq.distance(peer.rcv_nxt, peer.irs + 1 + 1000):
        peer.send(ACK, window=left)
        peer.expect(ACK, seq=peer.rcv_nxt, within=timing.window_probe)


@pytest.fixture
def sent(peer, target, timing):
    """Octets that fill the window; whether the last of them are held back for ever is for one case to judge."""
    try:
        fill(peer, target, timing)
    except Nonconformance:
        raise NotApplicable("what is left of the window is less than a segment, and never filled") from None


@requirement("RFC9293:MUST-38")
@target_in(LISTEN)
def test_few_octets_of_window_are_not_filled_at_once(peer, timing, sent):
    peer.rcv_wnd = 10
    small = peer.send(ACK)
    peer.expect_alive()  # it has seen the window, and filled nothing
    peer.rcv_wnd = 1000
    peer.send(ACK)
    data = peer.expect(ACK, seq=peer.rcv_nxt)
    assert len(data.data) > 10 or data.at - small.at - timing.rtt > timing.held  # sent before this ACK came, but late


@requirement("RFC9293:3.8.6.2.1-override")
@target_in(LISTEN)
def test_override_timeout_fills_few_octets_of_window(peer, target, timing, facts):
    fill(peer, target, timing)
    small = peer.send(ACK, window=10)
    data = peer.expect(ACK, seq=peer.rcv_nxt, data=BULK[1000:1010], within=timing.window_probe)
    facts["override timeout in s"] = round(data.at - small.at, 2)
    assert timing.held < data.at - small.at < timing.override


@requirement("RFC9293:3.8.6.2.1-usable", "RFC9293:MUST-38")
@target_in(LISTEN)
def test_half_of_the_largest_window_is_filled_at_once(peer, timing, sent):
    peer.send(ACK, window=500)
    peer.expect(ACK, seq=peer.rcv_nxt, data=BULK[1000:1500], within=timing.silence)


@requirement("RFC9293:3.8.6.2.1-usable")
@target_in(LISTEN)
def test_all_that_is_queued_is_sent_at_once_where_it_fits(peer, target, timing, sent):
    peer.send(ACK)
    peer.expect_data(BULK[1000:], acknowledge=True)
    peer.send(ACK, data=b"x", window=10)  # a number above all before, so that no TCP takes its window for an old one
    peer.expect_acknowledged()
    target.send(TEN)
    peer.expect(ACK, data=TEN, within=timing.silence)
