"""The peer closes first: RFC 9293, sections 3.6 (case 2) and 3.10.7.4 (eighth check)."""

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
    NOTHING,
    RST,
    TIME_WAIT,
    reply,
    requirement,
    target_in,
)


@requirement("RFC9293:3.10.7.4-fin-ack", "RFC9293:3.6-case2-ack-fin", "RFC9293:3.4-seglen")
@target_in(ESTABLISHED, opened=BOTH)
def test_fin_is_acknowledged(peer):
    fin = peer.send(FIN | ACK)
    peer.expect_one_of(  # a user that closes at once has its FIN ride on the acknowledgment
        reply(ACK, seq=peer.rcv_nxt, ack=fin.seq + 1, data=b""),
        reply(FIN | ACK, seq=peer.rcv_nxt, ack=fin.seq + 1),
    )


@requirement("RFC9293:3.10.7.4-fin-with-data", "RFC9293:3.4-seglen")
@target_in(ESTABLISHED, opened=BOTH)
def test_fin_with_data_is_acknowledged_past_both(peer):
    fin = peer.send(FIN | ACK, data=b"the last words")
    peer.expect_one_of(
        reply(ACK, seq=peer.rcv_nxt, ack=fin.seq + len(fin.data) + 1),
        reply(FIN | ACK, seq=peer.rcv_nxt, ack=fin.seq + len(fin.data) + 1),
    )


@requirement("RFC9293:3.10.7.4-fin-ooo")
@target_in(ESTABLISHED)
def test_fin_above_a_gap_waits(peer):
    peer.send(FIN | ACK, seq=peer.snd_nxt + 1)
    peer.expect(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt)


@requirement("RFC9293:SHLD-31", "RFC9293:3.10.7.4-fin-ooo")
@target_in(ESTABLISHED)
def test_fin_above_a_gap_counts_when_the_gap_is_filled(peer):
    gap = peer.snd_nxt
    peer.send(FIN | ACK, seq=gap + 1)
    peer.expect(ACK, seq=peer.rcv_nxt, ack=gap)
    peer.send(ACK, data=b"x")
    peer.expect_one_of(reply(ACK, seq=peer.rcv_nxt, ack=gap + 2), reply(FIN | ACK, seq=peer.rcv_nxt, ack=gap + 2))


@requirement("RFC9293:3.10.7.4-ack-estab-future")
@target_in(ESTABLISHED)
def test_fin_that_acknowledges_what_was_never_sent_is_dropped(peer):
    fin = peer.send(FIN | ACK, ack=peer.rcv_nxt + 1)
    peer.expect(ACK, seq=peer.rcv_nxt, ack=fin.seq)


@requirement("RFC9293:3.10.7.4-fin-repeat")
@target_in(ESTABLISHED)
def test_repeated_fin_is_acknowledged_again(peer):
    peer.send(FIN | ACK)
    peer.expect_one_of(reply(ACK, ack=peer.snd_nxt), reply(FIN | ACK, ack=peer.snd_nxt))
    peer.send(FIN | ACK, seq=peer.snd_nxt - 1, ack=peer.irs + 1)
    peer.expect_one_of(reply(ACK, ack=peer.snd_nxt), reply(FIN | ACK, ack=peer.snd_nxt))


@requirement("RFC9293:3.10.7.4-fin-repeat", "RFC9293:3.10.7.4-seq-unacceptable-ack")
@target_in(CLOSE_WAIT, CLOSING, LAST_ACK, opened=BOTH)
def test_repeated_fin_is_acknowledged_and_changes_nothing(peer, target, timing, walk):
    peer.send(FIN | ACK, seq=peer.snd_nxt - 1, ack=peer.irs + 1)
    peer.expect(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt)
    peer.expect_nothing(timing.silence)
    assert target.state() is walk.state


@requirement("RFC9293:3.10.7.4-text-after-fin")
@target_in(CLOSE_WAIT, CLOSING, LAST_ACK, TIME_WAIT)
def test_text_after_the_fin_is_ignored(peer):
    late = peer.send(ACK, data=b"more", ack=peer.irs + 1)
    peer.expect_one_of(reply(ACK, seq=peer.rcv_nxt, ack=late.seq, data=b""), NOTHING)
    peer.send(FIN | ACK, seq=late.seq - 1, ack=peer.irs + 1)
    peer.expect(ACK, seq=peer.rcv_nxt, ack=late.seq)


@requirement("RFC9293:3.6-case2-no-fin-until-close")
@target_in(CLOSE_WAIT, opened=BOTH)
def test_no_fin_before_the_user_closes(peer):
    peer.expect_alive()
    peer.expect_nothing()


@requirement("RFC9293:3.6-case2-no-fin-until-close")
@target_in(ESTABLISHED, opened=BOTH)
def test_fin_draws_no_fin(peer, target):
    peer.send(FIN | ACK)
    assert target.end_of_stream()  # the user knows, and does nothing
    peer.expect(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt)
    peer.expect_nothing()


@requirement("RFC9293:3.10.4-close-closewait", "RFC9293:3.6-fin-has-ack")
@target_in(CLOSE_WAIT, opened=BOTH)
def test_close_sends_the_next_number_as_fin(peer, target):
    target.close()
    peer.expect(FIN | ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt)


@requirement("RFC9293:3.10.7.4-ack-lastack")
@target_in(LAST_ACK, opened=BOTH)
def test_acknowledged_fin_ends_the_connection(peer):
    peer.send(ACK)
    peer.expect_nothing()
    peer.expect_gone()


@requirement("RFC9293:3.10.7.4-ack-lastack")
@target_in(LAST_ACK, opened=BOTH)
def test_acknowledgment_short_of_the_fin_is_ignored(peer, target):
    peer.send(ACK, ack=peer.rcv_nxt - 1)
    peer.expect_ignored()
    assert target.state() is LAST_ACK


@requirement("RFC9293:3.10.3-recv-closewait", "RFC9293:3.10.7.4-fin-with-data")
@target_in(ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2, opened=BOTH)
def test_user_receives_what_came_with_the_fin_then_the_end(peer, target):
    peer.send(FIN | ACK, data=b"the last words")
    assert target.receive(14) == b"the last words"
    assert target.end_of_stream()


@requirement("RFC9293:3.6-signal-without-receive", "RFC9293:MUST-12")
@target_in(ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2, opened=BOTH)
def test_user_learns_of_a_fin(peer, target):
    peer.send(FIN | ACK)
    assert target.end_of_stream()


@requirement("RFC9293:MUST-12")
@target_in(ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2, opened=BOTH)
def test_user_learns_of_a_reset_as_such(peer, target):
    peer.send(RST)
    assert target.learns_of_reset()
