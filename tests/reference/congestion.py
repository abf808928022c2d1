"""Slow start, congestion avoidance, fast retransmit and fast recovery (MUST-19; RFC 5681, RFC 6582)."""

from __future__ import annotations

from reference.numbers import ahead, lt
from reference.tcb import Tcb

DUPLICATES = 3
DECREASE = {5681: 0.5, 9438: 0.7}
"""What is left of the window after a loss, by the RFC of the algorithm; of CUBIC (RFC 9438) this is all there is here.
Its growth, in the short time that a case lasts, is about Reno's (section 4.3)."""


class Congestion(Tcb):
    """How much may be in flight. `smss` is what a segment holds at most, in octets."""

    def initial_window(self, smss: int) -> int:
        """Return IW (RFC 5681, section 3.1)."""
        return (2 if smss > 2190 else 3 if smss > 1095 else 4) * smss

    def start_slowly(self, smss: int, syn_lost: bool) -> None:
        """The connection is established."""
        self.cwnd = smss if syn_lost else self.initial_window(smss)

    def grow(self, octets: int, smss: int) -> None:
        """New octets are acknowledged: slow start below the threshold, congestion avoidance above."""
        if self.cwnd < self.ssthresh:
            self.cwnd += min(octets, smss)
        else:
            self.cwnd += max(1, smss * smss // self.cwnd)

    def halve(self, smss: int) -> None:
        """A segment was lost (RFC 5681, equation 4; RFC 9438, section 4.6)."""
        self.ssthresh = max(int(self.in_flight * DECREASE[self.settings.congestion_control]), 2 * smss)
        self.recover = self.snd_nxt

    def collapse(self, smss: int) -> None:
        """The retransmission timer has expired."""
        self.frto_step = 2 if self.recover is None else None
        self.halve(smss)
        self.cwnd = smss
        self.duplicates = 0

    def outstanding_at_loss(self, smss: int) -> int:
        """Return how many segments could have been lost: no more duplicates are to be believed (RFC 5681, 3.2)."""
        return 0 if self.recover is None else ahead(self.snd_una, self.recover) // smss

    def duplicate_acknowledgment(self, smss: int) -> bool:
        """Count it; tell whether it is the one that calls for a fast retransmit."""
        self.duplicates += 1
        if self.duplicates > DUPLICATES and self.duplicates <= self.outstanding_at_loss(smss):
            self.cwnd += smss
        if self.duplicates != DUPLICATES or self.recover is not None:
            return False
        self.halve(smss)
        self.cwnd = self.ssthresh + DUPLICATES * smss
        return True

    def new_acknowledgment(self, octets: int, smss: int) -> bool:
        """Octets are acknowledged for the first time; tell whether the next segment is missing as well."""
        partial = self.recover is not None and lt(self.snd_una, self.recover)
        fast = self.duplicates >= DUPLICATES
        if not fast:
            self.grow(octets, smss)
        elif not partial:
            self.cwnd = min(self.ssthresh, max(self.in_flight, smss) + smss)
        if not partial:
            self.recover, self.duplicates = None, 0
        return partial

    # -- F-RTO: RFC 5682, section 2.1 --

    def waits_and_sees(self, smss: int, partial: bool) -> bool:
        """After a timeout something new is acknowledged: tell whether nothing is to be sent again for now.

        The first such ACK lets two new segments go out (2b). With a second one, of what was sent once, the timeout was
        spurious, and nothing is lost (3b).
        """
        step, self.frto_step = self.frto_step, None
        if step == 2 and partial and self.unsent and self.snd_wnd > self.in_flight:
            self.frto_step = 3
            self.cwnd = self.in_flight + 2 * smss
            return True
        if step == 3:
            self.recover = None
        return step == 3

    def doubt_is_over(self, smss: int) -> bool:
        """A duplicate ACK came: tell whether the next segment is now to be sent again, by slow start (2a, 3a)."""
        step, self.frto_step = self.frto_step, None
        if step == 3:
            self.cwnd = 3 * smss
        return step == 3

    def start_again(self, smss: int) -> None:
        """Nothing was sent for an RTO (RFC 5681, section 4.1)."""
        self.cwnd = min(self.cwnd, self.initial_window(smss))
