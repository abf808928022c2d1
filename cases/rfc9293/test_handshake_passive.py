"""The three-way handshake, as the TCP that was opened passively (RFC 9293, section 3.5, Figure 6)."""

import pytest

from conformance import (
    ACK,
    CLOSE_WAIT,
    ESTABLISHED,
    FIN,
    LISTEN,
    NOTHING,
    PSH,
    RST,
    SYN,
    SYN_RECEIVED,
    reply,
    requirement,
    slow,
    target_in,
)

NEARLY = 0.95
"""The share of a timeout after which it may be seen to expire: timers are coarse."""


@requirement(
    "RFC9293:3.5-basic-3whs",
    "RFC9293:3.10.7.4-ack-synrcvd-ok",
    "RFC9293:3.4-ack-no-space",
    "RFC9293:3.1-seq-syn",
    "RFC9293:3.4-3whs-ack-isn",
)
@target_in(SYN_RECEIVED)
def test_final_ack_establishes_in_silence(peer):
    peer.send(ACK)
    peer.send(ACK, data=b"data")
    peer.expect(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt)  # the first thing that is said


@requirement("RFC9293:3.10.7.4-ack-synrcvd-ok", "RFC9293:3.10.7.4-text-deliver")
@pytest.mark.parametrize("ctl", [ACK, PSH | ACK], ids=str)
@target_in(SYN_RECEIVED)
def test_final_ack_may_carry_data(peer, ctl):
    peer.send(ctl, data=b"data")
    peer.expect(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt)


@requirement("RFC9293:3.10.7.4-fin-synrcvd", "RFC9293:3.10.7.4-fin-with-data", "RFC9293:3.10.7.4-ack-synrcvd-ok")
@pytest.mark.parametrize("data", [b"", b"data"], ids=["FIN", "data and FIN"])
@target_in(SYN_RECEIVED)
def test_final_ack_may_carry_fin(peer, data):
    peer.send(FIN | ACK, data=data)
    acknowledged = {"seq": peer.rcv_nxt, "ack": peer.snd_nxt}
    peer.expect_one_of(reply(ACK, **acknowledged), reply(FIN | ACK, **acknowledged))


@requirement("RFC9293:3.10.7.4-fin-synrcvd")
@target_in(SYN_RECEIVED)
def test_final_ack_with_fin_enters_close_wait(peer, target):
    peer.send(FIN | ACK)
    peer.expect(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt)
    target.accept()
    assert target.state_becomes(CLOSE_WAIT)


@requirement("RFC9293:3.4-ack-no-space", "RFC9293:3.10.7.4-ack-estab-dup")
@target_in(ESTABLISHED)
def test_final_ack_again_is_ignored(peer):
    peer.send(ACK)
    peer.expect_ignored()


@requirement("RFC9293:3.10.7.4-syn-oow", "RFC9293:3.10.7.4-seq-unacceptable-ack")
@target_in(ESTABLISHED)
def test_opening_syn_again_is_acknowledged(peer):
    peer.send(SYN, seq=peer.iss)
    peer.expect(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt, data=b"")


def open_and_talk(one):
    one.send(SYN)
    one.expect(SYN | ACK, ack=one.iss + 1)
    one.send(ACK, data=b"data")
    return one.expect(ACK, seq=one.rcv_nxt, ack=one.snd_nxt)


@requirement("RFC9293:3.9.1.1-open-passive-any", "RFC9293:3.10.7.2-listen-syn")
@target_in(LISTEN)
def test_many_connections_to_one_port(another, target):
    peers = [another() for _ in range(min(100, target.subject.max_connections))]
    answers = [open_and_talk(peer) for peer in peers]
    again = [peer.expect_alive().ack for peer in peers]
    assert again == [answer.ack for answer in answers]


