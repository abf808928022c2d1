"""A reset at RCV.NXT ends the connection, whatever its state (RFC 9293, 3.5.3 and 3.10.7.4, second check)."""

import pytest

from conformance import (
    ACK,
    BOTH,
    CLOSE_WAIT,
    CLOSED,
    CLOSING,
    ESTABLISHED,
    FIN,
    FIN_WAIT_1,
    FIN_WAIT_2,
    LAST_ACK,
    RST,
    TIME_WAIT,
    reply,
    requirement,
    target_in,
    wrong_checksum,
)


@requirement(
    "RFC9293:3.10.7.4-rst-exact",
    "RFC9293:3.10.7.4-rst-estab",
    "RFC9293:3.5.3-rst-other",
    "RFC9293:3.5-sync-rst-abort",
    "RFC5961:3.2-rst-exact",
)
@target_in(ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2, CLOSE_WAIT, opened=BOTH)
def test_reset_at_rcv_nxt_ends_the_connection(peer):
    peer.send(RST)
    peer.expect_gone()


@requirement("RFC9293:3.10.7.4-rst-late", "RFC9293:3.10.7.4-rst-exact", "RFC9293:3.5.3-rst-other")
@target_in(CLOSING, LAST_ACK, opened=BOTH)
def test_reset_at_rcv_nxt_ends_a_connection_that_is_closing(peer):
    peer.send(RST)
    peer.expect_gone()


@requirement("RFC9293:3.10.7.4-rst-late", "RFC1337:3-ignore-rst-tw")
@pytest.mark.parametrize("ctl", [RST, RST | ACK], ids=str)
@target_in(TIME_WAIT, opened=BOTH)
def test_reset_at_rcv_nxt_ends_time_wait_or_is_ignored(peer, timing, facts, ctl):
    peer.send(ctl)
    fin = peer.send(FIN | ACK, seq=peer.snd_nxt - 1)  # again
    gone, kept = reply(RST, seq=fin.ack), reply(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt)
    facts["a RST in TIME-WAIT, then our FIN, draws"] = str(peer.expect_one_of(gone, kept).ctl)
    peer.expect_nothing(timing.settle)  # one answer, to the FIN


@requirement("RFC9293:3.10.7.4-rst-estab", "RFC9293:3.10.7.4-rst-late")
@target_in(ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2, CLOSE_WAIT, CLOSING, LAST_ACK, opened=BOTH)
def test_after_a_reset_the_state_is_closed(peer, target):
    peer.send(RST)
    assert target.state_becomes(CLOSED)


@requirement("RFC9293:MUST-3")
@target_in(ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2, CLOSE_WAIT, CLOSING, LAST_ACK)
def test_reset_with_a_wrong_checksum_is_ignored(peer):
    peer.inject(wrong_checksum(peer.craft(RST)))
    peer.expect_ignored()
