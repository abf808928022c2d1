"""LISTEN (RFC 9293, section 3.10.7.2), and what a SYN may bring besides itself."""

from __future__ import annotations

import struct
from dataclasses import replace

from reference import segment as tcp
from reference.addresses import is_unicast
from reference.faults import Endpoint, Host, Listener, fault
from reference.ip import Packet
from reference.listen import Listener as Correct
from reference.numbers import add
from reference.opens import EPHEMERAL
from reference.segment import ACK, FIN, PSH, RST, SYN, URG, Options, Segment
from reference.user import Settings, User

# -- first check: RST --


@fault("listen-answers-a-reset", breaks="RFC9293:3.10.7.2-listen-rst")
class ListenAnswersAReset(Listener):
    """With a reset."""

    def check_rst(self, segment: Segment) -> bool:
        if segment.ctl & RST:
            self.host.send_reset(segment)
        return super().check_rst(segment)


@fault("listen-ends-with-a-reset", breaks=("RFC9293:3.10.7.2-listen-rst", "RFC9293:3.5.3-rst-listen-ignored"))
class ListenEndsWithAReset(Listener):
    def check_rst(self, segment: Segment) -> bool:
        if segment.ctl & RST:
            self.arrives = self.host.arrives_in_closed  # type: ignore[method-assign]
        return super().check_rst(segment)


@fault("listen-looks-at-syn-before-rst", breaks="RFC9293:3.10.7.2-listen-rst")
class ListenLooksAtSynBeforeRst(Listener):
    """RST,SYN opens a connection."""

    def check_rst(self, segment: Segment) -> bool:
        return segment.ctl & (SYN | ACK) == SYN or super().check_rst(segment)


@fault("listen-looks-at-ack-before-rst", breaks="RFC9293:3.10.7.2-listen-rst")
class ListenLooksAtAckBeforeRst(Listener):
    """RST,ACK draws a reset."""

    def check_rst(self, segment: Segment) -> bool:
        return bool(segment.ctl & ACK) or super().check_rst(segment)


# -- second check: ACK --


@fault("listen-ignores-an-ack", breaks="RFC9293:3.10.7.2-listen-ack")
class ListenIgnoresAnAck(Listener):
    def check_ack(self, segment: Segment) -> bool:
        return not segment.ctl & ACK


@fault("listen-resets-without-the-number", breaks="RFC9293:3.10.7.2-listen-ack")
class ListenResetsWithoutTheNumber(Listener):
    """SEQ is 0, as for a segment without ACK."""

    def check_ack(self, segment: Segment) -> bool:
        segment.ack = 0
        return super().check_ack(segment)


@fault("listen-takes-a-syn-ack-for-a-syn", breaks=("RFC9293:3.5.1-two-passive", "RFC9293:3.10.7.2-listen-ack"))
class ListenTakesASynAckForASyn(Listener):
    def check_ack(self, segment: Segment) -> bool:
        return bool(segment.ctl & SYN) or super().check_ack(segment)


@fault("listen-ends-with-its-reset", breaks="RFC9293:3.5.1-two-passive")
class ListenEndsWithItsReset(Listener):
    def check_ack(self, segment: Segment) -> bool:
        if not super().check_ack(segment):
            self.arrives = self.host.arrives_in_closed  # type: ignore[method-assign]
            return False
        return True


# -- third and fourth check --


@fault("listen-resets-what-it-has-no-use-for", breaks="RFC9293:3.10.7.2-listen-other")
class ListenResetsWhatItHasNoUseFor(Listener):
    def check_syn(self, segment: Segment) -> bool:
        if not segment.ctl & SYN:
            self.host.send_reset(segment)
        return super().check_syn(segment)


@fault("listen-takes-anything-for-a-syn", breaks="RFC9293:3.10.7.2-listen-other")
class ListenTakesAnythingForASyn(Listener):
    def check_syn(self, segment: Segment) -> bool:
        segment.ctl |= SYN
        return super().check_syn(segment)


@fault("listen-ends-with-a-fin", breaks="RFC9293:3.10.7.2-listen-other")
class ListenEndsWithAFin(Listener):
    def check_syn(self, segment: Segment) -> bool:
        if segment.ctl & (SYN | FIN) == FIN:
            self.arrives = self.host.arrives_in_closed  # type: ignore[method-assign]
        return super().check_syn(segment)


@fault("syn-with-urg-or-psh-is-dropped", breaks="RFC9293:3.10.7.2-listen-syn")
class SynWithUrgOrPshIsDropped(Listener):
    def check_syn(self, segment: Segment) -> bool:
        return False if segment.ctl & (URG | PSH) else super().check_syn(segment)


