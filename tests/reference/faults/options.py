"""Options and reserved bits: read wrongly, written wrongly (RFC 9293, sections 3.1 and 3.2)."""

from __future__ import annotations

from dataclasses import replace

from reference import ip
from reference import segment as tcp
from reference.faults import Endpoint, Host, fault
from reference.segment import END_OF_LIST, FIN, MSS, NO_OPERATION, RST, SYN, TIMESTAMPS, WINDOW_SCALE, Options, Segment

KNOWN = (MSS, WINDOW_SCALE, TIMESTAMPS)


def field(packet: ip.Packet) -> bytes:
    """Return the options field of a segment."""
    return packet.payload[20 : (packet.payload[12] >> 4) * 4]


def has_illegal_length(octets: bytes, *lengths: int) -> bool:
    """Tell whether reading the options comes to a length that is one of `lengths`, or with none to any illegal one."""
    at = 0
    while at < len(octets) and octets[at] != END_OF_LIST:
        if octets[at] == NO_OPERATION:
            at += 1
            continue
        length = octets[at + 1] if at + 1 < len(octets) else 0
        if length < 2 or at + length > len(octets):
            return not lengths or length in lengths
        at += length
    return False


# -- lengths that make no sense --


@fault("option-of-length-0-hangs", breaks="RFC9293:MUST-7")
class OptionOfLength0Hangs(Host):
    """The loop over the options does not move on, and the whole host is deaf. Seen in TLDK and FreeRTOS+TCP."""

    def read_options(self, octets: bytes) -> Options:
        if has_illegal_length(octets, 0):
            self.addresses = frozenset()
        return super().read_options(octets)


@fault("option-of-length-1-hangs", breaks="RFC9293:MUST-7")
class OptionOfLength1Hangs(Host):
    def read_options(self, octets: bytes) -> Options:
        if has_illegal_length(octets, 1):
            self.addresses = frozenset()
        return super().read_options(octets)


@fault("option-past-the-header-crashes", breaks="RFC9293:MUST-7")
class OptionPastTheHeaderCrashes(Host):
    """An option that is longer than what is left of the header is read all the same."""

    def read_options(self, octets: bytes) -> Options:
        if has_illegal_length(octets, *range(2, 256)):
            self.addresses = frozenset()
        return super().read_options(octets)


@fault("option-without-its-length-octet-crashes", breaks="RFC9293:MUST-7")
class OptionWithoutItsLengthOctetCrashes(Host):
    """A kind as the last octet of the header has no length behind it."""

    def read_options(self, octets: bytes) -> Options:
        if octets and octets[-1] > NO_OPERATION and octets[-2] in (END_OF_LIST, NO_OPERATION):
            self.addresses = frozenset()
        return super().read_options(octets)


@fault("mss-of-another-length-crashes", breaks="RFC9293:MUST-7")
class MssOfAnotherLengthCrashes(Host):
    """The MSS is taken from where it should be, though the option is too short for it."""

    def read_options(self, octets: bytes) -> Options:
        if any(kind == MSS and len(data) < 2 for kind, data in tcp.split_options(octets)):
            self.addresses = frozenset()
        return super().read_options(octets)


@fault("illegal-length-closes-the-listener", breaks="RFC9293:MUST-7")
class IllegalLengthClosesTheListener(Host):
    """A malformed SYN ends the listener instead of the attempt."""

    def read_segment(self, packet: ip.Packet) -> Segment | None:
        segment = super().read_segment(packet)
        listener = segment and self.listener_for(segment)
        if listener and has_illegal_length(field(packet)):
            listener.close()
        return segment


@fault("mss-of-illegal-length-is-believed", breaks=("RFC9293:3.2-mss-format", "RFC9293:MUST-15"))
class MssOfIllegalLengthIsBelieved(Host):
    """The two octets after the length are the MSS, whatever the length says."""

    def read_options(self, octets: bytes) -> Options:
        options = super().read_options(octets)
        if options.mss is None and octets[:1] == bytes((MSS,)):
            options.mss = int.from_bytes(octets[2:4], "big")
        return options


# -- options that nobody knows --


@fault("unknown-option-drops-the-segment", breaks="RFC9293:MUST-6")
class UnknownOptionDropsTheSegment(Host):
    def read_segment(self, packet: ip.Packet) -> Segment | None:
        unknown = any(kind not in (*KNOWN, 4) for kind, _ in tcp.split_options(field(packet)))
        return None if unknown else super().read_segment(packet)


