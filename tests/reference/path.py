"""Path MTU discovery (RFC 9293, section 3.7.2; RFC 1191, RFC 8201)."""

from __future__ import annotations

from reference.numbers import add, le
from reference.segment import ACK, PSH
from reference.tcb import Sent
from reference.timers import R1, Timers
from reference.windows import MTU

LEAST_MTU = {4: 68, 16: 1280}
"""What every link carries (RFC 791, RFC 8200), by the length of the address."""

SAFE_MTU = {4: 1024, 16: 1280}
"""Where the search for the path's MTU begins without ICMP (RFC 4821, section 7.2)."""


class Path(Timers):
    """What a connection makes of a router that cannot forward its packets whole."""

    def packet_too_big(self, mtu: int, seq: int) -> None:
        """A packet with the segment at `seq` was too big for a link of `mtu` octets: send it again in smaller ones."""
        if not self.quotes_what_is_in_flight(seq) or not self.is_plausible(mtu):
            return
        self.path_mtu = mtu
        self.split_queue(self.eff_snd_mss())
        for sent in [one for one in self.queue if le(seq, one.seq)]:
            self.retransmit(sent)
        self.finish()

    def retransmission_timeout(self) -> None:
        """The segment at the front of the queue is lost, perhaps because no router tells that it is too big."""
        if self.retransmissions + 1 == R1:
            self.suspect_a_black_hole()
        super().retransmission_timeout()

    def suspect_a_black_hole(self) -> None:
        """Send what every path should carry (RFC 4821, sections 7.2 and 7.7)."""
        if (self.path_mtu or MTU) > SAFE_MTU[len(self.flow.local)]:
            self.path_mtu = SAFE_MTU[len(self.flow.local)]
            self.split_queue(self.eff_snd_mss())

    def quotes_what_is_in_flight(self, seq: int) -> bool:
        """SND.UNA =< SEG.SEQ < SND.NXT (RFC 5927, section 4.1)."""
        return (seq - self.snd_una) & 0xFFFFFFFF < self.in_flight

    def is_plausible(self, mtu: int) -> bool:
        """Tell whether the MTU is less than what is believed, and no less than what every link has (RFC 5927, 7.2)."""
        return LEAST_MTU[len(self.flow.local)] <= mtu < (self.path_mtu or MTU)

    def split_queue(self, size: int) -> None:
        """Make segments of at most `size` octets of text out of those on the retransmission queue."""
        pieces = [piece for sent in self.queue for piece in self.pieces_of(sent, size)]
        self.queue.clear()
        self.queue.extend(pieces)

    def pieces_of(self, sent: Sent, size: int) -> list[Sent]:
        """Return a segment in pieces; PSH stays on the last one."""
        if len(sent.text) <= size:
            return [sent]
        starts = range(0, len(sent.text), size)
        pieces = [Sent(add(sent.seq, at), ACK, sent.text[at : at + size], sent.at, sent.again) for at in starts]
        pieces[-1].ctl |= sent.ctl & PSH
        return pieces
