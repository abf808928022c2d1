"""What the path to a target does to segments, measured before the first case: whether it loses, doubles, reorders."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from conformance import seq
from conformance.peer import Peer
from conformance.segment import Ctl, Segment
from conformance.target.quality import Quality
from conformance.timing import INITIAL_RTO, Timing
from conformance.transcript import Transcript
from conformance.wire import Flow, Wire

PROBES = 200
PACE = 0.01
"""Seconds between two pairs of probes: systems that limit their resets send some 200 in a second."""

APART = 1000
"""How far the numbers of two probes on one connection are apart, so that their answers can be told from each other."""

TOGETHER = INITIAL_RTO / 2
"""Seconds within which answers come of their own; what comes later is a SYN,ACK sent again."""

Lane = tuple[str, str]


def measure(wire: Wire, lanes: Mapping[str, Lane], ours: Iterator[int], port: int, *, closed: bool) -> Quality:
    """Send probes to `port` of the target over each of `lanes`, by turns. `ours` are fresh ports of ours.

    A port that is not `closed` gets one probe on each connection, which is reset as soon as it has answered.
    """
    each = 2 if closed else 1
    ways = list(lanes.values())
    peers: list[Peer] = []
    sent: list[list[Segment]] = []
    heard: list[list[Segment]] = []
    idle = wire.open(Flow(ways[0][0], next(ours), ways[0][1], port))  # nothing ever comes here: it only lets time pass
    for number in range(PROBES // each):
        local, remote = ways[number % len(ways)]
        peer = Peer(wire, Flow(local, next(ours), remote, port), Transcript(), Timing())
        peers.append(peer)
        sent.append([peer.send(Ctl.SYN, seq=seq.add(peer.iss, APART * probe)) for probe in range(each)])
        heard.append([])
        wire.wait(idle, wire.now() + PACE)
        _listen(peers, heard)
    wire.wait(idle, wire.now() + Timing().reply)
    _listen(peers, heard)
    for peer in peers:
        peer.hang_up()
    wire.close(idle)
    return _quality(sent, heard)


def _listen(peers: list[Peer], heard: list[list[Segment]]) -> None:
    for peer, answers in zip(peers, heard, strict=True):
        if not peer.inbox.arrivals:
            continue
        while (answer := peer.hear(peer.wire.now())) is not None:
            answers.append(answer)
        if not peer.reset:
            peer.send(Ctl.RST, seq=seq.add(peer.iss, 1))


def _quality(sent: list[list[Segment]], heard: list[list[Segment]]) -> Quality:
    lost = doubled = reordered = 0
    trips = []
    for probes, answers in zip(sent, heard, strict=True):
        soon = [answer for answer in answers if answer.at - answers[0].at < TOGETHER]
        order = [answer.ack for answer in soon if answer.ctl & Ctl.ACK]
        once = list(dict.fromkeys(order))
        lost += len(probes) - len(once)
        doubled += len(order) - len(once)
        reordered += once == [probe.end for probe in reversed(probes)] != [probe.end for probe in probes]
        trips += [answer.at - probe.at for probe in probes for answer in answers[:1] if answer.ack == probe.end]
    return Quality(
        probes=sum(map(len, sent)),
        lost=lost,
        doubled=doubled,
        reordered=reordered,
        fastest=max(0.0, min(trips, default=0.0)),
        slowest=max(trips, default=0.0),
    )
