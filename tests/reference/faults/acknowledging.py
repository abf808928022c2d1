"""Acknowledgments late, one by one, or not at all (RFC 9293, sections 3.8.6.3 and 3.10.7.4; RFC 5681, section 4.2)."""

from __future__ import annotations

from reference.faults import Endpoint, fault
from reference.numbers import add
from reference.output import ACK_DELAY
from reference.segment import Segment


@fault("ack-waits-for-longer-than-half-a-second", breaks="RFC9293:MUST-40")
class AckWaitsForLongerThanHalfASecond(Endpoint):
    def delay_acknowledgment(self) -> None:
        if not self.runs("delayed-ack"):
            self.start("delayed-ack", 0.55)


@fault("ack-waits-too-long-once-the-target-has-spoken", breaks="RFC9293:MUST-40")
class AckWaitsTooLongOnceTheTargetHasSpoken(Endpoint):
    """The ACK is kept for the next thing that the user says."""

    def delay_acknowledgment(self) -> None:
        if self.snd_nxt != add(self.iss, 1):
            self.start("delayed-ack", 1.0)
        else:
            super().delay_acknowledgment()


@fault("ack-of-a-fin-is-delayed-too-long", breaks="RFC9293:MUST-40")
class AckOfAFinIsDelayedTooLong(Endpoint):
    def process_fin(self) -> None:
        super().process_fin()
        self.ack_due = False
        self.start("delayed-ack", 0.55)


@fault("no-ack-is-delayed", breaks="RFC9293:SHLD-18")
class NoAckIsDelayed(Endpoint):
    """Each segment draws an ACK of its own."""

    def delay_acknowledgment(self) -> None:
        self.ack_due = True


@fault("full-segments-wait-for-the-timer", breaks="RFC9293:SHLD-19")
class FullSegmentsWaitForTheTimer(Endpoint):
    """However many came: a stretch ACK (RFC 2525, section 2.13)."""

    def delay_acknowledgment(self) -> None:
        if not self.runs("delayed-ack"):
            self.start("delayed-ack", ACK_DELAY)


@fault("ack-of-text-above-a-gap-is-delayed", breaks="RFC9293:3.8.6.3-ack-ooo")
class AckOfTextAboveAGapIsDelayed(Endpoint):
    def hold(self, seq: int, text: bytes) -> None:
        super().hold(seq, text)
        self.ack_due = False
        self.delay_acknowledgment()


@fault("ack-of-what-fills-a-gap-is-delayed", breaks="RFC9293:3.8.6.3-ack-ooo")
class AckOfWhatFillsAGapIsDelayed(Endpoint):
    def acknowledge_text(self) -> None:
        self.delay_acknowledgment()

    def take_held(self) -> None:
        due = self.ack_due
        super().take_held()
        self.ack_due = due


@fault("text-above-a-gap-draws-no-ack", breaks="RFC9293:MAY-13")
class TextAboveAGapDrawsNoAck(Endpoint):
    def hold(self, seq: int, text: bytes) -> None:
        super().hold(seq, text)
        self.ack_due = False


@fault("what-was-held-is-acknowledged-piece-by-piece", breaks="RFC9293:MUST-59")
class WhatWasHeldIsAcknowledgedPieceByPiece(Endpoint):
    """An ACK goes out for each segment that is taken, though more wait."""

    def take(self, text: bytes) -> None:
        super().take(text)
        if self.held:
            self.acknowledge()


@fault("what-was-held-is-acknowledged-by-the-timer", breaks="RFC9293:MUST-59")
class WhatWasHeldIsAcknowledgedByTheTimer(Endpoint):
    """What fills the gap is acknowledged at once, and what it lets in half a second later at most."""

    def acknowledge_text(self) -> None:
        if self.held:
            self.acknowledge()
        else:
            super().acknowledge_text()

    def take_held(self) -> None:
        due, held = self.ack_due, len(self.held)
        super().take_held()
        if len(self.held) < held:
            self.ack_due = due
            self.start("delayed-ack", ACK_DELAY)


@fault("text-and-fin-are-acknowledged-apart", breaks="RFC9293:MUST-58")
class TextAndFinAreAcknowledgedApart(Endpoint):
    def process_text(self, segment: Segment) -> bool:
        goes_on = super().process_text(segment)
        if self.fin_at == self.rcv_nxt and segment.text:
            self.acknowledge()
        return goes_on


@fault("ack-goes-ahead-of-text", breaks="RFC9293:3.10.7.4-text-piggyback")
class AckGoesAheadOfText(Endpoint):
    """The ACK is sent while the segment is dealt with, before what else may go out is looked at."""

    def acknowledge_text(self) -> None:
        self.acknowledge()


@fault("every-fourth-segment-is-acknowledged", breaks="RFC2525:2.13-stretch-ack")
class EveryFourthSegmentIsAcknowledged(Endpoint):
    """Or the timer has it done: a stretch ACK."""

    def delay_acknowledgment(self) -> None:
        super().delay_acknowledgment()
        self.ack_due = self.unacknowledged >= 4
        if not self.ack_due and not self.runs("delayed-ack"):
            self.start("delayed-ack", ACK_DELAY)


@fault("text-above-a-gap-draws-two-acks", breaks="RFC5681:4.2-one-ack")
class TextAboveAGapDrawsTwoAcks(Endpoint):
    """One for the segment, and one for the gap."""

    def hold(self, seq: int, text: bytes) -> None:
        super().hold(seq, text)
        self.acknowledge()
        self.ack_due = True


@fault("text-that-comes-again-draws-two-acks", breaks="RFC5681:4.2-one-ack")
class TextThatComesAgainDrawsTwoAcks(Endpoint):
    def unacceptable(self, segment: Segment) -> bool:
        if segment.text:
            self.acknowledge()
        return super().unacceptable(segment)


@fault("small-segments-wait-for-the-timer", breaks="RFC9293:SHLD-19")
class SmallSegmentsWaitForTheTimer(Endpoint):
    """Full ones are counted, and octets are not."""

    small = False

    def process_text(self, segment: Segment) -> bool:
        self.small = len(segment.text) < self.announced_mss() - 12
        return super().process_text(segment)

    def delay_acknowledgment(self) -> None:
        if not self.small:
            super().delay_acknowledgment()
        elif not self.runs("delayed-ack"):
            self.start("delayed-ack", ACK_DELAY)

    def update_peer(self) -> None:
        """No window update comes in place of the ACK, either."""
