"""An active OPEN that succeeds: RFC 9293, sections 3.10.1 and 3.10.7.3."""

from conformance import (
    ACK,
    ACTIVE,
    CLOSED,
    ESTABLISHED,
    FIN,
    NOTHING,
    SYN,
    SYN_SENT,
    mss,
    offering,
    reply,
    requirement,
    target_in,
    window_scale,
)
from conformance.options import MSS_KIND
from conformance.states import OPENING_SYNS


@requirement("RFC9293:3.10.1-open-closed-active", "RFC9293:3.9.1.1-open-active-syn")
@target_in(CLOSED, opened=ACTIVE)
def test_open_sends_a_syn(peer, target):
    target.connect(peer.flow)
    peer.expect_one_of(*OPENING_SYNS)


@requirement("RFC9293:SHLD-5")
@target_in(SYN_SENT)
def test_syn_announces_the_mss(peer):
    assert peer.syn.option(MSS_KIND)


@requirement("RFC9293:3.10.7.3-synsent-synack")
@target_in(SYN_SENT)
def test_syn_ack_is_acknowledged(peer):
    peer.send(SYN | ACK)
    peer.expect(ACK, seq=peer.irs + 1, ack=peer.iss + 1, data=b"")


@requirement("RFC9293:3.10.7.3-synsent-synack")
@target_in(SYN_SENT)
def test_syn_ack_establishes(peer, target):
    peer.send(SYN | ACK)
    assert target.connected() == "ok"


@requirement("RFC9293:3.10.7.3-synsent-synack", "RFC9293:3.10.1-open-closed-active")
@target_in(CLOSED, opened=ACTIVE)
def test_three_opens_answered_last_first(peer, another, target):
    peers = [peer, another(), another()]
    for one in peers:
        target.connect(one.flow)
        one.expect_one_of(*OPENING_SYNS)
    for one in reversed(peers):
        one.send(SYN | ACK)
        one.expect(ACK, seq=one.irs + 1, ack=one.iss + 1)


@requirement("RFC9293:3.10.7.4-syn-oow")
@target_in(ESTABLISHED, opened=ACTIVE)
def test_syn_ack_again_is_acknowledged(peer):
    peer.send(SYN | ACK, seq=peer.iss)
    peer.expect(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt)


@requirement("RFC9293:3.10.7.4-syn-oow")
@target_in(ESTABLISHED, opened=ACTIVE)
def test_syn_ack_again_leaves_the_connection(peer):
    peer.send(SYN | ACK, seq=peer.iss)
    peer.expect(ACK)
    peer.expect_alive()


@requirement("RFC9293:3.10.7.3-synsent-syn-data")
@target_in(SYN_SENT)
def test_data_on_the_syn_ack_is_delivered(peer, target):
    peer.send(SYN | ACK, data=b"early")
    assert target.connected() == "ok"
    assert target.receive(5) == b"early"


@requirement("RFC9293:3.10.7.3-synsent-syn-data")
@target_in(SYN_SENT)
def test_data_on_the_syn_ack_is_acknowledged(peer):
    peer.send(SYN | ACK, data=b"early")
    peer.expect_one_of(reply(ACK, ack=peer.iss + 1), reply(ACK, ack=peer.snd_nxt))
    peer.expect_one_of(reply(ACK, ack=peer.snd_nxt), NOTHING)
    peer.send(ACK, seq=peer.iss, data=b"\0")  # an old octet, which draws an ACK of all that was taken
    peer.expect(ACK, ack=peer.snd_nxt)


@requirement("RFC9293:3.10.7.3-synsent-syn-data")
@target_in(SYN_SENT)
def test_data_on_the_syn_ack_comes_once(peer, target):
    peer.send(SYN | ACK, data=b"early")
    peer.expect(ACK)
    peer.send(ACK, seq=peer.iss + 1, data=b"early")  # again, as where the target did not take it
    peer.send(ACK, data=b", late")
    assert target.receive(11) == b"early, late"


@requirement("RFC9293:3.10.7.3-synsent-syn-data", "RFC9293:3.10.7.4-fin-ack")
@target_in(SYN_SENT)
def test_fin_on_the_syn_ack_is_acknowledged(peer):
    peer.send(SYN | FIN | ACK)
    peer.expect_one_of(reply(ACK, ack=peer.iss + 1), reply(ACK, ack=peer.snd_nxt))
    peer.expect_one_of(reply(ACK, ack=peer.snd_nxt), NOTHING)
    peer.send(ACK, seq=peer.iss, data=b"\0")  # an old octet, which draws an ACK of all that was taken
    peer.expect(ACK, ack=peer.snd_nxt)


@requirement("RFC9293:3.10.7.3-synsent-syn-data", "RFC9293:3.10.7.4-fin-ack")
@target_in(SYN_SENT)
def test_fin_on_the_syn_ack_ends_the_stream(peer, target):
    peer.send(SYN | FIN | ACK)
    assert target.connected() == "ok"
    assert target.end_of_stream()


@requirement("RFC9293:3.10.2-send-synsent")
@target_in(SYN_SENT)
def test_send_waits_for_the_connection(peer, target):
    target.send(b"early")
    peer.expect_nothing()
    peer.send(SYN | ACK)
    peer.expect_data(b"early")


@requirement("RFC9293:3.10.7.3-synsent-syn-window", "RFC1122:4.2.2.20-synsent-vars")
@target_in(SYN_SENT)
def test_window_of_the_syn_ack_holds(peer, target):
    peer.send(SYN | ACK, window=3)
    peer.expect(ACK, data=b"")
    target.send(b"early")
    early = peer.expect(ACK, seq=peer.irs + 1, within=peer.timing.retransmission).data
    assert b"ear".startswith(early)
    assert early


@requirement("RFC9293:3.10.7.3-synsent-syn-window", "RFC7323:2.2-ws-syn-unscaled")
@offering(mss(1460), window_scale(7))
@target_in(SYN_SENT)
def test_window_of_the_syn_ack_is_not_scaled(peer, target):
    peer.send(SYN | ACK, window=3)
    peer.expect(ACK, data=b"")
    target.send(b"early")
    early = peer.expect(ACK, seq=peer.irs + 1, within=peer.timing.retransmission).data
    assert b"ear".startswith(early)
    assert early


@requirement("RFC9293:MUST-36", "RFC9293:3.10.7.3-synsent-syn-window")
@target_in(SYN_SENT)
def test_window_zero_in_the_syn_ack_is_probed(peer, target, timing):
    peer.send(SYN | ACK, window=0)
    peer.expect(ACK, data=b"")
    target.send(b"early")
    empty, text = reply(ACK, seq=peer.irs, data=b""), reply(ACK, seq=peer.irs + 1)
    probe = peer.expect_one_of(empty, text, within=timing.window_probe)
    assert probe.seq == peer.irs or probe.data in (b"e", b"ea", b"ear", b"earl", b"early")


@requirement("RFC9293:3.10.7.3-synsent-syn-window")
@target_in(SYN_SENT)
def test_window_that_opens_after_the_syn_ack_is_used(peer, target):
    peer.send(SYN | ACK, window=0)
    peer.expect(ACK, data=b"")
    target.send(b"early")
    peer.send(ACK, window=5)
    peer.expect_data(b"early")
