"""Checksums that leave something out (RFC 9293, section 3.1), and what is made of data that was corrupted."""

from __future__ import annotations

from reference import ip
from reference.faults import Host, fault
from reference.segment import Flow, Segment

PSEUDO = ("RFC9293:3.1-checksum-pseudo4", "RFC9293:3.1-checksum-pseudo6")


def summed_without(packet: ip.Packet, octets: bytes) -> bool:
    """Tell whether the checksum is right when these octets are not covered."""
    pseudo = packet.src + packet.dst + len(packet.payload).to_bytes(4, "big") + b"\0\0\0\6"
    left_out = bytes(0xFF - octet for octet in octets)  # taking octets out of a sum is adding their complement
    return ip.checksum(pseudo + packet.payload + bytes(len(packet.payload) % 2) + left_out) == 0


class Lenient(Host):
    """A right checksum passes, and one that leaves `part` out as well."""

    def part(self, packet: ip.Packet) -> bytes:
        raise NotImplementedError

    def checksum_is_right(self, packet: ip.Packet) -> bool:
        return super().checksum_is_right(packet) or summed_without(packet, self.part(packet))


@fault("checksum-may-leave-out-the-source", breaks=PSEUDO)
class ChecksumMayLeaveOutTheSource(Lenient):
    def part(self, packet: ip.Packet) -> bytes:
        return packet.src


@fault("checksum-may-leave-out-the-destination", breaks=PSEUDO)
class ChecksumMayLeaveOutTheDestination(Lenient):
    def part(self, packet: ip.Packet) -> bytes:
        return packet.dst


@fault("checksum-may-leave-out-the-protocol", breaks=PSEUDO)
class ChecksumMayLeaveOutTheProtocol(Lenient):
    def part(self, packet: ip.Packet) -> bytes:
        return b"\0\6"


@fault("checksum-may-leave-out-the-length", breaks=PSEUDO)
class ChecksumMayLeaveOutTheLength(Lenient):
    def part(self, packet: ip.Packet) -> bytes:
        return len(packet.payload).to_bytes(2, "big")


@fault("checksum-of-zero-or-of-ones-is-none", breaks="RFC9293:MUST-3")
class ChecksumOfZeroOrOfOnesIsNone(Host):
    """As in UDP, where zero says that there is none."""

    def checksum_is_right(self, packet: ip.Packet) -> bool:
        return packet.payload[16:18] in (b"\0\0", b"\xff\xff") or super().checksum_is_right(packet)


@fault("checksum-may-leave-out-options", breaks="RFC9293:3.1-checksum-options")
class ChecksumMayLeaveOutOptions(Lenient):
    def part(self, packet: ip.Packet) -> bytes:
        return packet.payload[20 : (packet.payload[12] >> 4) * 4]


@fault("checksum-may-leave-out-the-last-odd-octet", breaks="RFC9293:3.1-checksum-odd")
class ChecksumMayLeaveOutTheLastOddOctet(Lenient):
    def part(self, packet: ip.Packet) -> bytes:
        return packet.payload[-1:] + b"\0" if len(packet.payload) % 2 else b""


@fault("odd-octets-are-padded-in-front-when-read", breaks="RFC9293:3.1-checksum-odd")
class OddOctetsArePaddedInFrontWhenRead(Host):
    def checksum_is_right(self, packet: ip.Packet) -> bool:
        if len(packet.payload) % 2 == 0:
            return super().checksum_is_right(packet)
        padded = packet.payload[:-1] + b"\0" + packet.payload[-1:]
        pseudo = packet.src + packet.dst + len(packet.payload).to_bytes(4, "big") + b"\0\0\0\6"
        return ip.checksum(pseudo + padded) == 0


@fault("odd-octets-are-padded-in-front-when-sent", breaks="RFC9293:3.1-checksum-odd")
class OddOctetsArePaddedInFrontWhenSent(Host):
    def with_checksum(self, flow: Flow, octets: bytes) -> bytes:
        padded = octets[:-1] + b"\0" + octets[-1:] if len(octets) % 2 else octets
        wrong = ip.checksum(flow.local + flow.remote + len(octets).to_bytes(4, "big") + b"\0\0\0\6" + padded)
        return octets[:16] + wrong.to_bytes(2, "big") + octets[18:]


@fault("padding-of-an-odd-octet-is-sent", breaks="RFC9293:3.1-checksum-odd")
class PaddingOfAnOddOctetIsSent(Host):
    def with_checksum(self, flow: Flow, octets: bytes) -> bytes:
        return super().with_checksum(flow, octets + bytes(len(octets) % 2))


@fault("checksum-of-what-is-sent-has-no-pseudo-header", breaks=PSEUDO)
class ChecksumOfWhatIsSentHasNoPseudoHeader(Host):
    def with_checksum(self, flow: Flow, octets: bytes) -> bytes:
        return octets[:16] + ip.checksum(octets).to_bytes(2, "big") + octets[18:]


