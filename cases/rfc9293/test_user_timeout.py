"""When text is given up: R1, R2 and the user timeout (RFC 9293, sections 3.8.3, 3.9.1.1 and 3.10.8)."""

import pytest

from conformance import (
    ACK,
    ACTIVE,
    BOTH,
    CLOSE_WAIT,
    CLOSED,
    ESTABLISHED,
    NOTHING,
    RST,
    SYN,
    reply,
    requirement,
    slow,
    target_in,
)
from conformance.agent.primitives import Parameter, Report
from conformance.states import OPENING_SYNS

TEN = b"0123456789"

NEARLY = 0.9
"""The share of a time set by the user after which its end may be seen: timers are coarse."""


def set_r2(target, seconds):
    """Have the user set after how many seconds without an ACK the connection is to be given up."""
    target.configure(Parameter.USER_TIMEOUT, round(1000 * seconds))


def latest_end(timing, r2):
    """Return after how many seconds the connection is closed at the latest: R2 may be seen at the next timeout only.

    Timeouts double, so that one comes within the next R2, and a first one.
    """
    return 2 * r2 + timing.retransmission


def expect_end(peer, r2):
    """Wait, while text comes again and again, until R2 is over for sure or a reset tells of the end before."""
    peer.expect_one_of(reply(RST), reply(RST | ACK), NOTHING, within=latest_end(peer.timing, r2))


@requirement("RFC9293:MUST-20", "RFC9293:MUST-21")
@target_in(ESTABLISHED)
def test_connection_is_closed_at_r2(peer, target, timing):
    set_r2(target, timing.retransmission)
    target.send(TEN)
    peer.expect(ACK, data=TEN)
    expect_end(peer, r2=timing.retransmission)
    peer.expect_gone()


@requirement("RFC9293:MUST-21", "RFC9293:3.10.8-user-timeout", "RFC9293:3.9.1.1-timeout")
@pytest.mark.parametrize("share", [0.5, 2], ids=["short", "long"])
@target_in(ESTABLISHED)
def test_user_sets_r2_and_is_told_when_it_is_reached(peer, target, timing, facts, share):
    r2 = facts["R2 as set"] = share * timing.retransmission
    set_r2(target, r2)
    target.send(TEN)
    text = peer.expect(ACK, data=TEN)
    with pytest.raises(ConnectionError):
        target.receive(1, within=latest_end(timing, r2))
    gap = facts["R2 in s"] = round(peer.wire.now() - text.at, 2)
    assert gap >= NEARLY * r2


@requirement("RFC9293:MUST-21")
@target_in(ESTABLISHED)
def test_text_that_is_acknowledged_before_r2_keeps_the_connection(peer, target, timing):
    set_r2(target, 2 * timing.retransmission)
    target.send(TEN)
    peer.expect(ACK, data=TEN)
    peer.expect_nothing(for_=1.5 * timing.retransmission)
    peer.send(ACK)
    peer.expect_nothing(for_=timing.retransmission)
    peer.expect_alive()


@slow(100)
@requirement("RFC9293:SHLD-11")
@target_in(ESTABLISHED)
def test_text_is_not_given_up_for_a_hundred_seconds(peer, target, timing):
    target.send(TEN)
    peer.expect(ACK, data=TEN)
    peer.expect_nothing(for_=timing.r2)
    peer.send(ACK)
    peer.expect_alive()


@slow(90)
@requirement("RFC9293:SHLD-9")
@target_in(ESTABLISHED)
def test_user_is_told_of_the_delivery_problem_before_r2(peer, target, timing):
    """Where R1 is, is the target's choice; R2 is a hundred seconds away at least."""
    target.configure(Parameter.ERROR_REPORTS, 1)
    target.send(TEN)
    peer.expect(ACK, data=TEN)
    peer.expect_nothing(for_=NEARLY * timing.r2)
    assert Report.RETRANSMISSIONS in target.reported_errors(unasked=True)


@requirement("RFC9293:3.10.8-user-timeout")
@target_in(ESTABLISHED, CLOSE_WAIT, opened=BOTH)
def test_user_timeout_deletes_the_connection_and_what_waits(peer, target, timing):
    set_r2(target, timing.retransmission)
    target.send(TEN, total=60_000)  # more than goes out before it is acknowledged
    peer.hear_all(quiet=timing.silence)
    expect_end(peer, r2=timing.retransmission)
    peer.expect_gone()


@requirement("RFC9293:3.9.1.1-timeout")
@target_in(CLOSED, opened=ACTIVE)
def test_user_sets_the_timeout_before_the_open(peer, target, timing):
    target.prepare()
    set_r2(target, timing.retransmission)
    target.connect(peer.flow)
    peer.expect_one_of(*OPENING_SYNS)
    peer.send(SYN | ACK)
    peer.expect(ACK)
    target.send(TEN)
    with pytest.raises(ConnectionError):
        target.receive(1, within=latest_end(timing, timing.retransmission))
