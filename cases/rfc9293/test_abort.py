"""ABORT: RFC 9293, sections 3.6, 3.9.1.6 and 3.10.5; and CLOSE that turns into it."""

import pytest

from conformance import (
    ACK,
    ACTIVE,
    BOTH,
    CLOSE_WAIT,
    CLOSING,
    ESTABLISHED,
    FIN,
    FIN_WAIT_1,
    FIN_WAIT_2,
    LAST_ACK,
    NOTHING,
    RST,
    SYN_RECEIVED,
    TIME_WAIT,
    reply,
    requirement,
    target_in,
)
from conformance.agent.primitives import Parameter


@requirement("RFC9293:3.10.5-abort-sync", "RFC9293:3.9.1.6-abort-rst", "RFC9293:3.6-abort-rst")
@target_in(ESTABLISHED, CLOSE_WAIT, FIN_WAIT_1, FIN_WAIT_2, opened=BOTH)
def test_abort_sends_a_reset_with_the_next_number(peer, target):
    target.abort()
    peer.expect_one_of(reply(RST, seq=peer.rcv_nxt), reply(RST | ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt))


@requirement("RFC9293:3.10.5-abort-sync", "RFC9293:3.9.1.6-abort-rst")
@target_in(SYN_RECEIVED, opened=ACTIVE)  # a passive one is not yet the user's to abort
def test_abort_in_syn_received_sends_a_reset(peer, target):
    target.abort()
    peer.expect_one_of(reply(RST, seq=peer.rcv_nxt), reply(RST | ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt))


@requirement("RFC9293:3.6-abort-rst", "RFC9293:3.5.2-rst-sender-timewait")
@target_in(ESTABLISHED, CLOSE_WAIT, FIN_WAIT_1, FIN_WAIT_2, opened=BOTH)
def test_aborted_connection_takes_no_more_data(peer, target, facts):
    target.abort()
    peer.expect_one_of(reply(RST), reply(RST | ACK))
    late = peer.send(ACK, data=b"late")
    gone = (reply(RST, seq=late.ack), reply(RST | ACK, seq=late.ack))
    stays = reply(ACK, seq=late.ack, ack=late.seq, data=b"")  # in TIME-WAIT, as the sender of a reset should
    answer = peer.expect_one_of(*gone, stays, NOTHING)
    facts["TIME-WAIT after sending a reset"] = answer is None or RST not in answer.ctl


@requirement("RFC9293:3.9.1.6-abort-rst", "RFC9293:3.10.5-abort-sync")
@target_in(ESTABLISHED, CLOSE_WAIT)
def test_abort_drops_what_waits_for_the_window(peer, target, timing):
    target.send(b"sent before")
    peer.expect(ACK, data=b"sent before")
    peer.rcv_wnd = 0
    peer.send(ACK)
    peer.expect_alive()  # it knows that the window is closed
    target.send(b"never to be sent")
    target.abort()
    peer.expect_one_of(reply(RST, seq=peer.rcv_nxt), reply(RST | ACK, seq=peer.rcv_nxt))
    peer.expect_nothing(for_=timing.retransmission)


@requirement("RFC9293:3.10.5-abort-sync", "RFC9293:3.6-abort-rst")
@target_in(ESTABLISHED, CLOSE_WAIT)
def test_abort_counts_what_is_in_flight(peer, target):
    target.send(b"in flight")
    peer.expect_data(b"in flight")
    target.abort()
    peer.expect_one_of(reply(RST, seq=peer.rcv_nxt), reply(RST | ACK, seq=peer.rcv_nxt))


@requirement("RFC9293:3.10.5-abort-late")
@target_in(CLOSING, LAST_ACK, TIME_WAIT, opened=BOTH)
def test_late_abort_sends_nothing(peer, target):
    target.abort()
    peer.expect_nothing()
    peer.send(FIN | ACK, seq=peer.snd_nxt - 1)  # whether it is still known, the next case tells
    peer.expect_one_of(reply(RST, seq=peer.rcv_nxt), reply(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt))


@requirement("RFC9293:3.10.5-abort-late")
@target_in(CLOSING, LAST_ACK, TIME_WAIT, opened=BOTH)
def test_late_abort_deletes_the_connection(peer, target):
    target.abort()
    peer.send(FIN | ACK, seq=peer.snd_nxt - 1)
    peer.expect_reset(seq=peer.rcv_nxt)


def looked_at(timing):
    """How long to wait for a user timeout of half a `retransmission`: it may be looked at when that is sent again."""
    return 2 * timing.retransmission


@requirement("RFC9293:3.6-case2-lastack-timeout", "RFC9293:3.9.1.4-close-timeout-abort")
@target_in(ESTABLISHED, CLOSE_WAIT)
def test_close_that_is_never_acknowledged_is_aborted(peer, target, timing):
    target.configure(Parameter.USER_TIMEOUT, round(timing.retransmission * 500))  # milliseconds
    target.close()
    peer.expect(FIN | ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt)
    peer.expect_one_of(reply(RST), reply(RST | ACK), NOTHING, within=looked_at(timing))
    peer.expect_gone()


@requirement("RFC9293:3.9.1.4-close-timeout-abort")
@target_in(ESTABLISHED)
def test_user_is_told_that_the_close_was_aborted(peer, target, timing):
    target.configure(Parameter.USER_TIMEOUT, round(timing.retransmission * 500))
    target.close()
    peer.expect(FIN | ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt)
    with pytest.raises(ConnectionError):
        target.receive(1, within=looked_at(timing))
