"""What is said again, said otherwise, late, or not at all (RFC 9293, section 3.8.1; RFC 6298; RFC 2525)."""

from __future__ import annotations

from reference.faults import Endpoint, fault
from reference.numbers import add, le
from reference.segment import FIN
from reference.tcb import Sent
from reference.timers import MAX_RTO, MIN_RTO


@fault("retransmitted-octets-are-others", breaks="RFC2525:2.4-inconsistent-retx")
class RetransmittedOctetsAreOthers(Endpoint):
    """What SEND brought meanwhile is copied over what was sent."""

    def retransmit(self, sent: Sent) -> None:
        sent.text = bytes(octet ^ 0xFF for octet in sent.text)
        super().retransmit(sent)


@fault("retransmission-has-the-ack-of-the-first-time", breaks="RFC9293:3.8-ack-current")
class RetransmissionHasTheAckOfTheFirstTime(Endpoint):
    """A segment is kept as it was built, its acknowledgment number too."""

    def retransmit(self, sent: Sent) -> None:
        taken = int(self.fin_taken)
        self.rcv_nxt = add(self.rcv_nxt, -taken)
        super().retransmit(sent)
        self.rcv_nxt = add(self.rcv_nxt, taken)


@fault("data-before-the-fin-is-not-retransmitted", breaks="RFC9293:3.6-case1-retx-fin")
class DataBeforeTheFinIsNotRetransmitted(Endpoint):
    """Once the FIN is out it is all that is sent again."""

    def retransmit(self, sent: Sent) -> None:
        super().retransmit(self.queue[-1] if self.queue and self.queue[-1].ctl & FIN else sent)


@fault("rto-grows-by-a-quarter", breaks="RFC6298:5.5-backoff")
class RtoGrowsByAQuarter(Endpoint):
    def back_off(self) -> None:
        self.rto = min(1.25 * self.rto, MAX_RTO)


@fault("rto-doubles-every-second-time", breaks="RFC6298:5.5-backoff")
class RtoDoublesEverySecondTime(Endpoint):
    """The first repetition leaves the timeout as it is: so do picoTCP, NuttX and VPP, or never double it."""

    def back_off(self) -> None:
        if self.retransmissions % 2:
            super().back_off()


@fault("rto-does-not-back-off", breaks=("RFC9293:MUST-19", "RFC6298:5.5-backoff"))
class RtoDoesNotBackOff(Endpoint):
    def back_off(self) -> None:
        pass


@fault("text-is-sent-again-only-once", breaks="RFC9293:3.8-retx-loss")
class TextIsSentAgainOnlyOnce(Endpoint):
    def retransmit(self, sent: Sent) -> None:
        if not (sent.again and sent.text):
            super().retransmit(sent)


@fault("text-is-not-sent-again-after-the-peer-has-closed", breaks="RFC9293:3.8-retx-loss")
class TextIsNotSentAgainAfterThePeerHasClosed(Endpoint):
    def retransmit(self, sent: Sent) -> None:
        if not (self.fin_taken and sent.text):
            super().retransmit(sent)


@fault("timer-runs-for-the-first-text-alone", breaks="RFC6298:5.1-start-timer")
class TimerRunsForTheFirstTextAlone(Endpoint):
    """Once it was stopped it is not started any more."""

    stopped = False

    def remove_acknowledged(self, ack: int) -> None:
        text = any(sent.text for sent in self.queue)
        super().remove_acknowledged(ack)
        self.stopped = self.stopped or (text and not self.queue)

    def start(self, timer: str, seconds: float) -> None:
        if not (timer == "retransmission" and self.stopped):
            super().start(timer, seconds)


@fault("retransmission-spills-into-a-second-segment", breaks="RFC2525:2.14-retx-multiple")
class RetransmissionSpillsIntoASecondSegment(Endpoint):
    """The room that options take is forgotten, as RFC 2525 found it."""

    def retransmit(self, sent: Sent) -> None:
        rest = sent.text[-12:] if self.timestamps and len(sent.text) > 12 else b""
        text, sent.text = sent.text, sent.text.removesuffix(rest)
        super().retransmit(sent)
        sent.text = text
        if rest:
            self.emit(sent.ctl, add(sent.end, -len(rest)), rest)


@fault("rto-is-capped-below-a-minute", breaks=("RFC8961:3-backoff", "RFC6298:2.5-max-rto"))
class RtoIsCappedBelowAMinute(Endpoint):
    def back_off(self) -> None:
        self.rto = min(2 * self.rto, 20.0)


@fault("rto-is-capped-at-forty-seconds", breaks="RFC8961:3-backoff")
class RtoIsCappedAtFortySeconds(Endpoint):
    def back_off(self) -> None:
        self.rto = min(2 * self.rto, 40.0)


@fault("spurious-timeouts-go-unnoticed", breaks="RFC5682:2.1-frto-steps")
class SpuriousTimeoutsGoUnnoticed(Endpoint):
    """All that was in flight is sent again, though it was only late."""

    def collapse(self, smss: int) -> None:
        super().collapse(smss)
        self.frto_step = None


