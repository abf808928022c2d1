"""Too much at once, at the start and after a loss (RFC 9293, section 3.8.2; RFC 5681; RFC 2525)."""

from __future__ import annotations

from reference.congestion import DUPLICATES
from reference.faults import Endpoint, fault


@fault("connection-starts-with-the-whole-window", breaks=("RFC9293:MUST-19", "RFC5681:3.1-ss-ca"))
class ConnectionStartsWithTheWholeWindow(Endpoint):
    """Slow start is not known: RFC 2525, section 2.1."""

    def start_slowly(self, smss: int, syn_lost: bool) -> None:
        pass


@fault("slow-start-triples-the-window", breaks=("RFC9293:MUST-19", "RFC5681:3.1-ss-growth"))
class SlowStartTriplesTheWindow(Endpoint):
    def grow(self, octets: int, smss: int) -> None:
        super().grow(octets, smss)
        if self.cwnd < self.ssthresh:
            self.cwnd += smss


@fault("timeout-sends-everything-again", breaks=("RFC9293:MUST-19", "RFC5681:3.1-lw"))
class TimeoutSendsEverythingAgain(Endpoint):
    """No slow start after a timeout: RFC 2525, section 2.2."""

    def retransmission_timeout(self) -> None:
        super().retransmission_timeout()
        for sent in list(self.queue)[1:]:
            self.retransmit(sent)


@fault("there-is-no-congestion-avoidance", breaks=("RFC9293:MUST-19", "RFC5681:3.1-ss-ca"))
class ThereIsNoCongestionAvoidance(Endpoint):
    """Slow start never ends."""

    def grow(self, octets: int, smss: int) -> None:
        self.cwnd += min(octets, smss)


@fault("duplicate-acks-draw-nothing", breaks="RFC5681:3.2-fast-retransmit")
class DuplicateAcksDrawNothing(Endpoint):
    def duplicate_acknowledgment(self, smss: int) -> bool:
        return False


@fault("first-duplicate-ack-draws-a-retransmission", breaks="RFC5681:3.2-fast-retransmit")
class FirstDuplicateAckDrawsARetransmission(Endpoint):
    def duplicate_acknowledgment(self, smss: int) -> bool:
        if self.recover is None:
            self.duplicates = DUPLICATES - 1
        return super().duplicate_acknowledgment(smss)


@fault("loss-leaves-the-window-as-it-is", breaks=("RFC9293:MUST-19", "RFC5681:3.2-third-dupack-ssthresh"))
class LossLeavesTheWindowAsItIs(Endpoint):
    def halve(self, smss: int) -> None:
        super().halve(smss)
        self.ssthresh = max(self.in_flight, 2 * smss)


@fault("there-is-no-cubic", breaks="RFC9293:MAY-18")
class ThereIsNoCubic(Endpoint):
    """The setting is taken, and nothing done with it."""

    def halve(self, smss: int) -> None:
        super().halve(smss)
        self.ssthresh = max(self.in_flight // 2, 2 * smss)


@fault("each-duplicate-ack-draws-a-segment", breaks="RFC9293:7-dupack-spoof")
class EachDuplicateAckDrawsASegment(Endpoint):
    """However many there are: more than can have been lost."""

    def outstanding_at_loss(self, smss: int) -> int:
        return 1 << 30


@fault("each-ack-counts-as-one-of-a-segment", breaks=("RFC9293:7-ack-division", "RFC5681:3.1-ack-division"))
class EachAckCountsAsOneOfASegment(Endpoint):
    def grow(self, octets: int, smss: int) -> None:
        super().grow(smss, smss)
