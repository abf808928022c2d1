"""The states of both ends through a transcript, as RFC 9293 has them (sections 3.3.2 and 3.10).

What is returned is presumed: the peer's state by what it said and heard, the target's by what it was told, by its
user calls and by what it said. A segment that RFC 9293 drops moves nobody, nor does a segment that the peer forged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from conformance.segment import Segment
from conformance.state import State
from conformance.transcript import Entry, Who
from conformance.transcript.end import ACK, FIN, RST, SYN, End, damaged
from conformance.transcript.moves import Event

Pair = tuple[str, int, str, int]
"""Address and port of the peer, then of the target."""


@dataclass(frozen=True, slots=True)
class Connection:
    """One incarnation of a connection: its number from 1 up, its ends, and both states before its first entry.

    `iss` and `irs` are the peer's, None when they were never known.
    """

    number: int
    pair: Pair
    before: tuple[State, State]
    iss: int | None = None
    irs: int | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """What one entry led to: the connection it belongs to (0 for none), both states after it.

    `again` marks a repeat of a segment with sequence space that was said before: same control bits (PSH aside),
    same number.
    """

    connection: int
    peer: State
    target: State
    again: bool = False


@dataclass(slots=True)
class _Line:
    """Both ends of one pair of addresses and ports, at some moment."""

    connection: int
    peer: End = field(default_factory=lambda: End(honest=False))
    target: End = field(default_factory=lambda: End(honest=True))
    said: set[tuple[Who, int, int]] = field(default_factory=set)

    def repeats(self, who: Who, segment: Segment) -> bool:
        """Tell whether this was said before, and remember it."""
        key = who, segment.seq, int(segment.ctl) & (SYN | FIN | RST | ACK)
        again = key in self.said
        self.said.add(key)
        return again


def follow(entries: Sequence[Entry]) -> tuple[list[Step], list[Connection]]:
    """Return a step for each entry, and the connections in the order in which they appear."""
    follower = _Follower(entries)
    return [follower.step(at) for at in range(len(entries))], follower.connections


def pair_of(entry: Entry) -> Pair | None:
    """Return the addresses and ports of a segment's entry, the peer's first; None when it holds no segment."""
    segment = entry.segment
    if segment is None:
        return None
    if entry.who == "peer":
        return segment.src, segment.sport, segment.dst, segment.dport
    return segment.dst, segment.dport, segment.src, segment.sport


class _Follower:
    def __init__(self, entries: Sequence[Entry]) -> None:
        self.entries = entries
        self.pairs = _assign(entries)
        self.coming = _coming_syns(entries, self.pairs)
        self.ports = _listening_ports(entries)
        self.opened = False
        self.lines: dict[Pair | None, _Line] = {}
        self.connections: list[Connection] = []

    def step(self, at: int) -> Step:
        entry = self.entries[at]
        line = self._line(at)
        again = False
        if entry.segment is not None:
            self._wake(line, at)
            again = self._speak(line, at, entry.segment)
        elif entry.who == "call":
            self._call(line.target, entry.text.upper())
        return Step(line.connection, line.peer.state, line.target.state, again)

    def _line(self, at: int) -> _Line:
        pair = self.pairs[at]
        line = self.lines.get(pair)
        if line is None:
            line = self.lines[pair] = _Line(0)
            if self.entries[at].who != "call":
                self._wake(line, at, new=True)
            self._connect(line, pair)
        return line

    def _connect(self, line: _Line, pair: Pair | None) -> None:
        if pair is not None:
            line.connection = len(self.connections) + 1
            self.connections.append(Connection(line.connection, pair, (line.peer.state, line.target.state)))

    def _wake(self, line: _Line, at: int, new: bool = False) -> None:
        """Put an end into LISTEN that answers the coming SYN with a SYN,ACK: nothing else would show its OPEN."""
        segment = self.entries[at].segment
        if not new and (segment is None or segment.ctl & (SYN | ACK) != SYN):
            return
        by, peer, target = self.coming[at]
        if line.peer.state is State.CLOSED and by == "target" and peer:
            line.peer.move(Event.PASSIVE_OPEN)
        if line.target.state is State.CLOSED and self._target_listens(at, by, target):
            line.target.move(Event.PASSIVE_OPEN)

    def _target_listens(self, at: int, by: Who | None, target: bool | None) -> bool:
        if target is not None:
            return by == "peer" and target
        pair = self.pairs[at]
        return pair is not None and (self.opened or pair[3] in self.ports)

    def _speak(self, line: _Line, at: int, segment: Segment) -> bool:
        entry = self.entries[at]
        if damaged(segment):
            return False
        speaker, hearer = (line.peer, line.target) if entry.who == "peer" else (line.target, line.peer)
        before = line.peer.state, line.target.state
        if speaker.says(segment, ours=entry.iss == segment.seq):
            self._connect(line, self.pairs[at])
            self.connections[-1] = replace(self.connections[-1], before=before)
            line.said.clear()
        hearer.hears(segment)
        self._number(line.connection, entry)
        return segment.len > 0 and line.repeats(entry.who, segment)

    def _number(self, connection: int, entry: Entry) -> None:
        known = self.connections[connection - 1]
        if (entry.iss is not None and entry.iss != known.iss) or (entry.irs is not None and entry.irs != known.irs):
            iss = known.iss if entry.iss is None else entry.iss
            irs = known.irs if entry.irs is None else entry.irs
            self.connections[connection - 1] = replace(known, iss=iss, irs=irs)

    def _call(self, target: End, text: str) -> None:
        event = _event(text)
        if event is Event.CLOSE and "IN LISTEN" in text:
            self.opened = False
            # The listener is closed; what it has accepted goes on.
            event = event if target.state is State.LISTEN else None
        if event is not None:
            self.opened = self.opened or event is Event.PASSIVE_OPEN
            target.move(event)


def _event(text: str) -> Event | None:
    """Read a user call by its first word; None when it moves nothing."""
    word = text.partition(" ")[0].strip(".,:;()")
    if word == "OPEN":
        return Event.ACTIVE_OPEN if "ACTIVE" in text else Event.PASSIVE_OPEN
    return _CALLS.get(word)


_CALLS = {
    "LISTEN": Event.PASSIVE_OPEN,
    "CONNECT": Event.ACTIVE_OPEN,
    "CLOSE": Event.CLOSE,
    "SHUTDOWN": Event.CLOSE,
    "RELEASE": Event.CLOSE,
    "ABORT": Event.ABORT,
}


def _assign(entries: Sequence[Entry]) -> list[Pair | None]:
    """Return each entry's pair. An OPEN belongs to the next SYN, other calls and remarks to the segment before."""
    pairs = [pair_of(entry) for entry in entries]
    first = next((pair for pair in pairs if pair), None)
    current = first
    assigned: list[Pair | None] = []
    for at, entry in enumerate(entries):
        current = pairs[at] or current
        event = _event(entry.text.upper()) if entry.who == "call" else None
        opens = event in (Event.ACTIVE_OPEN, Event.PASSIVE_OPEN)
        assigned.append(_next_opened(entries, at, event) or current if opens else current)
    return assigned


