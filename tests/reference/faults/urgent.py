"""Urgent data, either way (RFC 9293, sections 3.8.5, 3.9.1 and 3.10.7.4, sixth step)."""

from __future__ import annotations

from conformance.state import State
from reference.faults import Endpoint, fault
from reference.numbers import add, ahead
from reference.otherwise import CLOSING_STATES
from reference.segment import ACK, URG, Segment
from reference.user import Signal

# -- receiving --


@fault("urgent-data-is-not-told", breaks=("RFC9293:MUST-32", "RFC9293:MUST-30", "RFC9293:3.10.7.4-urg-sync"))
class UrgentDataIsNotTold(Endpoint):
    def check_urg(self, segment: Segment) -> bool:
        return True


@fault("urgent-data-is-told-when-it-comes", breaks=("RFC9293:3.10.7.4-urg-sync", "RFC9293:MUST-32"))
class UrgentDataIsToldWhenItComes(Endpoint):
    """A pointer ahead of what the segment brings is not told."""

    def check_urg(self, segment: Segment) -> bool:
        return True if segment.up > len(segment.text) else super().check_urg(segment)


@fault("urgent-data-is-told-once-in-a-connection", breaks="RFC9293:MUST-32")
class UrgentDataIsToldOnceInAConnection(Endpoint):
    def check_urg(self, segment: Segment) -> bool:
        return True if self.rcv_up is not None else super().check_urg(segment)


@fault("same-urgent-pointer-is-told-again", breaks=("RFC9293:3.8.5-urg-update-silent", "RFC9293:3.10.7.4-urg-sync"))
class SameUrgentPointerIsToldAgain(Endpoint):
    def check_urg(self, segment: Segment) -> bool:
        if segment.ctl & URG and self.rcv_up == add(segment.seq, segment.up):
            self.tell(Signal.URGENT)
        return super().check_urg(segment)


@fault("urgent-pointer-may-recede", breaks=("RFC9293:3.10.7.4-urg-sync", "RFC9293:3.8.5-urg-robust"))
class UrgentPointerMayRecede(Endpoint):
    def check_urg(self, segment: Segment) -> bool:
        super().check_urg(segment)
        if segment.ctl & URG:
            self.rcv_up = add(segment.seq, segment.up)
        return True


@fault("urgent-pointer-is-taken-for-the-last-urgent-octet", breaks="RFC9293:MUST-62")
class UrgentPointerIsTakenForTheLastUrgentOctet(Endpoint):
    """As in RFC 1122."""

    def check_urg(self, segment: Segment) -> bool:
        segment.up += 1
        return super().check_urg(segment)


@fault("end-of-urgent-data-is-not-kept", breaks=("RFC9293:MUST-33", "RFC9293:3.8.5-urg-mode"))
class EndOfUrgentDataIsNotKept(Endpoint):
    """The user is told that there is some, and cannot learn where it ends."""

    def check_urg(self, segment: Segment) -> bool:
        super().check_urg(segment)
        self.rcv_up = None
        return True


@fault("urgent-mode-never-ends", breaks="RFC9293:3.8.5-urg-mode")
class UrgentModeNeverEnds(Endpoint):
    def check_urg(self, segment: Segment) -> bool:
        if self.rcv_up is not None and segment.text:
            self.tell(Signal.URGENT)
        return super().check_urg(segment)


@fault("whole-segment-is-urgent", breaks=("RFC9293:3.9.1.3-receive-urgent", "RFC9293:MUST-62"))
class WholeSegmentIsUrgent(Endpoint):
    """What follows the urgent data comes together with it."""

    def check_urg(self, segment: Segment) -> bool:
        segment.up = max(segment.up, len(segment.text))
        return super().check_urg(segment)


@fault("urgent-octet-is-never-in-line", breaks="RFC6093:2.1-inline")
class UrgentOctetIsNeverInLine(Endpoint):
    """The user who wants it in its place gets it apart all the same."""

    def check_urg(self, segment: Segment) -> bool:
        self.settings.urgent_inline = False
        return super().check_urg(segment)


@fault("urgent-data-ends-after-64-kib", breaks="RFC9293:MUST-31")
class UrgentDataEndsAfter64KiB(Endpoint):
    """What the first pointer could not show is not urgent."""

    first: int | None = None

    def check_urg(self, segment: Segment) -> bool:
        if self.first is None and segment.ctl & URG:
            self.first = segment.seq
        if self.first is not None and ahead(self.first, add(segment.seq, segment.up)) > 0xFFFF:
            return True
        return super().check_urg(segment)


