"""What an ACK does: RFC 9293, section 3.10.7.4, fifth check, with RFC 5961, section 5."""

from __future__ import annotations

from conformance.state import State
from reference.numbers import add, ahead, le, lt
from reference.segment import ACK, Segment
from reference.text import Text
from reference.user import Signal


class Acknowledgments(Text):
    """The fifth check. Its parts, as the others, tell whether to go on."""

    def check_ack(self, segment: Segment) -> bool:
        """Fifth: without ACK the segment is dropped; with a wrong one it is dropped and answered."""
        if not segment.ctl & ACK:
            return False
        if self.probing and segment.ack == add(self.snd_nxt, 1):
            self.take_back_probe()
        if self.ack_is_too_old(segment):
            self.challenge()
            return False
        if self.state is State.SYN_RECEIVED and not self.check_ack_in_syn_received(segment):
            return False
        if self.ack_is_of_the_future(segment):
            self.answer_ack_of_the_future(segment)
            return False
        self.process_ack(segment)
        return self.state_after_ack()

    def ack_is_too_old(self, segment: Segment) -> bool:
        """SEG.ACK < SND.UNA-MAX.SND.WND (RFC 5961, section 5; MAY-12)."""
        return lt(segment.ack, add(self.snd_una, -self.max_snd_wnd))

    def ack_is_of_the_future(self, segment: Segment) -> bool:
        """SEG.ACK > SND.NXT."""
        return lt(self.snd_nxt, segment.ack)

    def answer_ack_of_the_future(self, segment: Segment) -> None:
        """It acknowledges something not yet sent: send an ACK."""
        self.ack_due = True

    # -- SYN-RECEIVED --

    def check_ack_in_syn_received(self, segment: Segment) -> bool:
        """SND.UNA < SEG.ACK =< SND.NXT establishes the connection; any other ACK draws a reset."""
        if lt(self.snd_una, segment.ack) and le(segment.ack, self.snd_nxt):
            self.take_send_window(segment)
            self.established()
            return True
        self.answer_wrong_ack_in_syn_received(segment)
        return False

    def answer_wrong_ack_in_syn_received(self, segment: Segment) -> None:
        """Send `<SEQ=SEG.ACK><CTL=RST>`."""
        self.send_reset(segment.ack)

    def established(self) -> None:
        """Enter ESTABLISHED; where CLOSE was called before, FIN-WAIT-1 at once. The user is told."""
        self.enter(State.FIN_WAIT_1 if self.fin_queued else State.ESTABLISHED)
        self.rto_when_data_starts()
        self.watch_idle()
        if self.previous is not None:
            self.previous.delete()
            self.previous = None
        if self.listener is not None:
            self.listener.established(self)
        self.tell(Signal.OPENED)

    # -- ESTABLISHED and after --

    def process_ack(self, segment: Segment) -> None:
        """Move SND.UNA, take segments off the retransmission queue, and update the window."""
        if lt(self.snd_una, segment.ack):
            self.take_acknowledgment(segment.ack)
        elif self.is_duplicate(segment):
            self.take_duplicate()
        self.update_window(segment)
        if self.runs("user") and self.snd_wnd <= self.in_flight:
            self.be_patient()  # it is the window that holds things up: MUST-37, SHLD-17
        if segment.length == 0 or segment.seq == self.rcv_nxt:
            self.watch_idle()

    def take_duplicate(self) -> None:
        """An ACK says nothing new, and so that something is missing."""
        lost = self.duplicate_acknowledgment(self.eff_snd_mss())
        if self.doubt_is_over(self.eff_snd_mss()) or lost:
            self.retransmit(self.queue[0])

    def take_acknowledgment(self, ack: int) -> None:
        """SND.UNA moves to SEG.ACK."""
        octets = ahead(self.snd_una, ack)
        self.snd_una = ack
        if self.recover is None or not lt(ack, self.recover):
            self.reduced = False
        self.remove_acknowledged(ack)
        partial = self.new_acknowledgment(octets, self.eff_snd_mss())
        if not self.waits_and_sees(self.eff_snd_mss(), partial) and partial and self.queue:
            self.retransmit(self.queue[0])

    def is_duplicate(self, segment: Segment) -> bool:
        """RFC 5681, section 2: something is in flight, and the ACK says nothing new at all."""
        same = segment.ack == self.snd_una and segment.wnd << self.snd_shift == self.snd_wnd
        return bool(self.queue) and same and segment.length == 0

    def update_window(self, segment: Segment) -> None:
        """Take SEG.WND, unless from an older segment (SND.WL1, SND.WL2)."""
        newer = lt(self.snd_wl1, segment.seq) or (self.snd_wl1 == segment.seq and le(self.snd_wl2, segment.ack))
        if segment.ack == self.snd_una and newer:
            self.take_send_window(segment)

    def take_send_window(self, segment: Segment) -> None:
        """SND.WND is SEG.WND, scaled; SND.WL1 and SND.WL2 tell from where."""
        self.set_send_window(segment, self.snd_shift)

    def set_send_window(self, segment: Segment, shift: int = 0) -> None:
        """Take a window as it stands; that of a SYN is not scaled."""
        self.snd_wnd = segment.wnd << shift
        self.max_snd_wnd = max(self.max_snd_wnd, self.snd_wnd)
        self.snd_wl1, self.snd_wl2 = segment.seq, segment.ack

    def state_after_ack(self) -> bool:
        """What more the state asks for, where it is our FIN that is acknowledged."""
        if self.state is State.FIN_WAIT_1 and self.fin_acknowledged:
            self.enter_fin_wait_2()
        elif self.state is State.CLOSING:
            if self.fin_acknowledged:
                self.enter_time_wait()
            return False
        elif self.state is State.LAST_ACK and self.fin_acknowledged:
            self.delete()
            return False
        return True

    def enter_fin_wait_2(self) -> None:
        """Our FIN is acknowledged; the peer may go on sending."""
        self.enter(State.FIN_WAIT_2)
        if self.released:
            self.start("fin-wait-2", self.settings.fin_wait_2_timeout)
