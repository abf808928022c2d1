"""Resets that the target makes: RFC 9293, sections 3.5.2 and 3.10.7.1; and the header that goes around them."""

from __future__ import annotations

import struct

from reference import ip
from reference import segment as tcp
from reference.faults import Host, fault
from reference.ip import Packet
from reference.segment import ACK, FIN, RST, SYN, Flow, Options, Segment

# -- what a reset acknowledges --


@fault("reset-acknowledges-the-syn-number", breaks=("RFC9293:3.10.7.1-closed-noack", "RFC9293:3.5.2-g1-noack"))
class ResetAcknowledgesTheSynNumber(Host):
    """ACK of the reset is SEG.SEQ."""

    def reset_numbers(self, segment: Segment) -> tuple[int, int, int]:
        seq, ack, ctl = super().reset_numbers(segment)
        return seq, segment.seq if ctl & ACK else ack, ctl


@fault("reset-does-not-count-data", breaks=("RFC9293:3.10.7.1-closed-seglen", "RFC9293:3.4-seglen"))
class ResetDoesNotCountData(Host):
    def reset_numbers(self, segment: Segment) -> tuple[int, int, int]:
        segment.text = b""
        return super().reset_numbers(segment)


@fault("reset-does-not-count-fin", breaks=("RFC9293:3.10.7.1-closed-seglen", "RFC9293:3.4-fin-after-data"))
class ResetDoesNotCountFin(Host):
    def reset_numbers(self, segment: Segment) -> tuple[int, int, int]:
        segment.ctl &= ~FIN
        return super().reset_numbers(segment)


@fault("reset-does-not-count-syn", breaks=("RFC9293:3.10.7.1-closed-seglen", "RFC9293:3.4-seglen"))
class ResetDoesNotCountSyn(Host):
    def reset_numbers(self, segment: Segment) -> tuple[int, int, int]:
        segment.ctl &= ~SYN
        return super().reset_numbers(segment)


@fault("reset-counts-one-for-whatever-comes", breaks="RFC9293:3.10.7.1-closed-seglen")
class ResetCountsOneForWhateverComes(Host):
    """ACK of the reset is SEG.SEQ+1, as if it was always a SYN."""

    def reset_numbers(self, segment: Segment) -> tuple[int, int, int]:
        seq, ack, ctl = super().reset_numbers(segment)
        return seq, (segment.seq + 1) & 0xFFFFFFFF if ctl & ACK else ack, ctl


@fault("reset-does-not-wrap", breaks="RFC9293:3.4-mod-arith")
class ResetDoesNotWrap(Host):
    """SEG.SEQ+SEG.LEN stays at the highest number."""

    def reset_numbers(self, segment: Segment) -> tuple[int, int, int]:
        seq, ack, ctl = super().reset_numbers(segment)
        return seq, max(ack, segment.seq) if ctl & ACK else ack, ctl


@fault("reset-acknowledges-nothing", breaks=("RFC9293:3.10.7.1-closed-noack", "RFC9293:3.5.2-g1-noack"))
class ResetAcknowledgesNothing(Host):
    """The ACK bit is missing in the reset for a SYN. Seen in NuttX, gVisor and Windows 8."""

    def reset_numbers(self, segment: Segment) -> tuple[int, int, int]:
        seq, ack, _ = super().reset_numbers(segment)
        return seq, ack, RST


@fault("reset-for-a-syn-has-a-number-of-its-own", breaks="RFC9293:3.10.7.1-closed-noack")
class ResetForASynHasANumberOfItsOwn(Host):
    """SEQ is an ISN and not 0."""

    def reset_numbers(self, segment: Segment) -> tuple[int, int, int]:
        seq, ack, ctl = super().reset_numbers(segment)
        return self.choose_iss(segment.flow) if ctl & ACK else seq, ack, ctl


# -- how a reset is numbered --


