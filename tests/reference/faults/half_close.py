"""One side has closed, and the other cannot go on (RFC 9293, section 3.6, cases 1 and 2)."""

from __future__ import annotations

from conformance.state import State
from reference.faults import Endpoint, fault
from reference.numbers import add
from reference.segment import Segment
from reference.user import CLOSING, Refused

FIN_WAITS = (State.FIN_WAIT_1, State.FIN_WAIT_2)


@fault("data-after-our-fin-is-dropped", breaks="RFC9293:3.6-case1-receive-after-close")
class DataAfterOurFinIsDropped(Endpoint):
    """Nothing is acknowledged any more once our FIN is out."""

    def process_text(self, segment: Segment) -> bool:
        if self.state in FIN_WAITS and segment.text:
            return False
        return super().process_text(segment)


@fault("data-after-our-fin-is-acknowledged-and-lost", breaks="RFC9293:3.6-simplex")
class DataAfterOurFinIsAcknowledgedAndLost(Endpoint):
    """CLOSE closes both directions for the user, and the peer is not told."""

    def take(self, text: bytes) -> None:
        if self.state in FIN_WAITS:
            self.advance(len(text))
        else:
            super().take(text)


@fault("data-that-crosses-our-fin-is-dropped", breaks="RFC9293:3.6-case1-receive-after-close")
class DataThatCrossesOurFinIsDropped(Endpoint):
    """In FIN-WAIT-1 only a segment that acknowledges the FIN is looked at."""

    def process_text(self, segment: Segment) -> bool:
        return False if self.state is State.FIN_WAIT_1 else super().process_text(segment)


@fault("data-after-our-fin-is-delivered-twice", breaks="RFC9293:3.6-case1-receive-after-close")
class DataAfterOurFinIsDeliveredTwice(Endpoint):
    def take(self, text: bytes) -> None:
        if self.state in FIN_WAITS:
            self.received += text
        super().take(text)


@fault("data-that-comes-twice-is-delivered-twice", breaks="RFC9293:3.6-case1-receive-after-close")
class DataThatComesTwiceIsDeliveredTwice(Endpoint):
    """A copy of the last segment is acknowledged, and goes to the user once more."""

    def unacceptable(self, segment: Segment) -> bool:
        if segment.text and segment.end == self.rcv_nxt and self.state in FIN_WAITS:
            self.received += segment.text
        return super().unacceptable(segment)


@fault("data-above-a-gap-is-delivered-before-it", breaks="RFC9293:3.6-case1-receive-after-close")
class DataAboveAGapIsDeliveredBeforeIt(Endpoint):
    """The user gets octets in the order in which they come."""

    def hold(self, seq: int, text: bytes) -> None:
        self.received += text
        super().hold(seq, text)


@fault("fin-wait-2-times-out-under-a-user-who-receives", breaks="RFC9293:3.10.7.4-ack-fw2")
class FinWait2TimesOutUnderAUserWhoReceives(Endpoint):
    def enter_fin_wait_2(self) -> None:
        super().enter_fin_wait_2()
        self.start("fin-wait-2", self.settings.fin_wait_2_timeout)


@fault("fin-wait-2-that-has-ended-swallows-a-fin", breaks="RFC9293:3.10.7.4-fin-fw2")
class FinWait2ThatHasEndedSwallowsAFin(Endpoint):
    """Where nobody reads, FIN-WAIT-2 ends by itself, and whatever comes later is dropped in silence."""

    ended = False

    def fin_wait_2_timeout(self) -> None:
        self.ended = True

    def arrives(self, segment: Segment) -> None:
        if not self.ended:
            super().arrives(segment)


@fault("close-wait-takes-no-send", breaks=("RFC9293:3.10.2-send-estab", "RFC9293:3.6.1-half-close-send"))
class CloseWaitTakesNoSend(Endpoint):
    """The peer's FIN closes both directions."""

    def send(self, text: bytes, *, urgent: bool = False) -> None:
        if self.state is State.CLOSE_WAIT:
            raise Refused(CLOSING)
        super().send(text, urgent=urgent)


@fault("close-wait-sends-nothing", breaks="RFC9293:3.10.2-send-estab")
class CloseWaitSendsNothing(Endpoint):
    """SEND is taken, and what it brings stays in the queue."""

    def transmit(self) -> None:
        if self.state is not State.CLOSE_WAIT or self.fin_queued:
            super().transmit()


@fault("close-wait-sends-with-an-old-ack", breaks="RFC9293:3.10.2-send-estab")
class CloseWaitSendsWithAnOldAck(Endpoint):
    """Text that is sent after the peer's FIN does not acknowledge the FIN."""

    def emit(self, ctl: int, seq: int, text: bytes = b"") -> None:
        back = int(self.fin_taken and bool(text))
        self.rcv_nxt = add(self.rcv_nxt, -back)
        super().emit(ctl, seq, text)
        self.rcv_nxt = add(self.rcv_nxt, back)


@fault("close-wait-looks-at-no-ack", breaks="RFC9293:3.10.7.4-ack-closewait")
class CloseWaitLooksAtNoAck(Endpoint):
    def process_ack(self, segment: Segment) -> None:
        if self.state is not State.CLOSE_WAIT:
            super().process_ack(segment)
