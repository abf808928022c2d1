"""Maximum segment size: announced wrongly, or not heeded (RFC 9293, section 3.7.1)."""

from __future__ import annotations

import struct
from dataclasses import replace

from conformance.state import State
from reference import ip
from reference import segment as tcp
from reference.faults import Endpoint, Host, fault
from reference.segment import ACK, SYN, Options, Segment

# -- what is announced --


@fault("syn-ack-announces-no-mss", breaks="RFC9293:SHLD-5")
class SynAckAnnouncesNoMss(Endpoint):
    def syn_options(self, ctl: int) -> Options:
        options = super().syn_options(ctl)
        return replace(options, mss=None) if ctl & ACK else options


@fault("mss-in-every-segment", breaks="RFC9293:MUST-65")
class MssInEverySegment(Endpoint):
    def options_for(self, ctl: int) -> Options:
        return replace(super().options_for(ctl), mss=self.announced_mss())


@fault("mss-is-reduced-for-options", breaks=("RFC9293:3.7.1-mss-excludes-options", "RFC6691:2-mss-value"))
class MssIsReducedForOptions(Endpoint):
    """The announced MSS is less the timestamps that every segment is going to carry."""

    def announced_mss(self) -> int:
        return super().announced_mss() - (12 if self.timestamps else 0)


class OneOctetMss(Options):
    """An MSS option that has room for one octet only."""

    def write(self) -> bytes:
        octets = super().write()
        return octets if self.mss is None else struct.pack("!BBBB", tcp.MSS, 3, 0xFF, 1) + octets[4:]


@fault("mss-option-has-one-octet", breaks=("RFC9293:3.2-mss-format", "RFC9293:MUST-68"))
class MssOptionHasOneOctet(Endpoint):
    def syn_options(self, ctl: int) -> Options:
        options = super().syn_options(ctl)
        return OneOctetMss(options.mss, options.shift, options.timestamps)


@fault("announced-mss-is-more-than-can-be-received", breaks=("RFC9293:MUST-67", "RFC9293:MUST-14"))
class AnnouncedMssIsMoreThanCanBeReceived(Host):
    """A segment of the announced size does not fit into the buffer of whoever reads packets."""

    def read_segment(self, packet: ip.Packet) -> Segment | None:
        return None if len(packet.payload) > 1400 else super().read_segment(packet)


# -- what is heeded --


@fault("default-mss-is-512", breaks="RFC9293:MUST-15")
class DefaultMssIs512(Endpoint):
    """What BSD took where no MSS was announced."""

    def default_mss(self) -> int:
        return 512


@fault("default-mss-is-unbounded", breaks="RFC9293:MUST-15")
class DefaultMssIsUnbounded(Endpoint):
    """Where no MSS was announced, segments are as large as the link takes. Seen in Zephyr."""

    def default_mss(self) -> int:
        return self.announced_mss()


@fault("default-mss-of-ipv6-over-ipv4", breaks="RFC9293:MUST-15")
class DefaultMssOfIpv6OverIpv4(Endpoint):
    def default_mss(self) -> int:
        return 1220


@fault("mss-of-the-peer-is-ignored", breaks=("RFC9293:MUST-16", "RFC9293:MUST-14"))
class MssOfThePeerIsIgnored(Endpoint):
    """Segments are as large as the own MSS, whatever the peer's is."""

    def take_offer(self, offered: Options) -> None:
        super().take_offer(replace(offered, mss=self.announced_mss()))


@fault("mss-of-the-peer-counts-without-its-header", breaks=("RFC9293:MUST-16", "RFC1191:3.1-mss-peer"))
class MssOfThePeerCountsWithoutItsHeader(Endpoint):
    """The announced number is taken for that of a packet's data and some more: 60 octets too much."""

    def eff_snd_mss(self) -> int:
        return super().eff_snd_mss() + 60


@fault("mss-below-536-is-ignored", breaks="RFC9293:MUST-16")
class MssBelow536IsIgnored(Endpoint):
    def take_offer(self, offered: Options) -> None:
        super().take_offer(replace(offered, mss=max(536, offered.mss or 536)))


@fault(
    "data-makes-no-room-for-options",
    breaks=("RFC9293:3.7.1-reduce-for-options", "RFC6691:2-sender-reduces", "RFC2525:2.18-options-mss"),
)
class DataMakesNoRoomForOptions(Endpoint):
    """Segments hold as many octets of data as the MSS says, and the timestamps besides."""

    def eff_snd_mss(self) -> int:
        return super().eff_snd_mss() + len(self.options_for(ACK).write())


@fault("mss-without-syn-counts", breaks="RFC9293:3.2-mss-in-nonsyn-received")
class MssWithoutSynCounts(Endpoint):
    def arrives(self, segment: Segment) -> None:
        if segment.options.mss is not None and not segment.ctl & SYN:
            self.offered.mss = segment.options.mss
        super().arrives(segment)


@fault("mss-without-syn-resets", breaks="RFC9293:3.2-mss-in-nonsyn-received")
class MssWithoutSynResets(Endpoint):
    def arrives(self, segment: Segment) -> None:
        if segment.options.mss is not None and not segment.ctl & SYN and self.state is State.ESTABLISHED:
            self.abort()
        else:
            super().arrives(segment)


# -- extremes --


@fault("mss-has-a-floor-of-48", breaks=("RFC9293:3.7.1-mss-tiny", "RFC9293:MUST-16"))
class MssHasAFloorOf48(Endpoint):
    """Seen in Linux."""

    def take_offer(self, offered: Options) -> None:
        super().take_offer(offered if offered.mss is None else replace(offered, mss=max(48, offered.mss)))


@fault("mss-of-zero-draws-empty-segments-without-end", breaks="RFC9293:3.7.1-mss-zero")
class MssOfZeroDrawsEmptySegmentsWithoutEnd(Endpoint):
    """Nothing fits into a segment, so that one is sent after the other."""

    def transmit(self) -> None:
        if self.offered.mss == 0 and self.unsent:
            self.emit(ACK, self.snd_nxt)
            self.start("override", 0.01)
        else:
            super().transmit()

    def override_timeout(self) -> None:
        if self.offered.mss:
            super().override_timeout()


@fault("mss-of-zero-is-divided-by", breaks="RFC9293:3.7.1-mss-zero")
class MssOfZeroIsDividedBy(Endpoint):
    """The host dies of it."""

    def segment_size(self) -> int:
        if self.offered.mss == 0 and self.unsent:
            self.host.addresses = frozenset()
            return 0
        return super().segment_size()


@fault("mss-of-65535-is-taken-for-the-size-of-a-segment", breaks="RFC9293:3.7.5-mss-65535")
class MssOf65535IsTakenForTheSizeOfASegment(Endpoint):
    def eff_snd_mss(self) -> int:
        return 65535 if self.offered.mss == 65535 else super().eff_snd_mss()


@fault("segments-are-half-of-what-they-may-be", breaks="RFC9293:SHLD-28")
class SegmentsAreHalfOfWhatTheyMayBe(Endpoint):
    def segment_size(self) -> int:
        size = super().segment_size()
        return size // 2 if size == self.eff_snd_mss() else size


@fault("mss-over-ipv6-is-that-of-ipv4", breaks="RFC8200:8.3-mss60")
class MssOverIpv6IsThatOfIpv4(Endpoint):
    """The header of IPv6 is taken for one of 20 octets."""

    def announced_mss(self) -> int:
        return super().announced_mss() + (20 if len(self.flow.local) == 16 else 0)
