"""FINs: taken, sent and acknowledged wrongly (RFC 9293, sections 3.6, 3.10.4 and 3.10.7.4)."""

from __future__ import annotations

from conformance.state import State
from reference.faults import Endpoint, fault
from reference.numbers import add
from reference.segment import ACK, FIN, Segment
from reference.tcb import Sent

# -- the peer's FIN --


@fault("fin-is-not-acknowledged", breaks="RFC9293:3.10.7.4-fin-ack")
class FinIsNotAcknowledged(Endpoint):
    def process_fin(self) -> None:
        super().process_fin()
        self.ack_due = False


@fault("fin-is-acknowledged-at-its-own-number", breaks=("RFC9293:3.6-case2-ack-fin", "RFC9293:3.10.7.4-fin-ack"))
class FinIsAcknowledgedAtItsOwnNumber(Endpoint):
    """The FIN is counted as no octet, so that its ACK does not cover it."""

    def process_fin(self) -> None:
        super().process_fin()
        self.rcv_nxt = add(self.rcv_nxt, -1)


@fault("fin-is-acknowledged-one-too-far", breaks=("RFC9293:3.10.7.4-fin-ack", "RFC9293:3.4-cumulative-ack"))
class FinIsAcknowledgedOneTooFar(Endpoint):
    """The ACK covers one octet that was never sent."""

    def process_fin(self) -> None:
        super().process_fin()
        self.rcv_nxt = add(self.rcv_nxt, 1)


@fault("fin-with-data-is-not-seen", breaks="RFC9293:3.10.7.4-fin-with-data")
class FinWithDataIsNotSeen(Endpoint):
    """Only a FIN without text counts: the text is acknowledged, and the FIN has to come again."""

    def trim(self, segment: Segment) -> tuple[int, bytes, bool]:
        seq, text, fin = super().trim(segment)
        return seq, text, fin and not text


@fault("fin-with-data-loses-the-data", breaks="RFC9293:3.10.3-recv-closewait")
class FinWithDataLosesTheData(Endpoint):
    """What came with the FIN is acknowledged, and the user never gets it."""

    def process_fin(self) -> None:
        self.received.clear()
        super().process_fin()


@fault("fin-above-a-gap-counts-at-once", breaks="RFC9293:3.10.7.4-fin-ooo")
class FinAboveAGapCountsAtOnce(Endpoint):
    def check_fin(self, segment: Segment) -> bool:
        if segment.ctl & FIN and self.fin_at is not None and not self.fin_taken:
            self.rcv_nxt = self.fin_at
        return super().check_fin(segment)


@fault("fin-above-a-gap-is-forgotten", breaks="RFC9293:SHLD-31")
class FinAboveAGapIsForgotten(Endpoint):
    """A FIN that does not come in order has to be sent again, although it was in the window."""

    def trim(self, segment: Segment) -> tuple[int, bytes, bool]:
        seq, text, fin = super().trim(segment)
        return seq, text, fin and seq == self.rcv_nxt


@fault("fin-counts-though-its-ack-is-of-the-future", breaks="RFC9293:3.10.7.4-ack-estab-future")
class FinCountsThoughItsAckIsOfTheFuture(Endpoint):
    def answer_ack_of_the_future(self, segment: Segment) -> None:
        super().answer_ack_of_the_future(segment)
        self.process_text(segment)
        self.check_fin(segment)


@fault("repeated-fin-is-not-acknowledged", breaks="RFC9293:3.10.7.4-fin-repeat")
class RepeatedFinIsNotAcknowledged(Endpoint):
    def unacceptable(self, segment: Segment) -> bool:
        if self.state is not State.TIME_WAIT and self.is_fin_again(segment):
            return False
        return super().unacceptable(segment)


@fault("repeated-fin-counts-again", breaks="RFC9293:3.10.7.4-fin-repeat")
class RepeatedFinCountsAgain(Endpoint):
    """Each copy of the FIN moves RCV.NXT by one more."""

    def unacceptable(self, segment: Segment) -> bool:
        if self.is_fin_again(segment):
            self.advance(1)
        return super().unacceptable(segment)


