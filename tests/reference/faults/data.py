"""Data and acknowledgments: what any case would see (RFC 9293, sections 3.4 and 3.8; RFC 5681, RFC 2018, RFC 3168)."""

from __future__ import annotations

from conformance.state import State
from reference.faults import Endpoint, Host, fault
from reference.ip import Packet
from reference.numbers import add, ahead
from reference.segment import ACK, FIN, PSH, RST, SYN, Flow, Options, Segment


@fault("ack-is-of-what-was-never-sent", breaks="RFC9293:3.4-cumulative-ack")
class AckIsOfWhatWasNeverSent(Endpoint):
    """Data is acknowledged one octet too far."""

    def take(self, text: bytes) -> None:
        super().take(text)
        self.advance(1)


@fault("ack-goes-back", breaks="RFC9293:3.8-ack-current")
class AckGoesBack(Endpoint):
    """Our FIN is acknowledged with the number of the segment before."""

    def send_fin(self) -> None:
        self.rcv_nxt = add(self.rcv_nxt, -1)
        super().send_fin()
        self.rcv_nxt = add(self.rcv_nxt, 1)


@fault("data-has-no-ack", breaks="RFC9293:3.1-ack-always")
class DataHasNoAck(Endpoint):
    """Segments with data do not acknowledge anything."""

    def emit(self, ctl: int, seq: int, text: bytes = b"") -> None:
        super().emit(ctl & ~ACK if text else ctl, seq, text)


@fault("two-acks-for-a-segment", breaks="RFC5681:4.2-one-ack")
class TwoAcksForASegment(Endpoint):
    def acknowledge(self) -> None:
        super().acknowledge()
        super().acknowledge()


@fault("old-segment-draws-two-acks", breaks="RFC5681:4.2-one-ack")
class OldSegmentDrawsTwoAcks(Endpoint):
    """One at once, one with the delayed ACK."""

    def unacceptable(self, segment: Segment) -> bool:
        if not segment.ctl & RST:
            self.acknowledge()
        return super().unacceptable(segment)


@fault("data-is-acknowledged-and-lost", breaks="RFC9293:3.10.7.4-text-ack-responsibility")
class DataIsAcknowledgedAndLost(Endpoint):
    def take(self, text: bytes) -> None:
        self.advance(len(text))


@fault("data-is-never-acknowledged", breaks="RFC9293:3.10.7.4-text-deliver")
class DataIsNeverAcknowledged(Endpoint):
    """It reaches the user, and the peer has to send it again and again."""

    def acknowledge_text(self) -> None:
        pass


@fault("sack-blocks-without-permission", breaks="RFC2018:4-sack-not-without-permission")
class SackBlocksWithoutPermission(Endpoint):
    """A gap is told with a SACK option to whoever has not asked for it."""

    def options_for(self, ctl: int) -> Options:
        options = super().options_for(ctl)
        if ctl & (SYN | RST) or not self.held:
            return options
        return Sack(options.mss, options.shift, options.timestamps)


class Sack(Options):
    """Options with a SACK of one block."""

    def write(self) -> bytes:
        return super().write() + bytes((1, 1, 5, 10)) + bytes(8)


@fault("pure-ack-is-ecn-capable", breaks="RFC3168:6.1.4-pure-ack-not-ect")
class PureAckIsEcnCapable(Host):
    def transmit(self, segment: Segment) -> None:
        if segment.ctl == ACK and not segment.text:
            segment.traffic_class |= 2
        super().transmit(segment)


@fault("syn-is-ecn-capable", breaks="RFC3168:6.1.1-no-ect-syn")
class SynIsEcnCapable(Host):
    def transmit(self, segment: Segment) -> None:
        if segment.ctl & SYN:
            segment.traffic_class |= 2
        super().transmit(segment)


