"""The kinds of segments that RFC 9293, section 3.10.7, tells apart, as they look to the TCP at which they arrive."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from conformance import seq
from conformance.options import NAMES
from conformance.segment import Ctl, Segment

SYN = "SYN"
SYN_ACK = "SYN,ACK"
ACK_OK = "ACK acceptable"
ACK_OLD = "ACK too old"
ACK_NEW = "ACK too new"
ACK_OUTSIDE = "ACK outside the window"
DATA = "data in the window"
DATA_PARTLY = "data partly beyond the window"
DATA_OUTSIDE = "data outside the window"
DATA_OVERLAPS = "data partly old"
FIN = "FIN"
RST = "RST exact"
RST_INSIDE = "RST in the window"
RST_OUTSIDE = "RST outside the window"
RST_ACK = "RST,ACK"
URG = "URG"
NO_FLAGS = "no flags"
NO_ACK = "no ACK"
CHECKSUM = "wrong checksum"
OFFSET = "wrong data offset"
UNKNOWN = "unknown option"
MALFORMED = "malformed option"

KINDS = (
    *(SYN, SYN_ACK, ACK_OK, ACK_OLD, ACK_NEW, ACK_OUTSIDE, DATA, DATA_PARTLY, DATA_OUTSIDE, DATA_OVERLAPS, FIN),
    *(RST, RST_INSIDE, RST_OUTSIDE, RST_ACK, URG, NO_FLAGS, NO_ACK, CHECKSUM, OFFSET, UNKNOWN, MALFORMED),
)
"""The columns of the matrix."""


@dataclass(frozen=True, slots=True)
class View:
    """What the TCP at which a segment arrives compares it with. `window` is None before it knows its peer's numbers:
    every number is outside then."""

    snd_una: int = 0
    snd_nxt: int = 0
    window: tuple[int, int] | None = None
    """RCV.NXT and RCV.WND."""


def kinds_of(segment: Segment, view: View) -> Iterator[str]:
    """Yield the columns that a segment belongs to: what spoils it altogether, or else its bits and its numbers."""
    spoilt = _spoilt(segment)
    if spoilt:
        yield spoilt
        return
    if any(option.kind not in NAMES for option in segment.options):
        yield UNKNOWN
    if Ctl.URG in segment.ctl:
        yield URG
    yield _by_bits(segment, view)
    if Ctl.ACK in segment.ctl and segment.len and not segment.ctl & (Ctl.SYN | Ctl.RST):
        acknowledges = _by_ack(segment, view)
        if acknowledges != ACK_OK:
            yield acknowledges


def _spoilt(segment: Segment) -> str | None:
    defects = " ".join(segment.defects)
    if "checksum" in defects:
        return CHECKSUM
    if "data offset" in defects:
        return OFFSET
    return MALFORMED if defects else None


def _by_bits(segment: Segment, view: View) -> str:
    ctl = segment.ctl & ~Ctl.PSH
    if Ctl.RST in ctl:
        return RST_ACK if Ctl.ACK in ctl else _by_number(segment.seq, view)
    if Ctl.SYN in ctl:
        return SYN_ACK if Ctl.ACK in ctl else SYN
    if Ctl.ACK not in ctl:
        return NO_ACK if segment.ctl else NO_FLAGS
    if Ctl.FIN in ctl:
        return FIN
    if segment.data:
        return _by_place(segment, view)
    return _by_ack(segment, view) if view.window is None or _begins_inside(segment.seq, view) else ACK_OUTSIDE


def _by_number(number: int, view: View) -> str:
    if view.window is None or not _begins_inside(number, view):
        return RST_OUTSIDE
    return RST if number == view.window[0] else RST_INSIDE


def _by_place(segment: Segment, view: View) -> str:
    if view.window is None:
        return DATA_OUTSIDE
    rcv_nxt, rcv_wnd = view.window
    if _begins_inside(segment.seq, view):
        return DATA if seq.distance(rcv_nxt, segment.end) <= rcv_wnd else DATA_PARTLY
    return DATA_OVERLAPS if seq.lt(segment.seq, rcv_nxt) and seq.lt(rcv_nxt, segment.end) else DATA_OUTSIDE


def _by_ack(segment: Segment, view: View) -> str:
    if seq.lt(view.snd_nxt, segment.ack):
        return ACK_NEW
    return ACK_OLD if seq.lt(segment.ack, view.snd_una) else ACK_OK


def _begins_inside(number: int, view: View) -> bool:
    assert view.window is not None
    rcv_nxt, rcv_wnd = view.window
    return number == rcv_nxt or seq.in_window(number, rcv_nxt, rcv_wnd)


def without_connection(ack: int) -> View:
    """Return the view of CLOSED and LISTEN: nothing was sent, so whatever a segment acknowledges is too new."""
    return View(seq.add(ack, -1), seq.add(ack, -1))
