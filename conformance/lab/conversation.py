"""What deviates on the wire: functions that are asked for each segment between tester and target.

Such a function is a generator, so that it reads as what it does:

    def reset_is_dropped(segment, talk):
        if not segment.ctl & Ctl.RST:
            yield segment

What it yields goes on its way: the segment as it is or with other fields (`dataclasses.replace`), octets where no
segment can say it, `Later` for what goes on its way later. It yields nothing to drop it, twice to double it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, field

from conformance.craft import craft
from conformance.segment import Segment, parse


@dataclass(frozen=True, slots=True)
class Later:
    """Something that goes on its way `after` so many seconds."""

    after: float
    what: Segment | bytes


Out = Segment | bytes | Later


@dataclass(slots=True)
class Talk:
    """What the two have said on one connection so far, before any meddling: the tester and, `said`, the target."""

    asked: list[Segment] = field(default_factory=list)
    said: list[Segment] = field(default_factory=list)

    @property
    def last(self) -> Segment | None:
        """What the tester said last: most likely what the target answers now."""
        return self.asked[-1] if self.asked else None


Meddling = Callable[[Segment, Talk], Iterable[Out]]


def unchanged(segment: Segment, talk: Talk) -> Iterator[Out]:
    """Let everything pass."""
    yield segment


@dataclass(frozen=True, slots=True)
class Deviation:
    """What is done to what the target says, and to what it is told: one of them, or both."""

    says: Meddling = unchanged
    hears: Meddling = unchanged


class Meddle:
    """One deviation at work on all connections."""

    def __init__(self, deviation: Deviation) -> None:
        self._deviation = deviation
        self._talks: dict[Hashable, Talk] = {}

    def of(self, packet: bytes, *, from_target: bool) -> Iterator[tuple[float, bytes]]:
        """Yield what goes on in place of an IP packet, each with the seconds that it is kept."""
        segment = parse(packet)
        if segment is None:
            yield 0.0, packet
            return
        talk = self._talk(segment, from_target)
        meddling = self._deviation.says if from_target else self._deviation.hears
        for out in list(meddling(segment, talk)):
            after, what = (out.after, out.what) if isinstance(out, Later) else (0.0, out)
            yield after, packet if what is segment else craft(what) if isinstance(what, Segment) else what
        (talk.said if from_target else talk.asked).append(segment)

    def _talk(self, segment: Segment, from_target: bool) -> Talk:
        ends = (segment.src, segment.sport), (segment.dst, segment.dport)
        return self._talks.setdefault(ends if from_target else ends[::-1], Talk())