@fault("repeated-fin-resets", breaks="RFC9293:3.10.7.4-fin-repeat")
class RepeatedFinResets(Endpoint):
    def unacceptable(self, segment: Segment) -> bool:
        if self.state is not State.TIME_WAIT and self.is_fin_again(segment):
            self.send_reset(segment.ack)
            self.delete()
        return super().unacceptable(segment)


@fault("text-after-the-fin-is-taken", breaks="RFC9293:3.10.7.4-text-after-fin")
class TextAfterTheFinIsTaken(Endpoint):
    """What comes after the peer's FIN is acknowledged and delivered. Seen in FreeBSD."""

    def process_text(self, segment: Segment) -> bool:
        if self.fin_taken and segment.text and segment.seq == self.rcv_nxt:
            self.take(segment.text)
            self.ack_due = True
        return super().process_text(segment)


@fault("text-after-the-fin-is-acknowledged", breaks="RFC9293:3.10.7.4-text-after-fin")
class TextAfterTheFinIsAcknowledged(Endpoint):
    """It is not delivered, but RCV.NXT moves over it."""

    def process_text(self, segment: Segment) -> bool:
        if self.fin_taken and segment.text and segment.seq == self.rcv_nxt:
            self.advance(len(segment.text))
            self.ack_due = True
        return super().process_text(segment)


@fault("fin-draws-a-fin", breaks="RFC9293:3.6-case2-no-fin-until-close")
class FinDrawsAFin(Endpoint):
    """The connection is closed in both directions as soon as the peer has closed one."""

    def finish(self) -> None:
        super().finish()
        if self.state is State.CLOSE_WAIT and not self.fin_queued:
            self.close()


@fault("fin-follows-the-peers-fin-soon", breaks="RFC9293:3.6-case2-no-fin-until-close")
class FinFollowsThePeersFinSoon(Endpoint):
    """The peer's FIN starts a timer, after which the connection is closed for the user."""

    def state_after_fin(self) -> None:
        super().state_after_fin()
        if self.state is State.CLOSE_WAIT:
            self.start("own-fin", 0.05)

    def own_fin_timeout(self) -> None:
        if not self.fin_queued:
            self.close()


# -- our FIN --


@fault("fin-without-ack", breaks=("RFC9293:3.6-fin-has-ack", "RFC9293:3.1-ack-always"))
class FinWithoutAck(Endpoint):
    def emit(self, ctl: int, seq: int, text: bytes = b"") -> None:
        super().emit(ctl & ~ACK if ctl & FIN else ctl, seq, text)


@fault("fin-takes-no-number", breaks="RFC9293:3.4-seglen")
class FinTakesNoNumber(Endpoint):
    """What follows the FIN is numbered as the FIN itself."""

    def acknowledge(self) -> None:
        self.emit(ACK, self.snd_nxt if self.fin_seq is None else self.fin_seq)


@fault("fin-takes-the-number-of-the-last-octet", breaks="RFC9293:3.4-fin-after-data")
class FinTakesTheNumberOfTheLastOctet(Endpoint):
    def send_fin(self) -> None:
        if self.queue and self.queue[-1].text:
            self.snd_nxt = add(self.snd_nxt, -1)
        super().send_fin()


@fault("fin-goes-before-the-data", breaks=("RFC9293:3.6-reliable-before-fin", "RFC9293:3.10.4-close-estab"))
class FinGoesBeforeTheData(Endpoint):
    """CLOSE sends the FIN at once: what is still queued is never sent."""

    def close(self) -> None:
        self.unsent.clear()
        super().close()


@fault("close-sends-no-more-than-the-window-takes", breaks="RFC9293:3.9.1.4-close-graceful")
class CloseSendsNoMoreThanTheWindowTakes(Endpoint):
    """CLOSE cuts off what does not fit into the present window."""

    def close(self) -> None:
        del self.unsent[max(0, self.usable_window()) :]
        super().close()


@fault("fin-waits-until-the-data-is-acknowledged", breaks="RFC2525:2.15-fin-delayed")
class FinWaitsUntilTheDataIsAcknowledged(Endpoint):
    def fin_is_due(self) -> bool:
        return super().fin_is_due() and not self.queue


@fault("fin-is-not-retransmitted", breaks="RFC9293:3.6-case1-retx-fin")
class FinIsNotRetransmitted(Endpoint):
    def retransmit(self, sent: Sent) -> None:
        if not sent.ctl & FIN:
            super().retransmit(sent)


