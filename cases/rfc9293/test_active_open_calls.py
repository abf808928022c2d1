"""User calls around an active OPEN: RFC 9293, sections 3.9.1.1, 3.10.1, 3.10.4 and 3.10.5."""

from collections import Counter
from itertools import pairwise

import pytest

from conformance import (
    ACK,
    ACTIVE,
    CLOSE_WAIT,
    CLOSED,
    CLOSING,
    ESTABLISHED,
    FIN_WAIT_1,
    FIN_WAIT_2,
    LAST_ACK,
    SYN,
    SYN_RECEIVED,
    SYN_SENT,
    TIME_WAIT,
    only_over,
    requirement,
    target_in,
)
from conformance.errors import NotApplicable
from conformance.states import OPENING_SYNS


@requirement("RFC9293:3.10.4-close-synsent", "RFC9293:3.5.2-g1-ack")
@target_in(SYN_SENT)
def test_close_deletes_the_attempt(peer, target):
    target.close()
    peer.send(SYN | ACK)
    peer.expect_reset(seq=peer.irs + 1)


@requirement("RFC9293:3.10.4-close-synsent")
@target_in(SYN_SENT)
def test_close_sends_nothing(peer, target):
    target.close()
    peer.expect_nothing()
    peer.expect_gone()


@requirement("RFC9293:3.10.5-abort-synsent")
@target_in(SYN_SENT)
def test_abort_sends_nothing(peer, target):
    target.abort()
    peer.expect_nothing()
    peer.expect_gone()


@requirement("RFC9293:3.10.5-abort-synsent", "RFC9293:3.5.2-g1-ack")
@target_in(SYN_SENT)
def test_abort_deletes_the_attempt(peer, target):
    target.abort()
    peer.send(SYN | ACK)
    peer.expect_reset(seq=peer.irs + 1)


INVALID = {
    "broadcast": {"ipv4": "255.255.255.255", "ipv6": "ff02::1"},  # IPv6 has no broadcast: all nodes instead
    "multicast": {"ipv4": "224.0.0.1", "ipv6": "ff05::2"},
    "multicast-far": {"ipv4": "239.1.2.3", "ipv6": "ff0e::1:2"},
    "unspecified": {"ipv4": "0.0.0.0", "ipv6": "::"},
}


@requirement("RFC9293:MUST-46")
@pytest.mark.parametrize("addresses", INVALID.values(), ids=INVALID)
def test_open_to_an_invalid_address_is_an_error(case, target, addresses):
    nobody = case.peer(None, address=addresses[case.family])
    target.connect(nobody.flow)
    assert target.connected() not in ("ok", "pending")


@requirement("RFC9293:MUST-46")
@pytest.mark.parametrize("addresses", INVALID.values(), ids=INVALID)
def test_open_to_an_invalid_address_sends_nothing(case, target, addresses):
    nobody = case.peer(None, address=addresses[case.family])
    target.connect(nobody.flow)
    nobody.expect_nothing()
    assert target.connected() != "pending"


@only_over("ipv4")
@requirement("RFC9293:MUST-46")
def test_open_to_the_broadcast_address_of_its_network_is_an_error(case, target):
    nobody = case.peer(None, address=target.broadcast_address)
    target.connect(nobody.flow)
    nobody.expect_nothing()
    assert target.connected() not in ("ok", "pending")


@requirement("RFC9293:MUST-43", "RFC9293:MUST-45")
@target_in(CLOSED, opened=ACTIVE)
def test_local_address_of_the_user_is_used(peer, target):
    target.connect(peer.flow)  # from the address under test
    peer.expect_one_of(*OPENING_SYNS)
    peer.send(SYN | ACK)
    peer.expect(ACK, seq=peer.irs + 1, ack=peer.iss + 1)


@requirement("RFC9293:MUST-44", "RFC9293:MUST-45")
@target_in(CLOSED, opened=ACTIVE)
def test_local_address_is_found_where_the_user_names_none(peer, target):
    target.connect(peer.flow, address_chosen=False)
    peer.expect_one_of(*OPENING_SYNS)
    peer.send(SYN | ACK)
    peer.expect(ACK, seq=peer.irs + 1, ack=peer.iss + 1)


