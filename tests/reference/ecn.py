"""Explicit congestion notification (SHLD-8; RFC 3168), on connections whose peer asks for it."""

from __future__ import annotations

from reference.header import IpHeader
from reference.segment import ACK, CWR, ECE, RST, SYN, Segment

CAPABLE, EXPERIENCED = 0b10, 0b11
"""ECT(0) and CE, the codepoints of the IP header."""


class Ecn(IpHeader):
    """What a congested router marks is echoed until the peer has reduced its window, and reduces ours."""

    def take_ecn_offer(self, segment: Segment) -> None:
        """A SYN asks for it with both bits (section 6.1.1)."""
        self.ecn = segment.ctl & (ECE | CWR) == ECE | CWR

    def take_ecn(self, segment: Segment) -> None:
        """Section 6.1.2 for the sender, 6.1.3 for the receiver of data."""
        if not self.ecn or segment.ctl & (SYN | RST):
            return
        if segment.ctl & CWR:
            self.echoing = False
        if segment.text and segment.traffic_class & EXPERIENCED == EXPERIENCED:
            self.echoing = True
        if segment.ctl & ECE and segment.ctl & ACK and self.queue and not self.reduced:
            self.reduce_for_ecn()

    def reduce_for_ecn(self) -> None:
        """As for a lost segment, at most once in a round trip; nothing is sent again."""
        self.halve(self.eff_snd_mss())
        self.cwnd = self.ssthresh
        self.reduced = self.cwr_due = True

    def ecn_bits(self, ctl: int, *, text: bool) -> int:
        """Return ECE and CWR as a segment is to have them."""
        if not self.ecn or ctl & RST:
            return 0
        if ctl & SYN:
            return ECE if ctl & ACK else 0
        bits = ECE if self.echoing and ctl & ACK else 0
        if self.cwr_due and text:
            self.cwr_due = False
            bits |= CWR
        return bits

    def ecn_codepoint(self, *, new_text: bool) -> int:
        """Return the codepoint: data that is sent for the first time is capable (sections 6.1.4 and 6.1.5)."""
        return CAPABLE if self.ecn and new_text else 0