@requirement("RFC9293:3.10.7.2-listen-syn", "RFC9293:3.9.1.1-open-passive-any")
@target_in(LISTEN)
def test_interleaved_handshakes_keep_their_numbers(peer, another):
    peers = [peer, another(), another()]
    for one in peers:
        one.send(SYN)
    for one in reversed(peers):
        one.expect(SYN | ACK, ack=one.iss + 1)
        one.send(ACK, data=b"data")
    for one in peers:
        one.expect(ACK, seq=one.rcv_nxt, ack=one.snd_nxt)


@requirement("RFC9293:3.10.7.2-listen-syn", "RFC9293:3.10.1-open-closed-passive", "RFC9293:3.9.1.1-open-passive-any")
@target_in(LISTEN)
def test_three_listeners_do_not_mix(peer, another, target):
    peers = [peer, another(target.listen()), another(target.listen())]
    for one in peers:
        one.send(SYN)
    for one in peers:
        one.expect(SYN | ACK, ack=one.iss + 1)
        one.send(ACK, data=b"data")
        one.expect(ACK, seq=one.rcv_nxt, ack=one.snd_nxt)


@requirement("RFC9293:3.10.8-synrcvd-retx", "RFC9293:3.10.8-retx-timeout")
@target_in(SYN_RECEIVED)
def test_unanswered_syn_ack_is_sent_again_with_its_numbers(peer):
    again = peer.expect_retransmission(peer.syn)
    assert (again.seq, again.ack, again.options) == (peer.syn.seq, peer.syn.ack, peer.syn.options)


@requirement("RFC9293:3.10.7.4-ack-synrcvd-ok", "RFC6298:5.2-stop-timer")
@target_in(SYN_RECEIVED)
def test_late_ack_ends_the_repetition_of_the_syn_ack(peer, timing):
    peer.expect_retransmission(peer.syn)
    peer.send(ACK)
    assert not peer.hear_all(timing.retransmission)
    peer.expect_alive()


@requirement("RFC9293:3.8.6-fit-window", "RFC9293:3.10.7.4-ack-synrcvd-ok")
@target_in(LISTEN)
def test_window_that_is_closed_from_the_start_holds_data_back(peer, target, timing):
    peer.rcv_wnd = 0
    peer.send(SYN)
    peer.expect(SYN | ACK, ack=peer.iss + 1)
    peer.send(ACK)
    target.accept()
    target.send(b"data")
    peer.expect_nothing(for_=timing.held)
    peer.expect_one_of(reply(ACK), NOTHING, within=timing.retransmission)  # a probe, of however many octets
    peer.send(ACK, ack=peer.irs + 1, window=1000)
    peer.expect_data(b"data"[peer.rcv_nxt - peer.irs - 1 :], within=timing.prompt)


@slow(182)
@requirement("RFC9293:3.10.7.2-listen-ack", "RFC9293:3.10.7.4-ack-synrcvd-ok")
@target_in(SYN_RECEIVED)
def test_ack_after_minutes_establishes_or_is_reset(peer, timing, facts):
    peer.hear_for(timing.syn_r2)  # the SYN,ACK again, and perhaps a word that it gives up
    peer.send(ACK, data=b"data")
    answer = peer.expect_one_of(reply(RST, seq=peer.irs + 1), reply(ACK, ack=peer.snd_nxt))
    facts["half-open connection forgotten after three minutes"] = RST in answer.ctl


@requirement("RFC6298:5.5-backoff", "RFC2525:2.10-no-backoff", "RFC9293:3.10.8-synrcvd-retx")
@target_in(SYN_RECEIVED)
def test_syn_ack_backs_off(peer):
    first = peer.expect_retransmission(peer.syn)
    second = peer.expect_retransmission(peer.syn)
    assert second.at - first.at >= 1.5 * (first.at - peer.syn.at)  # twice, as far as coarse timers tell


@requirement("RFC6298:2.1-initial-rto", "RFC2525:2.7-initial-rto-low", "RFC8961:3-initial")
@target_in(SYN_RECEIVED)
def test_syn_ack_is_not_sent_again_before_a_second(peer, timing):
    again = peer.expect_retransmission(peer.syn)
    assert again.at - peer.syn.at >= NEARLY * timing.initial_rto
