"""What the user is told of a connection that goes on (RFC 9293, section 3.9.1.8)."""

from __future__ import annotations

from reference.faults import Endpoint, fault
from reference.user import Signal

TOLD = ("RFC9293:MUST-47", "RFC9293:3.9.1.8-error-report")


@fault("icmp-error-is-not-reported", breaks=TOLD)
class IcmpErrorIsNotReported(Endpoint):
    def tell(self, signal: Signal) -> None:
        if signal is not Signal.ICMP_ERROR:
            super().tell(signal)


@fault("excessive-retransmission-is-not-reported", breaks=TOLD)
class ExcessiveRetransmissionIsNotReported(Endpoint):
    def tell(self, signal: Signal) -> None:
        if signal is not Signal.DELIVERY_PROBLEM:
            super().tell(signal)


@fault("urgent-pointer-is-not-reported", breaks=TOLD)
class UrgentPointerIsNotReported(Endpoint):
    def tell(self, signal: Signal) -> None:
        if signal is not Signal.URGENT:
            super().tell(signal)


@fault("nothing-is-reported-unasked", breaks="RFC9293:3.9.1.8-error-report")
class NothingIsReportedUnasked(Endpoint):
    """The user has to ask. Seen in Linux, for retransmissions."""

    def settings_changed(self) -> None:
        self.settings.error_reports = False
        super().settings_changed()


@fault("reports-cannot-be-turned-off", breaks="RFC9293:SHLD-20")
class ReportsCannotBeTurnedOff(Endpoint):
    def settings_changed(self) -> None:
        self.settings.error_reports = True
        super().settings_changed()


@fault("report-of-an-icmp-error-ends-the-connection", breaks=("RFC9293:MUST-47", "RFC9293:MUST-56"))
class ReportOfAnIcmpErrorEndsTheConnection(Endpoint):
    def tell(self, signal: Signal) -> None:
        super().tell(signal)
        if signal is Signal.ICMP_ERROR:
            self.delete()