@fault("urgent-pointer-that-points-nowhere-drops-the-syn", breaks="RFC9293:3.8.5-urg-robust")
class UrgentPointerThatPointsNowhereDropsTheSyn(Listener):
    def check_syn(self, segment: Segment) -> bool:
        nowhere = segment.ctl & URG and segment.up > len(segment.text)
        return False if nowhere else super().check_syn(segment)


@fault("urgent-pointer-counts-without-urg", breaks="RFC9293:3.1-urgptr-only-urg")
class UrgentPointerCountsWithoutUrg(Listener):
    """A SYN with one is taken for malformed."""

    def check_syn(self, segment: Segment) -> bool:
        return False if segment.up and not segment.ctl & URG else super().check_syn(segment)


@fault("ack-field-of-a-syn-counts-without-its-bit", breaks="RFC9293:3.10.7.2-listen-syn")
class AckFieldOfASynCountsWithoutItsBit(Listener):
    def check_ack(self, segment: Segment) -> bool:
        if segment.ack:
            segment.ctl |= ACK
        return super().check_ack(segment)


# -- data on a SYN --


@fault("syn-ack-acknowledges-more-than-the-syn-has", breaks="RFC9293:3.10.7.2-listen-syn-ack-range")
class SynAckAcknowledgesMoreThanTheSynHas(Endpoint):
    """SYN and data are both counted, and the SYN once more."""

    def take_syn(self, segment: Segment) -> None:
        super().take_syn(segment)
        if segment.text:
            self.rcv_nxt = add(segment.end, 1)


@fault("data-of-a-syn-is-counted-from-the-syn", breaks="RFC9293:3.4-syn-before-data")
class DataOfASynIsCountedFromTheSyn(Endpoint):
    """As if the SYN had no number of its own: the first octet is lost, the last is awaited again."""

    def take_syn(self, segment: Segment) -> None:
        super().take_syn(segment)
        if segment.text:
            self.received += segment.text[1:]
            self.rcv_nxt = add(segment.end, -1)


@fault(
    "data-of-a-syn-is-acknowledged-and-lost",
    breaks=("RFC9293:3.5-data-in-syn-hold", "RFC9293:3.10.7.2-listen-syn-queue"),
)
class DataOfASynIsAcknowledgedAndLost(Endpoint):
    def take_syn(self, segment: Segment) -> None:
        super().take_syn(segment)
        if not segment.ctl & ACK:
            self.rcv_nxt = segment.end


@fault("data-of-a-syn-is-delivered-at-once", breaks="RFC9293:3.5-data-in-syn-hold")
class DataOfASynIsDeliveredAtOnce(Endpoint):
    """Before anybody knows whether the SYN is of today."""

    def queue_with_syn(self, segment: Segment) -> None:
        if segment.text:
            self.take(segment.text)


@fault("data-of-a-syn-is-delivered-twice", breaks="RFC9293:3.10.7.3-synsent-syn-data")
class DataOfASynIsDeliveredTwice(Endpoint):
    """Seen as such where the peer sends it again, because the SYN,ACK has not acknowledged it."""

    def queue_with_syn(self, segment: Segment) -> None:
        self.received += segment.text


# -- what a SYN draws in the SYN,ACK --


@fault("window-scale-is-offered-unasked", breaks="RFC7323:2.2-ws-synack-only-if-offered")
class WindowScaleIsOfferedUnasked(Endpoint):
    def syn_options(self, ctl: int) -> Options:
        return replace(super().syn_options(ctl), shift=self.settings.shift)


@fault("timestamps-are-offered-unasked", breaks="RFC7323:3.2-ts-synack-only-if-offered")
class TimestampsAreOfferedUnasked(Endpoint):
    def syn_options(self, ctl: int) -> Options:
        return replace(super().syn_options(ctl), timestamps=self.stamps(ctl))


@fault("sack-is-permitted-unasked", breaks="RFC2018:4-sack-not-without-permission")
class SackIsPermittedUnasked(Host):
    def write_segment(self, segment: Segment) -> bytes:
        octets = tcp.write(segment)
        return with_options(octets, bytes((1, 1, 4, 2))) if segment.ctl & SYN else octets


@fault("sack-is-permitted-in-every-segment", breaks="RFC2018:2-sackperm-syn-only")
class SackIsPermittedInEverySegment(Host):
    def write_segment(self, segment: Segment) -> bytes:
        octets = tcp.write(segment)
        return octets if segment.ctl & SYN else with_options(octets, bytes((1, 1, 4, 2)))


