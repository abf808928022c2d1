"""User calls in CLOSED and in LISTEN, where there is nobody to talk to: RFC 9293, sections 3.10.1 to 3.10.6."""

from conformance import ACK, CLOSED, LISTEN, RST, SYN, SYN_SENT, requirement, target_in
from conformance.states import OPENING_SYNS
from conformance.target.opening import ANY_ADDRESS
from conformance.wire import Flow


@requirement("RFC9293:3.10.2-send-closed", "RFC9293:3.9.1.2-send-not-open")
def test_send_in_closed_is_an_error(target):
    target.prepare()
    assert target.refuses(target.send, b"to nobody")


@requirement("RFC9293:3.10.3-recv-closed")
def test_receive_in_closed_is_an_error(target):
    target.prepare()
    assert target.refuses(target.begin_to_receive)


@requirement("RFC9293:3.10.4-close-closed")
def test_close_in_closed_is_an_error(target):
    target.prepare()
    assert target.refuses(target.close)


@requirement("RFC9293:3.10.6-status", "RFC9293:3.9.1.5-status")
def test_status_in_closed_is_an_error_or_tells_so(target):
    target.prepare()
    assert target.refuses(target.state) or target.state() is CLOSED


@requirement("RFC9293:3.10.1-open-no-remote")
def test_open_to_nobody_is_an_error(case, target):
    nobody = Flow(ANY_ADDRESS[case.family], 0, target.address)
    refused = target.refuses(target.connect, nobody)
    assert refused or target.connected() not in ("ok", "pending")


@requirement("RFC9293:3.9.1.2-send-not-open")
@target_in(LISTEN)
def test_send_in_listen_to_nobody_is_an_error(peer, target):
    assert target.refuses(target.send_from_listener, b"to nobody")


@requirement("RFC9293:3.9.1.2-send-not-open")
@target_in(LISTEN)
def test_send_in_listen_leaves_the_listener(peer, target):
    target.refuses(target.send_from_listener, b"to nobody")
    peer.send(SYN)
    peer.expect(SYN | ACK, ack=peer.iss + 1, data=b"")


@requirement("RFC9293:3.10.2-send-listen")
@target_in(LISTEN)
def test_send_in_listen_to_somebody_opens(peer, target):
    target.connect_listener(peer.flow, data=b"hello")
    peer.expect_one_of(*OPENING_SYNS)
    assert target.state_becomes(SYN_SENT)


@requirement("RFC9293:3.10.2-send-listen")
@target_in(LISTEN)
def test_text_of_a_send_in_listen_goes_out(peer, target):
    target.connect_listener(peer.flow, data=b"hello")
    syn = peer.expect_one_of(*OPENING_SYNS)
    peer.send(SYN | ACK)
    peer.expect_data(b"hello"[len(syn.data) :])
    assert target.connected() == "ok"


@requirement("RFC9293:3.10.1-open-listen-active")
@target_in(LISTEN)
def test_open_in_listen_sends_a_syn(peer, target):
    target.connect_listener(peer.flow)
    peer.expect_one_of(*OPENING_SYNS)
    assert target.state_becomes(SYN_SENT)


@requirement("RFC9293:3.10.1-open-listen-active")
@target_in(LISTEN)
def test_open_in_listen_leads_to_a_connection(peer, target):
    target.connect_listener(peer.flow)
    peer.expect_one_of(*OPENING_SYNS)
    peer.send(SYN | ACK)
    peer.expect(ACK, seq=peer.irs + 1, ack=peer.iss + 1)
    assert target.connected() == "ok"


@requirement("RFC9293:3.10.1-open-listen-active")
@target_in(LISTEN)
def test_open_in_listen_ends_the_listening(peer, another, target):
    target.connect_listener(peer.flow)
    peer.expect_one_of(*OPENING_SYNS)
    other = another()
    syn = other.send(SYN)
    other.expect(RST | ACK, seq=0, ack=syn.seq + 1)
