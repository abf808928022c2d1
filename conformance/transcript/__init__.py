"""What went over the wire in a case, in order, with the user calls at the target and the suite's remarks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from conformance.segment import Segment

Who = Literal["peer", "target", "call", "note"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the transcript.

    `who` spoke: the peer (us), the target, the target's user (`call`: a user call of RFC 9293, section 3.9.1), or
    the suite (`note`). `at` is in seconds on the run's monotonic clock. `iss` and `irs` are ours at that moment.
    `packet` holds what is no TCP segment (ICMP) or does not parse. A segment that went in `fragments` went so, in that
    order.
    """

    at: float
    who: Who
    segment: Segment | None = None
    text: str = ""
    packet: bytes = b""
    iss: int | None = None
    irs: int | None = None
    fragments: tuple[bytes, ...] = ()


@dataclass(slots=True)
class Transcript:
    """The entries of one case. `epoch` added to an entry's `at` gives Unix time, in seconds."""

    epoch: float = 0.0
    entries: list[Entry] = field(default_factory=list)

    def segment(
        self, who: Who, segment: Segment, iss: int | None, irs: int | None, fragments: tuple[bytes, ...] = ()
    ) -> None:
        """Add a segment that the peer sent or the target said, and the IP fragments that it went in, if any."""
        text = f"in {len(fragments)} fragment{'s' if len(fragments) > 1 else ''}" if fragments else ""
        self.entries.append(Entry(segment.at, who, segment, text, iss=iss, irs=irs, fragments=fragments))

    def packet(self, who: Who, at: float, packet: bytes, text: str) -> None:
        """Add a packet that is no segment, with what it is in words."""
        self.entries.append(Entry(at, who, text=text, packet=packet))

    def call(self, at: float, text: str) -> None:
        """Add a user call at the target, such as `CLOSE`."""
        self.entries.append(Entry(at, "call", text=text))

    def note(self, at: float, text: str) -> None:
        """Add a remark of the suite."""
        self.entries.append(Entry(at, "note", text=text))
