"""Windows that the user does not read empty: closing, closed, opening (RFC 9293, sections 3.4, 3.8.6 and 3.8.6.2.2)."""

from __future__ import annotations

from reference.faults import Endpoint, fault
from reference.numbers import ahead, lt
from reference.segment import Segment


@fault("data-taken-counts-twice", breaks=("RFC9293:3.10.7.4-text-right-edge", "RFC9293:SHLD-14"))
class DataTakenCountsTwice(Endpoint):
    """The window shrinks by what came and by what it costs to keep it."""

    def advance(self, octets: int) -> None:
        super().advance(octets)
        self.rcv_wnd = max(0, self.rcv_wnd - octets)


@fault("last-octet-of-the-window-is-refused", breaks="RFC9293:3.8.6-honour-advertised")
class LastOctetOfTheWindowIsRefused(Endpoint):
    def trim(self, segment: Segment) -> tuple[int, bytes, bool]:
        seq, text, fin = super().trim(segment)
        return seq, text[: max(0, self.rcv_wnd - ahead(self.rcv_nxt, seq) - 1)], fin


@fault("large-window-is-more-than-the-buffer-holds", breaks="RFC9293:3.8.6-honour-advertised")
class LargeWindowIsMoreThanTheBufferHolds(Endpoint):
    """What was offered is dropped when it comes, because it has more overhead than was thought of."""

    def take(self, text: bytes) -> None:
        if len(self.received) < 40000:
            super().take(text)


@fault("segment-that-begins-below-the-window-is-refused", breaks="RFC9293:3.4-accept-lenpos-wndpos")
class SegmentThatBeginsBelowTheWindowIsRefused(Endpoint):
    """Only the first octet is looked at."""

    def check_sequence(self, segment: Segment) -> bool:
        if segment.text and lt(segment.seq, self.rcv_nxt):
            return self.unacceptable(segment)
        return super().check_sequence(segment)


@fault("ack-at-the-right-edge-is-acceptable", breaks="RFC9293:3.4-accept-len0-wndpos")
class AckAtTheRightEdgeIsAcceptable(Endpoint):
    """SEG.SEQ =< RCV.NXT+RCV.WND. Seen in Linux."""

    def unacceptable(self, segment: Segment) -> bool:
        if not segment.length and self.rcv_wnd and ahead(self.rcv_nxt, segment.seq) == self.rcv_wnd:
            return True
        return super().unacceptable(segment)


@fault("empty-segment-at-a-closed-window-is-refused", breaks="RFC9293:3.4-accept-len0-wnd0")
class EmptySegmentAtAClosedWindowIsRefused(Endpoint):
    """With a window of zero nothing is acceptable."""

    def check_sequence(self, segment: Segment) -> bool:
        return super().check_sequence(segment) if self.rcv_wnd else self.unacceptable(segment)


@fault("empty-segment-beyond-a-closed-window-is-ignored", breaks="RFC9293:3.4-accept-len0-wnd0")
class EmptySegmentBeyondAClosedWindowIsIgnored(Endpoint):
    """An ACK that has no text is never answered where the window is zero."""

    def unacceptable(self, segment: Segment) -> bool:
        if not self.rcv_wnd and not segment.length and lt(self.rcv_nxt, segment.seq):
            return False
        return super().unacceptable(segment)


@fault("data-for-a-closed-window-reaches-the-user", breaks="RFC9293:3.4-accept-lenpos-wnd0")
class DataForAClosedWindowReachesTheUser(Endpoint):
    """It is not acknowledged, and delivered all the same."""

    def check_sequence(self, segment: Segment) -> bool:
        if not self.rcv_wnd:
            self.received += segment.text
        return super().check_sequence(segment)


@fault("closed-window-takes-no-ack", breaks="RFC9293:3.4-zero-wnd-acks")
class ClosedWindowTakesNoAck(Endpoint):
    """Whoever has no room does not look at the ACK field either."""

    def process_ack(self, segment: Segment) -> None:
        if self.rcv_wnd:
            super().process_ack(segment)


@fault(
    "probe-of-a-closed-window-stops-acks", breaks=("RFC9293:3.4-zero-wnd-acks", "RFC2525:2.12-window-probe-deadlock")
)
class ProbeOfAClosedWindowStopsAcks(Endpoint):
    """RCV.NXT moves for the octet that was dropped, so that what follows is unacceptable. Seen in old BSDs."""

    def unacceptable(self, segment: Segment) -> bool:
        self.probed = True
        return super().unacceptable(segment)

    def without_text(self, segment: Segment) -> bool:
        self.probed = bool(segment.text)
        return super().without_text(segment)

    def process_ack(self, segment: Segment) -> None:
        if not getattr(self, "probed", False):
            super().process_ack(segment)


@fault("what-is-not-read-is-dropped", breaks="RFC9293:MAY-8")
class WhatIsNotReadIsDropped(Endpoint):
    """When the peer probes the closed window, room is made for it."""

    def without_text(self, segment: Segment) -> bool:
        if segment.text:
            self.received.clear()
        return super().without_text(segment)


@fault("window-opens-by-what-was-read", breaks=("RFC9293:MUST-39", "RFC9293:3.8.6.2.2-edge-increments"))
class WindowOpensByWhatWasRead(Endpoint):
    """No silly window avoidance: ten octets read are ten octets of window."""

    def advance_edge(self) -> None:
        self.rcv_wnd = max(self.rcv_wnd, self.room())


@fault("window-opens-by-a-tenth-of-a-segment", breaks="RFC9293:3.8.6.2.2-edge-increments")
class WindowOpensByATenthOfASegment(Endpoint):
    def advance_edge(self) -> None:
        if self.room() - self.rcv_wnd >= self.announced_mss() // 10:
            super().advance_edge()
            self.rcv_wnd = max(self.rcv_wnd, self.room())


@fault("closed-window-never-opens", breaks="RFC9293:3.8.6.2.2-edge-increments")
class ClosedWindowNeverOpens(Endpoint):
    """Once there was no room, there will be none."""

    def advance_edge(self) -> None:
        if self.rcv_wnd:
            super().advance_edge()
