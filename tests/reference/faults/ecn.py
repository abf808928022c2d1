"""Explicit congestion notification half done (SHLD-8; RFC 3168)."""

from __future__ import annotations

from reference.faults import Endpoint, fault
from reference.segment import ACK, CWR, SYN, Segment


@fault("ecn-is-not-implemented", breaks="RFC9293:SHLD-8")
class EcnIsNotImplemented(Endpoint):
    def take_ecn_offer(self, segment: Segment) -> None:
        pass


@fault("ecn-offer-is-reflected", breaks=("RFC9293:SHLD-8", "RFC3168:6.1.1-setup-synack"))
class EcnOfferIsReflected(Endpoint):
    """The SYN,ACK has both bits, as those of TCPs that send back reserved bits as they came."""

    def ecn_bits(self, ctl: int, *, text: bool) -> int:
        bits = super().ecn_bits(ctl, text=text)
        return bits | CWR if bits and ctl & SYN and ctl & ACK else bits


@fault("congestion-is-echoed-once", breaks=("RFC9293:SHLD-8", "RFC3168:6.1.3-ece-until-cwr"))
class CongestionIsEchoedOnce(Endpoint):
    def acknowledge(self) -> None:
        super().acknowledge()
        self.echoing = False


@fault("congestion-is-echoed-for-ever", breaks=("RFC9293:SHLD-8", "RFC3168:6.1.3-ece-clear"))
class CongestionIsEchoedForEver(Endpoint):
    def take_ecn(self, segment: Segment) -> None:
        segment.ctl &= ~CWR
        super().take_ecn(segment)


@fault("congestion-is-not-echoed", breaks=("RFC9293:SHLD-8", "RFC3168:6.1.3-ece"))
class CongestionIsNotEchoed(Endpoint):
    def take_ecn(self, segment: Segment) -> None:
        segment.traffic_class = 0
        super().take_ecn(segment)


@fault("data-is-not-ecn-capable", breaks=("RFC9293:SHLD-8", "RFC3168:6.1.1-ect-negotiated"))
class DataIsNotEcnCapable(Endpoint):
    def ecn_codepoint(self, *, new_text: bool) -> int:
        return 0


@fault("echo-of-congestion-is-ignored", breaks=("RFC9293:SHLD-8", "RFC3168:6.1.2-react"))
class EchoOfCongestionIsIgnored(Endpoint):
    def reduce_for_ecn(self) -> None:
        pass


@fault("ecn-outlives-time-wait", breaks="RFC3168:6.1.1-tw-forget")
class EcnOutlivesTimeWait(Endpoint):
    """The connection that takes the place of one in TIME-WAIT goes on with its ECN."""

    def take_ecn_offer(self, segment: Segment) -> None:
        super().take_ecn_offer(segment)
        self.ecn = self.ecn or (self.previous is not None and self.previous.ecn)


@fault("ecn-is-agreed-to-once", breaks="RFC3168:6.1.1-tw-forget")
class EcnIsAgreedToOnce(Endpoint):
    def take_ecn_offer(self, segment: Segment) -> None:
        super().take_ecn_offer(segment)
        self.ecn = self.ecn and self.previous is None
