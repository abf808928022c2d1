"""One case: what it works with, and what it leaves behind as evidence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from conformance.agent.client import Agent
from conformance.bench import Bench
from conformance.errors import Inconclusive, Nonconformance, NotApplicable
from conformance.options import Option
from conformance.peer import Peer
from conformance.state import State
from conformance.states import ACTIVE, Walk, bring
from conformance.target import Target
from conformance.transcript import Transcript
from conformance.wire import Flow
from conformance.wire.channel import Channel
from conformance.wire.inorder import InOrder

AGENT_REPLY = 5.0
"""Seconds within which an agent has to answer: it may sit on a slow device, behind many other cases."""


@dataclass(frozen=True, slots=True)
class Left:
    """What a case that has ended leaves behind for its report; its connections and the rest are let go of."""

    transcript: Transcript
    facts: dict[str, object]
    target_name: str
    family: str
    parameters: dict[str, str]
    violations: list[Nonconformance]
    span: tuple[float, float] | None


class Case:
    """Everything that belongs to one case and one family: peers, the target's user, the transcript, facts.

    `parameters` are the values the case was run with, as text. `facts` takes what the target chose where an RFC
    leaves it a choice. `span` is when it ran, in Unix time, where that was not in pytest's turn.
    `spoiled` tells that what was seen broken may be the path's doing (see `conformance.again`).
    """

    def __init__(self, bench: Bench, family: str, parameters: dict[str, str]) -> None:
        self.bench = bench
        self.family = family
        self.parameters = parameters
        self.target_name = bench.subject.name
        self.timing = bench.subject.timing
        self.facts: dict[str, object] = {}
        self.span: tuple[float, float] | None = None
        self.spoiled = False
        self.transcript = Transcript(bench.wire.epoch)
        self.peers: list[Peer] = []
        self._channel: Channel | None = None
        self._agent: Agent | None = None
        self.target = Target(bench.subject, family, self._open_agent(), self.transcript, self.timing, bench.wire.now)

    def _open_agent(self) -> Agent | None:
        subject = self.bench.subject
        if subject.agent is None:
            return None
        self._channel = InOrder(self.bench.wire.channel(subject.agent), self.bench.wire, self._arrived)
        where = f"{subject.agent[0]}:{subject.agent[1]}"
        self._agent = Agent(self._channel, where, ours=subject.agent_ours, reply_within=AGENT_REPLY)
        return self._agent

    def _arrived(self) -> float:
        """When all that we said has arrived, or been lost; a call that hurries does not ask."""
        if self.target.hurries:
            return 0.0
        return max((peer.spoke for peer in self.peers), default=0.0) + self.timing.arrival

    def peer(
        self,
        port: int | None,
        *,
        offer: tuple[Option, ...] | None = None,
        address: str | None = None,
        remote: str | None = None,
    ) -> Peer:
        """Return a new peer with a fresh four-tuple, aimed at `port` of the target (None: the target opens).

        `address` is in place of our usual one. Where it is none of ours, the peer only hears what is sent to it.
        `remote` is another address of the target in place of the one under test.
        """
        local = self.bench.source(self.family) if address is None else address
        opens_to = self.bench.subject.opens_to
        if opens_to and port == self.bench.subject.open_port:
            raise NotApplicable(self.bench.subject.closed_reason)
        if opens_to and any(one.flow.local_port == opens_to for one in self.peers):
            raise NotApplicable("the target opens one connection at a time")
        ours = (port is None and opens_to) or self.bench.fresh_port()
        flow = Flow(local, ours, remote or self.target.address, port)
        peer = Peer(self.bench.wire, flow, self.transcript, self.timing)
        peer.before_text, peer.user_speaks = self.target.check_reads, bool(opens_to)
        if offer is not None:
            peer.offer = offer
        self.peers.append(peer)
        return peer

    def routers(self) -> tuple[str, str]:
        """Return two more addresses of ours on the link, which play routers. NotApplicable where there is none."""
        return self.bench.routers(self.family)

    def walk(self, walk: Walk, offer: tuple[Option, ...] | None = None, *, own_address: bool = False) -> Peer:
        """Return a peer whose connection the target has in `walk`'s state; with an address that no other case has."""
        if str(walk) in self.bench.subject.unreachable:
            raise NotApplicable(f"the target cannot be brought to {walk}, as its profile says")
        self.bench.check_alive(self.family)
        try:
            address = self.bench.spare_source(self.family) if own_address else None
            peer = self.peer(self._port(walk), offer=offer, address=address)
            self.target.concerns(peer.flow)
            bring(walk, peer, self.target)
        except Inconclusive:
            self.bench.doubt()
            raise
        return peer

    def another(self, peer: Peer) -> Callable[..., Peer]:
        """Return a maker of more peers, each with a four-tuple of its own, aimed at the same port or at the given."""

        def make(port: int | None = None) -> Peer:
            remote_port = peer.flow.remote_port if port is None else port
            return self.peer(remote_port, offer=peer.offer, address=peer.flow.local)

        return make

    def _port(self, walk: Walk) -> int | None:
        subject = self.bench.subject
        if walk.opened == ACTIVE:
            return None
        if walk.state is State.CLOSED:
            if subject.closed_port is None:
                raise (NotApplicable if subject.opens_to else Inconclusive)(subject.closed_reason)
            return subject.closed_port
        return self.target.listen() if self.target.has_agent else subject.open_port

    @property
    def late(self) -> float:
        """By how many seconds the tester was late at most: it had something to hear, or its time was up."""
        return max((max(peer.late, peer.overdue) for peer in self.peers), default=0.0)

    @property
    def late_before_silence(self) -> float:
        """The same of a case that ended in silence: to have listened for too long in the end makes no difference."""
        return self.peers[0].late if len(self.peers) == 1 else self.late

    @property
    def behind(self) -> float:
        """For how many seconds a segment lay unheard, or an ACK or the agent was waited for, at most.

        Others took their time: even a stack may have stood still, on a busy host, for longer than its ACK may take.
        """
        waited = self._agent.slowest if self._agent is not None else 0.0
        return max([waited, *(max(peer.behind, peer.slowest_ack) for peer in self.peers)])

    @property
    def parting(self) -> float:
        """How many seconds the agent took to end the test: whoever is slow then may have been so just before."""
        return self._agent.parting if self._agent is not None else 0.0

    @property
    def violations(self) -> list[Nonconformance]:
        """The invariants broken on any of the case's connections."""
        return [] if self.spoiled else [violation for peer in self.peers for violation in peer.violations]

    @property
    def left(self) -> Left:
        """What the report needs of it."""
        names = (self.target_name, self.family, self.parameters)
        return Left(self.transcript, self.facts, *names, self.violations, self.span)

    def conclude(self) -> None:
        """Hear what came after the last thing that the case looked at; from here on nothing is judged any more."""
        for peer in self.peers:
            peer.drain()
            peer.judging = False

    def end(self) -> None:
        """Leave nothing open at the target: its user's sockets are reset, and what we still hold is."""
        try:
            if self._agent is not None and self._agent.asked:
                self._agent.end_test()
            for peer in self.peers:
                peer.drain()
                peer.hang_up()
        finally:
            if self._channel is not None:
                self._channel.close()
