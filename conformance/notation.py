"""Segments in the notation of RFC 9293: `<SEQ=ISS+1><ACK=IRS+1><CTL=ACK>`, numbers relative to ISS and IRS.

ISS and IRS are always *ours*: the peer's segments count from ISS and acknowledge IRS, the target's the other way round.
"""

from __future__ import annotations

import struct

from conformance import seq
from conformance.options import SACK_KIND, Option
from conformance.segment import Ctl, Segment

_NEAR = 1 << 24
"""A number farther than this from its base belongs to no window of the connection: it is written as it is."""


def relative(number: int, base: int | None, name: str) -> str:
    """Write `number` as a distance from `base`, such as `ISS+1`; plainly when there is no base or it is far off."""
    if base is None:
        return str(number)
    distance = seq.distance(base, number)
    if abs(distance) > _NEAR:
        return str(number)
    return f"{name}{distance:+d}" if distance else name


def notation(segment: Segment, *, ours: bool, iss: int | None = None, irs: int | None = None) -> str:
    """Write a segment in the RFC's notation; `ours` tells that the peer sent it."""
    own, other = ((iss, "ISS"), (irs, "IRS")) if ours else ((irs, "IRS"), (iss, "ISS"))
    parts = [f"<SEQ={relative(segment.seq, *own)}>"]
    if segment.ctl & Ctl.ACK:
        parts.append(f"<ACK={relative(segment.ack, *other)}>")
    parts.append(f"<CTL={segment.ctl}>")
    if segment.data:
        parts.append(f"<DATA={len(segment.data)}>")
    parts.append(f"<WND={segment.window}>")
    if segment.ctl & Ctl.URG:
        parts.append(f"<UP={segment.urgent}>")
    if segment.reserved:
        parts.append(f"<RSRVD={segment.reserved}>")
    parts.extend(f"<{_option(option, *other)}>" for option in segment.options)
    return "".join(parts)


def _option(option: Option, base: int | None, name: str) -> str:
    """Write an option; the edges of SACK blocks are numbers of the other side (RFC 2018, section 3)."""
    if option.kind != SACK_KIND or not option.data or len(option.data) % 8:
        return str(option)
    blocks = struct.iter_unpack("!II", option.data)
    return "SACK " + " ".join(":".join(relative(edge, base, name) for edge in block) for block in blocks)
