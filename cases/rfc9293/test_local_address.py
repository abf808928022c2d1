"""Addresses of the target's, more than one, and such as nobody can have: RFC 9293, sections 3.9.1.1 and 3.9.2.3."""

import pytest

from conformance import ACK, FIN, LISTEN, RST, SYN, requirement, target_in
from conformance.states import OPENING_SYNS

EVERYBODY = {"ipv4": "255.255.255.255", "ipv6": "ff02::1"}
A_GROUP = {"ipv4": "224.0.0.251", "ipv6": "ff02::fb"}
UNSPECIFIED = {"ipv4": "0.0.0.0", "ipv6": "::"}
LOOPBACK = {"ipv4": "127.0.0.1", "ipv6": "::1"}
IMPOSSIBLE = {"everybody": EVERYBODY, "a group": A_GROUP, "unspecified": UNSPECIFIED, "loopback": LOOPBACK}
"""What no segment can come from."""


def shake_hands(peer):
    """Open, and exchange a segment in each direction."""
    peer.send(SYN)
    peer.expect(SYN | ACK, ack=peer.iss + 1)
    peer.send(ACK, data=b"data")
    peer.expect(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt)


@requirement("RFC9293:3.9.1.1-open-passive-local")
def test_listener_at_one_address_takes_no_syn_to_another(case, target):
    elsewhere = case.peer(target.listen(), remote=target.second_address)
    syn = elsewhere.send(SYN)
    elsewhere.expect(RST | ACK, seq=0, ack=syn.seq + 1)


@requirement("RFC9293:3.9.1.1-open-passive-local")
def test_listener_at_one_address_takes_a_syn_to_it(case, target):
    shake_hands(case.peer(target.listen()))


@requirement("RFC9293:3.9.1.1-open-passive-local", "RFC9293:MUST-45", "RFC1122:3.2.1.3-src-own")
def test_listener_at_any_address_answers_from_the_one_that_was_meant(case, target):
    port = target.listen(address_chosen=False)
    shake_hands(case.peer(port))
    shake_hands(case.peer(port, remote=target.second_address))


@requirement("RFC9293:3.9.1.1-open-passive-local", "RFC9293:MUST-45", "RFC1122:3.2.1.3-src-own")
def test_connection_of_a_listener_at_any_address_keeps_its_own(case, target):
    port = target.listen(address_chosen=False)
    peer = case.peer(port, remote=target.second_address)
    shake_hands(peer)
    target.accept()
    target.send(b"answer")
    peer.expect_data(b"answer")


@requirement("RFC9293:MUST-43", "RFC9293:MUST-45")
def test_open_comes_from_the_address_that_the_user_names(case, target):
    peer = case.peer(None, remote=target.second_address)
    target.connect(peer.flow, address=target.second_address)
    peer.expect_one_of(*OPENING_SYNS)
    peer.send(SYN | ACK)
    peer.expect(ACK, seq=peer.irs + 1, ack=peer.iss + 1)


@requirement("RFC9293:MUST-63", "RFC1122:3.2.1.3-src-invalid")
@pytest.mark.parametrize("source", IMPOSSIBLE.values(), ids=IMPOSSIBLE)
@target_in(LISTEN)
def test_syn_from_where_none_can_come_from_is_not_answered(case, peer, source):
    nobody = case.peer(peer.flow.remote_port, address=source[case.family])
    nobody.inject(nobody.craft(SYN))
    peer.send(SYN)
    peer.expect(SYN | ACK, ack=peer.iss + 1)
    nobody.expect_nothing()


@requirement("RFC9293:3.9.2.3-all-segments", "RFC1122:3.2.1.3-src-invalid")
@pytest.mark.parametrize("source", IMPOSSIBLE.values(), ids=IMPOSSIBLE)
@pytest.mark.parametrize("ctl", [ACK, FIN], ids=str)
def test_segment_from_where_none_can_come_from_draws_no_reset(case, peer, source, ctl):
    nobody = case.peer(peer.flow.remote_port, address=source[case.family])
    nobody.inject(nobody.craft(ctl))
    syn = peer.send(SYN)
    peer.expect(RST | ACK, seq=0, ack=syn.end)
    nobody.expect_nothing()


@requirement("RFC9293:3.10.7.2-listen-syn", "RFC9293:MUST-63")
@target_in(LISTEN)
def test_syn_from_its_own_address_and_port_does_no_harm(peer):
    land = peer.craft(SYN)
    land.src, land.sport = land.dst, land.dport
    peer.inject(land)
    peer.send(SYN)
    peer.expect(SYN | ACK, ack=peer.iss + 1)
