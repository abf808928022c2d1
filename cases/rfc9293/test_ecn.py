"""Explicit congestion notification: what RFC 9293, section 3.8.2 (SHLD-8), has every TCP implement of RFC 3168."""

from conformance import ACK, CWR, ECE, LISTEN, SYN, requirement, target_in
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
    target.send(DATA)
    peer.send(ACK | ECE)
    peer.expect(ACK | CWR, data=DATA)
