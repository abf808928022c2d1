"""One end of a connection as RFC 9293 sees it: its state, and the few variables that decide what moves it.

The target is taken to be honest: what it says is what its state is made of. The peer is not, for a case makes it
forge segments: only what starts at its own SND.NXT moves it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from conformance import seq
from conformance.options import WINDOW_SCALE_KIND
from conformance.segment import Segment
from conformance.state import SYNCHRONIZED, State
from conformance.transcript.moves import MOVES, Event

FIN, SYN, RST, ACK = 0x01, 0x02, 0x04, 0x10

_UNKNOWN_WINDOW = 0xFFFF
"""The window of an end that has not said one yet, in octets."""

_LARGEST_SHIFT = 14
"""A larger shift count is used as this one (RFC 7323, section 2.3)."""

S = State
_RECEIVES = frozenset({S.ESTABLISHED, S.FIN_WAIT_1, S.FIN_WAIT_2})
_DAMAGE = ("checksum", "data offset", "IPv4 header")


def damaged(segment: Segment) -> bool:
    """Tell whether a receiver has to drop the segment before it looks at its meaning."""
    return any(defect.startswith(_DAMAGE) for defect in segment.defects)


@dataclass(slots=True)
class End:
    """One end. `honest` tells whether all that it says is meant; numbers are None until they are known."""

    honest: bool
    state: State = State.CLOSED
    passive: bool = False
    iss: int | None = None
    snd_una: int = 0
    snd_nxt: int = 0
    fin_end: int | None = None
    irs: int | None = None
    rcv_nxt: int = 0
    rcv_wnd: int = _UNKNOWN_WINDOW
    max_wnd: int = _UNKNOWN_WINDOW
    shift: int | None = None
    scaled: bool = False
    held: list[tuple[int, int, int]] = field(default_factory=list)
    offered: Segment | None = None

    def move(self, event: Event) -> None:
        """Go where the table says; stay where it says nothing."""
        self.state = MOVES[event].get(self.state, self.state)

    def says(self, segment: Segment, ours: bool = False) -> bool:
        """Take what this end said; `ours` tells that its SYN bears the number that is now its ISS.

        Return whether it began a new incarnation of a connection that it had before.
        """
        again = False
        if segment.ctl & RST:
            self._says_rst(segment)
        elif segment.ctl & SYN:
            again = self._says_syn(segment, ours)
        elif self.iss is not None and (self.state in SYNCHRONIZED or self.state is S.SYN_RECEIVED):
            self._says_more(segment)
        # A forger's window is not held against what it hears: it takes what the target sends it in order.
        if self.honest:
            self.rcv_wnd = segment.window << ((self.shift or 0) if self.scaled and not segment.ctl & SYN else 0)
        return again

    def _says_rst(self, segment: Segment) -> None:
        self.offered = None
        if self.iss is None or self.state is S.LISTEN:
            return
        # Before the connection stands, a RST with another number only refuses a wrong ACK (3.10.7.3, 3.10.7.4).
        if segment.seq == self.snd_nxt or (self.honest and self.state in SYNCHRONIZED):
            self.move(Event.ABORT)

    def _says_syn(self, segment: Segment, ours: bool) -> bool:
        if self.iss is not None and not self._begins(segment, ours):
            return False
        again = self.iss is not None and not segment.ctl & ACK
        if self.state is not S.SYN_RECEIVED and not self._opens(segment):
            return False
        self.iss = self.snd_una = segment.seq
        self.snd_nxt = segment.end
        self.fin_end = None
        scale = segment.option(WINDOW_SCALE_KIND)
        self.shift = min(scale.value, _LARGEST_SHIFT) if scale else None
        return again

    def _begins(self, segment: Segment, ours: bool) -> bool:
        """Tell whether a SYN starts a new incarnation, though there was one before."""
        if self.state in (S.CLOSED, S.LISTEN, S.TIME_WAIT):
            return True
        return segment.seq != self.iss and (self.honest or ours)

    def _opens(self, segment: Segment) -> bool:
        """Move on a SYN that opens; a SYN,ACK that answers nothing heard opens nothing."""
        heard, self.offered = self.offered, None
        if segment.ctl & ACK:
            if heard is None or segment.ack != seq.add(heard.seq, 1):
                return False
            self._take_syn(heard, passive=True)
            return True
        if heard is not None and not self.honest:
            # The peer answers the target's SYN with its own: they count as crossing on the way (figure 7).
            self._take_syn(heard, passive=False)
            return True
        self.state, self.passive, self.irs = S.CLOSED, False, None
        self.move(Event.ACTIVE_OPEN)
        return True

    def _says_more(self, segment: Segment) -> None:
        if not self.honest and segment.seq != self.snd_nxt:
            return
        if seq.lt(self.snd_nxt, segment.end):
            self.snd_nxt = segment.end
        if segment.ctl & FIN:
            self.fin_end = segment.end
            if not self.honest and self.state is S.CLOSE_WAIT and seq.lt(segment.ack, self.rcv_nxt):
                # The peer's FIN does not acknowledge the one it heard: they count as crossing (figure 13).
                self.state = S.FIN_WAIT_1
                self.move(Event.FIN_HEARD)
            self.move(Event.FIN_SAID)

    def hears(self, segment: Segment) -> None:
        """Take what arrived at this end, as section 3.10.7 has it; what is dropped there moves nothing here."""
        if damaged(segment):
            return
        self.max_wnd = max(self.max_wnd, segment.window)
        if self.state is S.CLOSED:
            self._offer(segment)
        elif self.state is S.LISTEN:
            if segment.ctl & (SYN | RST | ACK) == SYN:
                self._take_syn(segment, passive=True)
        elif self.state is S.SYN_SENT:
            self._hears_in_syn_sent(segment)
        else:
            self._hears_with_numbers(segment)

    def _offer(self, segment: Segment) -> None:
        if segment.ctl & (SYN | RST) == SYN:
            self.offered = segment

    def _take_syn(self, segment: Segment, passive: bool) -> None:
        if self.state is S.SYN_SENT:
            self.move(Event.SYN_HEARD)
        else:
            self.state, self.iss = S.SYN_RECEIVED, None
        self.passive = passive
        self._numbers_from(segment)

    def _numbers_from(self, segment: Segment) -> None:
        self.irs = segment.seq
        self.rcv_nxt = seq.add(segment.seq, 1)
        self.scaled = segment.option(WINDOW_SCALE_KIND) is not None and (self.iss is None or self.shift is not None)
        self.held.clear()

    def _hears_in_syn_sent(self, segment: Segment) -> None:
        acked = segment.ctl & ACK and seq.lt(self.snd_una, segment.ack) and seq.le(segment.ack, self.snd_nxt)
        if segment.ctl & ACK and not acked:
            return
        if segment.ctl & RST:
            if acked:
                self.move(Event.ABORT)
        elif segment.ctl & SYN and acked:
            self._numbers_from(segment)
            self.snd_una = segment.ack
            self.move(Event.SYN_ACK_HEARD)
            self._receive(segment)
        elif segment.ctl & SYN:
            self._take_syn(segment, passive=False)

    def _hears_with_numbers(self, segment: Segment) -> None:
        # The SYN,ACK of a simultaneous open starts below RCV.NXT, and still counts (figure 7, line 5).
        crossing = self.state is S.SYN_RECEIVED and segment.ctl & (SYN | ACK) == SYN | ACK and segment.seq == self.irs
        if not crossing and not self._acceptable(segment):
            self._offer(segment)
        elif segment.ctl & RST:
            if segment.seq == self.rcv_nxt:
                self._reset()
        elif segment.ctl & SYN and not crossing:
            self._offer(segment)
            if self.state is S.SYN_RECEIVED and self.passive:
                self.state, self.iss = S.LISTEN, None
        elif segment.ctl & ACK and self._acknowledged(segment):
            self._receive(segment)

    def _acceptable(self, segment: Segment) -> bool:
        """The test of section 3.4; with a zero window an ACK in place counts, though its data does not."""
        first = seq.distance(self.rcv_nxt, segment.seq)
        if not self.rcv_wnd:
            return first == 0
        last = first + max(segment.len, 1) - 1
        return 0 <= first < self.rcv_wnd or (segment.len > 0 and 0 <= last < self.rcv_wnd)

    def _reset(self) -> None:
        if self.state is S.SYN_RECEIVED and self.passive:
            self.state, self.iss = S.LISTEN, None
        else:
            self.move(Event.ABORT)

    def _acknowledged(self, segment: Segment) -> bool:
        """Take the ACK; False when it drops the segment (RFC 9293, 3.10.7.4; RFC 5961, section 5.2)."""
        if self.iss is None or seq.lt(self.snd_nxt, segment.ack):
            return False
        if self.state is S.SYN_RECEIVED:
            if not seq.lt(self.snd_una, segment.ack):
                return False
            self.move(Event.ACK_OF_SYN)
        if seq.lt(segment.ack, seq.add(self.snd_una, -self.max_wnd)):
            return False
        if seq.lt(self.snd_una, segment.ack):
            self.snd_una = segment.ack
        if self.fin_end is not None and segment.ack == self.fin_end:
            self.move(Event.ACK_OF_FIN)
        return True

    def _receive(self, segment: Segment) -> None:
        """Take the octets that fit the window; a FIN counts when all before it is there."""
        if self.state not in _RECEIVES:
            return
        start = seq.add(segment.seq, 1) if segment.ctl & SYN else segment.seq
        edge = seq.add(self.rcv_nxt, self.rcv_wnd)
        whole = seq.le(segment.end, edge)
        self.held.append((start, segment.end if whole else edge, segment.ctl & FIN if whole else 0))
        self.held.sort(key=lambda piece: seq.distance(self.rcv_nxt, piece[0]))
        while self.held and seq.le(self.held[0][0], self.rcv_nxt):
            _, end, fin = self.held.pop(0)
            if seq.lt(self.rcv_nxt, end):
                self.rcv_nxt = end
                if fin:
                    self.move(Event.FIN_HEARD)