@fault("urgent-pointer-is-ignored-while-the-window-is-closed", breaks=("RFC9293:MUST-66", "RFC9293:MUST-32"))
class UrgentPointerIsIgnoredWhileTheWindowIsClosed(Endpoint):
    def check_urg(self, segment: Segment) -> bool:
        return True if self.rcv_wnd == 0 else super().check_urg(segment)


@fault("urgent-pointer-counts-without-urg-in-a-connection", breaks="RFC9293:3.8.5-urg-absent")
class UrgentPointerCountsWithoutUrgInAConnection(Endpoint):
    def check_urg(self, segment: Segment) -> bool:
        segment.ctl |= URG if segment.up else 0
        return super().check_urg(segment)


@fault("urgent-pointer-beyond-the-segment-drops-it", breaks="RFC9293:3.8.5-urg-robust")
class UrgentPointerBeyondTheSegmentDropsIt(Endpoint):
    def check_urg(self, segment: Segment) -> bool:
        beyond = segment.ctl & URG and segment.up > len(segment.text)
        return False if beyond else super().check_urg(segment)


@fault("urgent-text-completes-no-handshake", breaks=("RFC9293:MUST-30", "RFC9293:3.10.7.4-ack-synrcvd-ok"))
class UrgentTextCompletesNoHandshake(Endpoint):
    """What has URG is out of the question before ESTABLISHED."""

    def check_ack_in_syn_received(self, segment: Segment) -> bool:
        return not segment.ctl & URG and super().check_ack_in_syn_received(segment)


@fault("urgent-pointer-after-the-fin-is-told", breaks="RFC9293:3.10.7.4-urg-late")
class UrgentPointerAfterTheFinIsTold(Endpoint):
    def check_urg(self, segment: Segment) -> bool:
        if segment.ctl & URG and (self.state in CLOSING_STATES or self.state is State.CLOSE_WAIT):
            self.tell(Signal.URGENT)
        return super().check_urg(segment)


# -- sending --


@fault("urgent-pointer-shows-the-last-urgent-octet", breaks="RFC9293:MUST-62")
class UrgentPointerShowsTheLastUrgentOctet(Endpoint):
    """As in RFC 1122."""

    def urgent_offset(self, seq: int) -> int:
        return max(super().urgent_offset(seq) - 1, 0)


@fault(
    "urgent-data-is-sent-as-any-other",
    breaks=("RFC9293:3.9.1.2-send-urgent", "RFC9293:3.10.2-send-urg", "RFC9293:MUST-30"),
)
class UrgentDataIsSentAsAnyOther(Endpoint):
    def urgent_offset(self, seq: int) -> int:
        return 0


@fault("urgent-data-is-announced-by-its-last-segment", breaks="RFC9293:3.10.2-send-urg")
class UrgentDataIsAnnouncedByItsLastSegment(Endpoint):
    def urgent_offset(self, seq: int) -> int:
        offset = super().urgent_offset(seq)
        return 0 if offset > self.eff_snd_mss() else offset


@fault("urgent-mode-of-the-sender-never-ends", breaks="RFC9293:3.8.5-urg-absent")
class UrgentModeOfTheSenderNeverEnds(Endpoint):
    def urgent_offset(self, seq: int) -> int:
        return super().urgent_offset(seq) or (0 if self.snd_up is None else 1)


@fault("urgent-send-of-nothing-sends-a-pointer", breaks="RFC9293:3.8.5-urg-needs-data")
class UrgentSendOfNothingSendsAPointer(Endpoint):
    def send(self, text: bytes, *, urgent: bool = False) -> None:
        super().send(text, urgent=urgent)
        if urgent and not text:
            self.snd_up = add(self.snd_nxt, 1)
            self.emit(ACK, self.snd_nxt)


@fault("long-urgent-pointer-wraps", breaks=("RFC9293:MUST-31", "RFC7323:A-urgptr-overflow"))
class LongUrgentPointerWraps(Endpoint):
    """It tells how far the urgent data reaches modulo 65536."""

    def urgent_offset(self, seq: int) -> int:
        if self.snd_up is None or ahead(seq, self.snd_up) <= 0:
            return 0
        return ahead(seq, self.snd_up) & 0xFFFF
