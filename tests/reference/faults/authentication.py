"""Options of authentication where there is no key (RFC 5925, section 7.3; RFC 2385, section 2.0)."""

from __future__ import annotations

from reference.faults import Host, fault
from reference.ip import Packet
from reference.segment import Segment, split_options

MD5, AO = 19, 29


def has(packet: Packet, kind: int) -> bool:
    """Tell whether a segment has an option of that kind."""
    octets = packet.payload
    return any(found == kind for found, _ in split_options(octets[20 : (octets[12] >> 4) * 4]))


@fault("md5-without-a-key-kills", breaks="RFC2385:unconfigured-ignored")
class Md5WithoutAKeyKills(Host):
    """The key that is not there is looked at all the same."""

    def read_segment(self, packet: Packet) -> Segment | None:
        if has(packet, MD5):
            self.listeners.clear()
            self.connections.clear()
            return None
        return super().read_segment(packet)


@fault("md5-without-a-key-is-reset", breaks="RFC2385:unconfigured-ignored")
class Md5WithoutAKeyIsReset(Host):
    def read_segment(self, packet: Packet) -> Segment | None:
        segment = super().read_segment(packet)
        if segment is not None and has(packet, MD5):
            self.send_reset(segment)
            return None
        return segment


@fault("ao-without-a-key-is-dropped", breaks="RFC5925:7.3-no-mkt-accept")
class AoWithoutAKeyIsDropped(Host):
    def read_segment(self, packet: Packet) -> Segment | None:
        return None if has(packet, AO) else super().read_segment(packet)
