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
    LISTEN,
    NO_CTL,
    NOTHING,
    PSH,
    SYN,
    TIME_WAIT,
    URG,
    reply,
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


FURTHER_ON = {"second": 0.0, "middle": 0.5, "last": 1.0}
"""Where in the window behind RCV.NXT, as a share of it."""


@requirement("RFC9293:3.4-accept-len0-wndpos", "RFC9293:3.5.2-rst-only-when-clear")
@pytest.mark.parametrize("share", FURTHER_ON.values(), ids=FURTHER_ON)
@target_in(ESTABLISHED, FIN_WAIT_2, CLOSE_WAIT)
def test_ack_further_on_in_the_window_is_acceptable(peer, share, facts):
    peer.send(ACK, seq=peer.snd_nxt + 1 + int(share * (peer.snd_wnd - 2)))
    answer = peer.expect_one_of(reply(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt, data=b""), NOTHING)  # MAY-13
    facts["ack_for_an_empty_segment_ahead"] = answer is not None
    peer.expect_alive()


@requirement("RFC9293:3.4-accept-len0-wndpos", "RFC9293:3.10.7.4-seq-unacceptable-ack")
@target_in(ESTABLISHED)
def test_ack_at_the_right_edge_draws_an_ack(peer):
    peer.send(ACK, seq=peer.snd_nxt + peer.snd_wnd)
    peer.expect(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt, data=b"")


@requirement("RFC9293:3.4-accept-lenpos-wndpos", "RFC9293:3.10.7.4-seq-overlap-old")
@target_in(*RECEIVING)
def test_segment_of_which_only_the_last_octet_is_new_is_acceptable(peer):
    peer.send(ACK, data=TEN[:9])
    peer.expect(ACK, ack=peer.snd_nxt)
    peer.send(ACK, seq=peer.iss + 1, data=TEN)
    peer.expect(ACK, ack=peer.iss + 1 + len(TEN))


@requirement("RFC9293:3.4-mod-arith", "RFC9293:3.4-wrap-data")
@target_in(LISTEN)
def test_segment_across_the_last_sequence_number_is_acceptable(peer):
    peer.restart(2**32 - 6)
    peer.send(SYN)
    peer.expect(SYN | ACK, ack=peer.iss + 1)
    peer.send(ACK, data=TEN[:2])
    peer.expect(ACK, ack=peer.snd_nxt)
    peer.send(ACK, seq=peer.iss + 1, data=TEN)  # begins with the two; its last number is 4
    peer.expect(ACK, ack=peer.iss + 1 + len(TEN))


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


@requirement("RFC9293:3.5.2-g3-oow-ack", "RFC9293:3.5.2-rst-only-when-clear")
@target_in(ESTABLISHED)
def test_flood_of_unacceptable_segments_draws_acks_alone(peer, timing, facts):
    sent = [peer.send(ACK, seq=peer.snd_nxt - 1000) for _ in range(20)]
    answers = peer.hear_all(timing.settle)
    facts["acks_for_twenty_unacceptable_segments"] = len(answers)
    assert 0 < len(answers) <= len(sent)
    assert all(answer.ctl == ACK for answer in answers)
    peer.expect_alive()


@requirement(*UNACCEPTABLE)
@target_in(ESTABLISHED)
def test_empty_ack_for_an_unacceptable_segment_has_the_current_window(peer):
    peer.send(ACK, data=TEN)
    before = peer.expect(ACK, ack=peer.snd_nxt)
    peer.send(ACK, seq=peer.snd_nxt - 1000)
    peer.expect(ACK, seq=before.seq, ack=before.ack, window=before.window, data=b"")


@requirement("RFC9293:3.10.7.4-seq-unacceptable-nodata")
@pytest.mark.parametrize("off", [-1000, 1_000_000], ids=["below", "above"])
@target_in(ESTABLISHED)
def test_ack_of_an_unacceptable_segment_does_not_count(peer, target, off):
    target.send(TEN)
    data = peer.expect(ACK, data=TEN)
    peer.send(ACK, seq=peer.snd_nxt + off)
    peer.expect(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt, data=b"")
    peer.expect_retransmission(data)


@requirement("RFC9293:3.10.7.4-seq-unacceptable-nodata")
@pytest.mark.parametrize("off", [-1000, 1_000_000], ids=["below", "above"])
@target_in(ESTABLISHED)
def test_window_of_an_unacceptable_segment_does_not_count(peer, target, off):
    peer.send(ACK, seq=peer.snd_nxt + off, window=0)
    peer.expect(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt, data=b"")
    target.send(TEN)
    peer.expect_data(TEN)


@requirement("RFC9293:3.10.7.4-text-deliver", "RFC9293:3.10.7.4-ack-estab-dup", "RFC5961:5.2-ack-range-old-ok")
@target_in(ESTABLISHED)
def test_data_with_a_duplicate_ack_is_taken(peer, target):
    target.send(TEN)
    old = peer.expect(ACK, data=TEN)
    peer.send(ACK)
    peer.send(ACK, ack=old.seq, data=TEN)  # as if it had been sent before the ACK
    peer.expect(ACK, ack=peer.snd_nxt)


LONG_AGO = 3 * 2**29
"""Below SND.UNA by more than any window (2^30), but not by half the sequence space."""


@requirement("RFC9293:3.10.7.4-ack-5961", "RFC5961:5.2-ack-range-check")
@target_in(ESTABLISHED)
def test_data_with_an_ack_of_long_ago_is_answered(peer):
    data = peer.send(ACK, ack=peer.rcv_nxt - LONG_AGO, data=TEN)
    peer.expect_one_of(reply(ACK, ack=data.seq), reply(ACK, ack=data.end))  # dropped; or taken, without RFC 5961


@requirement("RFC9293:MAY-12", "RFC5961:5.2-ack-range", "RFC5961:5.2-ack-range-check")
@target_in(ESTABLISHED)
def test_data_with_an_ack_of_long_ago_is_dropped(peer):
    data = peer.send(ACK, ack=peer.rcv_nxt - LONG_AGO, data=TEN)
    peer.expect(ACK, seq=peer.rcv_nxt, ack=data.seq, data=b"")


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


@requirement("RFC9293:3.10.7.4-ack-off")
@target_in(*RECEIVING)
def test_fin_without_ack_is_dropped_in_silence(peer):
    peer.inject(peer.craft(FIN, data=TEN))
    peer.send(ACK, data=b"0")
    peer.expect(ACK, ack=peer.snd_nxt)  # the first thing said, and the one octet only


@requirement("RFC5961:5.2-fin-protected")
@target_in(ESTABLISHED)
def test_fin_with_an_ack_of_long_ago_is_not_taken(peer):
    fin = peer.send(FIN | ACK, ack=peer.rcv_nxt - LONG_AGO)
    peer.expect(ACK, seq=peer.rcv_nxt, ack=fin.seq, data=b"")
