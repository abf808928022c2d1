"""The variables of our end of a connection, under their RFC names (RFC 9293, section 3.3.1). No input or output."""

from __future__ import annotations

from dataclasses import dataclass, field

from conformance import seq
from conformance.options import (
    LENGTHS,
    MSS_KIND,
    SACK_PERMITTED_KIND,
    TIMESTAMPS_KIND,
    WINDOW_SCALE_KIND,
    Option,
)
from conformance.segment import Ctl, Segment

DEFAULT_SEND_MSS = {"ipv4": 536, "ipv6": 1220}
"""What a sender has to assume when no MSS option came (RFC 9293, MUST-15), in octets."""


@dataclass(slots=True)
class Tcb:
    """Our connection record. Sequence numbers are absolute; windows are in octets, the target's already scaled.

    `irs` and `syn` are None until a SYN of the target's was heard. `rcv_wnd` is what we offer, as the 16-bit field is
    to say it. `rcv_edge` is the right edge of what we offered last, None before we did: what lies beyond it, such as
    the octet of a window probe, we refuse.
    """

    iss: int
    rcv_wnd: int = 65535
    snd_una: int = field(init=False)
    snd_nxt: int = field(init=False)
    snd_wnd: int = 0
    irs: int | None = None
    syn: Segment | None = None
    rcv_nxt: int = 0
    rcv_acked: int | None = None
    rcv_edge: int | None = None
    ts_recent: int = 0
    offered: tuple[Option, ...] = ()
    accepted: tuple[Option, ...] = ()
    handshake_sent: bool = False

    def __post_init__(self) -> None:
        self.snd_una = self.snd_nxt = self.iss

    def sent(self, segment: Segment) -> None:
        """Take account of a segment of ours: SND.NXT moves only if the segment starts there."""
        if segment.ctl & Ctl.SYN and not segment.ctl & Ctl.RST:
            self.offered = segment.options
            self.handshake_sent = True
        if segment.ctl & Ctl.RST:
            return
        in_order = segment.seq == self.snd_nxt
        if in_order:
            self.snd_nxt = segment.end
        if segment.ctl & Ctl.ACK and seq.le(segment.ack, self.rcv_nxt):
            before = segment.ack if self.rcv_acked is None else self.rcv_acked
            self.rcv_acked = segment.ack if seq.le(before, segment.ack) else before
            if in_order and self.rcv_acked == segment.ack:
                self.rcv_edge = seq.add(segment.ack, segment.window << (0 if segment.ctl & Ctl.SYN else self.rcv_shift))

    def heard(self, segment: Segment) -> None:
        """Take account of a segment of the target's: its SYN, its text in order, its window, its clock."""
        if segment.ctl & Ctl.RST:
            return
        if segment.ctl & Ctl.SYN and segment.seq != self.irs:
            self.syn, self.irs = segment, segment.seq
            self.rcv_nxt = seq.add(segment.seq, 1)
            self.accepted = segment.options
        if self.irs is None:
            return
        if self.takes(segment) and seq.le(segment.seq, self.rcv_nxt) and seq.lt(self.rcv_nxt, segment.end):
            self.rcv_nxt = segment.end
        if segment.ctl & Ctl.ACK:
            self._acknowledged(segment)
        stamp = segment.option(TIMESTAMPS_KIND)
        if stamp is not None and len(stamp.data) == 8:
            self.ts_recent = stamp.timestamps[0]

    def takes(self, segment: Segment) -> bool:
        """Tell whether the text of a segment lies in the window that we offered last. A FIN needs no room."""
        end = seq.add(segment.seq, len(segment.data))
        return not segment.data or self.rcv_edge is None or seq.le(end, self.rcv_edge) or seq.le(end, self.rcv_nxt)

    def _acknowledged(self, segment: Segment) -> None:
        if seq.lt(self.snd_una, segment.ack) and seq.le(segment.ack, self.snd_nxt):
            self.snd_una = segment.ack
        shift = 0 if segment.ctl & Ctl.SYN else self.snd_shift
        self.snd_wnd = segment.window << shift

    def negotiated(self, kind: int) -> bool:
        """Tell whether both SYNs carried the option."""
        return _has(self.offered, kind) and _has(self.accepted, kind)

    @property
    def timestamps(self) -> bool:
        """Whether Timestamps are in use (RFC 7323, section 3.2)."""
        return self.negotiated(TIMESTAMPS_KIND)

    @property
    def sack(self) -> bool:
        """Whether selective acknowledgments are in use (RFC 2018)."""
        return self.negotiated(SACK_PERMITTED_KIND)

    @property
    def snd_shift(self) -> int:
        """By how many bits the windows that the target sends are to be shifted left."""
        return _value(self.accepted, WINDOW_SCALE_KIND, 0) if self.negotiated(WINDOW_SCALE_KIND) else 0

    @property
    def rcv_shift(self) -> int:
        """By how many bits the windows that we send are to be shifted left."""
        return _value(self.offered, WINDOW_SCALE_KIND, 0) if self.negotiated(WINDOW_SCALE_KIND) else 0

    def rcv_mss(self, family: str) -> int:
        """How many octets of data the target may send in a segment: our MSS option, or the default (MUST-15)."""
        return _value(self.offered, MSS_KIND, DEFAULT_SEND_MSS[family])

    def snd_mss(self, family: str) -> int:
        """How many octets of data we may send in a segment: the target's MSS option, or the default."""
        return _value(self.accepted, MSS_KIND, DEFAULT_SEND_MSS[family])


def _has(options: tuple[Option, ...], kind: int) -> bool:
    return any(option.kind == kind and len(option.data) + 2 in LENGTHS[kind] for option in options)


def _value(options: tuple[Option, ...], kind: int, default: int) -> int:
    legal = (option.value for option in options if option.kind == kind and len(option.data) + 2 in LENGTHS[kind])
    return next(legal, default)
