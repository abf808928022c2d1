"""Half-open connections: one end has forgotten, and data finds it out (RFC 9293, 3.5.1, Figure 10)."""

from conformance import (
    ACK,
    BOTH,
    CLOSE_WAIT,
    ESTABLISHED,
    FIN_WAIT_1,
    FIN_WAIT_2,
    LAST_ACK,
    LISTEN,
    RST,
    reply,
    requirement,
    target_in,
)


@requirement("RFC9293:3.5.1-halfopen-active-data", "RFC9293:3.5.2-g1-ack")
@target_in(ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2, opened=BOTH)
def test_data_for_a_connection_that_was_reset_is_reset(peer):
    peer.send(RST)
    data = peer.send(ACK, data=b"is anybody there?")
    peer.expect_reset(seq=data.ack)


@requirement("RFC9293:3.5.1-halfopen-active-data", "RFC9293:3.5.2-g1-ack")
@target_in(ESTABLISHED, CLOSE_WAIT, opened=BOTH)
def test_data_for_a_connection_that_the_target_aborted_is_reset(peer, target):
    target.abort()
    peer.expect_one_of(reply(RST | ACK), reply(RST))
    data = peer.send(ACK, data=b"is anybody there?", seq=peer.snd_nxt)
    peer.expect_reset(seq=data.ack)


@requirement("RFC9293:3.5.1-halfopen-active-data", "RFC9293:3.10.7.1-closed-ack")
@target_in(LISTEN)
def test_data_for_a_connection_that_never_was_is_reset(peer):
    data = peer.send(ACK, ack=0x12345678, data=b"is anybody there?")
    peer.expect_reset(seq=data.ack)


@requirement("RFC9293:3.5.1-abort-on-rst-data", "RFC9293:3.10.7.4-rst-estab")
@target_in(ESTABLISHED, opened=BOTH)
def test_reset_drawn_by_the_targets_data_aborts_and_tells_the_user(peer, target):
    target.send(b"is anybody there?")
    data = peer.expect(ACK, data=b"is anybody there?")
    peer.send(RST, seq=data.ack)  # as a TCP without that connection does
    assert target.learns_of_reset()
    peer.expect_gone()


@requirement("RFC9293:3.5.1-abort-on-rst-data", "RFC9293:3.10.7.4-rst-estab")
@target_in(ESTABLISHED, CLOSE_WAIT, opened=BOTH)
def test_reset_drawn_by_the_targets_data_closes_the_connection(peer, target):
    target.send(b"is anybody there?")
    data = peer.expect(ACK, data=b"is anybody there?")
    peer.send(RST, seq=data.ack)
    peer.expect_gone()


@requirement("RFC9293:3.10.7.4-rst-estab", "RFC9293:3.10.7.4-rst-late")
@target_in(FIN_WAIT_1, LAST_ACK, opened=BOTH)
def test_reset_drawn_by_the_targets_fin_closes_the_connection(peer):
    peer.send(RST, seq=peer.snd_una)  # SEG.ACK of the FIN
    peer.expect_gone()
