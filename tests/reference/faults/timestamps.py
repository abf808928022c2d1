"""Timestamps: not echoed, missing, going back, or unasked (RFC 7323, sections 3.2 and 5.4)."""

from __future__ import annotations

from reference.faults import Endpoint, Host, fault
from reference.numbers import lt
from reference.segment import ACK, PSH, RST, SYN, Flow, Options, Segment


@fault("timestamps-are-not-echoed", breaks="RFC7323:3.2-ts-echo")
class TimestampsAreNotEchoed(Endpoint):
    """TSecr is always zero."""

    def stamps(self, ctl: int) -> tuple[int, int]:
        return super().stamps(ctl)[0], 0


@fault("tsecr-is-our-own-clock", breaks="RFC7323:3.2-ts-echo")
class TsecrIsOurOwnClock(Endpoint):
    def stamps(self, ctl: int) -> tuple[int, int]:
        tsval, _ = super().stamps(ctl)
        return tsval, tsval if ctl & ACK else 0


@fault("tsecr-is-that-of-the-syn-for-ever", breaks=("RFC7323:3.2-ts-echo", "RFC9293:MUST-64"))
class TsecrIsThatOfTheSynForEver(Endpoint):
    """Only the timestamp of the SYN is echoed."""

    def is_to_be_echoed(self, segment: Segment, tsval: int) -> bool:
        return False


@fault("timestamps-are-missing-on-pure-acks", breaks="RFC7323:3.2-ts-every-segment")
class TimestampsAreMissingOnPureAcks(Endpoint):
    def options_for(self, ctl: int) -> Options:
        return Options() if ctl == ACK and not self.unsent else super().options_for(ctl)


@fault("timestamps-are-missing-on-pushed-segments", breaks="RFC7323:3.2-ts-every-segment")
class TimestampsAreMissingOnPushedSegments(Endpoint):
    """The last segment of what SEND brought has none."""

    def options_for(self, ctl: int) -> Options:
        return Options() if ctl & PSH else super().options_for(ctl)


@fault("timestamp-clock-goes-back", breaks="RFC7323:5.4-clock-monotone")
class TimestampClockGoesBack(Host):
    def timestamp(self, flow: Flow) -> int:
        return super().timestamp(flow) - 2 * int(self.now * 1000) & 0xFFFFFFFF


@fault("timestamps-are-in-use-without-the-peers-offer", breaks="RFC7323:3.2-ts-synack-only-if-offered")
class TimestampsAreInUseWithoutThePeersOffer(Endpoint):
    """Every segment carries them, though the peer's SYN did not offer any."""

    def options_for(self, ctl: int) -> Options:
        return super().options_for(ctl) if ctl & (SYN | RST) else Options(timestamps=self.stamps(ctl))


# -- resets --


@fault("reset-with-an-old-timestamp-is-dropped", breaks="RFC7323:5.2-rst-no-paws")
class ResetWithAnOldTimestampIsDropped(Endpoint):
    """Nothing is spared from the look for duplicates of the last time round."""

    def check_rst(self, segment: Segment) -> bool:
        stamps = segment.options.timestamps
        if segment.ctl & RST and self.timestamps and stamps is not None and self.is_outdated(stamps[0]):
            return False
        return super().check_rst(segment)


@fault("reset-has-to-echo-a-timestamp", breaks=("RFC9293:3.10.7.4-rst-exact", "RFC7323:5.2-rst-no-paws"))
class ResetHasToEchoATimestamp(Endpoint):
    """Something that was said already, as a TCP may ask for; but a reset without any is dropped as well."""

    def check_rst(self, segment: Segment) -> bool:
        stamps = segment.options.timestamps
        said = stamps is not None and not lt(self.host.timestamp(self.flow), stamps[1])
        return False if segment.ctl & RST and self.timestamps and not said else super().check_rst(segment)