@fault("duplicate-acks-leave-a-timeout-in-doubt", breaks="RFC5682:2.1-frto-dupack")
class DuplicateAcksLeaveATimeoutInDoubt(Endpoint):
    """New text goes out while what is lost is not sent again."""

    def doubt_is_over(self, smss: int) -> bool:
        return False


@fault("acknowledged-text-stays-on-the-queue", breaks=("RFC9293:3.4-retx-queue-removal", "RFC6298:5.2-stop-timer"))
class AcknowledgedTextStaysOnTheQueue(Endpoint):
    """It is sent once more, and forgotten then."""

    def remove_acknowledged(self, ack: int) -> None:
        acknowledged = [sent for sent in self.queue if sent.text and le(sent.end, ack) and not sent.again]
        super().remove_acknowledged(ack)
        if acknowledged:
            self.queue.appendleft(acknowledged[0])
            self.start("retransmission", self.rto)


@fault("segment-leaves-the-queue-with-its-first-octet", breaks="RFC9293:3.4-retx-queue-removal")
class SegmentLeavesTheQueueWithItsFirstOctet(Endpoint):
    """A segment acknowledged in part is taken to be acknowledged."""

    def remove_acknowledged(self, ack: int) -> None:
        for sent in self.queue:
            if not le(ack, sent.seq):
                ack = sent.end if le(ack, sent.end) else ack
        super().remove_acknowledged(ack)


@fault("latest-segment-is-sent-again-first", breaks="RFC6298:5.4-retx-earliest")
class LatestSegmentIsSentAgainFirst(Endpoint):
    def retransmit(self, sent: Sent) -> None:
        super().retransmit(self.queue[-1] if sent.text and self.queue[-1].text else sent)


@fault("rto-has-no-margin", breaks=("RFC9293:MUST-18", "RFC6298:2.2-first-sample"))
class RtoHasNoMargin(Endpoint):
    """It is the round trip time, and no more."""

    def take_sample(self, rtt: float) -> None:
        super().take_sample(rtt)
        self.rto = max(1.1 * (self.srtt or rtt), 0.2)


@fault("rto-is-a-second-whatever-the-round-trip-time", breaks=("RFC9293:MUST-18", "RFC6298:2.3-next-sample"))
class RtoIsASecondWhateverTheRoundTripTime(Endpoint):
    def take_sample(self, rtt: float) -> None:
        self.rto = MIN_RTO


@fault("rto-has-no-floor", breaks="RFC6298:2.4-min-rto")
class RtoHasNoFloor(Endpoint):
    """As Linux and BSD: 0.2 s on a short way."""

    def take_sample(self, rtt: float) -> None:
        super().take_sample(rtt)
        self.rto = max((self.srtt or rtt) + 4 * self.rttvar, 0.2)


@fault("lost-syn-leaves-the-rto-as-it-is", breaks="RFC6298:5.7-syn-rto3")
class LostSynLeavesTheRtoAsItIs(Endpoint):
    def rto_when_data_starts(self) -> None:
        self.syn_lost = False
        super().rto_when_data_starts()
        self.rto = MIN_RTO


@fault(
    "ack-of-what-was-sent-twice-is-a-sample",
    breaks=("RFC9293:3.8.2-backoff-kept", "RFC6298:3-karn", "RFC8961:3-ambiguous"),
)
class AckOfWhatWasSentTwiceIsASample(Endpoint):
    """Karn's rule is not known: the way is taken to be as short as the second transmission's."""

    def remove_acknowledged(self, ack: int) -> None:
        for sent in self.queue:
            sent.again = False
        super().remove_acknowledged(ack)


@fault("any-ack-ends-the-backoff", breaks="RFC9293:3.8.2-backoff-kept")
class AnyAckEndsTheBackoff(Endpoint):
    def remove_acknowledged(self, ack: int) -> None:
        self.rto = MIN_RTO
        super().remove_acknowledged(ack)


@fault("backed-off-rto-stays-for-ever", breaks="RFC6298:5-collapse")
class BackedOffRtoStaysForEver(Endpoint):
    def take_sample(self, rtt: float) -> None:
        before = self.rto
        super().take_sample(rtt)
        self.rto = max(self.rto, before)


@fault(
    "ack-of-something-new-leaves-the-timer-running",
    breaks=("RFC6298:5.3-restart-timer", "RFC6928:9-rto-restart"),
)
class AckOfSomethingNewLeavesTheTimerRunning(Endpoint):
    def remove_acknowledged(self, ack: int) -> None:
        before = self.deadlines.get("retransmission")
        super().remove_acknowledged(ack)
        if self.queue and before is not None:
            self.start("retransmission", before - self.host.now)


@fault("only-the-first-loss-is-made-good", breaks="RFC9293:3.8-retx-loss")
class OnlyTheFirstLossIsMadeGood(Endpoint):
    """One segment of a connection can be sent again, and no other."""

    lost: Sent | None = None

    def retransmit(self, sent: Sent) -> None:
        self.lost = self.lost or (sent if sent.text else None)
        if sent is self.lost or not sent.text:
            super().retransmit(sent)
