"""Text across an edge of the window, and acknowledgments outside what was sent (RFC 9293, 3.4 and 3.10.7.4)."""

import pytest

from conformance import (
    ACK,
    ACTIVE,
    BOTH,
    CLOSE_WAIT,
    CLOSING,
    ESTABLISHED,
    FIN_WAIT_1,
    FIN_WAIT_2,
    LAST_ACK,
    NOTHING,
    RST,
    SYN,
    SYN_RECEIVED,
    TIME_WAIT,
    URG,
    reply,
    requirement,
    target_in,
)

TEN = b"0123456789"
RECEIVING = (ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2)
AFTER_FIN = (CLOSE_WAIT, CLOSING, LAST_ACK, TIME_WAIT)
"""The target has taken our FIN: there is nothing more to come."""


@requirement("RFC9293:3.4-accept-lenpos-wndpos", "RFC9293:3.10.7.4-seq-overlap-old", "RFC9293:3.8-dup-segment")
@target_in(*RECEIVING)
def test_text_that_is_partly_old_counts_from_its_new_part(peer):
    peer.send(ACK, ack=peer.tcb.rcv_acked, data=TEN[:4])
    peer.expect(ACK, ack=peer.snd_nxt)
    peer.send(ACK, seq=peer.snd_nxt - 4, ack=peer.tcb.rcv_acked, data=TEN)
    peer.expect(ACK, seq=peer.rcv_nxt, ack=peer.iss + 1 + len(TEN))


@requirement("RFC9293:3.4-accept-lenpos-wndpos", "RFC9293:3.10.7.4-seq-overlap-old")
@target_in(SYN_RECEIVED, opened=BOTH)
def test_text_numbered_from_the_syn_counts_behind_it(peer):
    peer.send(ACK, seq=peer.iss, ack=peer.irs + 1, data=TEN)
    peer.expect(ACK, seq=peer.irs + 1, ack=peer.iss + len(TEN))


@requirement("RFC9293:3.4-accept-lenpos-wndpos", "RFC9293:3.10.7.4-seq-trim-right")
@target_in(*RECEIVING, *AFTER_FIN)
def test_text_across_the_right_edge_moves_nothing(peer):
    edge = peer.snd_nxt + peer.snd_wnd
    peer.inject(peer.craft(ACK, seq=edge - 5, ack=peer.tcb.rcv_acked, data=TEN))
    peer.expect_one_of(reply(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt), NOTHING)
    peer.expect_alive()


@requirement("RFC9293:3.4-accept-lenpos-wndpos", "RFC9293:3.10.7.4-ack-synrcvd-ok")
@target_in(SYN_RECEIVED, opened=BOTH)
def test_text_across_the_right_edge_does_not_disturb_the_handshake(peer):
    peer.inject(peer.craft(ACK, seq=peer.iss + 1 + peer.snd_wnd - 5, ack=peer.irs + 1, data=TEN))
    peer.expect_one_of(reply(ACK, seq=peer.irs + 1, ack=peer.iss + 1), NOTHING)
    peer.send(ACK, seq=peer.iss + 1, ack=peer.irs + 1, data=TEN)
    peer.expect(ACK, seq=peer.irs + 1, ack=peer.iss + 1 + len(TEN))


@requirement("RFC9293:MUST-30", "RFC9293:3.10.7.4-ack-synrcvd-ok")
@target_in(SYN_RECEIVED, opened=BOTH)
def test_urgent_text_completes_the_handshake(peer):
    peer.send(ACK | URG, seq=peer.iss + 1, ack=peer.irs + 1, data=TEN, urgent=len(TEN))
    peer.expect(ACK, seq=peer.irs + 1, ack=peer.iss + 1 + len(TEN))


@requirement("RFC9293:3.10.7.4-text-after-fin", "RFC9293:3.4-accept-lenpos-wndpos")
@target_in(*AFTER_FIN)
def test_text_across_our_fin_is_not_taken(peer):
    peer.inject(peer.craft(ACK, seq=peer.snd_nxt - 4, ack=peer.tcb.rcv_acked, data=TEN))
    peer.expect_one_of(reply(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt), NOTHING)
    peer.expect_alive()


@requirement("RFC9293:3.10.7.4-ack-closing", "RFC9293:3.10.7.4-ack-fw1-partial", "RFC9293:3.10.7.4-ack-estab-dup")
@target_in(FIN_WAIT_1, CLOSE_WAIT, CLOSING, LAST_ACK)
def test_ack_below_snd_una_moves_nothing(peer):
    peer.inject(peer.craft(ACK, ack=peer.irs))
    peer.expect_one_of(reply(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt, data=b""), NOTHING)
    peer.expect_alive()


@requirement("RFC9293:3.5.2-g3-oow-ack", "RFC9293:3.5.2-g3-ack-empty", "RFC9293:3.10.7.4-ack-estab-future")
@target_in(CLOSE_WAIT, CLOSING, LAST_ACK)
def test_after_our_fin_an_ack_of_what_was_never_sent_is_answered(peer):
    peer.inject(peer.craft(ACK, ack=peer.rcv_nxt + 1000))
    peer.expect(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt, data=b"")
    peer.expect_alive()


# -- SYN-RECEIVED after SYNs have crossed --

OUTSIDE = pytest.mark.parametrize("offset", [-1_000_000, 1_000_000], ids=["below", "above"])


@requirement("RFC9293:3.10.7.4-seq-synrcvd-oow", "RFC9293:3.10.7.4-seq-unacceptable-ack")
@pytest.mark.parametrize("data", [b"", TEN], ids=["empty", "data"])
@OUTSIDE
@target_in(SYN_RECEIVED, opened=ACTIVE)
def test_after_crossing_syns_what_is_outside_the_window_is_acknowledged(peer, timing, offset, data):
    peer.inject(peer.craft(ACK, seq=peer.iss + 1 + offset, ack=peer.irs + 1, data=data))
    again = reply(SYN | ACK, seq=peer.irs, ack=peer.iss + 1)
    peer.expect_one_of(reply(ACK, ack=peer.iss + 1), again, within=timing.rto / 2, repeats=True)


@requirement("RFC9293:3.10.7.4-rst-oow", "RFC9293:3.5.3-validate-first")
@OUTSIDE
@target_in(SYN_RECEIVED, opened=ACTIVE)
def test_after_crossing_syns_a_reset_outside_the_window_is_ignored(peer, offset):
    peer.send(RST, seq=peer.iss + 1 + offset)
    peer.send(ACK, data=TEN)
    peer.expect(ACK, seq=peer.irs + 1, ack=peer.snd_nxt)  # the first thing that is said


@requirement("RFC9293:3.10.7.4-rst-synrcvd-5961", "RFC9293:3.10.7.4-rst-inwindow-legacy")
@target_in(SYN_RECEIVED, opened=ACTIVE)
def test_after_crossing_syns_a_reset_in_the_window_is_challenged_or_obeyed(peer):
    peer.send(RST, seq=peer.iss + 2)  # in whatever window, but not at RCV.NXT
    peer.send(ACK, data=TEN)
    resets = reply(RST, seq=peer.irs + 1), reply(RST | ACK, seq=peer.irs + 1)
    peer.expect_one_of(reply(ACK, seq=peer.irs + 1, ack=peer.iss + 1), *resets)