@fault("checksum-of-a-fin-is-wrong", breaks="RFC9293:MUST-2")
class ChecksumOfAFinIsWrong(Host):
    """The FIN is set in the header after the checksum was computed."""

    def with_checksum(self, flow: Flow, octets: bytes) -> bytes:
        without = octets[:13] + bytes((octets[13] & ~FIN,)) + octets[14:]
        return super().with_checksum(flow, without)[:13] + octets[13:14] + super().with_checksum(flow, without)[14:]


@fault("data-offset-points-past-the-segment", breaks="RFC9293:3.1-data-offset")
class DataOffsetPointsPastTheSegment(Host):
    """A pure ACK claims options that it does not have."""

    def write_segment(self, segment: Segment) -> bytes:
        octets = super().write_segment(segment)
        if segment.ctl != ACK or segment.text or len(octets) > 20:
            return octets
        return octets[:12] + b"\x60" + octets[13:]


@fault("data-in-fin-wait-2-is-acknowledged-from-the-future", breaks="RFC9293:3.4-cumulative-ack")
class DataInFinWait2IsAcknowledgedFromTheFuture(Endpoint):
    """In FIN-WAIT-2 the FIN that is yet to come is acknowledged with the data."""

    def acknowledge_text(self) -> None:
        if self.state is not State.FIN_WAIT_2:
            super().acknowledge_text()
            return
        self.rcv_nxt = add(self.rcv_nxt, 1)
        self.emit(ACK | PSH, self.snd_nxt)
        self.rcv_nxt = add(self.rcv_nxt, -1)


@fault("segment-larger-than-the-mss-kills-the-connection", breaks="RFC9293:3.10.7.4-text-stream")
class SegmentLargerThanTheMssKillsTheConnection(Endpoint):
    """There is a buffer for a segment, and what is behind it is written over."""

    def process_text(self, segment: Segment) -> bool:
        if len(segment.text) > self.announced_mss():
            self.delete()
            return False
        return super().process_text(segment)


@fault("octets-between-holes-are-forgotten-when-there-are-too-many", breaks="RFC9293:3.10.7.4-text-ack-responsibility")
class OctetsBetweenHolesAreForgottenWhenThereAreTooMany(Endpoint):
    """The queue has room for a hundred: it is cleared, and what was in it acknowledged, over the holes."""

    def hold(self, seq: int, text: bytes) -> None:
        super().hold(seq, text)
        if len(self.held) > 100:
            self.held.clear()
            self.rcv_nxt = add(seq, len(text))


@fault("padding-of-the-frame-is-data", breaks="RFC9293:3.1-data-offset")
class PaddingOfTheFrameIsData(Host):
    """Its length is believed, not that of the packet."""

    def arrives(self, octets: bytes) -> None:
        at, header = (4, 40) if octets[0] >> 4 == 6 else (2, 0)  # IPv6 does not count its header
        self.padding = octets[header + int.from_bytes(octets[at : at + 2], "big") :]
        super().arrives(octets)

    def read_segment(self, packet: Packet) -> Segment | None:
        segment = super().read_segment(packet)
        if segment is not None:
            segment.text += self.padding
        return segment


@fault("text-that-comes-during-a-recovery-is-lost", breaks="RFC9293:3.10.7.4-text-stream")
class TextThatComesDuringARecoveryIsLost(Endpoint):
    """It is acknowledged, but the user never gets it. Nobody sees that where one end is silent."""

    def take(self, text: bytes) -> None:
        super().take(text)
        if self.recover is not None:
            del self.received[-len(text) :]


@fault("text-beyond-the-window-is-kept", breaks="RFC9293:3.10.7.4-seq-unacceptable-nodata")
class TextBeyondTheWindowIsKept(Endpoint):
    """As text above any other gap: the user gets it when the gap is filled."""

    def unacceptable(self, segment: Segment) -> bool:
        if 0 <= ahead(self.rcv_nxt, segment.seq) < 2 * self.settings.receive_buffer and segment.text:
            self.hold(segment.seq, segment.text)
        return super().unacceptable(segment)
