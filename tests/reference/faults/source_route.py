"""Source routes that lead nowhere (RFC 9293, section 3.9.2.1)."""

from __future__ import annotations

from reference import ip
from reference.faults import Endpoint, fault
from reference.segment import SYN, Segment


@fault("return-route-is-not-remembered", breaks=("RFC9293:MUST-53", "RFC9293:SHLD-24"))
class ReturnRouteIsNotRemembered(Endpoint):
    def take_source_route(self, option: bytes) -> None:
        pass


@fault("return-route-is-not-reversed", breaks="RFC9293:MUST-53")
class ReturnRouteIsNotReversed(Endpoint):
    def take_source_route(self, option: bytes) -> None:
        self.return_route = option[:2] + b"\4" + option[3:]


@fault("return-route-is-for-the-syn-ack-alone", breaks="RFC9293:MUST-53")
class ReturnRouteIsForTheSynAckAlone(Endpoint):
    def take_ip_options(self, segment: Segment) -> None:
        if not segment.ctl & SYN:
            self.return_route = b""
        super().take_ip_options(segment)


@fault("first-return-route-stays", breaks="RFC9293:SHLD-24")
class FirstReturnRouteStays(Endpoint):
    """Seen in Linux."""

    def take_source_route(self, option: bytes) -> None:
        if not self.return_route:
            super().take_source_route(option)


@fault("route-of-the-user-is-ignored", breaks="RFC9293:MUST-51")
class RouteOfTheUserIsIgnored(Endpoint):
    def open_active(self, text: bytes = b"") -> None:
        self.settings.ip_options = b""
        super().open_active(text)


@fault("received-route-goes-before-the-users", breaks="RFC9293:MUST-52")
class ReceivedRouteGoesBeforeTheUsers(Endpoint):
    def take_ip_options(self, segment: Segment) -> None:
        super().take_ip_options(segment)
        for option in ip.split_options(segment.ip_options):
            if option[0] in ip.SOURCE_ROUTES:
                self.settings.ip_options = ip.reversed_route(option)
