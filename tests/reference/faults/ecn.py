"""Explicit congestion notification half done (SHLD-8; RFC 3168)."""

from __future__ import annotations

from reference.ecn import EXPERIENCED
from reference.faults import Endpoint, Listener, fault
from reference.segment import ACK, CWR, ECE, SYN, Segment


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


@fault("marked-packets-are-dropped-without-ecn", breaks="RFC8311:2-expect-ecn")
class MarkedPacketsAreDroppedWithoutEcn(Endpoint):
    """Whoever marks what was not capable is taken for an attacker."""

    def arrives(self, segment: Segment) -> None:
        if self.ecn or not segment.traffic_class & EXPERIENCED:
            super().arrives(segment)


@fault("marked-syn-is-dropped", breaks="RFC8311:2-expect-ecn")
class MarkedSynIsDropped(Listener):
    """By RFC 3168 no SYN is capable of ECN; experiments make it so (RFC 8311, section 4.3)."""

    def check_syn(self, segment: Segment) -> bool:
        return False if segment.traffic_class & EXPERIENCED else super().check_syn(segment)


@fault("bits-of-ecn-unasked-drop-the-segment", breaks="RFC9293:3.10.7.4-text-deliver")
class BitsOfEcnUnaskedDropTheSegment(Endpoint):
    def arrives(self, segment: Segment) -> None:
        if self.ecn or not segment.ctl & (ECE | CWR):
            super().arrives(segment)
