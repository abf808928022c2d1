"""STATUS tells the state: RFC 9293, sections 3.9.1.5 and 3.10.6."""

import pytest

from conformance import (
    ACK,
    ACTIVE,
    BOTH,
    CLOSE_WAIT,
    CLOSED,
    CLOSING,
    ESTABLISHED,
    FIN_WAIT_1,
    FIN_WAIT_2,
    LAST_ACK,
    LISTEN,
    SYN_RECEIVED,
    SYN_SENT,
    TIME_WAIT,
    requirement,
    target_in,
)
from conformance.states import Walk, go

CONNECTED = (SYN_RECEIVED, ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2, CLOSE_WAIT, CLOSING, LAST_ACK, TIME_WAIT)


@requirement("RFC9293:3.10.6-status", "RFC9293:3.9.1.5-status")
@pytest.mark.parametrize("state", CONNECTED, ids=str)
@target_in(LISTEN)
def test_status_after_a_passive_open(peer, target, state):
    go(Walk(state), peer, target)
    assert target.state_becomes(state)


@requirement("RFC9293:3.10.6-status", "RFC9293:3.9.1.5-status")
@pytest.mark.parametrize("state", [SYN_SENT, *CONNECTED], ids=str)
@target_in(CLOSED, opened=ACTIVE)
def test_status_after_an_active_open(peer, target, state):
    go(Walk(state, ACTIVE), peer, target)
    assert target.state_becomes(state)


@requirement("RFC9293:3.10.6-status", "RFC9293:3.9.1.5-status")
def test_status_of_a_listener(target):
    target.listen()
    assert target.state() is LISTEN


@requirement("RFC9293:3.9.1.5-status")
@target_in(ESTABLISHED, opened=BOTH)
def test_status_tells_both_sockets(peer, target):
    status = target.status()
    assert status.local == (peer.flow.remote, peer.flow.remote_port)
    assert status.remote == (peer.flow.local, peer.flow.local_port)


@requirement("RFC9293:3.9.1.5-status")
@target_in(ESTABLISHED, CLOSE_WAIT, opened=BOTH)
def test_status_tells_what_waits_for_an_acknowledgment(peer, target):
    target.send(b"data")
    peer.expect_data(b"data")
    assert target.status().unacknowledged == 4
    peer.send(ACK)
    peer.expect_alive()
    assert target.status().unacknowledged == 0


@requirement("RFC9293:3.9.1.5-status")
@target_in(ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2, opened=BOTH)
def test_status_tells_what_waits_for_a_receive(peer, target):
    peer.send(ACK, data=b"data")
    peer.expect(ACK, ack=peer.snd_nxt)
    assert target.status().unread == 4


@requirement("RFC9293:3.9.1.5-status")
@target_in(ESTABLISHED, opened=BOTH)
def test_status_tells_the_windows(peer, target):
    for window in (2345, 1234):
        peer.send(ACK, window=window, data=b"data")
        peer.expect(ACK, ack=peer.snd_nxt)
    status = target.status()
    assert (status.send_window, status.receive_window) == (1234, peer.snd_wnd)
