"""A `Wire` to the reference host, with virtual time: waiting costs nothing, and no two runs differ in speed."""

from __future__ import annotations

import heapq
import math
from collections import deque
from collections.abc import Callable
from itertools import count

from conformance.path import Fortune, RoughPath
from conformance.wire import Arrival, Flow, Inbox
from conformance.wire.host import flow_of
from reference.addresses import octets
from reference.agent import Session
from reference.host import Host
from reference.services import serve

TICK = 2.0**-20
"""The clock's step, about a microsecond: a power of two, so that adding seconds to a time is exact."""

TRIP = 64 * TICK
"""Seconds that a packet, or a datagram of the agent's, is under way."""

START = 1024.0
EPOCH = 1_700_000_000.0

MTU = 1500
"""The largest packet that the link carries, in octets."""

FOREVER = 86400.0
"""Where nobody waits for anything any more: no wait of a case is this long."""

BROADCAST = "192.0.2.255"
"""That of the IPv4 network which the link is."""


class ModelWire:
    """The link to a `Host`, which it makes, and to the agent in it. It satisfies `conformance.wire.Wire`."""

    epoch = EPOCH

    def __init__(self, addresses: list[str], host: type[Host] = Host, path: RoughPath | None = None) -> None:
        self.host = host([octets(address) for address in addresses], self._from_host)
        self.host.broadcasts = frozenset({octets(BROADCAST)})
        self.time = START
        self.host.now = START
        self._inboxes: dict[Flow, Inbox] = {}
        self._under_way: list[tuple[float, int, Callable[[], None]]] = []
        self._order = count()
        self._fortune = Fortune(path) if path else None
        serve(self.host)

    # -- Wire --

    def now(self) -> float:
        """Return the virtual time."""
        return self.time

    def send(self, packet: bytes, via: str | None = None) -> float:
        """Let a packet arrive at the host, a trip from now, or as the path has it."""
        self._travel(packet, "to the host", lambda: self.host.arrives(packet))
        return self.time

    def adopt(self, address: str, neighbour_of: str) -> None:
        """Every address but the host's is ours."""

    def open(self, flow: Flow) -> Inbox:
        """Collect from now on what the host sends for `flow`."""
        inbox = self._inboxes[flow] = Inbox(flow)
        return inbox

    def close(self, inbox: Inbox) -> None:
        """Collect for that flow no longer."""
        self._inboxes.pop(inbox.flow, None)

    def wait(self, inbox: Inbox, until: float) -> bool:
        """Let time pass until something is in the inbox, or it is `until`."""
        while not inbox.arrivals and self.step(until):
            pass
        return bool(inbox.arrivals)

    def channel(self, address: tuple[str, int]) -> ModelChannel:
        """Open a control channel to the agent: a session of its own."""
        return ModelChannel(self)

    def shut(self) -> None:
        """Nothing is open that would have to be closed."""

    # -- time --

    def later(self, action: Callable[[], None], after: float = 0.0) -> None:
        """Do something a trip from now, and `after` so many seconds."""
        heapq.heappush(self._under_way, (self.time + TRIP + after, next(self._order), action))

    def _travel(self, packet: bytes, way: str, action: Callable[[], None]) -> None:
        for arrival in self._fortune.arrivals(way, self.time) if self._fortune else [self.time]:
            self.later(action, arrival - self.time)

    def step(self, until: float) -> bool:
        """Go on to what happens next, and let it happen; tell whether that was by `until`, to which time goes on else.

        The host's timers and what is under way take their turns in the order of time.
        """
        arrival = self._under_way[0][0] if self._under_way else math.inf
        timer = self.host.next_timer()
        due = min(arrival, timer)
        if due > until:
            self._move(math.ceil(until / TICK) * TICK)
            return False
        self._move(math.ceil(due / TICK) * TICK)
        if arrival <= timer:
            heapq.heappop(self._under_way)[2]()
        else:
            self.host.expire()
        return True

    def _move(self, time: float) -> None:
        self.time = self.host.now = max(self.time, time)

    # -- what the host sends --

    def _from_host(self, packet: bytes) -> None:
        if len(packet) <= MTU:
            self._travel(packet, "from the host", lambda: self._deliver(packet))

    def _deliver(self, packet: bytes) -> None:
        flow = flow_of(packet)
        if flow is None:
            return
        inbox = self._inboxes.get(flow) or self._inboxes.get(Flow(flow.local, flow.local_port, flow.remote))
        if inbox is not None:
            inbox.arrivals.append(Arrival(packet, self.time))


class ModelChannel:
    """Datagrams to and from the agent in the host. It satisfies `conformance.wire.channel.Channel`."""

    def __init__(self, wire: ModelWire) -> None:
        self._wire = wire
        self._datagrams: deque[bytes] = deque()
        self._session = Session(wire.host, self._from_agent)

    def now(self) -> float:
        """Return the virtual time."""
        return self._wire.now()

    def send(self, datagram: bytes) -> None:
        """Let a datagram arrive at the agent, a trip from now."""
        self._wire.later(lambda: self._session.handle(datagram))

    def receive(self, until: float) -> bytes | None:
        """Let time pass until there is a datagram from the agent, or it is `until`."""
        while not self._datagrams and self._wire.step(until):
            pass
        return self._datagrams.popleft() if self._datagrams else None

    def close(self) -> None:
        """The session goes on without anybody to hear it."""

    def _from_agent(self, datagram: bytes) -> None:
        self._wire.later(lambda: self._datagrams.append(datagram))
