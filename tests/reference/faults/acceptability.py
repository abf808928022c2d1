"""Which segments and which ACKs are acceptable, and what the others draw (RFC 9293, 3.4 and 3.10.7.4)."""

from __future__ import annotations

from reference.faults import Endpoint, fault
from reference.numbers import add, ahead, lt
from reference.segment import ACK, FIN, RST, SYN, Segment

# -- first check: the sequence number --


@fault(
    "unacceptable-segment-is-ignored",
    breaks=("RFC9293:3.10.7.4-seq-unacceptable-ack", "RFC9293:3.5.2-g3-oow-ack", "RFC9293:3.8.4-ka-reply"),
)
class UnacceptableSegmentIsIgnored(Endpoint):
    """Out-of-window data is not acknowledged. Seen in NuttX and Zephyr."""

    def unacceptable(self, segment: Segment) -> bool:
        return False


@fault("unacceptable-segment-is-reset", breaks="RFC9293:3.5.2-g3-oow-ack")
class UnacceptableSegmentIsReset(Endpoint):
    def unacceptable(self, segment: Segment) -> bool:
        if not segment.ctl & RST:
            self.host.send_reset(segment)
        return False


@fault("unacceptable-segment-ends-the-connection", breaks="RFC9293:3.10.7.4-seq-unacceptable-nodata")
class UnacceptableSegmentEndsTheConnection(Endpoint):
    """It is acknowledged first."""

    def unacceptable(self, segment: Segment) -> bool:
        if not segment.ctl & RST and ahead(self.rcv_nxt, segment.seq) > 0:
            self.acknowledge()
            self.delete()
        return super().unacceptable(segment)


@fault("unacceptable-segment-draws-data", breaks="RFC9293:3.5.2-g3-ack-empty")
class UnacceptableSegmentDrawsData(Endpoint):
    """An old octet goes with the ACK, to be repeated in return."""

    def unacceptable(self, segment: Segment) -> bool:
        if not segment.ctl & RST:
            self.emit(ACK, add(self.snd_nxt, -1), b"\0")
        return False


@fault("unacceptable-segment-is-acknowledged-with-its-numbers", breaks="RFC9293:3.10.7.4-seq-unacceptable-ack")
class UnacceptableSegmentIsAcknowledgedWithItsNumbers(Endpoint):
    """`<SEQ=SEG.ACK>` in place of `<SEQ=SND.NXT>`."""

    def unacceptable(self, segment: Segment) -> bool:
        if segment.ctl & ACK and not segment.ctl & RST:
            self.emit(ACK, add(segment.ack, -1))
            return False
        return super().unacceptable(segment)


@fault("old-segment-is-acknowledged-at-its-end", breaks="RFC9293:3.8-ack-current")
class OldSegmentIsAcknowledgedAtItsEnd(Endpoint):
    """ACK is SEG.SEQ+SEG.LEN, as it was then, and not RCV.NXT."""

    def unacceptable(self, segment: Segment) -> bool:
        if lt(segment.seq, self.rcv_nxt) and not segment.ctl & (RST | SYN) and segment.text:
            now, self.rcv_nxt = self.rcv_nxt, segment.end
            self.acknowledge()
            self.rcv_nxt = now
            return False
        return super().unacceptable(segment)


@fault("unacceptable-segment-closes-the-window", breaks="RFC9293:3.10.7.4-seq-unacceptable-ack")
class UnacceptableSegmentClosesTheWindow(Endpoint):
    """The ACK that it draws has a window of its own."""

    def unacceptable(self, segment: Segment) -> bool:
        if not segment.ctl & RST:
            now, self.rcv_wnd = self.rcv_wnd, self.rcv_wnd // 2
            self.acknowledge()
            self.rcv_wnd = now
        return False


@fault("sequence-number-is-not-checked", breaks="RFC9293:3.10.7.4-seq-unacceptable-nodata")
class SequenceNumberIsNotChecked(Endpoint):
    """Whatever comes is taken for what was awaited."""

    def check_sequence(self, segment: Segment) -> bool:
        if not segment.ctl & (SYN | RST):
            segment.seq = self.rcv_nxt
        return super().check_sequence(segment)


@fault("unacceptable-segment-acknowledges", breaks="RFC9293:3.10.7.4-seq-unacceptable-nodata")
class UnacceptableSegmentAcknowledges(Endpoint):
    """It is acknowledged and its text dropped, but its own ACK counts."""

    def unacceptable(self, segment: Segment) -> bool:
        answered = super().unacceptable(segment)
        if segment.ctl & (ACK | RST | SYN) == ACK and lt(self.snd_una, segment.ack):
            self.take_acknowledgment(segment.ack)
        return answered


@fault("unacceptable-segment-updates-the-window", breaks="RFC9293:3.10.7.4-seq-unacceptable-nodata")
class UnacceptableSegmentUpdatesTheWindow(Endpoint):
    def unacceptable(self, segment: Segment) -> bool:
        if segment.ctl & (ACK | RST | SYN) == ACK:
            self.take_send_window(segment)
        return super().unacceptable(segment)