def _next_opened(entries: Sequence[Entry], at: int, event: Event | None) -> Pair | None:
    who = "target" if event is Event.ACTIVE_OPEN else "peer"
    for entry in entries[at:]:
        if entry.segment is not None and entry.who == who and entry.segment.ctl & (SYN | ACK | RST) == SYN:
            return pair_of(entry)
    return None


def _coming_syns(
    entries: Sequence[Entry], pairs: Sequence[Pair | None]
) -> list[tuple[Who | None, bool | None, bool | None]]:
    """Return for each entry, on its pair from there on: who says the next bare SYN; whether the next SYN of the
    peer, and of the target, has an ACK (None: there is none)."""
    nothing: tuple[Who | None, bool | None, bool | None] = (None, None, None)
    latest: dict[Pair | None, tuple[Who | None, bool | None, bool | None]] = {}
    coming = [nothing] * len(entries)
    for at in range(len(entries) - 1, -1, -1):
        entry, pair = entries[at], pairs[at]
        by, peer, target = latest.get(pair, nothing)
        if entry.segment is not None and entry.segment.ctl & SYN:
            acks = bool(entry.segment.ctl & ACK)
            by = by if acks else entry.who
            peer, target = (acks, target) if entry.who == "peer" else (peer, acks)
            latest[pair] = by, peer, target
        coming[at] = by, peer, target
    return coming


def _listening_ports(entries: Sequence[Entry]) -> set[int]:
    """Return the target's ports that answer a SYN with a SYN,ACK, and do not open from there themselves."""
    opening = {pair_of(e) for e in entries if e.segment and e.who == "target" and e.segment.ctl & (SYN | ACK) == SYN}
    return {
        entry.segment.sport
        for entry in entries
        if entry.segment is not None
        and entry.who == "target"
        and entry.segment.ctl & (SYN | ACK) == SYN | ACK
        and pair_of(entry) not in opening
    }
