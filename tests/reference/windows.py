"""The receive window (RFC 9293, section 3.8.6), the MSS (3.7.1) and the options that a segment carries."""

from __future__ import annotations

from conformance.state import State
from reference.congestion import Congestion
from reference.segment import ACK, RST, SYN, Options

DEFAULT_MSS = {4: 536, 16: 1220}
"""The send MSS where none was announced (MUST-15), by the length of the address."""

MTU = 1500
FIXED_HEADERS = {4: 40, 16: 60}


class Windows(Congestion):
    """What this end may send at once and what it offers to take."""

    # -- MSS --

    def announced_mss(self) -> int:
        """Return what the MSS option says: not reduced for options (section 3.7.1)."""
        largest = MTU - FIXED_HEADERS[len(self.flow.local)]
        return largest if self.settings.mss is None else min(largest, self.settings.mss)

    def default_mss(self) -> int:
        """Return the send MSS where none was announced."""
        return DEFAULT_MSS[len(self.flow.local)]

    def eff_snd_mss(self) -> int:
        """Return Eff.snd.MSS: octets of text in a segment, with the options that it carries taken off (MUST-16)."""
        announced = self.default_mss() if self.offered.mss is None else self.offered.mss
        way = (self.path_mtu or MTU) - FIXED_HEADERS[len(self.flow.local)]
        limit = min(announced or self.default_mss(), self.announced_mss(), way)
        return max(1, limit - len(self.options_for(ACK).write()))

    # -- options --

    def options_for(self, ctl: int) -> Options:
        """Return the options of a segment with these control bits."""
        if ctl & SYN:
            return self.syn_options(ctl)
        return Options(timestamps=self.stamps(ctl)) if self.timestamps else Options()

    def syn_options(self, ctl: int) -> Options:
        """Return those of a SYN: MSS always (MAY-3), the others of a SYN,ACK only in answer to the peer's."""
        answer = bool(ctl & ACK)
        scales = self.settings.shift is not None and not (answer and self.offered.shift is None)
        stamps = self.settings.timestamps and not (answer and self.offered.timestamps is None)
        return Options(
            mss=self.announced_mss(),
            shift=self.settings.shift if scales else None,
            timestamps=self.stamps(ctl) if stamps else None,
        )

    def stamps(self, ctl: int) -> tuple[int, int]:
        """Return TSval and TSecr (RFC 7323, section 3.2)."""
        return self.host.timestamp(self.flow), self.ts_recent if ctl & ACK else 0

    def take_offer(self, offered: Options) -> None:
        """Take note of what the peer's SYN offered: what both offer is in use."""
        self.offered = offered
        scales = offered.shift is not None and self.settings.shift is not None
        self.snd_shift = (offered.shift or 0) if scales else 0
        self.rcv_shift = (self.settings.shift or 0) if scales else 0
        self.timestamps = offered.timestamps is not None and self.settings.timestamps
        if offered.timestamps is not None:
            self.ts_recent, self.ts_recent_at = offered.timestamps[0], self.host.now

    # -- the receive window --

    def room(self) -> int:
        """Return RCV.BUFF-RCV.USER, as far as the window field can tell it."""
        free = max(0, self.settings.receive_buffer - len(self.received))
        return min(free, self.settings.window_clamp, 0xFFFF << self.rcv_shift)

    def open_window(self) -> None:
        """Offer what there is, as a SYN says it: unscaled (RFC 7323, section 2.2)."""
        self.rcv_wnd = min(self.settings.receive_buffer, self.settings.window_clamp, 0xFFFF)

    def advance_edge(self) -> None:
        """Move the right edge, but not by little: receiver silly window avoidance (MUST-39, section 3.8.6.2.2)."""
        gain = self.room() - self.rcv_wnd
        if gain >= min(self.settings.receive_buffer // 2, self.announced_mss()):
            self.rcv_wnd += gain

    def window_field(self, ctl: int) -> int:
        """Return SEG.WND. The right edge never moves back (SHLD-14), but for what scaling rounds off."""
        if ctl & RST:
            return 0
        if ctl & SYN:
            return self.rcv_wnd
        if self.state is not State.SYN_RECEIVED:  # a SYN,ACK, which may have to be sent again, could not tell it
            self.advance_edge()
        return self.rcv_wnd >> self.rcv_shift

    # -- the send window --

    def usable_window(self) -> int:
        """Return U, at most what congestion control lets go out; negative after the peer has shrunk its window."""
        return min(self.snd_wnd, self.cwnd + self.limited_transmit()) - self.in_flight

    def limited_transmit(self) -> int:
        """Return by how much the first two duplicate acknowledgments let CWND be exceeded (RFC 3042)."""
        return min(self.duplicates, 2) * self.eff_snd_mss() if self.recover is None else 0