SYNCHRONIZED = (ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2, CLOSE_WAIT, CLOSING, LAST_ACK, TIME_WAIT)


@requirement("RFC9293:3.10.1-open-exists")
@target_in(SYN_SENT, SYN_RECEIVED, *SYNCHRONIZED, opened=ACTIVE)
def test_second_open_is_an_error(peer, target):
    refused = target.refuses(target.connect, peer.flow, port=peer.flow.remote_port)
    assert refused or target.connected() not in ("ok", "pending")


@requirement("RFC9293:3.10.1-open-exists")
@target_in(*SYNCHRONIZED, opened=ACTIVE)
def test_second_open_leaves_the_connection(peer, target):
    target.refuses(target.connect, peer.flow, port=peer.flow.remote_port)
    peer.expect_alive()


@requirement("RFC9293:MUST-42")
@target_in(SYN_SENT)
def test_port_of_an_attempt_can_be_listened_on(peer, another, target):
    assert not target.refuses(target.listen, peer.flow.remote_port)
    visitor = another(peer.flow.remote_port)
    visitor.send(SYN)
    visitor.expect(SYN | ACK, ack=visitor.iss + 1)


@requirement("RFC9293:MUST-41", "RFC9293:MUST-42")
@target_in(SYN_SENT)
def test_listening_on_its_port_leaves_the_attempt(peer, target):
    assert not target.refuses(target.listen, peer.flow.remote_port)
    peer.send(SYN | ACK)
    peer.expect(ACK, seq=peer.irs + 1, ack=peer.iss + 1)
    assert target.connected() == "ok"


@requirement("RFC9293:3.10.1-open-exists")
@target_in(SYN_SENT, SYN_RECEIVED, *SYNCHRONIZED, opened=ACTIVE)
def test_passive_open_of_a_connection_is_an_error(peer, target):
    assert target.refuses(target.listen_again)


BESIDE = 16
"""Ports so near each other are steps of a counter, of which other OPENs have taken some meanwhile."""


def opens_at_once(target, least, most):
    """Return how many attempts the target may have in flight, at most so many; so few as tell nothing do not apply."""
    if target.subject.max_connections < least:
        raise NotApplicable(f"needs {least} connections; the target bears {target.subject.max_connections}")
    return min(most, target.subject.max_connections)


def ports_of_opens(another, target, least=5, most=50):
    """Return the local ports of many attempts, in their order."""
    peers = [another() for _ in range(opens_at_once(target, least, most))]
    for one in peers:
        target.connect(one.flow)
        one.expect_one_of(*OPENING_SYNS)
    return [one.flow.remote_port for one in peers]


@requirement("RFC6056:3.3-obfuscate", "RFC5927:4.2-port-random")
@target_in(CLOSED, opened=ACTIVE)
def test_ports_of_opens_do_not_go_in_steps(another, target, facts):
    ports = ports_of_opens(another, target)
    steps = [later - earlier for earlier, later in pairwise(ports)]
    facts["ports of OPENs"] = f"{min(ports)} to {max(ports)}, {len(ports)} of them"
    assert Counter(steps).most_common(1)[0][1] < len(steps) / 2
    assert sum(abs(step) <= BESIDE for step in steps) < len(steps) / 2


WIDE = (65536 - 1024) // 2
"""Ports chosen at random among all from 1024 on are farther apart than this, first and last of twenty: in 50,000 runs
they are once not. Half of the range is left to whoever keeps some of it for listeners."""


ONE_WAY = 3
"""Of twenty ports at random more than so many lie below the one before, and above it: once in a million runs not."""


def at_random(ports):
    """Not applicable where ports go up and up, or down, also by steps at random (RFC 6056, section 3.3.5).

    Nobody sees how far that goes in the end.
    """
    up = sum(earlier < later for earlier, later in pairwise(ports))
    if min(up, len(ports) - 1 - up) <= ONE_WAY:
        raise NotApplicable("the target's ports go in steps, which do not tell their range")
    return ports


@requirement("RFC6056:3.2-range")
@target_in(CLOSED, opened=ACTIVE)
def test_ports_of_opens_come_from_a_wide_range(another, target):
    ports = at_random(ports_of_opens(another, target, least=20, most=30))
    assert max(ports) - min(ports) > WIDE
