"""Urgent data arrives: RFC 9293, sections 3.8.5, 3.9.1.3 and 3.10.7.4, sixth step."""

import pytest

from conformance import (
    ACK,
    CLOSE_WAIT,
    CLOSING,
    ESTABLISHED,
    FIN_WAIT_1,
    FIN_WAIT_2,
    LAST_ACK,
    LISTEN,
    SYN,
    TIME_WAIT,
    URG,
    requirement,
    target_in,
)
from conformance.agent.primitives import Parameter

RECEIVING = (ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2)


@requirement("RFC9293:MUST-32", "RFC9293:3.10.7.4-urg-sync", "RFC9293:MUST-30")
@target_in(*RECEIVING)
def test_user_is_told_of_urgent_data(peer, target):
    peer.send(ACK | URG, ack=peer.tcb.rcv_acked, data=b"ab!", urgent=3)
    assert target.is_told_of_urgent_data()


@requirement("RFC9293:3.10.7.4-urg-sync", "RFC9293:MUST-32")
@target_in(*RECEIVING)
def test_user_is_told_before_the_urgent_data_comes(peer, target):
    peer.send(ACK | URG, ack=peer.tcb.rcv_acked, urgent=5)
    assert target.is_told_of_urgent_data()


@requirement("RFC9293:MUST-32")
@target_in(ESTABLISHED)
def test_user_is_told_again_when_there_is_new_urgent_data(peer, target):
    peer.send(ACK | URG, data=b"ab!", urgent=3)
    assert target.is_told_of_urgent_data()
    assert target.urgent_octet() == b"!"
    assert target.receive_only(2) == b"ab"  # nothing is pending any more
    peer.send(ACK | URG, data=b"cd!", urgent=3)
    assert target.is_told_of_urgent_data()


@requirement("RFC9293:3.8.5-urg-update-silent", "RFC9293:3.10.7.4-urg-sync")
@target_in(ESTABLISHED)
def test_same_pointer_again_is_not_told_again(peer, target, timing):
    peer.send(ACK | URG, data=b"ab", urgent=5)
    assert target.is_told_of_urgent_data()
    peer.send(ACK | URG, data=b"cd", urgent=3)
    assert not target.is_told_of_urgent_data(within=timing.silence)
    peer.send(ACK | URG, data=b"!", urgent=1)
    assert not target.is_told_of_urgent_data(within=timing.silence)
    assert target.urgent_octet() == b"!"


@requirement("RFC9293:3.10.7.4-urg-sync", "RFC9293:3.8.5-urg-robust")
@target_in(ESTABLISHED)
def test_pointer_that_recedes_leaves_the_urgent_data_where_it_is(peer, target):
    peer.send(ACK | URG, urgent=5)
    assert target.is_told_of_urgent_data()
    peer.send(ACK | URG, data=b"abcd!", urgent=2)
    assert target.receive_only(4) == b"abcd"
    assert target.at_mark()
    assert target.urgent_octet() == b"!"


@requirement("RFC9293:MUST-62", "RFC9293:MUST-30", "RFC6093:4-up-semantics", "RFC6093:5-support")
@target_in(ESTABLISHED)
def test_urgent_data_ends_before_the_octet_the_pointer_shows(peer, target):
    peer.send(ACK | URG, data=b"ab!cd", urgent=3)
    assert target.is_told_of_urgent_data()
    assert target.urgent_octet() == b"!"


@requirement("RFC9293:MUST-33", "RFC9293:3.8.5-urg-mode")
@target_in(ESTABLISHED)
def test_user_learns_when_the_end_of_the_urgent_data_is_reached(peer, target):
    peer.send(ACK | URG, data=b"ab!cd", urgent=3)
    assert target.is_told_of_urgent_data()
    assert not target.at_mark()
    assert target.receive_only(2) == b"ab"
    assert target.at_mark()


