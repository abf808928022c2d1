"""What a target offers and how fast it is, found out by a few segments before the first case."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median

from conformance.errors import UsageProblem
from conformance.peer import Peer
from conformance.segment import Ctl
from conformance.target.evidence import doubts
from conformance.target.measure import measure
from conformance.target.quality import PERFECT, Quality
from conformance.timing import INITIAL_RTO, Timing
from conformance.transcript import Transcript
from conformance.wire import Flow, Wire

SERVICES = {
    **{"discard": 9, "echo": 7, "http": 80, "https": 443, "http-alt": 8080, "doip": 13400, "domain": 53},
    **{"bgp": 179, "modbus": 502, "microsoft-ds": 445, "telnet": 23, "ssh": 22, "smtp": 25, "daytime": 13},
    **{"chargen": 19},
}
"""Ports that are tried, the most useful first: one that takes data in silence before one that speaks first."""

UNLIKELY = (1, 4, 6, 81)
"""Ports that hardly anything listens on: tried, with the services, for one that resets."""

SAMPLES = 5
KNOCKS = 3
"""So often a silent port is tried, where the user named it or the path is known to lose."""

RTO_LIMIT = 6.5
"""Seconds within which a SYN,ACK is seen again: RFC 6298 wants 1 s at first, RFC 1122 wanted 3 s."""

Lane = tuple[str, str]
"""Our address and the target's, of one family."""


@dataclass(frozen=True, slots=True)
class Survey:
    """What was found. `closed_port` is None when no port resets; `reset` are all that do, `opened` all that accept."""

    open_port: int
    closed_port: int | None
    closed_reason: str
    services: Mapping[str, int]
    rtt: float
    answer: float
    rto: float | None
    path: Quality = PERFECT
    doubts: tuple[str, ...] = ()


def survey(
    wire: Wire,
    lanes: Mapping[str, Lane],
    ports: Iterable[int],
    open_port: int | None,
    closed_port: int | None,
    *,
    perfect: bool = True,
    spoils: bool = False,
) -> Survey:
    """Look at the target over each of `lanes` (by family). `ports` are fresh ports of ours.

    A port that is given is checked; one that is not is looked for. A path that is not known to be `perfect` is
    measured; `spoils` tells that it is known not to be. UsageProblem when there is no open port, or when the one
    called closed is open.
    """
    ours = iter(ports)
    wanted = [port for port in (open_port, closed_port) if port is not None]
    tried = list(dict.fromkeys([*wanted, *SERVICES.values(), *UNLIKELY]))
    found: Found = {family: {} for family in lanes}
    _knock_at(wire, lanes, ours, tried, found)
    _knock_again(wire, lanes, ours, wanted, found)
    path = Quality(told=spoils)
    if not perfect:
        port, closes = _to_measure(tried, found)
        path = replace(measure(wire, lanes, ours, port, closed=closes), told=spoils)
        if path.spoils:
            _knock_again(wire, lanes, ours, tried, found)
    opened, reset = _all_say(tried, found, "open"), _all_say(tried, found, "reset")
    chosen = _open(open_port, opened)
    closed, reason = _closed(closed_port, reset, found)
    trips = [trip for lane in lanes.values() for trip in _round_trips(wire, lane, ours, closed or chosen)]
    services = {name: port for name, port in SERVICES.items() if port in opened}
    with doubts(wire, lanes.values(), ours, chosen, services.get("chargen")) as doubtful:
        rto = _rto(wire, lanes.values(), ours, chosen, tries=KNOCKS if path.spoils else 1)
    return Survey(
        open_port=chosen,
        closed_port=closed,
        closed_reason=reason,
        services=services,
        rtt=median(trips) if trips else 0.0,
        answer=max([*trips, path.slowest]),
        rto=rto,
        path=path,
        doubts=() if path.spoils else tuple(doubtful),
    )


Found = dict[str, dict[int, str]]
"""By family, what each port that answers says: `open` or `reset`."""


def _all_say(ports: Sequence[int], found: Found, word: str) -> list[int]:
    return [port for port in ports if all(answers.get(port) == word for answers in found.values())]


