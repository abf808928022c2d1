"""Playing a case on the reference endpoint, and looking at what its peers send of the case's own will."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any
from unittest import mock

import pytest
from proof.play import SECONDS, SHARES, BoundedWire, limited
from reference import ip, target
from reference.host import Host
from reference.numbers import add
from reference.segment import Flow
from reference.tcb import Tcb

from conformance import case as cases
from conformance import play
from conformance.bench import Bench
from conformance.peer import Peer
from conformance.play import Record
from conformance.segment import parse
from conformance.state import State
from conformance.target.profile import Profile
from matrix.kinds import View, kinds_of, without_connection

SIMULTANEOUS = "SYN-RECEIVED, simultaneous"
PASSIVE = "SYN-RECEIVED, passive"

STATES = (
    *(State.CLOSED.value, State.LISTEN.value, State.SYN_SENT.value, PASSIVE, SIMULTANEOUS, State.ESTABLISHED.value),
    *(State.FIN_WAIT_1.value, State.FIN_WAIT_2.value, State.CLOSE_WAIT.value, State.CLOSING.value),
    *(State.LAST_ACK.value, State.TIME_WAIT.value),
)
"""The rows of the matrix."""

Cell = tuple[str, str]


class WatchedWire(BoundedWire):
    """A wire that tells `seen` what `own` says of the next packet, at the moment at which that arrives."""

    own = False
    seen: list[Cell]

    def send(self, packet: bytes, via: str | None = None) -> float:
        """Let a packet arrive at the host, and look at it before the host does."""
        if self.own:
            self.later(lambda: self.seen.extend(cells_of(self.host, packet)))
        return super().send(packet, via)


class WatchedPeer(Peer):
    """A peer that tells its wire which segments the case sends: not the walk, not the probes of an expectation."""

    playing: Callable[[], bool]
    _within = 0

    def send(self, *args: Any, **named: Any) -> Any:
        """Send a segment."""
        return self._as_own(super().send, *args, **named)

    def inject(self, packet: Any) -> None:
        """Send a packet."""
        self._as_own(super().inject, packet)

    def _as_own(self, call: Callable[..., Any], *args: Any, **named: Any) -> Any:
        self.wire.own = self.playing() and not self._within  # type: ignore[attr-defined]
        try:
            return call(*args, **named)
        finally:
            self.wire.own = False  # type: ignore[attr-defined]


def _expectation(name: str) -> Callable[..., Any]:
    def expecting(self: WatchedPeer, *args: Any, **named: Any) -> Any:
        self._within += 1
        try:
            return getattr(super(WatchedPeer, self), name)(*args, **named)
        finally:
            self._within -= 1

    return expecting


for _name in vars(Peer):
    if _name.startswith("expect"):
        setattr(WatchedPeer, _name, _expectation(_name))


def watched(item: pytest.Function) -> list[Cell]:
    """Play an item; return the cells of what its case sent, in order; none when it did not pass."""
    random.seed(item.nodeid)
    seen: list[Cell] = []
    record = Record(item, lambda: _bench(seen))
    peer = type("PlayedPeer", (WatchedPeer,), {"playing": staticmethod(lambda: record.phase == "call")})
    with mock.patch.object(cases, "Peer", peer), limited(SECONDS):
        play.play(record)
    return [] if record.error else seen


def _bench(seen: list[Cell]) -> Bench:
    wire = WatchedWire(list(target.THEIRS.values()), lambda *args: Host(*args, seed=1))
    wire.seen = seen
    return Bench(target.subject("model", Profile(), None), wire, target.OURS, share=0, shares=SHARES)


def cells_of(host: Host, packet: bytes) -> list[Cell]:
    """Return the cells that a packet belongs to, by the state in which it meets the host; none for what is no TCP."""
    segment = parse(packet)
    read = ip.read(packet)
    if segment is None or read is None:
        return []
    flow = Flow(read.dst, segment.dport, read.src, segment.sport)
    endpoint = host.connections.get(flow)
    if endpoint is None:
        listening = host.listener_at(flow.local, flow.local_port) is not None
        state = State.LISTEN if listening else State.CLOSED
        return [(state.value, kind) for kind in kinds_of(segment, without_connection(segment.ack))]
    return [(_row(endpoint), kind) for kind in kinds_of(segment, _view(endpoint))]


def _row(endpoint: Tcb) -> str:
    if endpoint.state is not State.SYN_RECEIVED:
        return endpoint.state.value
    return SIMULTANEOUS if endpoint.listener is None else PASSIVE


def _view(endpoint: Tcb) -> View:
    """While our SYN is not acknowledged, ISS itself is too old to be (sections 3.10.7.3, and 3.10.7.4, fifth check)."""
    window = (endpoint.rcv_nxt, endpoint.rcv_wnd)
    if endpoint.state is State.SYN_SENT:
        return View(add(endpoint.iss, 1), endpoint.snd_nxt)
    if endpoint.state is State.SYN_RECEIVED:
        return View(add(endpoint.iss, 1), endpoint.snd_nxt, window)
    return View(endpoint.snd_una, endpoint.snd_nxt, window)
