"""Which segments are acceptable, and what an unacceptable one draws (RFC 9293, 3.4 and 3.10.7.4, first check)."""

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
    NO_CTL,
    PSH,
    SYN,
    TIME_WAIT,
    URG,
    requirement,
    target_in,
)

TEN = b"0123456789"
SYNCHRONIZED = (ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2, CLOSE_WAIT, CLOSING, LAST_ACK, TIME_WAIT)
RECEIVING = (ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2)
UNACCEPTABLE = (
    "RFC9293:3.5.2-g3-oow-ack",
    "RFC9293:3.5.2-g3-ack-empty",
    "RFC9293:3.10.7.4-seq-unacceptable-ack",
    "RFC9293:3.10.7.4-seq-unacceptable-nodata",
)


@requirement("RFC9293:3.4-ack-no-space", "RFC9293:3.4-accept-len0-wndpos")
@target_in(ESTABLISHED, FIN_WAIT_2, CLOSE_WAIT, opened=BOTH)
def test_ack_in_order_is_not_acknowledged(peer):
    peer.send(ACK)
    peer.expect_ignored()


@requirement("RFC9293:3.8.4-ka-reply", "RFC1122:4.2.3.6-ka-answered", "RFC9293:3.10.7.4-seq-unacceptable-ack")
@pytest.mark.parametrize("data", [b"", b"\0"], ids=["empty", "one-octet"])
@target_in(*SYNCHRONIZED)
def test_keep_alive_probe_is_answered(peer, data):
    peer.send(ACK, seq=peer.snd_nxt - 1, ack=peer.tcb.rcv_acked, data=data)
    peer.expect(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt, data=b"")


@requirement(*UNACCEPTABLE)
@pytest.mark.parametrize(
    ("ctl", "data"),
    [
        pytest.param(ACK, b"", id="ACK"),
        pytest.param(ACK, TEN, id="data"),
        pytest.param(FIN | ACK, b"", id="FIN-ACK"),
        pytest.param(FIN | ACK, TEN, id="FIN-ACK-data"),
        pytest.param(SYN | ACK, b"", id="SYN-ACK"),
    ],
)
@target_in(*SYNCHRONIZED)
def test_segment_above_the_window_draws_an_empty_ack(peer, ctl, data):
    peer.send(ctl, seq=peer.snd_nxt + peer.snd_wnd + 1, ack=peer.tcb.rcv_acked, data=data)
    peer.expect(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt, data=b"")
    peer.expect_alive()


@requirement(*UNACCEPTABLE)
@pytest.mark.parametrize(
    ("ctl", "data"),
    [
        pytest.param(ACK, b"", id="ACK"),
        pytest.param(ACK, TEN, id="data"),
        pytest.param(FIN | ACK, b"", id="FIN-ACK"),
        pytest.param(SYN | ACK, b"", id="SYN-ACK"),
    ],
)
@target_in(*SYNCHRONIZED)
def test_segment_below_the_window_draws_an_empty_ack(peer, ctl, data):
    peer.send(ctl, seq=peer.snd_nxt - 1000, ack=peer.tcb.rcv_acked, data=data)
    peer.expect(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt, data=b"")
    peer.expect_alive()


@requirement(*UNACCEPTABLE)
@target_in(ESTABLISHED)
def test_empty_ack_for_an_unacceptable_segment_has_the_current_window(peer):
    peer.send(ACK, data=TEN)
    before = peer.expect(ACK, ack=peer.snd_nxt)
    peer.send(ACK, seq=peer.snd_nxt - 1000)
    peer.expect(ACK, seq=before.seq, ack=before.ack, window=before.window, data=b"")


@requirement("RFC9293:3.10.7.4-ack-estab-future", "RFC9293:7-optimistic-ack", "RFC9293:3.4-acceptable-ack")
@pytest.mark.parametrize("ahead", [1, 1000, 2**30], ids=hex)
@target_in(*RECEIVING)
def test_data_with_an_ack_of_something_not_yet_sent_is_dropped(peer, ahead):
    peer.inject(peer.craft(ACK, ack=peer.rcv_nxt + ahead, data=TEN))
    peer.expect(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt, data=b"")
    peer.send(ACK, data=b"0")
    peer.expect(ACK, ack=peer.snd_nxt)


@requirement("RFC9293:3.10.7.4-ack-off")
@pytest.mark.parametrize("ctl", [NO_CTL, PSH, URG], ids=str)
@target_in(*RECEIVING)
def test_data_without_ack_is_dropped_in_silence(peer, ctl):
    peer.inject(peer.craft(ctl, data=TEN))
    peer.send(ACK, data=b"0")
    peer.expect(ACK, ack=peer.snd_nxt)  # the first thing said, and the one octet only
