"""Packets that IP should drop, or should not (RFC 1122, section 3.2; RFC 8200; RFC 2873)."""

from __future__ import annotations

import struct

from reference import ip
from reference.addresses import is_unicast
from reference.faults import Endpoint, Host, fault
from reference.faults.listen import BroadcastIsAnswered
from reference.fragments import Key, Reassembly
from reference.segment import Segment


@fault("wrong-ip-checksum-is-overlooked", breaks="RFC1122:3.2.1.2-ipchecksum")
class WrongIpChecksumIsOverlooked(Host):
    def read_packet(self, octets: bytes) -> ip.Packet | None:
        return super().read_packet(_repaired(octets))


@fault("any-ip-version-counts-as-4", breaks="RFC1122:3.2.1.1-version")
class AnyIpVersionCountsAs4(Host):
    def read_packet(self, octets: bytes) -> ip.Packet | None:
        known = octets[0] >> 4 in (4, 6)
        return super().read_packet(octets if known else _repaired(bytes([0x40 | octets[0] & 15]) + octets[1:]))


def _repaired(octets: bytes) -> bytes:
    """Return an IPv4 packet with the right header checksum; any other as it is."""
    header = (octets[0] & 15) * 4
    if octets[0] >> 4 != 4 or not 20 <= header <= len(octets):
        return octets
    head = octets[:10] + b"\0\0" + octets[12:header]
    return head[:10] + struct.pack("!H", ip.checksum(head)) + head[12:] + octets[header:]


@fault("packet-at-the-end-of-its-life-is-dropped", breaks="RFC1122:3.2.1.7-ttl")
class PacketAtTheEndOfItsLifeIsDropped(Host):
    """As a router would."""

    def read_packet(self, octets: bytes) -> ip.Packet | None:
        packet = super().read_packet(octets)
        return packet if packet is not None and packet.ttl > 1 else None


@fault("ttl-of-zero-is-sent", breaks="RFC1122:3.2.1.7-ttl")
class TtlOfZeroIsSent(Host):
    def transmit(self, segment: Segment) -> None:
        segment.ttl = 0 if segment.text else segment.ttl
        super().transmit(segment)


@fault("precedence-has-to-be-that-of-the-syn", breaks="RFC2873:4-ignore-precedence")
class PrecedenceHasToBeThatOfTheSyn(Endpoint):
    """As RFC 793 had it: what comes with another is answered with a reset."""

    precedence: int | None = None

    def syn_arrives_in_listen(self, segment: Segment) -> None:
        self.precedence = segment.traffic_class >> 5
        super().syn_arrives_in_listen(segment)

    def arrives(self, segment: Segment) -> None:
        if self.precedence in (None, segment.traffic_class >> 5):
            super().arrives(segment)
        else:
            self.send_reset(segment.ack)
            self.delete()


@fault("routing-header-is-sent-back", breaks="RFC8200:8.4-routing-header")
class RoutingHeaderIsSentBack(Host):
    """What came by a route is answered by that."""

    routed: bytes | None = None

    def read_packet(self, octets: bytes) -> ip.Packet | None:
        packet = super().read_packet(octets)
        if packet is not None:
            self.routed = octets[8:24] if ip.ROUTING in packet.headers else None
        return packet

    def send_packet(self, octets: bytes) -> None:
        if self.routed == octets[24:40]:
            header = bytes([octets[6], 0, 253, 0, 0, 0, 0, 0])
            octets = octets[:4] + struct.pack("!HB", len(octets) - 32, ip.ROUTING) + octets[7:40] + header + octets[40:]
        super().send_packet(octets)


# -- fragments --


def _host(fragments: type[Reassembly]) -> type[Host]:
    return type("FragmentsHost", (Host,), {"fragments": fragments})


class Nothing(Reassembly):
    """Fragments are dropped, as by embedded stacks without room for them."""

    def take(self, packet: ip.Packet, now: float) -> ip.Packet | None:
        return None


class InOrder(Reassembly):
    """A fragment counts only behind the one before it."""

    def take(self, packet: ip.Packet, now: float) -> ip.Packet | None:
        parts = self._waiting.get((packet.src, packet.dst, packet.protocol, packet.identification))
        there = sum(map(len, parts.payloads.values())) if parts else 0
        return super().take(packet, now) if packet.offset == there else None


class OneAtATime(Reassembly):
    """There is room for one datagram, whose fragments are not told from those of another."""

    def take(self, packet: ip.Packet, now: float) -> ip.Packet | None:
        packet.identification = 0
        return super().take(packet, now)


class Jammed(Reassembly):
    """Fragments that overlap are the last that are looked at."""

    jammed = False

    def take(self, packet: ip.Packet, now: float) -> ip.Packet | None:
        return None if self.jammed else super().take(packet, now)

    def overlapping(self, key: Key) -> None:
        self.jammed = True


fault("fragments-are-dropped", breaks="RFC1122:3.2.1.4-reassembly")(_host(Nothing))
fault("fragments-count-only-in-order", breaks="RFC1122:3.2.1.4-reassembly")(_host(InOrder))
fault("fragments-of-two-datagrams-are-mixed", breaks="RFC1122:3.2.1.4-reassembly")(_host(OneAtATime))
fault("overlapping-fragments-end-reassembly", breaks="RFC1122:3.2.1.4-reassembly")(_host(Jammed))


# -- where it is going to --


@fault("syn-to-the-broadcast-address-of-its-network-is-answered", breaks="RFC9293:MUST-57")
class SynToTheBroadcastAddressOfItsNetworkIsAnswered(BroadcastIsAnswered):
    """It is no broadcast to whoever does not look at the network's mask."""

    def is_everybodys(self, address: bytes) -> bool:
        return address in self.broadcasts


@fault("error-is-sent-for-what-is-for-everybody", breaks="RFC1122:3.2.2-no-icmp-for")
class ErrorIsSentForWhatIsForEverybody(Host):
    """Such as that nobody listens at the port."""

    def read_packet(self, octets: bytes) -> ip.Packet | None:
        packet = super().read_packet(octets)
        if packet is not None and not is_unicast(packet.dst):
            self.refuse(packet, octets)
        return packet

    def refuse(self, packet: ip.Packet, octets: bytes) -> None:
        local = self.local_address(len(packet.dst))
        kind, protocol = (b"\3\3", ip.ICMP) if len(local) == 4 else (b"\1\4", ip.ICMPV6)
        body = kind + bytes(6) + octets
        pseudo = local + packet.src + struct.pack("!II", len(body), protocol) if protocol == ip.ICMPV6 else b""
        body = kind + struct.pack("!H", ip.checksum(pseudo + body)) + body[4:]
        self.send_packet(ip.write(ip.Packet(local, packet.src, protocol, body)))


@fault("packet-for-another-host-is-taken", breaks="RFC1122:3.2.1.3-dst-not-mine")
class PacketForAnotherHostIsTaken(Host):
    """Whatever comes to its MAC address counts."""

    def is_for_us(self, packet: ip.Packet) -> bool:
        return is_unicast(packet.dst) and packet.dst not in self.broadcasts