@fault("unknown-option-is-refused", breaks="RFC9293:MUST-6")
class UnknownOptionIsRefused(Host):
    """A segment with an option that is not implemented draws a reset."""

    def read_segment(self, packet: ip.Packet) -> Segment | None:
        segment = super().read_segment(packet)
        if segment and any(kind not in (*KNOWN, 4) for kind, _ in tcp.split_options(field(packet))):
            self.send_reset(segment)
            return None
        return segment


@fault("unknown-option-ends-the-list", breaks="RFC9293:MUST-6")
class UnknownOptionEndsTheList(Host):
    """What comes after an option that is not implemented is not read."""

    def read_options(self, octets: bytes) -> Options:
        known = []
        for kind, data in tcp.split_options(octets):
            if kind not in KNOWN:
                break
            known.append((kind, data))
        return tcp.known_options(known)


@fault("unknown-option-is-skipped-by-one-octet", breaks="RFC9293:MUST-6")
class UnknownOptionIsSkippedByOneOctet(Host):
    """The length of an unknown option is not looked at, so that its data is taken for options."""

    def read_options(self, octets: bytes) -> Options:
        found, at = [], 0
        while at < len(octets) and octets[at] != END_OF_LIST:
            length = octets[at + 1] if octets[at] in KNOWN and at + 1 < len(octets) else 1
            found.append((octets[at], octets[at + 2 : at + length]))
            at += max(1, length)
        return tcp.known_options(found)


@fault("experimental-option-drops-the-segment", breaks="RFC6994:3.2-exid-ignored")
class ExperimentalOptionDropsTheSegment(Host):
    """The option of an experiment, with an identifier that is not known, makes the segment a bad one."""

    def read_segment(self, packet: ip.Packet) -> Segment | None:
        experiment = any(kind in (253, 254) for kind, _ in tcp.split_options(field(packet)))
        return None if experiment else super().read_segment(packet)


@fault("user-timeout-option-drops-the-segment", breaks="RFC5482:3-unsupported-ignored")
class UserTimeoutOptionDropsTheSegment(Host):
    def read_segment(self, packet: ip.Packet) -> Segment | None:
        found = any(kind == 28 for kind, _ in tcp.split_options(field(packet)))
        return None if found else super().read_segment(packet)


@fault("multipath-option-drops-the-segment", breaks="RFC8684:3.7-nonmptcp-ignore")
class MultipathOptionDropsTheSegment(Host):
    def read_segment(self, packet: ip.Packet) -> Segment | None:
        found = any(kind == 30 for kind, _ in tcp.split_options(field(packet)))
        return None if found else super().read_segment(packet)


# -- options where they are not expected --


@fault("options-without-syn-drop-the-segment", breaks="RFC9293:MUST-5")
class OptionsWithoutSynDropTheSegment(Host):
    """Where the SYNs did not agree on any, a segment with options is a bad one."""

    def read_segment(self, packet: ip.Packet) -> Segment | None:
        segment = super().read_segment(packet)
        connection = segment and self.connections.get(segment.flow)
        strange = bool(field(packet)) and connection is not None and not connection.timestamps
        return None if segment and strange and not segment.ctl & SYN else segment


@fault("options-of-a-reset-drop-it", breaks=("RFC9293:MUST-5", "RFC9293:3.10.7.4-rst-exact"))
class OptionsOfAResetDropIt(Host):
    def read_segment(self, packet: ip.Packet) -> Segment | None:
        segment = super().read_segment(packet)
        return None if segment and field(packet) and segment.ctl & RST else segment


@fault("options-of-a-fin-drop-it", breaks="RFC9293:MUST-5")
class OptionsOfAFinDropIt(Host):
    def read_segment(self, packet: ip.Packet) -> Segment | None:
        segment = super().read_segment(packet)
        return None if segment and field(packet) and segment.ctl & FIN else segment


@fault("option-said-twice-drops-the-syn", breaks="RFC9293:MUST-5")
class OptionSaidTwiceDropsTheSyn(Host):
    def read_segment(self, packet: ip.Packet) -> Segment | None:
        segment = super().read_segment(packet)
        kinds = [kind for kind, _ in tcp.split_options(field(packet)) if kind in (*KNOWN, 4)]
        return None if segment and segment.ctl & SYN and len(set(kinds)) < len(kinds) else segment


# -- where options stand --


@fault("options-are-read-at-word-boundaries-only", breaks=("RFC9293:MUST-64", "RFC9293:3.1-option-any-boundary"))
class OptionsAreReadAtWordBoundariesOnly(Host):
    def read_options(self, octets: bytes) -> Options:
        found, at = [], 0
        for kind, data in tcp.split_options(octets):
            at = octets.index(bytes((kind, len(data) + 2)) + data, at)
            if (at + (kind in (WINDOW_SCALE, TIMESTAMPS) and octets[at - 1 : at] == b"\1")) % 4 in (0, 3):
                found.append((kind, data))
        return tcp.known_options(found)