@fault("checksum-of-what-is-sent-leaves-out-options", breaks="RFC9293:3.1-checksum-options")
class ChecksumOfWhatIsSentLeavesOutOptions(Host):
    def with_checksum(self, flow: Flow, octets: bytes) -> bytes:
        end = (octets[12] >> 4) * 4
        bare = octets[:20] + bytes(end - 20) + octets[end:]
        return octets[:16] + super().with_checksum(flow, bare)[16:18] + octets[18:]


@fault("extension-header-gets-into-the-pseudo-header", breaks="RFC9293:3.1-checksum-pseudo6")
class ExtensionHeaderGetsIntoThePseudoHeader(Host):
    """The number in the fixed IPv6 header is summed, which is that of the first extension header."""

    def read_packet(self, octets: bytes) -> ip.Packet | None:
        packet = super().read_packet(octets)
        extended = octets[0] >> 4 == 6 and octets[6] != ip.TCP
        return None if extended and packet is not None and packet.protocol == ip.TCP else packet


@fault("corrupted-data-is-acknowledged", breaks="RFC9293:3.8-corrupt-retx")
class CorruptedDataIsAcknowledged(Host):
    """A segment with data is taken whatever its checksum says."""

    def checksum_is_right(self, packet: ip.Packet) -> bool:
        return super().checksum_is_right(packet) or len(packet.payload) > (packet.payload[12] >> 4) * 4


@fault("corrupted-data-draws-an-acknowledgment", breaks="RFC9293:3.8-corrupt-retx")
class CorruptedDataDrawsAnAcknowledgment(Host):
    """As if the sender had to be told."""

    def segment_arrives(self, packet: ip.Packet) -> None:
        segment = self.read_segment(packet)
        endpoint = segment and self.connections.get(segment.flow)
        if endpoint and not self.checksum_is_right(packet):
            endpoint.acknowledge()
        super().segment_arrives(packet)


@fault("corrupted-data-is-kept-for-its-retransmission", breaks="RFC9293:3.8-corrupt-retx")
class CorruptedDataIsKeptForItsRetransmission(Host):
    """The first copy of a segment stays, and the retransmission is taken for a duplicate of it."""

    kept: Segment | None = None

    def segment_arrives(self, packet: ip.Packet) -> None:
        segment = self.read_segment(packet)
        if segment is not None and segment.text and not self.checksum_is_right(packet):
            self.kept = segment
        elif segment is not None and self.kept is not None and segment.seq == self.kept.seq:
            self.connections[segment.flow].arrives(self.kept)
        else:
            super().segment_arrives(packet)


@fault("data-starts-behind-twenty-octets", breaks="RFC9293:3.1-data-offset")
class DataStartsBehindTwentyOctets(Host):
    """Options are delivered to the user with the data."""

    def read_segment(self, packet: ip.Packet) -> Segment | None:
        segment = super().read_segment(packet)
        if segment is not None and segment.text:
            segment.text = packet.payload[20:]
        return segment


@fault("options-longer-than-nine-words-are-cut", breaks="RFC9293:3.1-data-offset")
class OptionsLongerThanNineWordsAreCut(Host):
    """The size of a header is kept in too few bits: the last word of options is delivered."""

    def read_segment(self, packet: ip.Packet) -> Segment | None:
        segment = super().read_segment(packet)
        if segment is not None and segment.text and packet.payload[12] >> 4 == 15:
            segment.text = packet.payload[56:]
        return segment


@fault("options-are-counted-twice", breaks="RFC9293:3.1-data-offset")
class OptionsAreCountedTwice(Host):
    """Data is sent behind as much padding as there are options."""

    def write_segment(self, segment: Segment) -> bytes:
        octets = super().write_segment(segment)
        header = (octets[12] >> 4) * 4
        return octets if not segment.text else octets[:header] + bytes(header - 20) + octets[header:]


@fault("checksum-may-be-that-of-a-neighbour", breaks=("RFC9293:MUST-3", *PSEUDO))
class ChecksumMayBeThatOfANeighbour(Host):
    """The last octet of the destination does not count."""

    def checksum_is_right(self, packet: ip.Packet) -> bool:
        net, last = packet.dst[:-1], packet.dst[-1]
        return any(ip.tcp_checksum(packet.src, net + bytes([last ^ off]), packet.payload) == 0 for off in (0, 4))


@fault("checksum-counts-with-text-alone", breaks=("RFC9293:MUST-3", "RFC9293:3.8-corrupt-retx"))
class ChecksumCountsWithTextAlone(Host):
    """A segment without is taken at once, on a fast path."""

    def checksum_is_right(self, packet: ip.Packet) -> bool:
        text = packet.payload[(packet.payload[12] >> 4) * 4 :]
        return not text or super().checksum_is_right(packet)
