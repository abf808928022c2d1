"""Windows, ours and the target's, small, closed and shrunk: RFC 9293, sections 3.8.6 and 3.8.6.1."""

import pytest

from conformance import ACK, ESTABLISHED, LISTEN, SYN, mss, offering, reply, requirement, target_in
from conformance.agent.primitives import Parameter

BULK = bytes(range(250)) * 16
"""Octets that tell their place."""


@requirement("RFC9293:3.8.6-fit-window")
@target_in(LISTEN)
def test_data_stops_where_the_window_ends(peer, target):
    peer.tcb.rcv_wnd = 1000
    peer.send(SYN)
    peer.expect(SYN | ACK, ack=peer.iss + 1)
    peer.send(ACK)
    target.accept()
    target.send(BULK)
    peer.expect_data(BULK[:1000])
    peer.send(ACK, window=0)
    peer.expect_nothing()


@requirement("RFC9293:MUST-34", "RFC9293:SHLD-15")
@offering(mss(500))  # full segments only, which nothing but the window holds back
@target_in(ESTABLISHED)
def test_shrunk_window_holds_new_data_back(peer, target):
    target.send(BULK[:1000])
    peer.expect_data(BULK[:1000])
    peer.send(ACK, ack=peer.rcv_nxt - 500, window=100)  # 400 octets less than are in flight
    peer.expect_nothing()
    target.send(BULK)
    peer.expect_nothing()
    peer.send(ACK)
    peer.expect_data(BULK, acknowledge=True)


@requirement("RFC9293:MUST-36")
@target_in(ESTABLISHED)
def test_closed_window_is_probed(peer, target, timing):
    peer.send(ACK, window=0)
    target.send(b"0123456789")
    peer.expect_one_of(reply(ACK, data=b"0"), reply(ACK, data=b""), within=timing.retransmission, repeats=True)


@pytest.fixture
def full(peer, target):
    """Octets that fill the target's window: its user does not read them."""
    target.configure(Parameter.RECEIVE_BUFFER, 1024)
    peer.send(SYN)
    peer.expect(SYN | ACK, ack=peer.iss + 1)
    peer.send(ACK)
    target.accept()
    return bytes(peer.snd_wnd)


@requirement("RFC9293:3.8.6.1-zero-wnd-acks-probe")
@target_in(LISTEN)
def test_probe_of_a_closed_window_is_answered(peer, full):
    peer.send(ACK, data=full)
    peer.expect(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt, window=0)
    probe = peer.send(ACK, data=b"x")
    peer.expect(ACK, seq=peer.rcv_nxt, ack=probe.seq, window=0)
