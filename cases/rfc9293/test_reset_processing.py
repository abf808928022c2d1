"""A reset comes before everything else in its segment, and ends what was under way (RFC 9293, 3.10.7.4)."""

import pytest

from conformance import (
    ACK,
    BOTH,
    CLOSE_WAIT,
    CLOSING,
    ESTABLISHED,
    FIN,
    FIN_WAIT_1,
    FIN_WAIT_2,
    LAST_ACK,
    LISTEN,
    NOTHING,
    PSH,
    RST,
    SYN,
    URG,
    mss,
    offering,
    reply,
    requirement,
    target_in,
)
from conformance.agent.primitives import Parameter

SYNCHRONIZED = (ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2, CLOSE_WAIT, CLOSING, LAST_ACK)


@requirement("RFC9293:3.10.7.4-rst-wins", "RFC9293:3.10.7.4-rst-exact")
@pytest.mark.parametrize("away", [1, 0x10000, 2**30, 2**31, -1, -(2**30)], ids=hex)
@target_in(ESTABLISHED)
def test_reset_is_obeyed_whatever_it_acknowledges(peer, away):
    peer.send(RST | ACK, ack=peer.rcv_nxt + away)
    peer.expect_gone()


@requirement("RFC9293:3.10.7.4-rst-wins", "RFC9293:3.10.7.4-rst-exact")
@pytest.mark.parametrize("more", [ACK, SYN, FIN, FIN | ACK, URG | PSH | ACK, SYN | FIN | ACK], ids=str)
@target_in(*SYNCHRONIZED)
def test_reset_is_obeyed_whatever_other_bits_are_set(peer, more):
    peer.send(RST | more)
    peer.expect_gone()


@requirement("RFC9293:SHLD-2")
@pytest.mark.parametrize("ctl", [RST, RST | ACK], ids=str)
@target_in(*SYNCHRONIZED)
def test_reset_that_carries_data_is_obeyed(peer, ctl):
    peer.send(ctl, data=b"the reason, in plain text")
    peer.expect_gone()


@requirement("RFC9293:3.10.7.4-rst-exact", "RFC9293:3.10.7.4-rst-estab")
@target_in(ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2)
def test_reset_right_behind_data_is_obeyed(peer):
    data = peer.send(ACK, data=b"data")
    peer.send(RST)  # the data may not be acknowledged yet
    peer.expect_one_of(reply(ACK, ack=data.end), NOTHING)
    peer.expect_gone()


@pytest.fixture
def zero_window(peer, target):
    """An ESTABLISHED connection whose user does not read, and whose window is full."""
    target.configure(Parameter.RECEIVE_BUFFER, 1024)
    peer.send(SYN)
    peer.expect(SYN | ACK, ack=peer.iss + 1)
    peer.send(ACK, data=bytes(peer.snd_wnd))
    target.accept()
    peer.expect(ACK, ack=peer.snd_nxt, window=0)


@requirement("RFC9293:MUST-66", "RFC9293:3.10.7.4-seq-zero-window-special")
@target_in(LISTEN)
def test_reset_is_obeyed_while_the_window_is_zero(peer, zero_window):
    peer.send(RST)
    peer.expect_gone()


@requirement("RFC9293:MUST-12", "RFC9293:3.10.7.4-rst-estab", "RFC1122:4.2.2.13-closed-or-aborted")
@target_in(ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2, opened=BOTH)
def test_user_learns_of_a_reset(peer, target):
    peer.send(RST)
    assert target.learns_of_reset()


@requirement("RFC9293:MUST-12", "RFC1122:4.2.2.13-closed-or-aborted")
@target_in(ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2, opened=BOTH)
def test_user_takes_a_fin_for_no_reset(peer, target):
    peer.send(FIN | ACK)
    assert target.end_of_stream()


@pytest.fixture
def half_sent(peer, target, timing):
    """An ESTABLISHED connection whose target has unacknowledged data under way, and more that waits for the window."""
    peer.rcv_wnd = 1000
    peer.send(SYN)
    peer.expect(SYN | ACK, ack=peer.iss + 1)
    peer.send(ACK)
    target.accept()
    target.send(b"x", total=5000)
    peer.expect(ACK, seq=peer.rcv_nxt)
    peer.hear_all(timing.silence)  # the rest of the window, as far as the target fills it


@requirement("RFC9293:3.10.7.4-rst-estab", "RFC9293:3.5.1-abort-on-rst-data")
@offering(mss(500))
@target_in(LISTEN)
def test_after_a_reset_nothing_is_sent_or_retransmitted(peer, timing, half_sent):
    peer.send(RST)
    peer.expect_gone()
    assert peer.hear_all(timing.retransmission) == []
