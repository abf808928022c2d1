"""Explicit congestion notification: what RFC 9293, section 3.8.2 (SHLD-8), has every TCP implement of RFC 3168."""

import pytest

from conformance import ACK, CWR, ECE, ESTABLISHED, FIN, LISTEN, NOTHING, RST, SYN, reply, requirement, target_in
from conformance.errors import NotApplicable
from conformance.ip import Header

DATA = b"0123456789"
CAPABLE, EXPERIENCED = 0b10, 0b11
"""ECT(0), and CE, with which a congested router marks a packet."""


def opened(peer):
    """Open a connection that uses ECN."""
    peer.send(SYN | ECE | CWR)
    peer.expect(SYN | ACK | ECE, ack=peer.iss + 1)
    peer.send(ACK)
    return peer


@requirement("RFC9293:SHLD-8", "RFC3168:6.1.1-setup-synack")
@target_in(LISTEN)
def test_syn_that_asks_for_ecn_is_agreed_to(peer):
    peer.send(SYN | ECE | CWR)
    peer.expect(SYN | ACK | ECE, ack=peer.iss + 1)


@requirement("RFC9293:SHLD-8", "RFC3168:6.1.3-ece", "RFC3168:6.1.3-ece-until-cwr", "RFC3168:6.1.3-ece-clear")
@target_in(LISTEN)
def test_congestion_is_echoed_until_the_window_is_reduced(peer):
    opened(peer).ip = Header(traffic_class=EXPERIENCED)
    peer.send(ACK, data=DATA)
    peer.expect(ACK | ECE, ack=peer.snd_nxt)
    peer.ip = Header(traffic_class=CAPABLE)
    peer.send(ACK, data=DATA)
    peer.expect(ACK | ECE, ack=peer.snd_nxt)
    peer.send(ACK | CWR, data=DATA)
    peer.expect(ACK, ack=peer.snd_nxt)


@requirement("RFC9293:SHLD-8", "RFC3168:6.1.1-ect-negotiated")
@target_in(LISTEN)
def test_data_is_marked_as_capable(peer, target):
    opened(peer)
    target.accept()
    target.send(DATA)
    assert peer.expect(ACK, data=DATA).traffic_class & 0b11 in (0b01, 0b10)


@requirement("RFC9293:SHLD-8", "RFC3168:6.1.2-react", "RFC3168:6.1.2-cwr")
@target_in(LISTEN)
def test_echo_of_congestion_reduces_the_window(peer, target):
    opened(peer)
    target.accept()
    target.send(DATA)
    peer.expect(ACK, data=DATA)
    peer.send(ACK | ECE)
    target.send(DATA)
    peer.expect(ACK | CWR, data=DATA)


@pytest.fixture
def closed(peer, target):
    """A connection that used ECN, and is in TIME-WAIT; our numbers are above it."""
    peer.send(SYN | ECE | CWR)
    if ECE not in peer.expect_one_of(reply(SYN | ACK), reply(SYN | ACK | ECE)).ctl:
        raise NotApplicable("the target does not agree to ECN")
    peer.send(ACK)
    target.accept()
    target.close()
    peer.expect(FIN | ACK)
    peer.send(FIN | ACK)
    peer.expect(ACK, ack=peer.snd_nxt)
    peer.restart(iss=peer.snd_nxt + 100_000)


def reopen(peer, ctl):
    """Open anew out of TIME-WAIT, and return the SYN,ACK."""
    peer.send(ctl)
    answers = reply(SYN | ACK, ack=peer.iss + 1), reply(SYN | ACK | ECE, ack=peer.iss + 1)
    answer = peer.expect_one_of(*answers, reply(ACK), reply(RST | ACK), NOTHING)
    if answer is None or SYN not in answer.ctl:
        raise NotApplicable("the target does not reopen a connection from TIME-WAIT (RFC9293:MAY-2)")
    return answer


@requirement("RFC3168:6.1.1-tw-forget")
@target_in(LISTEN)
def test_new_incarnation_does_not_use_ecn_unasked(peer, target, closed):
    assert reopen(peer, SYN).ctl == SYN | ACK
    peer.send(ACK)
    target.accept()
    target.send(DATA)
    assert peer.expect(ACK, data=DATA).traffic_class & 0b11 == 0


@requirement("RFC3168:6.1.1-tw-forget", "RFC3168:6.1.1-setup-synack")
@target_in(LISTEN)
def test_new_incarnation_agrees_to_ecn_anew(peer, closed):
    assert reopen(peer, SYN | ECE | CWR).ctl == SYN | ACK | ECE


MARKS = {"ECT(1)": 0b01, "ECT(0)": CAPABLE, "CE": EXPERIENCED}


@requirement("RFC8311:2-expect-ecn", "RFC3168:6.1.1.1-no-implicit")
@pytest.mark.parametrize("mark", MARKS.values(), ids=MARKS)
@target_in(LISTEN)
def test_marks_mean_nothing_where_nobody_asked_for_ecn(peer, mark):
    peer.ip = Header(traffic_class=mark)
    peer.send(SYN)
    peer.expect(SYN | ACK, ack=peer.iss + 1)
    peer.send(ACK)
    peer.send(ACK, data=DATA)
    peer.expect(ACK, ack=peer.snd_nxt)
    fin = peer.send(FIN | ACK)
    peer.expect_one_of(reply(ACK, ack=fin.end), reply(FIN | ACK, ack=fin.end))


@requirement("RFC8311:2-expect-ecn")
@pytest.mark.parametrize("mark", MARKS.values(), ids=MARKS)
@target_in(LISTEN)
def test_syn_that_asks_for_ecn_may_be_marked_itself(peer, mark):
    peer.ip = Header(traffic_class=mark)
    peer.send(SYN | ECE | CWR)
    peer.expect_one_of(reply(SYN | ACK | ECE, ack=peer.iss + 1), reply(SYN | ACK, ack=peer.iss + 1))
    peer.ip = Header()
    peer.send(ACK, data=DATA)
    peer.expect_one_of(reply(ACK, ack=peer.snd_nxt), reply(ACK | ECE, ack=peer.snd_nxt))


@requirement("RFC9293:3.10.7.4-text-deliver")
@pytest.mark.parametrize("bits", [ECE, CWR, ECE | CWR], ids=str)
@target_in(ESTABLISHED)
def test_bits_of_ecn_with_data_are_ignored_where_nobody_asked_for_ecn(peer, bits):
    peer.send(ACK | bits, data=DATA)
    peer.expect(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt)
