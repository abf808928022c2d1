"""One side has closed, the other goes on: RFC 9293, sections 3.6 and 3.6.1."""

from conformance import ACK, BOTH, CLOSE_WAIT, FIN_WAIT_1, FIN_WAIT_2, requirement, slow, target_in


@requirement("RFC9293:3.10.2-send-estab", "RFC9293:3.6.1-half-close-send")
@target_in(CLOSE_WAIT, opened=BOTH)
def test_target_sends_after_the_peer_has_closed(peer, target):
    assert not target.refuses(target.send, b"still here")
    peer.expect(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt, data=b"still here")


@requirement("RFC9293:3.10.7.4-ack-closewait", "RFC9293:3.6.1-half-close-send")
@target_in(CLOSE_WAIT)
def test_acknowledgments_keep_data_flowing_after_the_peer_has_closed(peer, target):
    target.send(b"0123456789", total=60_000)  # more than any initial window
    peer.expect_data(b"0123456789" * 6_000, acknowledge=True)


@requirement("RFC9293:3.6-case1-receive-after-close", "RFC9293:3.6-simplex")
@target_in(FIN_WAIT_1, FIN_WAIT_2, opened=BOTH)
def test_data_after_the_target_has_closed_is_acknowledged(peer, target):
    peer.send(ACK, data=b"still here")
    peer.expect(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt, data=b"")


@requirement("RFC9293:3.6-case1-receive-after-close", "RFC9293:3.6-simplex")
@target_in(FIN_WAIT_1, FIN_WAIT_2, opened=BOTH)
def test_data_after_the_target_has_closed_is_delivered(peer, target):
    peer.send(ACK, data=b"still ")
    peer.send(ACK, data=b"here")
    assert target.receive(10) == b"still here"


@requirement("RFC9293:3.6-case1-receive-after-close")
@target_in(FIN_WAIT_1, opened=BOTH)
def test_data_that_crossed_the_fin_is_acknowledged_and_delivered(peer, target):
    peer.send(ACK, ack=peer.rcv_nxt - 1, data=b"still here")
    peer.expect(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt, data=b"")
    assert target.receive(10) == b"still here"


@requirement("RFC9293:3.6-case1-receive-after-close", "RFC9293:SHLD-31")
@target_in(FIN_WAIT_1, FIN_WAIT_2)
def test_data_above_a_gap_is_delivered_in_its_place(peer, target):
    gap = peer.snd_nxt
    peer.send(ACK, seq=gap + 6, data=b"here")
    peer.expect(ACK, seq=peer.rcv_nxt, ack=gap, data=b"")
    peer.send(ACK, data=b"still ")
    peer.send(ACK, seq=gap + 6, data=b"here")  # again, for a target that has not held it
    assert target.receive(10) == b"still here"


@requirement("RFC9293:3.6-case1-receive-after-close")
@target_in(FIN_WAIT_1, FIN_WAIT_2)
def test_data_that_comes_twice_is_delivered_once(peer, target):
    peer.send(ACK, data=b"still ")
    peer.send(ACK, seq=peer.snd_nxt - 6, data=b"still ")
    peer.send(ACK, data=b"here")
    assert target.receive(10) == b"still here"


@slow(60)
@requirement("RFC9293:3.10.7.4-ack-fw2")
@target_in(FIN_WAIT_2)
def test_fin_wait_2_stays_while_the_user_still_receives(peer, target, timing):
    peer.expect_nothing(for_=timing.time_wait)
    assert target.receive(1, within=timing.silence) == b""  # a RECEIVE waits, nothing has ended it
    peer.send(ACK, data=b"still here")
    peer.expect(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt)
    assert target.receive(10) == b"still here"