@requirement("RFC9293:3.8.5-urg-mode", "RFC9293:MUST-33")
@target_in(ESTABLISHED)
def test_after_the_urgent_data_the_user_is_in_normal_mode(peer, target, timing):
    peer.send(ACK | URG, data=b"ab!cd", urgent=3)
    assert target.is_told_of_urgent_data()
    assert target.urgent_octet() == b"!"
    assert target.receive(4) == b"abcd"
    peer.send(ACK, data=b"ef")
    assert target.receive(2) == b"ef"
    assert not target.at_mark()
    assert not target.is_told_of_urgent_data(within=timing.silence)


@requirement("RFC9293:3.9.1.3-receive-urgent")
@target_in(ESTABLISHED)
def test_one_receive_does_not_mix_urgent_and_later_data(peer, target):
    peer.send(ACK | URG, data=b"ab!cd", urgent=3)
    assert target.is_told_of_urgent_data()
    assert target.urgent_octet() == b"!"
    assert target.receive(2) == b"ab"  # the buffer takes more, and is returned at the mark
    assert target.receive(2) == b"cd"


@requirement("RFC6093:2.1-inline")
@target_in(ESTABLISHED)
def test_urgent_data_in_line_stays_in_its_place(peer, target):
    target.configure(Parameter.URGENT_INLINE, 1)
    peer.send(ACK | URG, data=b"ab!cd", urgent=3)
    assert target.receive(5) == b"ab!cd"


@requirement("RFC9293:MUST-31", "RFC9293:3.8.5-urg-mode")
@target_in(ESTABLISHED)
def test_urgent_data_may_be_longer_than_a_pointer_reaches(peer, target):
    for left in range(140 * 500, 500, -500):
        peer.send(ACK | URG, data=bytes(500), urgent=min(left, 0xFFFF))
        assert target.receive(500) == bytes(500)
    assert not target.at_mark()
    peer.send(ACK | URG, data=bytes(499) + b"!", urgent=500)
    assert target.receive(499) == bytes(499)
    assert target.urgent_octet() == b"!"


@pytest.fixture
def closed_window(peer, target):
    """A connection whose user does not read: what we sent has filled its window."""
    target.configure(Parameter.RECEIVE_BUFFER, 1024)
    peer.send(SYN)
    peer.expect(SYN | ACK, ack=peer.iss + 1)
    peer.send(ACK)
    target.accept()
    while peer.snd_wnd:
        peer.send(ACK, data=bytes(min(peer.snd_wnd, 500)))
        peer.expect(ACK, ack=peer.snd_nxt)


@requirement("RFC9293:MUST-66", "RFC9293:MUST-32")
@target_in(LISTEN)
def test_user_is_told_of_urgent_data_while_the_window_is_closed(peer, target, closed_window):
    peer.send(ACK | URG, urgent=5)
    assert target.is_told_of_urgent_data()


@requirement("RFC9293:3.8.5-urg-absent", "RFC9293:3.1-urgptr-only-urg")
@target_in(ESTABLISHED)
def test_pointer_without_urg_means_nothing(peer, target, timing):
    peer.send(ACK, data=b"abcd", urgent=2)
    assert not target.is_told_of_urgent_data(within=timing.silence)
    assert target.receive(4) == b"abcd"


@requirement("RFC9293:3.8.5-urg-robust")
@target_in(ESTABLISHED)
def test_pointer_to_where_nothing_can_be_changes_nothing_in_the_stream(peer, target):
    target.configure(Parameter.URGENT_INLINE, 1)
    for urgent in (0, 0xFFFF, 1):
        peer.send(ACK | URG, data=b"ab", urgent=urgent)
    assert target.receive(6) == b"ababab"


@requirement("RFC9293:3.10.7.4-urg-late")
@target_in(CLOSE_WAIT, CLOSING, LAST_ACK, TIME_WAIT)
def test_urgent_pointer_after_our_fin_is_ignored(peer, target, timing):
    peer.send(ACK | URG, ack=peer.tcb.rcv_acked, urgent=5)
    assert not target.is_told_of_urgent_data(within=timing.silence)
    peer.expect_alive()
