"""CLOSE and what the user may still ask for afterwards: RFC 9293, sections 3.6.1, 3.10.2 and 3.10.4."""

import pytest

from conformance import (
    ACK,
    ACTIVE,
    BOTH,
    CLOSE_WAIT,
    CLOSING,
    ESTABLISHED,
    FIN,
    FIN_WAIT_1,
    FIN_WAIT_2,
    LAST_ACK,
    LISTEN,
    RST,
    SYN,
    SYN_RECEIVED,
    TIME_WAIT,
    reply,
    requirement,
    target_in,
)
from conformance.agent.primitives import Parameter


@requirement("RFC9293:3.10.4-close-listen", "RFC9293:3.10.5-abort-listen")
@pytest.mark.parametrize("abort", [False, True], ids=["close", "abort"])
@target_in(LISTEN)
def test_syn_to_a_listener_that_was_closed_is_reset(peer, target, abort):
    target.stop_listening(abort=abort)
    syn = peer.send(SYN)
    peer.expect(RST | ACK, seq=0, ack=syn.seq + 1)


@requirement("RFC9293:3.10.4-close-synrcvd")
@pytest.mark.parametrize("call", ["close", "release"])
@target_in(SYN_RECEIVED, opened=ACTIVE)  # a passive one is not yet the user's to close
def test_close_in_syn_received_sends_a_fin(peer, target, call):
    getattr(target, call)()
    peer.expect(FIN | ACK, seq=peer.irs + 1, ack=peer.snd_nxt)


@requirement("RFC9293:3.10.4-close-twice")
@target_in(FIN_WAIT_1, FIN_WAIT_2, opened=BOTH)
def test_second_close_sends_no_second_fin(peer, target, facts):
    facts["second CLOSE refused"] = target.refuses(target.close)
    peer.expect_alive()
    peer.expect_nothing()


@requirement("RFC9293:3.10.4-close-late")
@target_in(CLOSING, LAST_ACK, TIME_WAIT, opened=BOTH)
def test_late_close_sends_nothing(peer, target, facts):
    facts["late CLOSE refused"] = target.refuses(target.close)
    peer.expect_alive()
    peer.expect_nothing()


@requirement("RFC9293:3.10.4-close-late")
@target_in(CLOSING, LAST_ACK, TIME_WAIT, opened=BOTH)
def test_late_close_is_an_error(peer, target):
    assert target.refuses(target.close)


@requirement("RFC9293:3.10.2-send-closing", "RFC9293:3.6-case1-fin")
@target_in(FIN_WAIT_1, FIN_WAIT_2, CLOSING, LAST_ACK, TIME_WAIT, opened=BOTH)
def test_send_after_close_is_refused(peer, target):
    assert target.refuses(target.send, b"too late")


@requirement("RFC9293:3.10.2-send-closing", "RFC9293:3.6-case1-fin")
@target_in(FIN_WAIT_1, FIN_WAIT_2, CLOSING, LAST_ACK, TIME_WAIT, opened=BOTH)
def test_send_after_close_transmits_nothing(peer, target):
    target.refuses(target.send, b"too late")
    peer.expect_alive()
    peer.expect_nothing()


@requirement("RFC9293:SHLD-3", "RFC2525:2.17-no-rst-pending", "RFC9293:MAY-1")
@pytest.mark.parametrize("ctl", [ACK, FIN | ACK], ids=["open", "peer-closed"])
@target_in(ESTABLISHED)
def test_full_close_with_unread_data_resets(peer, target, ctl):
    peer.send(ctl, data=b"never to be read")
    peer.expect_one_of(reply(ACK, ack=peer.snd_nxt), reply(FIN | ACK))
    target.release()
    peer.expect_one_of(reply(RST, seq=peer.rcv_nxt), reply(RST | ACK, seq=peer.rcv_nxt))


@requirement("RFC9293:SHLD-3", "RFC2525:2.16-no-rst-halfduplex", "RFC9293:MAY-1")
@pytest.mark.parametrize("short", [1, 0], ids=["FIN-WAIT-1", "FIN-WAIT-2"])
@target_in(ESTABLISHED)
def test_data_after_a_full_close_is_reset(peer, target, short):
    target.release()
    peer.expect(FIN | ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt)
    peer.send(ACK, ack=peer.rcv_nxt - short)
    peer.send(ACK, ack=peer.rcv_nxt - short, data=b"never to be read")
    peer.expect_one_of(reply(RST), reply(RST | ACK))


@requirement("RFC9293:3.10.7.4-fin-fw2")
@target_in(ESTABLISHED)
def test_fin_after_a_full_close_is_answered_however_late(peer, target, timing, facts):
    target.configure(Parameter.FIN_WAIT_2_TIMEOUT, 1)  # where nobody reads, FIN-WAIT-2 may end by itself
    target.release()
    peer.expect(FIN | ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt)
    peer.send(ACK)
    peer.expect_nothing(for_=timing.retransmission)
    peer.send(FIN | ACK)
    answer = peer.expect_one_of(reply(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt), reply(RST, seq=peer.rcv_nxt))
    facts["FIN-WAIT-2 ends by itself where nobody reads"] = RST in answer.ctl


@requirement("RFC9293:3.6-reliable-before-fin")
@target_in(ESTABLISHED, CLOSE_WAIT)
def test_full_close_with_nothing_unread_sends_a_fin(peer, target):
    target.release()
    peer.expect(FIN | ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt)


@pytest.fixture
def small_window(peer, target):
    """An ESTABLISHED connection whose user does not read, with a window of which one segment can fill what is left."""
    target.configure(Parameter.RECEIVE_BUFFER, 1024)
    peer.send(SYN)
    peer.expect(SYN | ACK, ack=peer.iss + 1)
    peer.send(ACK)
    target.accept()
    size = peer.tcb.snd_mss(peer.family)
    while peer.snd_wnd > size:  # some TCPs have no buffer that small
        peer.send(ACK, data=bytes(size))
        peer.expect_acknowledged()


@requirement("RFC9293:3.4-seglen", "RFC9293:3.10.7.4-fin-with-data")
@target_in(LISTEN)
def test_fin_as_the_last_octet_of_the_window_is_honoured(peer, small_window):
    fin = peer.send(FIN | ACK, data=bytes(peer.snd_wnd - 1))
    peer.expect(ACK, seq=peer.rcv_nxt, ack=fin.end)


@requirement("RFC9293:3.10.7.4-seq-trim-right")
@target_in(LISTEN)
def test_fin_beyond_the_window_is_trimmed(peer, small_window):
    fin = peer.send(FIN | ACK, data=bytes(peer.snd_wnd))
    peer.expect(ACK, seq=peer.rcv_nxt, ack=fin.end - 1)
