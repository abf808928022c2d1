"""The target closes first: RFC 9293, sections 3.6 (case 1, Figure 12), 3.10.4 and 3.10.7.4."""

from itertools import pairwise

from conformance import (
    ACK,
    BOTH,
    CLOSE_WAIT,
    ESTABLISHED,
    FIN,
    FIN_WAIT_1,
    FIN_WAIT_2,
    TIME_WAIT,
    reply,
    requirement,
    target_in,
)


@requirement("RFC9293:3.6-normal-close-seq", "RFC9293:3.10.7.4-ack-fw1", "RFC9293:3.10.7.4-fin-fw2")
@target_in(ESTABLISHED, opened=BOTH)
def test_normal_close_takes_four_segments(peer, target):
    target.close()
    fin = peer.expect(FIN | ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt)
    peer.send(ACK)
    peer.send(FIN | ACK)
    peer.expect(ACK, seq=fin.seq + 1, ack=peer.snd_nxt)
    assert target.state_becomes(TIME_WAIT)


@requirement("RFC9293:3.6-fin-has-ack", "RFC9293:3.4-seglen")
@target_in(ESTABLISHED, CLOSE_WAIT, opened=BOTH)
def test_fin_carries_ack_and_takes_one_number(peer, target):
    target.close()
    fin = peer.expect(FIN | ACK, data=b"")
    peer.send(ACK, seq=peer.snd_nxt - 1, ack=fin.seq, data=b"\0")  # old: what it draws is numbered SND.NXT
    peer.expect(ACK, seq=fin.seq + 1, ack=peer.snd_nxt)


@requirement("RFC9293:3.4-fin-after-data", "RFC9293:3.10.4-close-estab", "RFC9293:3.9.1.4-close-graceful")
@target_in(ESTABLISHED, CLOSE_WAIT, opened=BOTH)
def test_fin_has_the_number_after_the_data(peer, target):
    start = peer.rcv_nxt
    target.send(b"the last words")
    target.close()
    peer.expect_data(b"the last words", ctl=FIN | ACK, acknowledge=True)  # the FIN may wait for that
    peer.send(ACK, seq=peer.snd_nxt - 1, ack=start, data=b"\0")
    peer.expect(ACK, seq=start + 14 + 1, ack=peer.snd_nxt)


@requirement("RFC9293:3.6-reliable-before-fin", "RFC9293:3.9.1.4-close-graceful")
@target_in(ESTABLISHED, CLOSE_WAIT)
def test_close_delivers_everything_sent_before(peer, target):
    target.send(b"0123456789", total=50_000)
    target.send(b"0123456789", total=50_000)
    target.close()
    peer.expect_data(b"0123456789" * 10_000, ctl=FIN | ACK, acknowledge=True)


@requirement("RFC2525:2.15-fin-delayed")
@target_in(ESTABLISHED, CLOSE_WAIT)
def test_fin_does_not_wait_for_the_data_to_be_acknowledged(peer, target, timing):
    target.send(b"the last words")
    target.close()
    peer.expect_data(b"the last words", ctl=FIN | ACK, within=timing.prompt)


@requirement("RFC9293:3.6-reliable-before-fin", "RFC9293:3.10.4-close-estab")
@target_in(ESTABLISHED, CLOSE_WAIT)
def test_fin_stays_behind_data_that_the_window_holds_back(peer, target, timing):
    peer.send(ACK, window=0)
    target.send(b"the last words")
    target.close()
    peer.send(ACK)
    peer.expect_data(b"the last words", ctl=FIN | ACK, acknowledge=True, within=timing.prompt)


@requirement("RFC9293:3.6-case1-retx-fin")
@target_in(ESTABLISHED, CLOSE_WAIT, opened=BOTH)
def test_unacknowledged_fin_is_retransmitted(peer, target):
    target.close()
    fin = peer.expect(FIN | ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt)
    peer.expect_retransmission(fin)
    peer.expect_retransmission(fin)


@requirement("RFC6298:5.5-backoff", "RFC9293:3.6-case1-retx-fin", "RFC9293:MUST-19")
@target_in(ESTABLISHED, CLOSE_WAIT)
def test_gaps_between_repeated_fins_double(peer, target, timing, facts):
    target.close()
    fin = peer.expect(FIN | ACK, seq=peer.rcv_nxt)
    again = [peer.expect_retransmission(fin, within=more * timing.retransmission) for more in (1, 2, 4)]
    gaps = facts["RTO series in s"] = [round(after.at - before.at, 2) for before, after in pairwise([fin, *again])]
    assert all(after > before for before, after in pairwise(gaps))
    assert gaps[-1] > 1.5**2 * gaps[0]  # nearer to twice than to once, also where a coarse clock stretches the first


@requirement("RFC9293:3.6-case1-retx-fin", "RFC2525:2.4-inconsistent-retx")
@target_in(ESTABLISHED, CLOSE_WAIT)
def test_unacknowledged_data_before_the_fin_is_retransmitted(peer, target, timing):
    start = {"seq": peer.rcv_nxt, "data": b"the last words"}
    target.send(b"the last words")
    target.close()
    peer.expect_data(b"the last words")
    peer.hear_all(timing.silence)  # the FIN, unless it was there, or waits for an acknowledgment
    again = reply(ACK, **start), reply(FIN | ACK, **start)
    peer.expect_one_of(*again, within=timing.retransmission, repeats=True)


@requirement("RFC9293:3.10.7.4-ack-fw1")
@target_in(FIN_WAIT_1, opened=BOTH)
def test_acknowledged_fin_leads_to_fin_wait_2(peer, target):
    peer.send(ACK)
    assert target.state_becomes(FIN_WAIT_2)


@requirement("RFC9293:3.10.7.4-ack-fw1-partial")
@target_in(ESTABLISHED, opened=BOTH)
def test_acknowledgment_of_the_data_alone_leaves_the_fin_to_be_retransmitted(peer, target):
    target.send(b"the last words")
    peer.expect_data(b"the last words")
    target.close()
    fin = peer.expect(FIN | ACK, seq=peer.rcv_nxt)
    peer.send(ACK, ack=fin.seq)
    peer.expect_retransmission(fin)


@requirement("RFC9293:3.10.7.4-ack-fw1-partial")
@target_in(FIN_WAIT_1, opened=BOTH)
def test_acknowledgment_short_of_the_fin_leaves_fin_wait_1(peer, target):
    peer.send(ACK, ack=peer.rcv_nxt - 1)
    peer.expect_ignored()
    assert target.state() is FIN_WAIT_1


@requirement("RFC9293:3.10.7.4-fin-fw1-acked", "RFC9293:3.3.2-fw1-to-tw")
@target_in(FIN_WAIT_1, opened=BOTH)
def test_fin_that_acknowledges_the_fin_leads_to_time_wait(peer, target):
    peer.send(FIN | ACK)
    peer.expect(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt)
    assert target.state_becomes(TIME_WAIT)


@requirement("RFC9293:3.10.7.4-fin-fw2")
@target_in(FIN_WAIT_2, opened=BOTH)
def test_fin_in_fin_wait_2_leads_to_time_wait(peer, target):
    peer.send(FIN | ACK, data=b"the last words")
    peer.expect(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt)
    assert target.state_becomes(TIME_WAIT)
