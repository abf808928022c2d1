"""SEGMENT ARRIVES in SYN-SENT: RFC 9293, section 3.10.7.3."""

from __future__ import annotations

from conformance.state import State
from reference.numbers import add, ahead, le, lt
from reference.otherwise import Otherwise
from reference.segment import ACK, FIN, RST, SYN, Segment
from reference.user import Signal


class SynSent(Otherwise):
    """A connection that waits for the answer to its SYN."""

    def arrives_in_syn_sent(self, segment: Segment) -> None:
        """Do the checks in their order; each tells whether to go on."""
        steps = (self.syn_sent_check_ack, self.syn_sent_check_rst, self.syn_sent_check_syn)
        all(step(segment) for step in steps)

    def syn_sent_check_ack(self, segment: Segment) -> bool:
        """First: an ACK of anything but our SYN draws a reset, unless it comes with one."""
        if not segment.ctl & ACK or self.syn_is_acknowledged(segment):
            return True
        if not segment.ctl & RST:
            self.answer_wrong_ack_in_syn_sent(segment)
        return False

    def answer_wrong_ack_in_syn_sent(self, segment: Segment) -> None:
        """Send `<SEQ=SEG.ACK><CTL=RST>`."""
        self.send_reset(segment.ack)

    def syn_is_acknowledged(self, segment: Segment) -> bool:
        """ISS < SEG.ACK =< SND.NXT, and with that SND.UNA < SEG.ACK."""
        return lt(self.iss, segment.ack) and le(segment.ack, self.snd_nxt)

    def syn_sent_check_rst(self, segment: Segment) -> bool:
        """Second: a reset with an acceptable ACK refuses the connection; any other is dropped."""
        if not segment.ctl & RST:
            return True
        if segment.ctl & ACK:
            self.tell(Signal.REFUSED)
            self.delete()
        return False

    def syn_sent_check_syn(self, segment: Segment) -> bool:
        """Fourth: the SYN. Fifth: a segment with neither SYN nor RST is dropped."""
        if not segment.ctl & SYN:
            return False
        self.take_syn(segment)
        if segment.ctl & ACK:
            self.syn_answered(segment)
        else:
            self.syns_crossed(segment)
        return True

    def take_syn(self, segment: Segment) -> None:
        """RCV.NXT is SEG.SEQ+1, IRS is SEG.SEQ; the window, which is not scaled, and the options."""
        self.irs = segment.seq
        self.rcv_nxt = add(segment.seq, 1)
        self.take_offer(segment.options)
        self.set_send_window(segment)

    def syn_answered(self, segment: Segment) -> None:
        """Our SYN is acknowledged: ESTABLISHED, an ACK, and what else the segment holds, from the sixth check on."""
        self.snd_una = segment.ack
        self.take_back_text(segment.ack)
        self.remove_acknowledged(segment.ack)
        self.ack_due = True
        self.established()
        self.continue_with_text(segment)

    def take_back_text(self, ack: int) -> None:
        """Of the text that our SYN carried, what is not acknowledged has to be sent again, without the SYN."""
        syn = self.queue[0]
        left = len(syn.text) - (ahead(syn.seq, ack) - 1)
        if left:
            self.unsent[:0] = syn.text[-left:]
            syn.text = syn.text[:-left]
            self.snd_nxt = syn.end

    def continue_with_text(self, segment: Segment) -> None:
        """Go on at the sixth check with what follows the SYN: its number is one less than that of the text."""
        rest = Segment(segment.flow, self.rcv_nxt, ctl=segment.ctl & ~SYN, up=segment.up - 1, text=segment.text)
        all(step(rest) for step in (self.check_urg, self.process_text, self.check_fin))

    def syns_crossed(self, segment: Segment) -> None:
        """Simultaneous open (MUST-10): SYN-RECEIVED, `<SEQ=ISS><ACK=RCV.NXT><CTL=SYN,ACK>`; the rest is queued."""
        self.enter(State.SYN_RECEIVED)
        self.take_back_text(add(self.iss, 1))
        self.queue[0].ctl |= ACK
        self.emit(SYN | ACK, self.iss)
        self.queue_with_syn(segment)

    def queue_with_syn(self, segment: Segment) -> None:
        """Text and FIN that came with the SYN wait until the connection is established."""
        if segment.text:
            self.held[self.rcv_nxt] = segment.text[: self.rcv_wnd]
        if segment.ctl & FIN:
            self.fin_at = add(self.rcv_nxt, len(segment.text))
