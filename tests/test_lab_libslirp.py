"""Between libslirp and its user: whose connection a socket is, in which state, and what does not get through."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import elsewhere

from conformance.agent.client import Agent
from conformance.errors import NotApplicable
from conformance.lab import link, namespace, running
from conformance.peer import Peer
from conformance.segment import Ctl
from conformance.stacks import STACKS
from conformance.state import State
from conformance.timing import Timing
from conformance.transcript import Transcript
from conformance.wire import Flow
from conformance.wire.host import Host

FAMILIES = () if STACKS["libslirp"].missing() else ("ipv4", "ipv6")
SYN, ACK, FIN, RST = Ctl.SYN, Ctl.ACK, Ctl.FIN, Ctl.RST
PORT = 12345


@contextlib.contextmanager
def lab() -> Iterator[tuple[Host, Agent]]:
    namespace.enter()
    with running.start("libslirp") as target, contextlib.ExitStack() as stack:
        us = link.tester_addresses(7)
        host = Host(target.interface, bytes.fromhex(us.pop("mac").replace(":", "")), us)
        stack.callback(host.shut)
        channel = host.channel(target.agent)
        stack.callback(channel.close)
        yield host, Agent(channel)


def peer_of(host: Host, family: str, port: int | None = PORT) -> Peer:
    flow = Flow(host.addresses[family], 30000, link.TARGET_ADDRESSES[family], port)
    return Peer(host, flow, Transcript(), Timing())


def offers(call: object, *arguments: object) -> bool:
    try:
        call(*arguments)  # type: ignore[operator]
    except NotApplicable:
        return False
    return True


def passive(family: str) -> list[str]:
    with lab() as (host, agent):
        listener = agent.create_and_bind(PORT, link.TARGET_ADDRESSES[family])
        agent.listen_and_accept(listener)
        peer = peer_of(host, family)
        remote = (peer.flow.local, 30000)
        peer.send(SYN)
        peer.expect(SYN | ACK)
        before = agent.socket_state(listener, remote), agent.accepted(host.now() + 0.2)
        peer.send(ACK)
        accepted = agent.accepted(host.now() + 2)
        assert accepted is not None
        states = [before[0], agent.socket_state(accepted.socket)]
        agent.shutdown(accepted.socket, 1)
        peer.expect(FIN | ACK)
        states.append(agent.socket_state(accepted.socket))
        reset = offers(agent.close_socket, accepted.socket, True)
        return [*map(str, states), str(before[1]), str((accepted.address, accepted.port) == remote), str(reset)]


def test_a_connection_is_handed_over_when_it_is_established() -> None:
    for family in FAMILIES:
        told = [State.SYN_RECEIVED, State.ESTABLISHED, State.FIN_WAIT_1]
        assert elsewhere.call(passive, family) == [*map(str, told), "None", "True", "False"]


def active(family: str) -> list[str]:
    with lab() as (host, agent):
        peer = peer_of(host, family, None)
        socket = agent.create_and_bind(None, link.TARGET_ADDRESSES[family])
        agent.connect(socket, 30000, peer.flow.local, host.now() + 2)
        peer.expect(SYN)
        before = agent.socket_state(socket), agent.connect_outcome(host.now() + 0.2)
        peer.send(SYN | ACK)
        peer.expect(ACK)
        outcome = agent.connect_outcome(host.now() + 2)
        peer.send(RST | ACK)
        agent.receive_and_forward(socket)
        told = offers(agent.received, host.now() + 2)
        return [*map(str, before), str(outcome), str(told), str(agent.socket_state(socket))]


def test_an_attempt_succeeds_with_the_handshake_and_how_it_broke_off_is_not_told() -> None:
    for family in FAMILIES:
        assert elsewhere.call(active, family) == ["SYN-SENT", "None", "0", "False", "CLOSED"]
