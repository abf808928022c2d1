"""STATUS tells the state: RFC 9293, sections 3.9.1.5 and 3.10.6."""

import pytest

from conformance import (
    ACTIVE,
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
