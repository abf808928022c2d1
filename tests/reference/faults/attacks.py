"""What lets peers, and those who pretend to be, do harm (RFC 9293, sections 3.4.3 and 7)."""

from __future__ import annotations

from reference.faults import Endpoint, Listener, fault
from reference.segment import Segment


@fault("flood-of-syns-fills-the-queue", breaks="RFC9293:7-syn-flood")
class FloodOfSynsFillsTheQueue(Listener):
    """Half-open connections stay until they time out, and newcomers are lost."""

    def has_room(self) -> bool:
        return len(self.half_open) + len(self.waiting) < max(1, self.backlog)


@fault("newest-half-open-connection-goes-first", breaks="RFC9293:7-syn-flood")
class FloodKeepsNewcomersOut(Listener):
    """A newcomer finds a place, but the queue that it has filled is what it is dropped from."""

    def open(self, segment: Segment, previous: Endpoint | None = None) -> None:
        super().open(segment, previous)
        if len(self.half_open) >= self.backlog:
            next(reversed(self.half_open)).delete()


@fault("abort-waits-for-the-window", breaks="RFC9293:7-nonprogress")
class AbortWaitsForTheWindow(Endpoint):
    """What is queued has to be sent before the connection ends."""

    def abort(self) -> None:
        if not self.unsent:
            super().abort()


@fault("connections-without-progress-fill-the-host", breaks="RFC9293:7-nonprogress")
class ConnectionsWithoutProgressFillTheHost(Listener):
    """There is memory for few of them."""

    def has_room(self) -> bool:
        stuck = [one for one in self.host.connections.values() if one.unsent and one.snd_wnd == 0]
        return len(stuck) < 8 and super().has_room()


@fault("everything-before-the-urgent-pointer-is-skipped", breaks="RFC9293:7-urg-evasion")
class EverythingBeforeTheUrgentPointerIsSkipped(Endpoint):
    """An IDS in front of it sees text that the user never gets."""

    def take(self, text: bytes) -> None:
        super().take(text)
        if self.rcv_up is not None:
            self.received.clear()


@fault("timestamps-do-not-protect-data", breaks=("RFC9293:3.4.3-paws-fast", "RFC7323:5.3-paws-drop"))
class TimestampsDoNotProtectData(Endpoint):
    """On the fast path, the segment that is expected next is taken without a look at its timestamp."""

    def check_timestamp(self, segment: Segment) -> bool:
        return segment.seq == self.rcv_nxt or super().check_timestamp(segment)