@fault("reset-for-an-ack-has-an-ack", breaks=("RFC9293:3.10.7.1-closed-ack", "RFC9293:3.5.2-g1-ack"))
class ResetForAnAckHasAnAck(Host):
    """RST,ACK with the right SEQ."""

    def reset_numbers(self, segment: Segment) -> tuple[int, int, int]:
        seq, _, _ = super().reset_numbers(segment)
        return seq, segment.end, RST | ACK


@fault("reset-for-an-ack-has-no-number", breaks=("RFC9293:3.10.7.1-closed-ack", "RFC9293:3.5.1-halfopen-active-data"))
class ResetForAnAckHasNoNumber(Host):
    """`<SEQ=0><ACK=SEG.SEQ+SEG.LEN><CTL=RST,ACK>` for everything: its sender has to drop it."""

    def reset_numbers(self, segment: Segment) -> tuple[int, int, int]:
        return 0, segment.end, RST | ACK


@fault("reset-for-an-ack-is-one-further", breaks="RFC9293:3.5.2-g1-ack")
class ResetForAnAckIsOneFurther(Host):
    def reset_numbers(self, segment: Segment) -> tuple[int, int, int]:
        seq, ack, ctl = super().reset_numbers(segment)
        return seq if ctl & ACK else (seq + 1) & 0xFFFFFFFF, ack, ctl


# -- what is reset, and what is not --


@fault("reset-draws-a-reset", breaks=("RFC9293:3.10.7.1-closed-rst", "RFC9293:3.5.2-g1-rst-silent"))
class ResetDrawsAReset(Host):
    def arrives_in_closed(self, segment: Segment) -> None:
        self.send_reset(segment)


@fault("reset-with-data-draws-a-reset", breaks="RFC9293:3.10.7.1-closed-rst")
class ResetWithDataDrawsAReset(Host):
    def arrives_in_closed(self, segment: Segment) -> None:
        if segment.text or not segment.ctl & RST:
            self.send_reset(segment)


@fault("closed-port-does-not-answer-a-syn", breaks="RFC9293:3.10.7.1-closed-noack")
class ClosedPortDoesNotAnswerASyn(Host):
    """It hides, as behind a firewall."""

    def arrives_in_closed(self, segment: Segment) -> None:
        if segment.ctl & ACK:
            super().arrives_in_closed(segment)


@fault(
    "unknown-connection-does-not-answer", breaks=("RFC9293:3.10.7.1-closed-ack", "RFC9293:3.5.1-halfopen-active-data")
)
class UnknownConnectionDoesNotAnswer(Host):
    """Only a SYN draws a reset: whoever has a half-open connection never learns of it."""

    def arrives_in_closed(self, segment: Segment) -> None:
        if segment.ctl & SYN:
            super().arrives_in_closed(segment)


@fault("only-the-first-syn-is-reset", breaks="RFC9293:3.5.2-g1-stays-closed")
class OnlyTheFirstSynIsReset(Host):
    """For each caller; as if the reset had left a record behind."""

    def send_reset(self, segment: Segment) -> None:
        seen = self.__dict__.setdefault("seen", set())
        if segment.flow not in seen:
            super().send_reset(segment)
        seen.add(segment.flow)


@fault("closed-port-is-told-by-icmp-too", breaks="RFC9293:3.10.7.1-closed-noack")
class ClosedPortIsToldByIcmpToo(Host):
    """After the reset an ICMP error: port unreachable."""

    def arrives_in_closed(self, segment: Segment) -> None:
        super().arrives_in_closed(segment)
        flow = segment.flow
        quoted = Segment(Flow(flow.remote, flow.remote_port, flow.local, flow.local_port), segment.seq)
        inner = ip.write(Packet(flow.remote, flow.local, ip.TCP, tcp.write(quoted)))
        six = len(flow.local) == 16
        message = bytes((1, 4) if six else (3, 3)) + bytes(6) + inner
        pseudo = flow.local + flow.remote + struct.pack("!II", len(message), ip.ICMPV6) if six else b""
        checksum = ip.checksum(pseudo + message).to_bytes(2, "big")
        packet = Packet(flow.local, flow.remote, ip.ICMPV6 if six else ip.ICMP, message[:2] + checksum + message[4:])
        self._send(ip.write(packet))


