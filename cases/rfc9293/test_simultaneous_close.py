"""Both sides close at once, through CLOSING: RFC 9293, section 3.6 (case 3, Figure 13)."""

from conformance import ACK, BOTH, CLOSING, ESTABLISHED, FIN, FIN_WAIT_1, TIME_WAIT, requirement, target_in


@requirement("RFC9293:3.6-case3-simclose", "RFC9293:3.10.7.4-fin-fw1-unacked")
@target_in(FIN_WAIT_1, opened=BOTH)
def test_crossing_fin_is_acknowledged_past_the_own(peer, target, timing):
    peer.send(FIN | ACK, ack=peer.rcv_nxt - 1)  # sent before the target's FIN came
    peer.expect(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt)
    peer.expect_nothing(timing.silence)
    assert target.state_has_changed_to(CLOSING)


@requirement("RFC9293:3.6-case3-simclose", "RFC9293:3.10.7.4-fin-with-data")
@target_in(FIN_WAIT_1, opened=BOTH)
def test_crossing_fin_with_data_is_acknowledged_past_both(peer, target):
    peer.send(FIN | ACK, ack=peer.rcv_nxt - 1, data=b"the last words")
    peer.expect(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt)
    assert target.receive(14) == b"the last words"
    assert target.end_of_stream()


@requirement("RFC9293:3.10.7.4-ack-closing", "RFC9293:3.6-case3-simclose")
@target_in(CLOSING, opened=BOTH)
def test_acknowledged_fin_leads_from_closing_to_time_wait(peer, target):
    peer.send(ACK)
    assert target.state_becomes(TIME_WAIT)


@requirement("RFC9293:3.10.7.4-ack-closing", "RFC9293:3.10.7.4-ack-timewait")
@target_in(CLOSING, opened=BOTH)
def test_our_fin_is_acknowledged_again_after_closing(peer):
    peer.send(ACK)
    peer.send(FIN | ACK, seq=peer.snd_nxt - 1)
    peer.expect(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt)


@requirement("RFC9293:3.10.7.4-ack-closing")
@target_in(CLOSING, opened=BOTH)
def test_acknowledgment_short_of_the_fin_leaves_closing(peer, target):
    peer.send(ACK, ack=peer.rcv_nxt - 1)
    peer.expect_ignored()
    assert target.state() is CLOSING


@requirement("RFC9293:3.6-case1-retx-fin", "RFC9293:3.10.7.4-ack-closing")
@target_in(ESTABLISHED, opened=BOTH)
def test_fin_is_retransmitted_in_closing(peer, target):
    target.close()
    fin = peer.expect(FIN | ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt)
    peer.send(FIN | ACK, ack=fin.seq)
    peer.expect(ACK, seq=fin.seq + 1, ack=peer.snd_nxt)
    peer.expect_retransmission(fin)
