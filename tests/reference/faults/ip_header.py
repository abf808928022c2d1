"""What the IP header says, and is taken to say (RFC 9293, sections 3.8.1, 3.9.1.9 and 3.9.2)."""

from __future__ import annotations

import random

from reference import ip
from reference.faults import Endpoint, Host, fault
from reference.segment import SYN, Segment


@fault("ttl-cannot-be-chosen", breaks="RFC9293:MUST-49")
class TtlCannotBeChosen(Host):
    def transmit(self, segment: Segment) -> None:
        segment.ttl = 64
        super().transmit(segment)


@fault("diffserv-field-cannot-be-chosen", breaks=("RFC9293:MUST-48", "RFC9293:SHLD-22", "RFC9293:SHLD-21"))
class DiffservFieldCannotBeChosen(Host):
    def transmit(self, segment: Segment) -> None:
        segment.traffic_class = 0
        super().transmit(segment)


@fault("diffserv-field-is-cut-to-precedence", breaks=("RFC9293:SHLD-22", "RFC9293:MUST-48"))
class DiffservFieldIsCutToPrecedence(Host):
    """Three bits of it are sent, as RFC 791 had them."""

    def transmit(self, segment: Segment) -> None:
        segment.traffic_class &= 0xE0
        super().transmit(segment)


@fault("diffserv-field-of-pure-acks-is-zero", breaks=("RFC9293:SHLD-22", "RFC9293:3.9.1.9-dscp-per-direction"))
class DiffservFieldOfPureAcksIsZero(Host):
    def transmit(self, segment: Segment) -> None:
        segment.traffic_class = segment.traffic_class if segment.text else 0
        super().transmit(segment)


@fault("diffserv-field-is-settled-at-the-first-data", breaks="RFC9293:SHLD-21")
class DiffservFieldIsSettledAtTheFirstData(Endpoint):
    settled: int | None = None

    def send_text(self, size: int) -> None:
        self.settled = self.settings.traffic_class if self.settled is None else self.settled
        self.settings.traffic_class = self.settled
        super().send_text(size)


@fault("diffserv-field-follows-the-peer", breaks="RFC9293:3.9.1.9-dscp-per-direction")
class DiffservFieldFollowsThePeer(Endpoint):
    def arrives(self, segment: Segment) -> None:
        if segment.text:
            self.settings.traffic_class = segment.traffic_class
        super().arrives(segment)


@fault("diffserv-field-of-the-syn-is-told-for-ever", breaks="RFC9293:MAY-9")
class DiffservFieldOfTheSynIsToldForEver(Endpoint):
    """Seen in Linux, over IPv4."""

    def tell_traffic_class(self, segment: Segment) -> None:
        if segment.ctl & SYN:
            super().tell_traffic_class(segment)


@fault("retransmission-has-an-identification-of-its-own", breaks="RFC9293:MAY-4")
class RetransmissionHasAnIdentificationOfItsOwn(Host):
    def identification(self, octets: bytes) -> int:
        return next(self._order) & 0xFFFF


@fault("same-identification-makes-a-duplicate", breaks="RFC9293:3.8.1-ipid-no-rely")
class SameIdentificationMakesADuplicate(Host):
    last = 0

    def read_packet(self, octets: bytes) -> ip.Packet | None:
        packet = super().read_packet(octets)
        if packet is None or packet.identification == self.last != 1:
            return None
        self.last = packet.identification
        return packet


@fault("other-identification-makes-new-data", breaks="RFC9293:3.8.1-ipid-no-rely")
class OtherIdentificationMakesNewData(Host):
    """Old data in a packet with a number of its own is taken for the next."""

    seen = 1

    def segment_arrives(self, packet: ip.Packet) -> None:
        segment = self.read_segment(packet)
        endpoint = segment and self.connections.get(segment.flow)
        if segment and endpoint and segment.text and packet.identification > self.seen == 1:
            self.seen = packet.identification
            endpoint.received += segment.text
        super().segment_arrives(packet)


class Choosy(Host):
    """Packets with IPv4 options that are `unwelcome` are dropped."""

    def unwelcome(self, kinds: set[int]) -> bool:
        raise NotImplementedError

    def read_packet(self, octets: bytes) -> ip.Packet | None:
        packet = super().read_packet(octets)
        kinds = {option[0] for option in ip.split_options(packet.options)} if packet else set()
        return None if self.unwelcome(kinds) else packet


@fault("unknown-ip-option-drops-a-packet", breaks="RFC9293:MUST-50")
class UnknownIpOptionDropsAPacket(Choosy):
    def unwelcome(self, kinds: set[int]) -> bool:
        return bool(kinds - {*ip.SOURCE_ROUTES, *ip.RECORDED})


@fault("routes-and-times-to-record-drop-a-packet", breaks="RFC9293:MUST-50")
class RoutesAndTimesToRecordDropAPacket(Choosy):
    def unwelcome(self, kinds: set[int]) -> bool:
        return bool(kinds & {*ip.RECORDED})


@fault("nothing-is-recorded", breaks=("RFC9293:MAY-10", "RFC9293:MAY-11"))
class NothingIsRecorded(Host):
    def transmit(self, segment: Segment) -> None:
        segment.ip_options = b"".join(
            option for option in ip.split_options(segment.ip_options) if option[0] not in ip.RECORDED
        )
        super().transmit(segment)


@fault("no-two-connections-look-alike", breaks="RFC9293:7-fingerprint")
class NoTwoConnectionsLookAlike(Host):
    """The TTL of a SYN,ACK is chosen at random, against those who ask what system it is."""

    choices = random.Random(1)

    def transmit(self, segment: Segment) -> None:
        if segment.ctl & SYN:
            segment.ttl = self.choices.randrange(64, 250)
        super().transmit(segment)