@fault("fin-is-retransmitted-once", breaks="RFC9293:3.6-case1-retx-fin")
class FinIsRetransmittedOnce(Endpoint):
    def retransmit(self, sent: Sent) -> None:
        if not (sent.ctl & FIN and sent.again):
            super().retransmit(sent)


@fault("fin-is-not-retransmitted-in-closing", breaks="RFC9293:3.6-case1-retx-fin")
class FinIsNotRetransmittedInClosing(Endpoint):
    def state_after_fin(self) -> None:
        super().state_after_fin()
        if self.state is State.CLOSING:
            self.stop("retransmission")


@fault("fin-in-close-wait-is-not-sent", breaks="RFC9293:3.10.4-close-closewait")
class FinInCloseWaitIsNotSent(Endpoint):
    """CLOSE after the peer has closed only forgets the connection."""

    def close(self) -> None:
        if self.state is State.CLOSE_WAIT:
            self.delete()
        else:
            super().close()


@fault("fin-in-close-wait-has-the-number-of-the-last-ack", breaks="RFC9293:3.10.4-close-closewait")
class FinInCloseWaitHasTheNumberOfTheLastAck(Endpoint):
    """It is numbered SND.NXT-1, as a keep-alive is."""

    def emit(self, ctl: int, seq: int, text: bytes = b"") -> None:
        closes = ctl & FIN and self.state in (State.CLOSE_WAIT, State.LAST_ACK)
        super().emit(ctl, add(seq, -1) if closes else seq, text)


# -- the states on the way --


@fault("any-ack-acknowledges-the-fin-in-fin-wait-1", breaks="RFC9293:3.10.7.4-ack-fw1-partial")
class AnyAckAcknowledgesTheFinInFinWait1(Endpoint):
    def state_after_ack(self) -> bool:
        if self.state is State.FIN_WAIT_1:
            self.enter_fin_wait_2()
        return super().state_after_ack()


@fault("ack-of-the-data-stops-the-retransmission-of-the-fin", breaks="RFC9293:3.10.7.4-ack-fw1-partial")
class AckOfTheDataStopsTheRetransmissionOfTheFin(Endpoint):
    """An ACK that comes in FIN-WAIT-1 empties the retransmission queue, whatever it covers."""

    def process_ack(self, segment: Segment) -> None:
        super().process_ack(segment)
        if self.state is State.FIN_WAIT_1:
            self.queue.clear()
            self.stop("retransmission")


@fault("any-ack-acknowledges-the-fin-in-last-ack", breaks="RFC9293:3.10.7.4-ack-lastack")
class AnyAckAcknowledgesTheFinInLastAck(Endpoint):
    def state_after_ack(self) -> bool:
        if self.state is State.LAST_ACK:
            self.delete()
        return super().state_after_ack()


@fault("any-ack-acknowledges-the-fin-in-closing", breaks="RFC9293:3.10.7.4-ack-closing")
class AnyAckAcknowledgesTheFinInClosing(Endpoint):
    def state_after_ack(self) -> bool:
        if self.state is State.CLOSING:
            self.enter_time_wait()
        return super().state_after_ack()


@fault("fin-wait-1-does-not-see-its-fin-acknowledged", breaks="RFC9293:3.10.7.4-ack-fw1")
class FinWait1DoesNotSeeItsFinAcknowledged(Endpoint):
    def enter_fin_wait_2(self) -> None:
        pass


@fault(
    "fin-in-fin-wait-1-leads-to-closing-always", breaks=("RFC9293:3.10.7.4-fin-fw1-acked", "RFC9293:3.3.2-fw1-to-tw")
)
class FinInFinWait1LeadsToClosingAlways(Endpoint):
    """FIN and ACK in one segment: the FIN is dealt with before the ACK."""

    def state_after_fin(self) -> None:
        was = self.state
        super().state_after_fin()
        if was is State.FIN_WAIT_2 and self.host.now == self.fin_acknowledged_at:
            self.deadlines.clear()
            self.enter(State.CLOSING)

    fin_acknowledged_at = 0.0

    def enter_fin_wait_2(self) -> None:
        super().enter_fin_wait_2()
        self.fin_acknowledged_at = self.host.now


