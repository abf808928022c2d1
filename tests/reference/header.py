"""What a connection has to say in the IP header: source routes, and options in kind (RFC 9293, section 3.9.2)."""

from __future__ import annotations

from reference import ip
from reference.segment import Segment
from reference.windows import Windows


class IpHeader(Windows):
    """The options of IPv4 that go out with every segment."""

    def take_ip_options(self, segment: Segment) -> None:
        """A passively opened connection sends by the way back of the latest completed source route (MUST-53, SHLD-24).

        Where a route or times are to be recorded, those of our segments are as well (MAY-10, MAY-11).
        """
        for option in ip.split_options(segment.ip_options):
            if option[0] in ip.SOURCE_ROUTES and ip.is_completed(option) and self.listener is not None:
                self.take_source_route(option)
            elif option[0] in ip.RECORDED:
                self.recorded[option[0]] = ip.emptied(option)

    def take_source_route(self, option: bytes) -> None:
        """Remember the way back."""
        self.return_route = ip.reversed_route(option)

    def ip_options(self) -> bytes:
        """Return the options of our segments. A route of the user's goes before one that was received (MUST-52)."""
        chosen = self.settings.ip_options
        routed = any(option[0] in ip.SOURCE_ROUTES for option in ip.split_options(chosen))
        return chosen + (b"" if routed else self.return_route) + b"".join(self.recorded.values())