@fault("options-are-known-by-their-place", breaks=("RFC9293:MUST-64", "RFC9293:3.1-option-any-boundary"))
class OptionsAreKnownByTheirPlace(Host):
    """An MSS that is not the first option is not found."""

    def read_options(self, octets: bytes) -> Options:
        options = super().read_options(octets)
        return options if octets[:1] == bytes((MSS,)) else replace(options, mss=None)


@fault("timestamps-are-read-where-they-are-aligned", breaks="RFC9293:MUST-64")
class TimestampsAreReadWhereTheyAreAligned(Host):
    """Timestamps count only behind two NOPs, as everybody sends them."""

    def read_options(self, octets: bytes) -> Options:
        options = super().read_options(octets)
        aligned = bytes((NO_OPERATION, NO_OPERATION, TIMESTAMPS, 10)) in (octets[at : at + 4] for at in (0, 4, 8, 12))
        return options if aligned or len(octets) != 12 else replace(options, timestamps=None)


@fault("nop-has-a-length", breaks="RFC9293:3.2-nop-single")
class NopHasALength(Host):
    """What follows a NOP is taken for its length."""

    def read_options(self, octets: bytes) -> Options:
        found, at = [], 0
        while at + 1 < len(octets) and octets[at] != END_OF_LIST and octets[at + 1] >= 2:
            found.append((octets[at], octets[at + 2 : at + octets[at + 1]]))
            at += octets[at + 1]
        return tcp.known_options(found)


@fault("end-of-list-is-skipped", breaks=("RFC9293:3.2-eol-ends-list", "RFC9293:MUST-4"))
class EndOfListIsSkipped(Host):
    """Options after the end of the list count."""

    def read_options(self, octets: bytes) -> Options:
        return super().read_options(octets.replace(bytes((END_OF_LIST,)), bytes((NO_OPERATION,)), 1))


# -- what is written --


class Garbled(Options):
    """Options with an end of the list, and something after it."""

    def write(self) -> bytes:
        return super().write() + b"\0\xde\xad\xbe"


class Short(Options):
    """Options whose length octet does not count kind and length."""

    def write(self) -> bytes:
        octets = super().write()
        return octets if self.mss is None else octets[:1] + b"\2" + octets[2:]


class Endless(Options):
    """Options that are longer than the header."""

    def write(self) -> bytes:
        return super().write() + b"\1\1\xfe\4"


@fault("octets-after-the-end-of-list-are-not-zero", breaks="RFC9293:MUST-69")
class OctetsAfterTheEndOfListAreNotZero(Endpoint):
    def syn_options(self, ctl: int) -> Options:
        options = super().syn_options(ctl)
        return Garbled(options.mss, options.shift, options.timestamps)


@fault("option-length-counts-the-data-only", breaks=("RFC9293:3.1-option-length-counts", "RFC9293:MUST-68"))
class OptionLengthCountsTheDataOnly(Endpoint):
    def syn_options(self, ctl: int) -> Options:
        options = super().syn_options(ctl)
        return Short(options.mss, options.shift, options.timestamps)


@fault("option-runs-past-the-header", breaks="RFC9293:MUST-68")
class OptionRunsPastTheHeader(Endpoint):
    def syn_options(self, ctl: int) -> Options:
        options = super().syn_options(ctl)
        return Endless(options.mss, options.shift, options.timestamps)


# -- reserved bits --


@fault("reserved-bits-drop-the-segment", breaks=("RFC9293:3.1-reserved-ignored", "RFC8311:3-nonce-historic"))
class ReservedBitsDropTheSegment(Host):
    def read_segment(self, packet: ip.Packet) -> Segment | None:
        return None if packet.payload[12] & 0x0F else super().read_segment(packet)


@fault("reserved-bits-are-echoed", breaks="RFC9293:3.1-reserved-sent-zero")
class ReservedBitsAreEchoed(Host):
    """The bits that came last go back in what is sent."""

    bits = 0

    def read_segment(self, packet: ip.Packet) -> Segment | None:
        self.bits = packet.payload[12] & 0x0F
        return super().read_segment(packet)

    def write_segment(self, segment: Segment) -> bytes:
        octets = super().write_segment(segment)
        return octets[:12] + bytes((octets[12] | self.bits,)) + octets[13:]
