"""A wire without a network: virtual time, and a target that is a function from a segment to what it says."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable
from itertools import count

from conformance.peer import Peer
from conformance.segment import Ctl, Segment, compose, parse
from conformance.timing import Timing
from conformance.transcript import Transcript
from conformance.wire import Arrival, Flow, Inbox
from conformance.wire.host import flow_of

OURS = "198.51.100.1"
THEIRS = "198.51.100.2"
TRIP = 0.001

Answers = Iterable["Segment | tuple[float, Segment | bytes]"]
Script = Callable[[Segment], Answers]


class FakeWire:
    """A `Wire` whose target is `script`: what it returns arrives after a round trip, or after the delay given."""

    epoch = 1_700_000_000.0

    def __init__(self, script: Script | None = None) -> None:
        self.script = script or (lambda segment: ())
        self.time = 100.0
        self.sent: list[Segment | None] = []
        self.adopted: list[str] = []
        self._inboxes: dict[Flow, Inbox] = {}
        self._due: list[tuple[float, int, bytes]] = []
        self._order = count()

    def now(self) -> float:
        return self.time

    def send(self, packet: bytes, via: str | None = None) -> float:
        segment = parse(packet, self.time)
        self.sent.append(segment)
        if segment is not None:
            self.schedule(self.script(segment))
        return self.time

    def schedule(self, answers: Answers) -> None:
        """Let these arrive later."""
        for answer in answers:
            delay, said = answer if isinstance(answer, tuple) else (TRIP, answer)
            octets = said if isinstance(said, bytes) else bytes(compose(said))
            heapq.heappush(self._due, (self.time + delay, next(self._order), octets))

    def adopt(self, address: str, neighbour_of: str) -> None:
        self.adopted.append(address)

    def open(self, flow: Flow) -> Inbox:
        inbox = self._inboxes[flow] = Inbox(flow)
        return inbox

    def close(self, inbox: Inbox) -> None:
        self._inboxes.pop(inbox.flow, None)

    def wait(self, inbox: Inbox, until: float) -> bool:
        while not inbox.arrivals and self._due and self._due[0][0] <= until:
            at, _, octets = heapq.heappop(self._due)
            self.time = max(self.time, at)
            flow = flow_of(octets)
            assert flow is not None
            box = self._inboxes.get(flow) or self._inboxes.get(Flow(flow.local, flow.local_port, flow.remote))
            if box is not None:
                box.arrivals.append(Arrival(octets, at))
        if not inbox.arrivals:
            self.time = max(self.time, until)
        return bool(inbox.arrivals)

    def channel(self, address: tuple[str, int]) -> object:
        raise NotImplementedError


def answer(to: Segment, ctl: Ctl, *, seq: int = 0, ack: int = 0, **fields: object) -> Segment:
    """Return a segment in the other direction."""
    return Segment(
        src=to.dst, dst=to.src, sport=to.dport, dport=to.sport, seq=seq, ack=ack, ctl=ctl,
        **{"window": 1000, **fields},  # type: ignore[arg-type]
    )  # fmt: skip


def peer_on(wire: FakeWire, *, iss: int = 1000, port: int | None = 80, timing: Timing | None = None) -> Peer:
    """Return a peer with a known ISS."""
    peer = Peer(wire, Flow(OURS, 20000, THEIRS, port), Transcript(wire.epoch), timing or Timing())
    peer.restart(iss)
    return peer


IRS = 5000


def established(script: Script | None = None, *, iss: int = 1000, **synack: object) -> tuple[Peer, FakeWire]:
    """Return a peer whose handshake with a target of ISS 5000 is done; from then on the target is `script`."""

    def handshake(segment: Segment) -> Answers:
        if segment.ctl & Ctl.SYN:
            return [answer(segment, Ctl.SYN | Ctl.ACK, seq=IRS, ack=segment.end, **synack)]
        return ()

    wire = FakeWire(handshake)
    peer = peer_on(wire, iss=iss)
    peer.send(Ctl.SYN)
    peer.expect(Ctl.SYN | Ctl.ACK, seq=IRS, ack=iss + 1)
    peer.send(Ctl.ACK)
    wire.script = script or (lambda segment: ())
    wire.sent.clear()
    return peer, wire