def _to_measure(ports: Sequence[int], found: Found) -> tuple[int, bool]:
    """Return a port that answers in all families, and whether it does so by a reset: that leaves nothing behind."""
    reset = _all_say(ports, found, "reset")
    return (reset[-1], True) if reset else (next(iter(_all_say(ports, found, "open")), ports[0]), False)


def _knock_at(wire: Wire, lanes: Mapping[str, Lane], ours: Iterator[int], ports: Sequence[int], found: Found) -> None:
    for family, lane in lanes.items():
        silent = [port for port in ports if port not in found[family]]
        if silent:
            found[family] |= _knock(wire, lane, ours, silent)


def _knock_again(
    wire: Wire, lanes: Mapping[str, Lane], ours: Iterator[int], ports: Sequence[int], found: Found
) -> None:
    for _ in range(KNOCKS - 1):
        _knock_at(wire, lanes, ours, ports, found)


def _knock(wire: Wire, lane: Lane, ours: Iterable[int], ports: Sequence[int]) -> dict[int, str]:
    """Send a SYN to each port, all at once; return `open` or `reset` for each that answers."""
    answers = {}
    with _peers(wire, [(lane, port) for port in ports], ours) as peers:
        for peer in peers:
            peer.send(Ctl.SYN)
        until = wire.now() + Timing().reply
        for port, peer in zip(ports, peers, strict=True):
            answer = peer.hear(until)
            if answer is not None:
                answers[port] = "reset" if answer.ctl & Ctl.RST else "open"
    return answers


def _open(given: int | None, opened: Sequence[int]) -> int:
    if given is not None and given not in opened:
        raise UsageProblem(f"--open-port {given} does not accept a connection; start a listener there or name another")
    if not opened:
        raise UsageProblem("no open port found among well-known ones; name one with --open-port")
    return opened[0] if given is None else given


def _closed(given: int | None, reset: Sequence[int], found: Mapping[str, Mapping[int, str]]) -> tuple[int | None, str]:
    if given is None:
        # The last that resets is one of the unlikely ones, where there is such a one.
        return (reset[-1], "") if reset else (None, "no port of the target resets (a filter?); see --closed-port")
    if any(answers.get(given) == "open" for answers in found.values()):
        raise UsageProblem(f"--closed-port {given} is open; name one where nothing listens")
    return (given, "") if given in reset else (None, f"port {given} is called closed but stays silent (a filter?)")


def _round_trips(wire: Wire, lane: Lane, ours: Iterable[int], port: int) -> list[float]:
    trips = []
    for _ in range(SAMPLES):
        with _peers(wire, [(lane, port)], ours) as (peer,):
            sent = peer.send(Ctl.SYN)
            answer = peer.hear(wire.now() + Timing().reply)
            if answer is not None:
                trips.append(max(0.0, answer.at - sent.at))
    return trips


def _rto(wire: Wire, lanes: Iterable[Lane], ours: Iterable[int], port: int, tries: int) -> float | None:
    """Return the longest time to the first retransmission of a SYN,ACK; None when one lane sees none."""
    seen = (_rto_once(wire, lanes, ours, port) for _ in range(tries))
    return next((rto for rto in seen if rto is not None), None)


def _rto_once(wire: Wire, lanes: Iterable[Lane], ours: Iterable[int], port: int) -> float | None:
    with _peers(wire, [(lane, port) for lane in lanes], ours) as peers:
        for peer in peers:
            peer.send(Ctl.SYN)
        gaps = [_gap(peer) for peer in peers]
    seen = [gap for gap in gaps if gap is not None]
    return max(seen) if seen and len(seen) == len(gaps) else None


def _gap(peer: Peer) -> float | None:
    first = peer.hear(peer.wire.now() + INITIAL_RTO)
    again = peer.hear(peer.wire.now() + RTO_LIMIT) if first else None
    return again.at - first.at if first and again and again.seq == first.seq else None


@contextlib.contextmanager
def _peers(wire: Wire, aims: Sequence[tuple[Lane, int]], ours: Iterable[int]) -> Iterator[list[Peer]]:
    """Lend a peer for each lane and port of the target; in the end, whatever that is, each hangs up."""
    flows = [Flow(local, next(iter(ours)), remote, port) for (local, remote), port in aims]
    peers = [Peer(wire, flow, Transcript(), Timing()) for flow in flows]
    try:
        yield peers
    finally:
        for peer in peers:
            peer.hang_up()
