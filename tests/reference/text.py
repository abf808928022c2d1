"""Text, in order and above a gap (RFC 9293, section 3.10.7.4, seventh check)."""

from __future__ import annotations

from reference.numbers import add, ahead, lt
from reference.path import Path
from reference.segment import FIN, Segment
from reference.tcb import RECEIVING
from reference.user import Signal


class Text(Path):
    """What becomes of the text that segments bring."""

    def process_text(self, segment: Segment) -> bool:
        """Seventh: take the new part of the text, or hold it; after the peer's FIN it is ignored."""
        if not self.takes_text():
            return True
        seq, text, fin = self.trim(segment)
        if text and self.released:
            self.refuse_text()
            return False
        if fin:
            self.fin_at = add(seq, len(text))
        if text and seq != self.rcv_nxt:
            self.hold(seq, text)
        elif text:
            self.take(text)
            self.acknowledge_text()
        self.take_held()
        return True

    def takes_text(self) -> bool:
        """Tell whether the state is one in which the peer may still send: ESTABLISHED, FIN-WAIT-1 or FIN-WAIT-2."""
        return self.state in RECEIVING

    def trim(self, segment: Segment) -> tuple[int, bytes, bool]:
        """Return number, text and FIN of what lies in the window: old and excess octets are cut off."""
        old = max(0, ahead(segment.seq, self.rcv_nxt))
        seq, text = add(segment.seq, min(old, len(segment.text))), segment.text[old:]
        room = max(0, self.rcv_wnd - ahead(self.rcv_nxt, seq))
        end = add(segment.seq, len(segment.text))
        fin = bool(segment.ctl & FIN) and len(text) < room and not lt(end, self.rcv_nxt)
        return seq, text[:room], fin

    def take(self, text: bytes) -> None:
        """Take responsibility for the text: RCV.NXT moves over it, and the user is told."""
        self.received += text
        self.advance(len(text))
        self.tell(Signal.TEXT)

    def advance(self, octets: int) -> None:
        """Move RCV.NXT. The right edge of the window stays where it is."""
        self.rcv_nxt = add(self.rcv_nxt, octets)
        self.rcv_wnd = max(0, self.rcv_wnd - octets)

    def acknowledge_text(self) -> None:
        """Acknowledge text in order: at once where it fills a gap (section 3.8.6.3), else with delay."""
        if self.held:
            self.ack_due = True
        else:
            self.delay_acknowledgment()

    def hold(self, seq: int, text: bytes) -> None:
        """Keep text above a gap (SHLD-31), and acknowledge what came before the gap at once."""
        if len(text) > len(self.held.get(seq, b"")):
            self.held[seq] = text
        self.ack_due = True

    def take_held(self) -> None:
        """Take what was held, as far as it now follows on RCV.NXT."""
        for seq in sorted(self.held, key=lambda number: ahead(self.rcv_nxt, number)):
            if lt(self.rcv_nxt, seq):
                break
            new = self.held.pop(seq)[ahead(seq, self.rcv_nxt) :]
            if new:
                self.take(new)
                self.ack_due = True

    def refuse_text(self) -> None:
        """Text for a user who has stopped reading: nobody will ever take it, so reset (SHLD-3)."""
        self.send_reset(self.snd_nxt)
        self.delete()
