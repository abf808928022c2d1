"""Windows that are not heeded, or move as they must not (RFC 9293, section 3.8.6; RFC 7323, section 2)."""

from __future__ import annotations

from reference.faults import Endpoint, fault
from reference.numbers import ahead
from reference.segment import ACK, FIN, SYN, Options, Segment


@fault("window-of-the-peer-is-ignored", breaks="RFC9293:3.8.6-fit-window")
class WindowOfThePeerIsIgnored(Endpoint):
    """Data goes out whether the peer has room for it or not."""

    def usable_window(self) -> int:
        return self.cwnd - self.in_flight


@fault("window-of-the-peer-is-as-large-as-it-ever-was", breaks="RFC9293:3.8.6-fit-window")
class WindowOfThePeerIsAsLargeAsItEverWas(Endpoint):
    """A window that the peer has closed is taken to be open."""

    def usable_window(self) -> int:
        return min(self.max_snd_wnd, self.cwnd) - self.in_flight


@fault("window-shrinks", breaks="RFC9293:SHLD-14")
class WindowShrinks(Endpoint):
    """With every segment some of the window that was offered is taken back."""

    def window_field(self, ctl: int) -> int:
        field = super().window_field(ctl)
        if ctl & ACK and not ctl & SYN:
            self.rcv_wnd = max(0, self.rcv_wnd - (100 << self.rcv_shift))
        return field


@fault("window-is-scaled-without-the-peers-offer", breaks=("RFC7323:2.2-ws-both", "RFC7323:2.3-ws-set"))
class WindowIsScaledWithoutThePeersOffer(Endpoint):
    """The own shift is in use although the peer offered none. Seen in Linux, after crossing SYNs."""

    def take_offer(self, offered: Options) -> None:
        super().take_offer(offered)
        self.rcv_shift = self.settings.shift or 0


@fault("fin-as-the-last-octet-of-the-window-is-refused", breaks="RFC9293:3.10.7.4-fin-with-data")
class FinAsTheLastOctetOfTheWindowIsRefused(Endpoint):
    """A FIN counts for the window as if it took two octets."""

    def trim(self, segment: Segment) -> tuple[int, bytes, bool]:
        seq, text, fin = super().trim(segment)
        return seq, text, fin and len(text) < self.rcv_wnd - 1


@fault("fin-beyond-the-window-is-taken", breaks="RFC9293:3.10.7.4-seq-trim-right")
class FinBeyondTheWindowIsTaken(Endpoint):
    """A FIN needs no room. Seen in Linux."""

    def trim(self, segment: Segment) -> tuple[int, bytes, bool]:
        seq, text, fin = super().trim(segment)
        return seq, text, fin or bool(segment.ctl & FIN and len(segment.text) == self.rcv_wnd)


@fault(
    "data-beyond-the-window-is-taken",
    breaks=("RFC9293:3.10.7.4-seq-trim-right", "RFC9293:3.8.6-beyond-window-discard"),
)
class DataBeyondTheWindowIsTaken(Endpoint):
    """A segment that starts in the window is taken whole."""

    def trim(self, segment: Segment) -> tuple[int, bytes, bool]:
        if ahead(self.rcv_nxt, segment.seq) == 0:
            return segment.seq, segment.text, bool(segment.ctl & FIN)
        return super().trim(segment)


@fault("data-around-the-window-is-taken-to-its-end", breaks="RFC9293:3.10.7.4-seq-trim-right")
class DataAroundTheWindowIsTakenToItsEnd(Endpoint):
    """It is acceptable, and only what is old is cut off. Seen in Linux and gVisor."""

    def spans(self, segment: Segment) -> bool:
        old = ahead(segment.seq, self.rcv_nxt)
        return 0 < old < len(segment.text) - self.rcv_wnd

    def is_acceptable(self, segment: Segment) -> bool:
        return self.spans(segment) or super().is_acceptable(segment)

    def trim(self, segment: Segment) -> tuple[int, bytes, bool]:
        if self.spans(segment):
            return self.rcv_nxt, segment.text[ahead(segment.seq, self.rcv_nxt) :], bool(segment.ctl & FIN)
        return super().trim(segment)


# -- the window that the peer offers --


@fault("window-is-used-in-its-lower-half-alone", breaks="RFC9293:MUST-1")
class WindowIsUsedInItsLowerHalfAlone(Endpoint):
    """No field counts for more than a signed number could say."""

    def set_send_window(self, segment: Segment, shift: int = 0) -> None:
        super().set_send_window(segment, shift)
        self.snd_wnd = min(segment.wnd, 0x7FFF) << shift


@fault("window-is-a-signed-number", breaks="RFC9293:MUST-1")
class WindowIsASignedNumber(Endpoint):
    """From 32768 octets on a window is taken for a negative one."""

    def set_send_window(self, segment: Segment, shift: int = 0) -> None:
        super().set_send_window(segment, shift)
        if segment.wnd & 0x8000:
            self.snd_wnd -= 0x10000 << shift


@fault("window-of-an-ack-of-nothing-new-is-ignored", breaks="RFC9293:3.10.7.4-ack-window-update")
class WindowOfAnAckOfNothingNewIsIgnored(Endpoint):
    """SND.UNA < SEG.ACK was read for SND.UNA =< SEG.ACK, as RFC 793 could be."""

    def update_window(self, segment: Segment) -> None:
        if segment.ack != self.snd_wl2 or not segment.wnd:
            super().update_window(segment)


@fault(
    "window-of-an-ack-that-comes-late-is-taken",
    breaks=("RFC9293:3.10.7.4-ack-window-stale", "RFC9293:3.8.6-wnd-highest-ack"),
)
class WindowOfAnAckThatComesLateIsTaken(Endpoint):
    """Whatever came last counts."""

    def update_window(self, segment: Segment) -> None:
        self.take_send_window(segment)


@fault("window-of-an-older-number-is-taken", breaks="RFC9293:3.10.7.4-ack-window-stale")
class WindowOfAnOlderNumberIsTaken(Endpoint):
    """SND.WL1 is not looked at, nor whether the segment is acceptable."""

    def unacceptable(self, segment: Segment) -> bool:
        if segment.ctl & ACK and segment.ack == self.snd_una:
            self.take_send_window(segment)
        return super().unacceptable(segment)
