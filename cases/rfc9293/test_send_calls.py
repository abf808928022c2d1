"""SEND: octets go out in order, and are kept until acknowledged (RFC 9293, sections 3.9.1.2, 3.10.2 and 3.10.7.4)."""

from conformance import (
    ACK,
    ACTIVE,
    BOTH,
    CLOSE_WAIT,
    ESTABLISHED,
    SYN,
    SYN_RECEIVED,
    SYN_SENT,
    requirement,
    target_in,
)
from conformance.agent.primitives import Parameter


@requirement("RFC9293:3.9.1.2-send-fifo")
@target_in(ESTABLISHED, CLOSE_WAIT, opened=BOTH)
def test_sends_that_wait_for_the_window_go_out_in_order(peer, target, timing):
    target.send(b"sent before")
    peer.expect(ACK, data=b"sent before")
    peer.rcv_wnd = 0
    peer.send(ACK)
    for text in (b"first, ", b"second, ", b"third"):
        target.send(text)
    peer.rcv_wnd = 1000
    peer.send(ACK)
    peer.expect_data(b"first, second, third", acknowledge=True, within=timing.prompt)


@requirement("RFC9293:3.9.1.2-send-fifo", "RFC9293:3.10.2-send-synsent")
@target_in(SYN_SENT)
def test_sends_that_wait_for_the_connection_go_out_in_order(peer, target):
    for text in (b"first, ", b"second, ", b"third"):
        target.send(text)
    peer.send(SYN | ACK)
    peer.expect_data(b"first, second, third", acknowledge=True)


@requirement("RFC9293:3.10.2-send-synsent", "RFC9293:3.9.1.2-send-fifo")
@target_in(SYN_RECEIVED, opened=ACTIVE)  # a passive one is not yet the user's to send on
def test_send_in_syn_received_waits_for_the_connection(peer, target):
    target.send(b"early")
    peer.expect_nothing()
    peer.send(ACK)
    peer.expect_data(b"early")


@requirement("RFC9293:3.10.7.4-ack-estab-new")
@target_in(ESTABLISHED, opened=BOTH)
def test_acknowledged_segment_is_not_sent_again(peer, target):
    target.configure(Parameter.NAGLE, 0)
    target.send(b"first")
    peer.expect_data(b"first")
    target.send(b"second")
    second = peer.expect_data(b"second")
    peer.send(ACK, ack=second.seq)
    peer.expect_retransmission(second)


@requirement("RFC9293:3.10.7.4-ack-estab-new")
@target_in(ESTABLISHED, opened=BOTH)
def test_acknowledgment_makes_room_in_the_window(peer, target, timing):
    for window in (4000, 3000):  # in segments of their own, so that no TCP can take them for old
        peer.send(ACK, window=window, data=b"x")
        peer.expect(ACK, ack=peer.snd_nxt)
    target.send(b"x", total=6000)
    sent = peer.hear_all(timing.silence)
    peer.send(ACK, ack=sent[0].end, window=3000)
    peer.expect(ACK, seq=peer.rcv_nxt)


@requirement("RFC9293:MAY-14")
@target_in(ESTABLISHED, CLOSE_WAIT)
def test_flush_drops_what_is_beyond_the_window(peer, target):
    target.send(b"sent before")
    peer.expect(ACK, data=b"sent before")
    peer.rcv_wnd = 0
    peer.send(ACK)
    peer.expect_alive()  # it knows that the window is closed
    target.send(b"stale")
    target.flush()
    target.send(b"fresh")
    peer.send(ACK, window=1000)
    peer.expect_data(b"fresh")
