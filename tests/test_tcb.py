"""Tests of `conformance.tcb`: our variables, RFC 9293 section 3.3.1."""

from __future__ import annotations

from conformance.options import SACK_PERMITTED, Option, mss, timestamps, window_scale
from conformance.segment import Ctl, Segment
from conformance.tcb import Tcb

SYN, ACK, FIN, RST = Ctl.SYN, Ctl.ACK, Ctl.FIN, Ctl.RST


def seg(ctl: Ctl, seq: int = 0, ack: int = 0, **fields: object) -> Segment:
    return Segment(src="a", dst="b", sport=1, dport=2, ctl=ctl, seq=seq, ack=ack, **fields)  # type: ignore[arg-type]


def connected(ours: tuple[object, ...] = (), theirs: tuple[object, ...] = (), window: int = 1000) -> Tcb:
    tcb = Tcb(iss=100)
    tcb.sent(seg(SYN, 100, options=ours))
    tcb.heard(seg(SYN | ACK, 5000, 101, options=theirs, window=window))
    return tcb


def test_the_handshake_sets_the_variables() -> None:
    tcb = connected()
    assert (tcb.snd_una, tcb.snd_nxt, tcb.irs, tcb.rcv_nxt, tcb.snd_wnd) == (101, 101, 5000, 5001, 1000)


def test_snd_nxt_moves_only_if_the_segment_starts_there() -> None:
    tcb = connected()
    tcb.sent(seg(ACK, 90, data=b"old"))
    tcb.sent(seg(ACK, 200, data=b"ahead"))
    assert tcb.snd_nxt == 101
    tcb.sent(seg(FIN | ACK, 101, data=b"four"))
    assert tcb.snd_nxt == 106


def test_a_reset_moves_nothing() -> None:
    tcb = connected()
    tcb.sent(seg(RST | ACK, 101))
    tcb.heard(seg(RST, 7777))
    assert (tcb.snd_nxt, tcb.rcv_nxt) == (101, 5001)


def test_rcv_nxt_takes_text_in_order_only() -> None:
    tcb = connected()
    tcb.heard(seg(ACK, 5010, 101, data=b"later"))
    assert tcb.rcv_nxt == 5001
    tcb.heard(seg(ACK, 4999, 101, data=b"overlapping"))
    assert tcb.rcv_nxt == 5010
    tcb.heard(seg(FIN | ACK, 5010, 101))
    assert tcb.rcv_nxt == 5011


def test_what_lies_beyond_the_window_that_we_offered_last_is_refused() -> None:
    tcb = connected()
    tcb.sent(seg(ACK, 101, 5001, window=4))
    probe = seg(ACK, 5001, 101, data=b"5 now")
    tcb.heard(probe)
    assert (tcb.takes(probe), tcb.rcv_nxt) == (False, 5001)
    tcb.heard(seg(ACK, 5001, 101, data=b"four"))
    assert tcb.rcv_nxt == 5005
    assert tcb.takes(seg(ACK, 5001, 101, data=b"four"))  # again


def test_a_window_that_the_target_has_to_ignore_is_not_what_we_offered_last() -> None:
    tcb = connected()
    tcb.sent(seg(ACK, 101, 5001, window=100))
    tcb.sent(seg(ACK, 90, 5001, window=0))
    tcb.sent(seg(ACK, 101, 5000, window=0))
    assert tcb.rcv_edge == 5101
    tcb.sent(seg(ACK, 101, 5001, window=0))
    assert tcb.rcv_edge == 5001


def test_the_window_that_we_offer_is_scaled_after_the_handshake() -> None:
    tcb = connected((mss(1460), window_scale(3)), (window_scale(7),))
    tcb.sent(seg(ACK, 101, 5001, window=100))
    assert tcb.rcv_edge == 5801


def test_snd_una_takes_acceptable_acknowledgments_only() -> None:
    tcb = connected()
    tcb.sent(seg(ACK, 101, data=b"12345"))
    for ack, una in ((107, 101), (103, 103), (102, 103), (106, 106)):
        tcb.heard(seg(ACK, 5001, ack))
        assert tcb.snd_una == una


def test_the_window_is_scaled_except_in_a_syn() -> None:
    tcb = connected((window_scale(3),), (window_scale(7),), window=1000)
    assert (tcb.snd_wnd, tcb.snd_shift, tcb.rcv_shift) == (1000, 7, 3)
    tcb.heard(seg(ACK, 5001, 101, window=10))
    assert tcb.snd_wnd == 1280


def test_what_only_one_side_offers_is_not_in_use() -> None:
    tcb = connected((timestamps(1), SACK_PERMITTED, window_scale(3)), (mss(1460),))
    assert not tcb.timestamps
    assert not tcb.sack
    assert (tcb.snd_shift, tcb.rcv_shift) == (0, 0)


def test_timestamps_are_remembered() -> None:
    tcb = connected((timestamps(1),), (timestamps(77, 1),))
    assert tcb.timestamps
    assert tcb.ts_recent == 77


def test_mss_or_its_default() -> None:
    tcb = connected((mss(1200),), (mss(1300),))
    assert (tcb.rcv_mss("ipv4"), tcb.snd_mss("ipv4")) == (1200, 1300)
    bare = connected()
    assert (bare.rcv_mss("ipv4"), bare.snd_mss("ipv6")) == (536, 1220)


def test_an_option_of_illegal_length_is_none() -> None:
    cut = (Option(8, bytes(7)), Option(2, b"\5"), Option(3, bytes(30)))
    tcb = connected(cut, (timestamps(1), mss(1300), window_scale(7)))
    assert not tcb.timestamps
    assert (tcb.rcv_mss("ipv4"), tcb.rcv_shift, tcb.snd_shift) == (536, 0, 0)


def test_a_syn_with_another_number_begins_anew() -> None:
    tcb = connected()
    tcb.heard(seg(SYN | ACK, 9000, 101))
    assert (tcb.irs, tcb.rcv_nxt) == (9000, 9001)
