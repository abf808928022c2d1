"""TIME-WAIT and what may still arrive there: RFC 9293, sections 3.5.2 (group 3) and 3.10.7.4; RFC 1337."""

import pytest

from conformance import ACK, BOTH, FIN, NOTHING, RST, SYN, TIME_WAIT, reply, requirement, target_in


@requirement("RFC9293:3.10.7.4-ack-timewait", "RFC9293:3.10.7.4-fin-timewait")
@target_in(TIME_WAIT, opened=BOTH)
def test_retransmitted_fin_is_acknowledged_again(peer):
    peer.send(FIN | ACK, seq=peer.snd_nxt - 1)
    peer.expect(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt, data=b"")


@requirement("RFC9293:3.10.7.4-ack-timewait")
@target_in(TIME_WAIT, opened=BOTH)
def test_each_retransmitted_fin_is_acknowledged(peer):
    peer.send(FIN | ACK, seq=peer.snd_nxt - 1)
    peer.expect(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt)
    peer.send(FIN | ACK, seq=peer.snd_nxt - 1)
    peer.expect(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt)


@requirement("RFC9293:3.5.2-g3-oow-ack", "RFC9293:3.5.2-g3-ack-empty", "RFC1337:1-twa")
@pytest.mark.parametrize("data", [b"", b"old"], ids=["ack", "data"])
@target_in(TIME_WAIT, opened=BOTH)
def test_old_duplicate_is_acknowledged_and_dropped(peer, data):
    peer.send(ACK, seq=peer.snd_nxt - 100, data=data)
    peer.expect(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt, data=b"")
    peer.expect_alive()


@requirement("RFC9293:3.5.2-g3-oow-ack", "RFC9293:3.5.2-g3-ack-empty")
@target_in(TIME_WAIT, opened=BOTH)
def test_data_beyond_the_window_is_acknowledged_and_dropped(peer):
    peer.send(ACK, seq=peer.snd_nxt + peer.snd_wnd + 1, data=b"beyond")
    peer.expect(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt, data=b"")
    peer.expect_alive()


@requirement("RFC9293:3.5.2-g3-oow-ack")
@target_in(TIME_WAIT, opened=BOTH)
def test_acknowledgment_of_what_was_never_sent_is_answered(peer):
    peer.send(ACK, ack=peer.rcv_nxt + 1)
    peer.expect(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt, data=b"")


@requirement("RFC9293:3.10.7.4-text-after-fin")
@target_in(TIME_WAIT, opened=BOTH)
def test_user_is_given_nothing_that_comes_after_the_end(peer, target):
    late = peer.send(ACK, data=b"late")
    peer.send(FIN | ACK, seq=late.seq - 1)
    peer.expect(ACK, seq=peer.rcv_nxt, ack=late.seq)
    assert target.end_of_stream()


@requirement("RFC9293:3.10.7.4-rst-oow")
@pytest.mark.parametrize(("windows", "octets"), [(0, -1), (1, 1)], ids=["below", "beyond"])
@target_in(TIME_WAIT, opened=BOTH)
def test_reset_outside_the_window_is_ignored(peer, windows, octets):
    peer.send(RST, seq=peer.snd_nxt + windows * peer.snd_wnd + octets)
    peer.expect_ignored()


@requirement("RFC9293:3.10.7.4-rst-inwindow-challenge")
@target_in(TIME_WAIT, opened=BOTH)
def test_reset_inside_the_window_is_challenged_or_ignored(peer, facts):
    peer.send(RST, seq=peer.snd_nxt + 1)
    answer = peer.expect_one_of(reply(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt, data=b""), NOTHING)
    facts["challenge ACK in TIME-WAIT"] = answer is not None
    peer.send(FIN | ACK, seq=peer.snd_nxt - 1)  # a target without RFC 5961 may have forgotten the connection
    peer.expect_one_of(reply(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt), reply(RST, seq=peer.rcv_nxt))


@requirement("RFC1337:3-ignore-rst-tw", "RFC9293:3.10.7.4-rst-inwindow-challenge")
@target_in(TIME_WAIT, opened=BOTH)
def test_reset_inside_the_window_does_not_end_time_wait(peer):
    peer.send(RST, seq=peer.snd_nxt + 1)
    peer.expect_one_of(reply(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt, data=b""), NOTHING)
    peer.send(FIN | ACK, seq=peer.snd_nxt - 1)
    peer.expect(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt)


@requirement("RFC9293:3.10.7.4-rst-inwindow-legacy", "RFC1337:3-ignore-rst-tw")
@target_in(TIME_WAIT, opened=BOTH)
def test_reset_inside_the_window_ends_time_wait(peer):
    peer.send(RST, seq=peer.snd_nxt + 1)
    peer.expect_nothing()
    peer.expect_gone()


@requirement("RFC9293:3.10.7.4-syn-oow", "RFC6191:2-tw-drop")
@target_in(TIME_WAIT)
def test_syn_below_the_old_numbers_leaves_time_wait(peer):
    end = peer.snd_nxt
    peer.send(SYN, seq=end - 1000)
    peer.expect_one_of(reply(ACK, seq=peer.rcv_nxt, ack=end, data=b""), NOTHING)
    peer.send(FIN | ACK, seq=end - 1)
    peer.expect(ACK, seq=peer.rcv_nxt, ack=end)
