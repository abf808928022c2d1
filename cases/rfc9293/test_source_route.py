"""Source routes: what the user names, and the way back of what came by one (RFC 9293, section 3.9.2.1)."""

import pytest

from conformance import ACK, ACTIVE, CLOSED, LISTEN, SYN, only_over, requirement, target_in
from conformance.agent.exchange import AgentRefused
from conformance.agent.primitives import Parameter
from conformance.errors import NotApplicable
from conformance.ip import Header, route_of, source_route
from conformance.packet import LOOSE_SOURCE_ROUTE
from conformance.states import OPENING_SYNS

DATA = b"0123456789"


@pytest.fixture
def routers(case):
    """Two addresses of ours that play routers."""
    return case.routers()


@pytest.fixture
def routes_pass(another, routers):
    """Raise NotApplicable where nothing that came by a source route gets through to the target's TCP."""
    other = another()
    other.ip = arrived(routers[0])
    other.send(SYN)
    if other.hear(other.wire.now() + other.timing.reply) is None:
        raise NotApplicable("the target's host, or the way to it, drops packets with source routes, as most do")


def arrived(*routers):
    """The header of what has come by these routers."""
    return Header(options=source_route(routers, completed=True))


def way(segment):
    """Where a segment goes: the first hop, and those after it."""
    return (segment.ip.hop, *route_of(segment.ip.option(LOOSE_SOURCE_ROUTE) or b""))


def route(target, option):
    """Have the target's user name a source route for the connection that it is going to open."""
    target.prepare()
    try:
        target.configure(Parameter.IP_TIMESTAMP, option)
    except AgentRefused:
        raise NotApplicable("the agent sets no source route: its parameter takes timestamps alone") from None


@requirement("RFC9293:MUST-53")
@only_over("ipv4")
@target_in(LISTEN)
def test_answer_to_a_routed_syn_goes_the_way_back(peer, routers, routes_pass):
    peer.ip = arrived(*routers)
    peer.send(SYN)
    first, second = routers
    assert way(peer.expect(SYN | ACK, ack=peer.iss + 1)) == (second, first, peer.flow.local)


@requirement("RFC9293:MUST-53")
@only_over("ipv4")
@target_in(LISTEN)
def test_everything_goes_the_way_back_of_the_syn(peer, target, routers, routes_pass):
    peer.ip = arrived(routers[0])
    peer.send(SYN)
    peer.expect(SYN | ACK, ack=peer.iss + 1)
    peer.ip = Header()
    peer.send(ACK)
    target.accept()
    target.send(DATA)
    assert way(peer.expect(ACK, data=DATA)) == (routers[0], peer.flow.local)


@requirement("RFC9293:SHLD-24")
@only_over("ipv4")
@target_in(LISTEN)
def test_later_route_takes_the_place_of_an_earlier(peer, routers, routes_pass):
    peer.ip = arrived(routers[0])
    peer.send(SYN)
    peer.expect(SYN | ACK, ack=peer.iss + 1)
    peer.ip = arrived(routers[1])
    peer.send(ACK)
    peer.send(ACK, data=DATA)
    assert way(peer.expect(ACK, ack=peer.snd_nxt)) == (routers[1], peer.flow.local)


@requirement("RFC9293:MUST-51")
@only_over("ipv4")
@target_in(CLOSED, opened=ACTIVE)
def test_user_can_name_a_route_for_an_open(peer, target, routers):
    route(target, source_route(routers))
    target.connect(peer.flow)
    first, second = routers
    assert way(peer.expect_one_of(*OPENING_SYNS)) == (first, second, peer.flow.local)


@requirement("RFC9293:MUST-52", "RFC9293:MUST-51")
@only_over("ipv4")
@target_in(CLOSED, opened=ACTIVE)
def test_route_of_the_user_goes_before_one_that_was_received(peer, target, routers):
    route(target, source_route(routers[:1]))
    target.connect(peer.flow)
    peer.expect_one_of(*OPENING_SYNS)
    peer.ip = arrived(routers[1])
    peer.send(SYN | ACK)
    assert way(peer.expect(ACK, seq=peer.irs + 1, ack=peer.iss + 1)) == (routers[0], peer.flow.local)
