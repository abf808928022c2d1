"""PUSH, by the sender and by the receiver: RFC 9293, sections 3.8, 3.9.1.2 to 3.9.1.4 and 3.10.7.4."""

import pytest

from conformance import (
    ACK,
    CLOSE_WAIT,
    ESTABLISHED,
    FIN,
    FIN_WAIT_1,
    FIN_WAIT_2,
    NOTHING,
    PSH,
    reply,
    requirement,
    target_in,
)

TEN = b"0123456789"

# Where a case sends with the PUSH flag, a TCP without that flag does the same of itself (MUST-61).


@requirement("RFC9293:MUST-60", "RFC9293:3.9.1.2-send-push")
@target_in(ESTABLISHED, CLOSE_WAIT)
def test_small_send_goes_out_without_another_one(peer, target):
    target.send(b"abc", push=True)
    peer.expect(ACK, seq=peer.rcv_nxt, data=b"abc")


@requirement("RFC9293:MUST-60")
@target_in(ESTABLISHED)
def test_small_send_behind_unacknowledged_data_goes_out_in_time(peer, target):
    target.send(b"abc", push=True)
    peer.expect(ACK, data=b"abc")
    target.send(b"def", push=True)  # which the Nagle algorithm may hold back until now
    peer.send(ACK)
    peer.expect_data(b"def")


@requirement("RFC9293:MUST-61", "RFC9293:3.9.1.2-send-push")
@pytest.mark.parametrize("octets", [1, 5_000])
@target_in(ESTABLISHED, CLOSE_WAIT)
def test_last_segment_of_a_send_is_pushed(peer, target, octets):
    target.send(TEN[:octets], total=octets, push=True)
    last = peer.expect_data((TEN * 500)[:octets], acknowledge=True)
    assert PSH in last.ctl


@requirement("RFC9293:3.9.1.2-send-push", "RFC9293:MUST-61")
@target_in(ESTABLISHED)
def test_later_send_is_pushed_as_well(peer, target):
    target.send(b"abc", push=True)
    peer.expect(ACK, data=b"abc")
    peer.send(ACK)
    target.send(b"def", push=True)
    assert PSH in peer.expect(ACK, data=b"def").ctl


@requirement("RFC9293:MAY-15")
@target_in(ESTABLISHED)
def test_send_without_the_push_flag_is_not_pushed(peer, target):
    target.send(b"abc")
    first = peer.expect_one_of(reply(ACK, data=b"abc"), NOTHING)  # without PUSH it may wait
    peer.send(ACK)
    target.send(b"def", push=True)
    assert PSH in peer.expect(ACK).ctl
    assert first is None or PSH not in first.ctl


@pytest.fixture
def closed_window(peer):
    """What the user sends has to wait: our window is closed, and the target knows it."""
    for _ in range(2):  # the second has a number above all before, so that no TCP takes its window for an old one
        peer.send(ACK, data=b"x", window=0)
        peer.expect_acknowledged()


@requirement("RFC9293:MAY-16", "RFC9293:3.9.1.2-psh-no-record")
@target_in(ESTABLISHED)
def test_small_sends_that_wait_are_aggregated(peer, target, closed_window):
    for octet in (b"a", b"b", b"c"):
        target.send(octet)
    peer.send(ACK)
    assert len(peer.expect_data(b"abc", acknowledge=True).data) > 1  # a window probe may have taken the first


@requirement("RFC9293:SHLD-27", "RFC9293:3.9.1.2-psh-no-record", "RFC1122:4.2.2.2-psh-not-record")
@target_in(ESTABLISHED)
def test_pushed_sends_that_wait_share_a_segment(peer, target, closed_window):
    for octet in (b"a", b"b", b"c"):
        target.send(octet, push=True)
    peer.send(ACK)
    assert len(peer.expect_data(b"abc", acknowledge=True).data) > 1  # a window probe may have taken the first


@requirement("RFC9293:3.9.1.4-close-push", "RFC9293:3.8-fin-implies-push")
@target_in(ESTABLISHED, CLOSE_WAIT)
def test_close_pushes_what_waits_behind_unacknowledged_data(peer, target):
    target.send(b"abc")
    peer.expect(ACK, data=b"abc")
    target.send(b"def")
    target.close()
    peer.send(ACK)
    peer.expect_data(b"def", ctl=FIN | ACK, acknowledge=True)


@requirement("RFC9293:3.9.1.3-receive-push")
@target_in(ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2)
def test_pushed_text_is_received_before_the_buffer_is_full(peer, target):
    peer.send(ACK | PSH, ack=peer.tcb.rcv_acked, data=b"abc")
    assert target.receive_only(1000) == b"abc"


@requirement("RFC9293:3.9.1.2-psh-no-record")
@target_in(ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2)
def test_received_push_is_no_end_of_a_record(peer, target):
    for text in (b"abc", b"def"):
        peer.send(ACK | PSH, ack=peer.tcb.rcv_acked, data=text)
    assert [target.receive_only(2) for _ in range(3)] == [b"ab", b"cd", b"ef"]


@requirement("RFC9293:MAY-17", "RFC1122:4.2.2.2-queue-unpushed")
@target_in(ESTABLISHED)
def test_user_sees_where_the_peer_has_pushed(peer, target, timing):
    peer.send(ACK, data=b"ab")
    assert target.receive(3, within=timing.silence) == b""  # the buffer has room, and nothing was pushed
    peer.send(ACK | PSH, data=b"c")
    assert target.receive(3) == b"abc"


@requirement("RFC9293:3.10.7.4-fin-push", "RFC9293:3.8-fin-implies-push")
@target_in(ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2)
def test_fin_pushes_the_text_before_it(peer, target):
    peer.send(ACK, ack=peer.tcb.rcv_acked, data=b"abc")
    peer.send(FIN | ACK, ack=peer.tcb.rcv_acked, data=b"def")
    assert target.receive(6) == b"abcdef"


@requirement("RFC9293:3.8-fin-implies-push", "RFC9293:3.10.7.4-fin-push")
@target_in(ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2)
def test_fin_alone_pushes_the_text_before_it(peer, target):
    peer.send(ACK, ack=peer.tcb.rcv_acked, data=b"abc")
    peer.send(FIN | ACK, ack=peer.tcb.rcv_acked)
    assert target.receive(3) == b"abc"
    assert target.end_of_stream()