@fault("reset-echoes-no-timestamp", breaks="RFC7323:5.2-rst-ts-reply")
class ResetEchoesNoTimestamp(Host):
    def reset_options(self, segment: Segment) -> Options:
        return Options()


# -- checksum, data offset, reserved bits --


@fault("checksum-is-not-verified", breaks="RFC9293:MUST-3")
class ChecksumIsNotVerified(Host):
    """Seen in Internet hosts."""

    def checksum_is_right(self, packet: Packet) -> bool:
        return True


@fault("checksum-is-not-verified-where-a-connection-is", breaks="RFC9293:MUST-3")
class ChecksumIsNotVerifiedWhereAConnectionIs(Host):
    """A fast path that leaves it out."""

    def checksum_is_right(self, packet: Packet) -> bool:
        segment = self.read_segment(packet)
        return (segment is not None and segment.flow in self.connections) or super().checksum_is_right(packet)


@fault("checksum-leaves-out-the-addresses", breaks="RFC9293:MUST-2")
class ChecksumLeavesOutTheAddresses(Host):
    """No pseudo-header."""

    def with_checksum(self, flow: Flow, octets: bytes) -> bytes:
        return octets[:16] + ip.checksum(octets).to_bytes(2, "big") + octets[18:]


@fault("checksum-leaves-out-the-last-odd-octet", breaks="RFC9293:MUST-2")
class ChecksumLeavesOutTheLastOddOctet(Host):
    def with_checksum(self, flow: Flow, octets: bytes) -> bytes:
        even = super().with_checksum(flow, octets[: len(octets) & ~1] + bytes(len(octets) % 2))
        return even[: len(octets) & ~1] + octets[len(octets) & ~1 :]


@fault("reset-has-no-checksum", breaks="RFC9293:MUST-2")
class ResetHasNoChecksum(Host):
    def with_checksum(self, flow: Flow, octets: bytes) -> bytes:
        return octets if octets[13] & RST else super().with_checksum(flow, octets)


@fault("data-offset-below-five-is-taken", breaks="RFC9293:3.1-data-offset-invalid")
class DataOffsetBelowFiveIsTaken(Host):
    """As five. Seen in TLDK and mTCP."""

    def read_segment(self, packet: Packet) -> Segment | None:
        octets = bytearray(packet.payload)
        if len(octets) >= 20:
            octets[12] = max(octets[12], 0x50)
        packet.payload = bytes(octets)
        return super().read_segment(packet)


@fault("data-offset-beyond-the-segment-is-taken", breaks="RFC9293:3.1-data-offset-invalid")
class DataOffsetBeyondTheSegmentIsTaken(Host):
    """The header is read on past the end of the segment."""

    def read_segment(self, packet: Packet) -> Segment | None:
        packet.payload = packet.payload.ljust((packet.payload[12] >> 4) * 4, b"\0")
        return super().read_segment(packet)


@fault("invalid-data-offset-kills", breaks="RFC9293:3.1-data-offset-invalid")
class InvalidDataOffsetKills(Host):
    """Nothing is answered after it: the host has crashed."""

    def read_segment(self, packet: Packet) -> Segment | None:
        segment = super().read_segment(packet)
        if segment is None:
            self.addresses = frozenset()
        return segment


@fault("reserved-bits-are-set", breaks="RFC9293:3.1-reserved-sent-zero")
class ReservedBitsAreSet(Host):
    def write_segment(self, segment: Segment) -> bytes:
        octets = tcp.write(segment)
        return octets[:12] + bytes((octets[12] | 0b0100,)) + octets[13:]


@fault("reserved-bits-are-part-of-the-data-offset", breaks="RFC9293:3.1-reserved-ignored")
class ReservedBitsArePartOfTheDataOffset(Host):
    """The octet is shifted by two bits instead of being cut."""

    def read_segment(self, packet: Packet) -> Segment | None:
        header = packet.payload[12] >> 2
        return None if header < 20 or header > len(packet.payload) else super().read_segment(packet)
