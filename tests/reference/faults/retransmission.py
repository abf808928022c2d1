"""What is said again, said otherwise, late, or not at all (RFC 9293, section 3.8.1; RFC 6298; RFC 2525)."""

from __future__ import annotations

from reference.faults import Endpoint, fault
from reference.numbers import add
from reference.segment import FIN
from reference.tcb import Sent
from reference.timers import MAX_RTO


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