@fault("empty-segment-ahead-is-reset", breaks=("RFC9293:3.4-accept-len0-wndpos", "RFC9293:3.5.2-rst-only-when-clear"))
class EmptySegmentAheadIsReset(Endpoint):
    """An ACK further on in the window, which has overtaken data, is taken for an attack."""

    def check_ack(self, segment: Segment) -> bool:
        if not segment.length and segment.seq != self.rcv_nxt:
            self.abort()
            return False
        return super().check_ack(segment)


@fault("fin-is-taken-whatever-it-acknowledges", breaks="RFC5961:5.2-fin-protected")
class FinIsTakenWhateverItAcknowledges(Endpoint):
    """The range of acknowledgments is checked for data only."""

    def ack_is_too_old(self, segment: Segment) -> bool:
        return not segment.ctl & FIN and super().ack_is_too_old(segment)


@fault("empty-keep-alive-probe-is-ignored", breaks=("RFC9293:3.8.4-ka-reply", "RFC1122:4.2.3.6-ka-answered"))
class EmptyKeepAliveProbeIsIgnored(Endpoint):
    """Only one with an octet is answered."""

    def unacceptable(self, segment: Segment) -> bool:
        probe = segment.length == 0 and ahead(segment.seq, self.rcv_nxt) == 1
        return False if probe else super().unacceptable(segment)


@fault("keep-alive-octet-is-ignored", breaks="RFC9293:3.8.4-ka-reply")
class KeepAliveOctetIsIgnored(Endpoint):
    """What lies before the window entirely is an old duplicate, and old duplicates are dropped."""

    def unacceptable(self, segment: Segment) -> bool:
        probe = len(segment.text) == 1 and segment.end == self.rcv_nxt
        return False if probe else super().unacceptable(segment)


# -- fifth check: ACK --


@fault("every-ack-is-acknowledged", breaks=("RFC9293:3.4-ack-no-space", "RFC9293:3.4-accept-len0-wndpos"))
class EveryAckIsAcknowledged(Endpoint):
    """Two of these never stop."""

    def process_ack(self, segment: Segment) -> None:
        super().process_ack(segment)
        self.ack_due = True


@fault("segment-without-ack-is-processed", breaks="RFC9293:3.10.7.4-ack-off")
class SegmentWithoutAckIsProcessed(Endpoint):
    """Seen in FreeRTOS+TCP."""

    def check_ack(self, segment: Segment) -> bool:
        return not segment.ctl & ACK or super().check_ack(segment)


@fault("segment-without-ack-is-answered", breaks="RFC9293:3.10.7.4-ack-off")
class SegmentWithoutAckIsAnswered(Endpoint):
    """It is dropped, but acknowledged."""

    def check_ack(self, segment: Segment) -> bool:
        if not segment.ctl & ACK:
            self.ack_due = True
        return super().check_ack(segment)


@fault("ack-of-the-future-is-ignored", breaks="RFC9293:3.10.7.4-ack-estab-future")
class AckOfTheFutureIsIgnored(Endpoint):
    """The segment is dropped in silence. Seen in Linux before 2026."""

    def answer_ack_of_the_future(self, segment: Segment) -> None:
        pass


@fault("ack-of-the-future-is-reset", breaks="RFC9293:3.10.7.4-ack-estab-future")
class AckOfTheFutureIsReset(Endpoint):
    def answer_ack_of_the_future(self, segment: Segment) -> None:
        self.send_reset(segment.ack)


@fault(
    "data-with-an-ack-of-the-future-is-taken",
    breaks=("RFC9293:3.10.7.4-ack-estab-future", "RFC9293:3.4-acceptable-ack", "RFC9293:7-optimistic-ack"),
)
class DataWithAnAckOfTheFutureIsTaken(Endpoint):
    """The ACK is ignored, the data is not."""

    def ack_is_of_the_future(self, segment: Segment) -> bool:
        if super().ack_is_of_the_future(segment):
            segment.ack = self.snd_nxt
        return False


@fault("ack-of-the-past-is-not-checked", breaks=("RFC9293:MAY-12", "RFC5961:5.2-ack-range"))
class AckOfThePastIsNotChecked(Endpoint):
    """Whatever was acknowledged before is a duplicate, however long ago. RFC 793 had nothing against it."""

    def ack_is_too_old(self, segment: Segment) -> bool:
        return False


@fault("ack-of-the-past-is-dropped-in-silence", breaks=("RFC9293:3.10.7.4-ack-5961", "RFC5961:5.2-ack-range-check"))
class AckOfThePastIsDroppedInSilence(Endpoint):
    def check_ack(self, segment: Segment) -> bool:
        return not self.ack_is_too_old(segment) and super().check_ack(segment)


@fault(
    "data-with-a-duplicate-ack-is-dropped",
    breaks=("RFC9293:3.10.7.4-ack-estab-dup", "RFC5961:5.2-ack-range-old-ok"),
)
class DataWithADuplicateAckIsDropped(Endpoint):
    """SEG.ACK < SND.UNA is checked too strictly. Seen in FreeBSD, Zephyr and smoltcp."""

    def ack_is_too_old(self, segment: Segment) -> bool:
        return lt(segment.ack, self.snd_una)


# -- what goes out --


@fault("fin-has-no-ack", breaks="RFC9293:3.1-ack-always")
class FinHasNoAck(Endpoint):
    def emit(self, ctl: int, seq: int, text: bytes = b"") -> None:
        super().emit(ctl & ~ACK if ctl & FIN else ctl, seq, text)