def with_options(octets: bytes, more: bytes) -> bytes:
    """Return a segment with `more` options, a multiple of four octets, before its own."""
    return octets[:12] + bytes((octets[12] + (len(more) // 4 << 4),)) + octets[13:20] + more + octets[20:]


# -- addresses --


@fault("broadcast-is-answered", breaks=("RFC9293:MUST-57", "RFC9293:3.9.2.3-all-segments"))
class BroadcastIsAnswered(Host):
    """What comes for a broadcast or multicast address is taken for our own."""

    def is_everybodys(self, address: bytes) -> bool:
        return not is_unicast(address)

    def read_packet(self, octets: bytes) -> Packet | None:
        packet = super().read_packet(octets)
        if packet is None or not self.is_everybodys(packet.dst):
            return packet
        sums = sum(struct.unpack(f"!{len(packet.dst) // 2}H", packet.dst))
        own = self.local_address(len(packet.dst))
        difference = sums - sum(struct.unpack(f"!{len(own) // 2}H", own))
        right = packet.payload[16:18]
        checksum = (int.from_bytes(right, "big") + difference) % 0xFFFF
        payload = packet.payload[:16] + checksum.to_bytes(2, "big") + packet.payload[18:]
        return replace(packet, dst=own, payload=payload)


@fault(
    "syn-from-a-group-is-answered",
    breaks=("RFC9293:MUST-63", "RFC1122:3.2.1.3-src-invalid", "RFC9293:3.9.2.3-all-segments"),
)
class SynFromAGroupIsAnswered(Host):
    """Nobody looks where a segment comes from."""

    def is_valid_source(self, packet: Packet) -> bool:
        return packet.src not in self.addresses


@fault("own-address-as-source-kills", breaks=("RFC9293:3.10.7.2-listen-syn", "RFC9293:MUST-63"))
class OwnAddressAsSourceKills(Host):
    """A SYN from its own address and port (LAND), and it is dead. Seen in stacks of the nineties."""

    def is_valid_source(self, packet: Packet) -> bool:
        if packet.src == packet.dst:
            self.addresses = frozenset()
        return super().is_valid_source(packet)


# -- passive OPEN --


@fault("second-listener-replaces-the-first", breaks="RFC9293:3.10.1-open-closed-passive")
class SecondListenerReplacesTheFirst(Host):
    newest = 0

    def listen(self, address: bytes, port: int, settings: Settings, backlog: int, user: User) -> Correct:
        self.newest = port
        return super().listen(address, port, settings, backlog, user)

    def listener_for(self, segment: Segment) -> Correct | None:
        return super().listener_for(segment) if segment.flow.local_port in (7, 9, self.newest) else None


@fault("listening-ends-an-attempt-on-the-port", breaks="RFC9293:MUST-41")
class ListeningEndsAnAttemptOnThePort(Host):
    """The passive OPEN takes over the record of the attempt to connect from that port."""

    def listen(self, address: bytes, port: int, settings: Settings, backlog: int, user: User) -> Correct:
        for endpoint in [one for flow, one in self.connections.items() if flow.local_port == port]:
            endpoint.delete()
        return super().listen(address, port, settings, backlog, user)


@fault("port-of-an-attempt-hears-no-others", breaks="RFC9293:MUST-42")
class PortOfAnAttemptHearsNoOthers(Host):
    """Listening on it is allowed, but whoever calls finds nobody."""

    def listener_for(self, segment: Segment) -> Correct | None:
        taken = any(flow.local_port == segment.flow.local_port for flow in self.connections)
        return None if taken and segment.flow.local_port in EPHEMERAL else super().listener_for(segment)


# -- SYN with FIN --


@fault("syn-with-fin-is-reset", breaks="RFC9293:3.10.7.2-listen-synfin")
class SynWithFinIsReset(Listener):
    def check_syn(self, segment: Segment) -> bool:
        if segment.ctl & SYN and segment.ctl & FIN:
            self.host.send_reset(segment)
            return False
        return super().check_syn(segment)


@fault("syn-with-fin-ends-the-listening", breaks=("RFC9293:3.10.7.2-listen-synfin", "RFC9293:3.10.7.2-listen-syn"))
class SynWithFinEndsTheListening(Listener):
    """The listener takes the FIN for its own."""

    def check_syn(self, segment: Segment) -> bool:
        if segment.ctl & SYN and segment.ctl & FIN:
            self.close()
            return False
        return super().check_syn(segment)