@fault("fin-in-fin-wait-2-is-acknowledged-and-forgotten", breaks="RFC9293:3.10.7.4-fin-fw2")
class FinInFinWait2IsAcknowledgedAndForgotten(Endpoint):
    """FIN-WAIT-2 never ends."""

    def state_after_fin(self) -> None:
        if self.state is not State.FIN_WAIT_2:
            super().state_after_fin()


@fault("fin-in-fin-wait-2-leads-to-closed", breaks="RFC9293:3.6-normal-close-seq")
class FinInFinWait2LeadsToClosed(Endpoint):
    """The connection is gone before the peer's FIN is acknowledged."""

    def state_after_fin(self) -> None:
        if self.state is State.FIN_WAIT_2:
            self.delete()
        else:
            super().state_after_fin()


@fault("simultaneous-close-leads-to-closed", breaks="RFC9293:3.6-case3-simclose")
class SimultaneousCloseLeadsToClosed(Endpoint):
    """A FIN that crosses ours ends the connection. Seen in NuttX and inetstack."""

    def state_after_fin(self) -> None:
        super().state_after_fin()
        if self.state is State.CLOSING:
            self.acknowledge()
            self.delete()


@fault("simultaneous-close-skips-closing", breaks="RFC9293:3.10.7.4-fin-fw1-unacked")
class SimultaneousCloseSkipsClosing(Endpoint):
    """A FIN that crosses ours leads to TIME-WAIT, as if it had acknowledged ours."""

    def state_after_fin(self) -> None:
        super().state_after_fin()
        if self.state is State.CLOSING:
            self.enter_time_wait()


@fault("simultaneous-close-leaves-fin-wait-1", breaks="RFC9293:3.6-case3-simclose")
class SimultaneousCloseLeavesFinWait1(Endpoint):
    """A FIN that crosses ours is acknowledged, and the state stays what it was: there is no CLOSING."""

    def state_after_fin(self) -> None:
        if self.state is not State.FIN_WAIT_1 or self.fin_acknowledged:
            super().state_after_fin()


@fault("crossing-fin-is-acknowledged-with-the-number-of-our-fin", breaks="RFC9293:3.6-case3-simclose")
class CrossingFinIsAcknowledgedWithTheNumberOfOurFin(Endpoint):
    def acknowledge(self) -> None:
        self.emit(ACK, add(self.snd_nxt, -1) if self.state is State.CLOSING else self.snd_nxt)


@fault("closing-never-ends", breaks="RFC9293:3.10.7.4-ack-closing")
class ClosingNeverEnds(Endpoint):
    """The ACK of our FIN is not looked at in CLOSING."""

    def state_after_ack(self) -> bool:
        return False if self.state is State.CLOSING else super().state_after_ack()


@fault("closing-leads-to-closed", breaks="RFC9293:3.10.7.4-ack-closing")
class ClosingLeadsToClosed(Endpoint):
    """The ACK of our FIN ends the connection, without TIME-WAIT."""

    def state_after_ack(self) -> bool:
        if self.state is State.CLOSING and self.fin_acknowledged:
            self.delete()
            return False
        return super().state_after_ack()


@fault("last-ack-never-ends", breaks="RFC9293:3.10.7.4-ack-lastack")
class LastAckNeverEnds(Endpoint):
    def state_after_ack(self) -> bool:
        return False if self.state is State.LAST_ACK else super().state_after_ack()


@fault("last-ack-leads-to-time-wait", breaks="RFC9293:3.10.7.4-ack-lastack")
class LastAckLeadsToTimeWait(Endpoint):
    def state_after_ack(self) -> bool:
        if self.state is State.LAST_ACK and self.fin_acknowledged:
            self.enter_time_wait()
            return False
        return super().state_after_ack()


@fault("last-ack-answers-the-ack-of-its-fin", breaks="RFC9293:3.10.7.4-ack-lastack")
class LastAckAnswersTheAckOfItsFin(Endpoint):
    """One more ACK goes out before the connection is gone."""

    def state_after_ack(self) -> bool:
        if self.state is State.LAST_ACK and self.fin_acknowledged:
            self.acknowledge()
        return super().state_after_ack()
