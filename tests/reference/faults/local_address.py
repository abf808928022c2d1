"""Hosts with more than one address (RFC 9293, sections 3.9.1.1 and 3.9.2.3)."""

from __future__ import annotations

from dataclasses import replace

from reference.faults import Endpoint, Host, Listener, fault
from reference.segment import Flow, Segment
from reference.user import Settings, User


@fault("listener-takes-what-is-for-another-address", breaks="RFC9293:3.9.1.1-open-passive-local")
class ListenerTakesWhatIsForAnotherAddress(Host):
    """It looks at the port alone."""

    def listener_at(self, address: bytes, port: int) -> Listener | None:
        return next((one for (_, its_port), one in self.listeners.items() if its_port == port), None)


@fault("listener-at-any-address-knows-the-first-only", breaks="RFC9293:3.9.1.1-open-passive-local")
class ListenerAtAnyAddressKnowsTheFirstOnly(Host):
    def listener_at(self, address: bytes, port: int) -> Listener | None:
        first = address == self.local_address(len(address))
        return super().listener_at(address, port) if first else self.listeners.get((address, port))


@fault(
    "segments-come-from-the-first-address",
    breaks=("RFC9293:3.9.1.1-open-passive-local", "RFC9293:MUST-45", "RFC1122:3.2.1.3-src-own"),
)
class SegmentsComeFromTheFirstAddress(Host):
    def transmit(self, segment: Segment) -> None:
        local = self.local_address(len(segment.flow.local))
        super().transmit(replace(segment, flow=segment.flow._replace(local=local)))


@fault("listener-at-a-named-address-hears-nothing", breaks="RFC9293:3.9.1.1-open-passive-local")
class ListenerAtANamedAddressHearsNothing(Host):
    def listener_at(self, address: bytes, port: int) -> Listener | None:
        return self.listeners.get((bytes(len(address)), port))


@fault("open-comes-from-the-first-address", breaks="RFC9293:MUST-43")
class OpenComesFromTheFirstAddress(Host):
    """Whatever address the user names."""

    def connect(self, flow: Flow, settings: Settings, user: User, text: bytes = b"") -> Endpoint:
        return super().connect(flow._replace(local=self.local_address(len(flow.local))), settings, user, text)


@fault("open-to-the-broadcast-address-of-the-network-is-taken", breaks="RFC9293:MUST-46")
class OpenToTheBroadcastAddressOfTheNetworkIsTaken(Host):
    def may_be_opened_to(self, remote: bytes) -> bool:
        return remote in self.broadcasts or super().may_be_opened_to(remote)
