"""What a deviation asks of a segment and of what was said before it."""

from __future__ import annotations

from conformance import seq
from conformance.lab.conversation import Talk
from conformance.options import TIMESTAMPS_KIND, Option, timestamps
from conformance.segment import Ctl, Segment

ACK, FIN, PSH, RST, SYN, URG = Ctl.ACK, Ctl.FIN, Ctl.PSH, Ctl.RST, Ctl.SYN, Ctl.URG


def is_pure_ack(segment: Segment) -> bool:
    """Tell whether it is an ACK and nothing more."""
    return segment.ctl == ACK and not segment.len


def answers(talk: Talk, bits: Ctl) -> bool:
    """Tell whether what the tester said last has one of these bits."""
    return talk.last is not None and bool(talk.last.ctl & bits)


def is_known(talk: Talk) -> bool:
    """Tell whether the target has said its SYN: the connection is one, or has been one."""
    return any(segment.ctl & SYN for segment in talk.said)


def is_repeated(segment: Segment, before: list[Segment]) -> bool:
    """Tell whether something that occupies sequence space was said before."""
    return segment.len > 0 and any((one.seq, one.ctl & ~PSH) == (segment.seq, segment.ctl & ~PSH) for one in before)


def takes_the_fin(segment: Segment, talk: Talk) -> bool:
    """Tell whether the segment acknowledges the tester's FIN."""
    return any(one.ctl & FIN and one.end == segment.ack for one in talk.asked)


def both_closed(talk: Talk) -> bool:
    """Tell whether both FINs were said."""
    return any(one.ctl & FIN for one in talk.said) and any(one.ctl & FIN for one in talk.asked)


def expected(talk: Talk) -> int:
    """RCV.NXT of the target, by what it has acknowledged."""
    number = next(one.ack for one in talk.said if one.ctl & ACK)
    for one in talk.said:
        if one.ctl & ACK and seq.lt(number, one.ack):
            number = one.ack
    return number


def restamped(segment: Segment, tsval: int, tsecr: int) -> tuple[Option, ...]:
    """Return the options with another timestamp, where there is one."""
    stamp = timestamps(tsval & 0xFFFFFFFF, tsecr & 0xFFFFFFFF)
    return tuple(stamp if option.kind == TIMESTAMPS_KIND else option for option in segment.options)


def without(segment: Segment, kind: int) -> tuple[Option, ...]:
    """Return the options without those of a kind, and without what padded them."""
    return tuple(option for option in segment.options if option.kind not in (kind, 0, 1))
