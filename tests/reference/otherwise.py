"""SEGMENT ARRIVES in every state from SYN-RECEIVED on: RFC 9293, section 3.10.7.4, in its order."""

from __future__ import annotations

from conformance.state import State
from reference.acknowledgments import Acknowledgments
from reference.numbers import add, ahead, lt
from reference.segment import ACK, FIN, RST, SYN, URG, Segment
from reference.tcb import RECEIVING
from reference.user import Signal

CLOSING_STATES = frozenset({State.CLOSING, State.LAST_ACK, State.TIME_WAIT})
TS_RECENT_LIFE = 24 * 86400.0
"""Seconds after which TS.Recent tells nothing any more (RFC 7323, section 5.5)."""


class Otherwise(Acknowledgments):
    """A connection that has seen the peer's SYN. Each check tells whether to go on with the next one."""

    def arrives_otherwise(self, segment: Segment) -> None:
        """Do the checks in their order."""
        steps = (
            *(self.check_timestamp, self.check_sequence, self.check_rst, self.check_syn, self.check_ack),
            *(self.check_urg, self.process_text, self.check_fin),
        )
        all(step(segment) for step in steps)

    # -- before all: PAWS (RFC 7323, section 5.3) and a SYN that reopens (section 3.6.1) --

    def check_timestamp(self, segment: Segment) -> bool:
        """R1 of RFC 7323, section 5.3: an old timestamp makes a segment unacceptable, a reset excepted."""
        if self.state is State.TIME_WAIT and self.is_new_attempt(segment):
            return self.check_new_attempt(segment)
        if not self.timestamps or segment.ctl & RST:
            return True
        stamps = segment.options.timestamps
        if stamps is None:
            return bool(segment.ctl & SYN)  # section 3.2: dropped in silence; a SYN is for RFC 5961
        if self.is_outdated(stamps[0]):
            return self.unacceptable(segment)
        if self.is_to_be_echoed(segment, stamps[0]):
            self.ts_recent, self.ts_recent_at = stamps[0], self.host.now
        return True

    def is_outdated(self, tsval: int) -> bool:
        """SEG.TSval < TS.Recent, as long as TS.Recent is valid."""
        return lt(tsval, self.ts_recent) and self.host.now - self.ts_recent_at < TS_RECENT_LIFE

    def is_to_be_echoed(self, segment: Segment, tsval: int) -> bool:
        """R3: SEG.TSval >= TS.Recent and SEG.SEQ =< Last.ACK.sent, of a segment that is acceptable."""
        spans = not lt(self.last_ack_sent, segment.seq)
        return spans and not lt(tsval, self.ts_recent) and self.is_acceptable(segment)

    def is_new_attempt(self, segment: Segment) -> bool:
        """Tell whether the segment is a SYN such as may reopen a connection in TIME-WAIT, where somebody listens."""
        return segment.ctl & (SYN | ACK | RST) == SYN and self.host.listener_for(segment) is not None

    def check_new_attempt(self, segment: Segment) -> bool:
        """Reopen the connection (MAY-2), leave the SYN to the checks that follow, or drop it (RFC 6191, section 2)."""
        if self.may_reopen(segment):
            self.host.reopen(self, segment)
            return False
        return segment.options.timestamps is None and not self.timestamps

    def may_reopen(self, segment: Segment) -> bool:
        """RFC 6191: a later timestamp, or timestamps where there were none, or a number above all that were used."""
        above = not lt(segment.seq, self.rcv_nxt)
        stamps = segment.options.timestamps
        if stamps is None:
            return above
        if not self.timestamps:
            return True
        return lt(self.ts_recent, stamps[0]) or (stamps[0] == self.ts_recent and above)

    # -- first: sequence number --

    def check_sequence(self, segment: Segment) -> bool:
        """First: an unacceptable segment is acknowledged and dropped."""
        if self.is_acceptable(segment):
            return True
        return self.without_text(segment) if self.is_allowed_by_zero_window(segment) else self.unacceptable(segment)

    def is_acceptable(self, segment: Segment) -> bool:
        """The four cases of table 6 (section 3.4)."""
        if segment.length == 0:
            return segment.seq == self.rcv_nxt if self.rcv_wnd == 0 else self.in_window(segment.seq)
        last = add(segment.end, -1)
        return self.rcv_wnd > 0 and (self.in_window(segment.seq) or self.in_window(last))

    def in_window(self, number: int) -> bool:
        """RCV.NXT =< number < RCV.NXT+RCV.WND."""
        return 0 <= ahead(self.rcv_nxt, number) < self.rcv_wnd

    def unacceptable(self, segment: Segment) -> bool:
        """Send `<SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>`, unless for a reset, and drop the segment."""
        if segment.ctl & RST:
            return False
        if self.state is State.TIME_WAIT and self.is_fin_again(segment):
            self.start_time_wait()
        self.ack_due = True
        return False

    def is_allowed_by_zero_window(self, segment: Segment) -> bool:
        """The special allowance: with a window of zero ACK, URG and RST of a segment at RCV.NXT count (MUST-66)."""
        return self.rcv_wnd == 0 and segment.seq == self.rcv_nxt and not segment.ctl & SYN

    def without_text(self, segment: Segment) -> bool:
        """Leave of the segment what needs no room, and acknowledge that the rest was not taken."""
        self.ack_due = not segment.ctl & RST
        segment.text = b""
        segment.ctl &= ~FIN
        return True

    def is_fin_again(self, segment: Segment) -> bool:
        """Tell whether it is the peer's FIN, repeated: the last number before RCV.NXT."""
        return bool(segment.ctl & FIN) and segment.end == self.rcv_nxt

    # -- second: RST --

    def check_rst(self, segment: Segment) -> bool:
        """Second, with RFC 5961, section 3: obeyed at RCV.NXT only, challenged elsewhere in the window."""
        if not segment.ctl & RST:
            return True
        if segment.seq == self.rcv_nxt:
            self.reset()
        elif self.in_window(segment.seq):
            self.reset_in_window(segment)
        return False

    def reset_in_window(self, segment: Segment) -> None:
        """A reset that its sender may have guessed: send a challenge ACK."""
        self.challenge()

    def reset(self) -> None:
        """The reset is valid: what it means depends on the state."""
        if self.state is State.SYN_RECEIVED and self.listener is not None:
            self.return_to_listen()
            return
        if self.state is State.SYN_RECEIVED:
            self.tell(Signal.REFUSED)
        elif self.state not in CLOSING_STATES:
            self.received.clear()
            self.tell(Signal.RESET)
        self.delete()

    def return_to_listen(self) -> None:
        """A passive OPEN goes back to LISTEN; the user need not know. An old duplicate leads back to TIME-WAIT."""
        self.delete()
        if self.previous is not None:
            self.host.restore(self.previous)

    # -- fourth: SYN --

    def check_syn(self, segment: Segment) -> bool:
        """Fourth, with RFC 5961, section 4: a SYN in the window is challenged; a passive OPEN returns to LISTEN."""
        if not segment.ctl & SYN:
            return True
        if self.state is State.SYN_RECEIVED and self.listener is not None:
            self.return_to_listen()
        else:
            self.syn_in_window(segment)
        return False

    def syn_in_window(self, segment: Segment) -> None:
        """A SYN that its sender may have guessed, or whose sender has lost the connection: send a challenge ACK."""
        self.challenge()

    # -- sixth: URG --

    def check_urg(self, segment: Segment) -> bool:
        """Sixth: RCV.UP is the later of itself and SEG.UP; the user is told when it moves ahead of what was read."""
        if not segment.ctl & URG or self.state not in RECEIVING:
            return True
        pointer = add(segment.seq, segment.up)
        advances = self.rcv_up is None or lt(self.rcv_up, pointer)
        if advances and lt(add(self.rcv_nxt, -len(self.received)), pointer):
            self.rcv_up = pointer
            self.tell(Signal.URGENT)
        return True

    # -- eighth: FIN --

    def check_fin(self, segment: Segment) -> bool:
        """Eighth: the FIN counts when everything before it has come."""
        if self.state in RECEIVING and self.fin_at == self.rcv_nxt:
            self.process_fin()
        elif segment.ctl & FIN:
            self.ack_due = True  # above a gap, or again
            if self.state is State.TIME_WAIT:
                self.start_time_wait()
        return True

    def process_fin(self) -> None:
        """RCV.NXT moves over the FIN, which is acknowledged at once; the user is told."""
        self.advance(1)
        self.ack_due = True
        self.fin_taken = True
        self.held.clear()
        self.tell(Signal.CLOSING)
        self.state_after_fin()

    def state_after_fin(self) -> None:
        """ESTABLISHED to CLOSE-WAIT; FIN-WAIT-1, by whether our FIN is acknowledged, or FIN-WAIT-2 to what follows."""
        if self.state is State.ESTABLISHED:
            self.enter(State.CLOSE_WAIT)
        elif self.state is State.FIN_WAIT_1 and not self.fin_acknowledged:
            self.enter(State.CLOSING)
        else:
            self.enter_time_wait()
