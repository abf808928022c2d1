"""What virtual links and stacks do to the evidence, looked for before the first case.

On a virtual link nobody may compute the checksums of what the target sends, or look at those of what it receives, and
one "segment" may be many that were never cut: offload, for a card that is not there. That would be held against the
target's TCP, so it is said beforehand; it may of course be the target's own doing.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping

from conformance.peer import Peer
from conformance.segment import Ctl, Segment, wrong_checksum
from conformance.timing import Timing
from conformance.transcript import Transcript
from conformance.wire import Flow, Wire

Lane = tuple[str, str]

UNFINISHED = (
    "the target's segments come with unfinished checksums: switch transmit checksum offload off at its interface"
)
UNCHECKED = "the target answers a SYN whose checksum is wrong: switch receive checksum offload off at its interface"
UNCUT = "the target's segments are longer than our MSS allows: switch segmentation offload off at its interface"


@contextlib.contextmanager
def doubts(
    wire: Wire, lanes: Iterable[Lane], ours: Iterator[int], port: int, speaks: int | None
) -> Iterator[list[str]]:
    """Look at the target while the context lasts, and put what is doubtful into the list by its end, in words.

    `port` is open; `speaks`, if there is one, says much of its own accord. Nothing here waits for long: the context
    should last for the second that a silent port needs to be believed.
    """
    found: dict[str, None] = {}
    said: list[str] = []
    ends = list(lanes)
    with _peers(wire, ends, ours, port) as spoilt, _peers(wire, ends, ours, speaks or port) as heard:
        for peer in spoilt:
            peer.inject(wrong_checksum(peer.craft(Ctl.SYN)))
        for peer in heard:
            found |= dict.fromkeys(doubt for one in _listen(peer, speaks is not None) for doubt in _of(one))
        yield said
        if any(peer.hear(wire.now()) for peer in spoilt):
            found[UNCHECKED] = None
        for peer in spoilt:
            peer.send(Ctl.RST, seq=peer.iss + 1)
    said += found


def _listen(peer: Peer, speaks: bool) -> Iterator[Segment]:
    """Shake hands, and yield what comes: the SYN,ACK, and the first text of a port that speaks."""
    until = peer.wire.now() + Timing().reply
    peer.send(Ctl.SYN)
    answer = peer.hear(until)
    if answer is None:
        return
    yield answer
    if speaks and answer.ctl & Ctl.SYN:
        peer.send(Ctl.ACK)
        text = peer.hear(until)
        if text is not None:
            yield text


def _of(segment: Segment) -> Iterator[str]:
    if any(defect.startswith("checksum") for defect in segment.defects):
        yield UNFINISHED
    if len(segment.data) > _MSS[":" in segment.src]:
        yield UNCUT


_MSS: Mapping[bool, int] = {False: 1460, True: 1440}


@contextlib.contextmanager
def _peers(wire: Wire, lanes: list[Lane], ours: Iterator[int], port: int) -> Iterator[list[Peer]]:
    """Lend a peer for each lane; in the end each hangs up."""
    peers = [Peer(wire, Flow(local, next(ours), remote, port), Transcript(), Timing()) for local, remote in lanes]
    try:
        yield peers
    finally:
        for peer in peers:
            peer.hang_up()
