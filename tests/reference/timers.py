"""What runs out (RFC 9293, sections 3.8.1 to 3.8.4, 3.8.6.1 and 3.10.8; RFC 6298)."""

from __future__ import annotations

from conformance.state import State
from reference.numbers import add, le
from reference.output import Output
from reference.segment import ACK, SYN
from reference.tcb import Sent
from reference.user import LONGEST_TIMEOUT, Signal

INITIAL_RTO, MIN_RTO, MAX_RTO = 1.0, 1.0, LONGEST_TIMEOUT
RTO_AFTER_LOST_SYN = 3.0
GRANULARITY = 2**-10
"""Seconds: RFC 6298's G, 1 s at first (2.1), at least (2.4) and 60 s at most (2.5)."""

R1 = 3
"""Retransmissions after which the user is told of the problem (SHLD-9, SHLD-10). R2 is the user timeout."""

SYN_R2 = 200.0
"""Seconds for which an attempt to connect is kept up at least: more than three minutes (MUST-23)."""


class Timers(Output):
    """What a connection does when a timer expires."""

    def expire(self, timer: str) -> None:
        """Deal with a timer that has expired."""
        del self.deadlines[timer]
        getattr(self, timer.replace("-", "_") + "_timeout")()
        self.finish()

    # -- retransmission --

    def retransmission_timeout(self) -> None:
        """Send the segment at the front of the queue again, and wait twice as long for its ACK (RFC 6298, 5.4-5.6)."""
        if self.gives_up():
            self.user_timeout()
            return
        self.syn_lost = self.syn_lost or bool(self.queue[0].ctl & SYN)
        self.collapse(self.eff_snd_mss())
        self.back_off()
        self.retransmissions += 1
        if self.retransmissions == R1:
            self.tell(Signal.DELIVERY_PROBLEM)
        self.retransmit(self.queue[0])
        self.start("retransmission", self.rto)

    def back_off(self) -> None:
        """Double the RTO (RFC 6298, 5.5)."""
        self.rto = min(2 * self.rto, self.settings.longest_timeout)

    def retransmit(self, sent: Sent) -> None:
        """Send a segment of the queue again: same text, current ACK and window."""
        sent.again = True
        sent.at = self.host.now
        self.emit(sent.ctl, sent.seq, sent.text)

    def gives_up(self) -> bool:
        """Tell whether an attempt to connect has lasted long enough."""
        if self.state not in (State.SYN_SENT, State.SYN_RECEIVED):
            return False
        if self.settings.syn_retries is not None:
            return self.retransmissions >= self.settings.syn_retries
        return self.host.now - self.opened_at >= SYN_R2

    def remove_acknowledged(self, ack: int) -> None:
        """Take off the queue what is acknowledged entirely; stop the timer or start it anew (RFC 6298, 5.2 and 5.3)."""
        sample: float | None = None
        while self.queue and le(self.queue[0].end, ack):
            sent = self.queue.popleft()
            sample = None if sent.again else self.host.now - sent.at  # Karn's rule
        if sample is not None:
            self.take_sample(sample)
        self.retransmissions = 0
        self.stop("retransmission", "user")
        if self.queue:
            self.start("retransmission", self.rto)
            self.be_patient()

    def take_sample(self, rtt: float) -> None:
        """Compute the RTO from a round trip (RFC 6298, sections 2.2 to 2.5)."""
        if self.srtt is None:
            self.srtt, self.rttvar = rtt, rtt / 2
        else:
            self.rttvar = 0.75 * self.rttvar + 0.25 * abs(self.srtt - rtt)
            self.srtt = 0.875 * self.srtt + 0.125 * rtt
        rto = self.srtt + max(GRANULARITY, 4 * self.rttvar)
        self.rto = min(max(rto, MIN_RTO), self.settings.longest_timeout)

    def rto_when_data_starts(self) -> None:
        """The handshake is done: where the SYN was lost, be careful (RFC 6298, section 5.7)."""
        self.start_slowly(self.eff_snd_mss(), self.syn_lost)
        if self.syn_lost:
            self.rto = RTO_AFTER_LOST_SYN

    # -- the end of patience --

    def user_timeout(self) -> None:
        """Flush all queues, tell the user and delete the TCB (section 3.10.8)."""
        self.tell(Signal.TIMED_OUT)
        self.delete()

    # -- the window --

    def persist_timeout(self) -> None:
        """Probe the window; the next time later (SHLD-30). The user timeout counts from the last ACK (MUST-37)."""
        if not self.runs("user"):
            self.be_patient()
        self.probe_window()
        self.window_probes += 1
        self.start("persist", self.probe_interval())

    def probe_interval(self) -> float:
        """Return how long to wait for the next probe."""
        return min(self.rto * 2.0**self.window_probes, self.settings.longest_timeout)

    def override_timeout(self) -> None:
        """Send what silly window avoidance has held back, though it is little (section 3.8.6.2.1, point 4)."""
        size = min(len(self.unsent), self.usable_window(), self.eff_snd_mss())
        if size > 0:
            self.send_text(size)

    # -- acknowledgments --

    def delayed_ack_timeout(self) -> None:
        """Send the ACK that has waited for company."""
        self.ack_due = True

    # -- TIME-WAIT --

    def enter_time_wait(self) -> None:
        """Enter TIME-WAIT, start the time-wait timer, turn off the others."""
        self.enter(State.TIME_WAIT)
        self.deadlines.clear()
        self.start_time_wait()

    def start_time_wait(self) -> None:
        """Start the 2 MSL timer, or start it anew (MUST-13)."""
        self.start("time-wait", self.time_wait_span())

    def time_wait_span(self) -> float:
        """Return how long TIME-WAIT lasts, in seconds."""
        return 2 * self.settings.msl

    def time_wait_timeout(self) -> None:
        """Delete the TCB."""
        self.delete()

    def fin_wait_2_timeout(self) -> None:
        """Nobody will RECEIVE, and the peer does not close: let it go (an RFC 9293 implementation may)."""
        self.delete()

    # -- keep-alive (section 3.8.4) --

    def watch_idle(self) -> None:
        """Start the keep-alive timer where the user wants it (MUST-24, off by default: MUST-25)."""
        self.keep_alive_probes = 0
        self.stop("keep-alive")
        if self.settings.keep_alive:
            self.start("keep-alive", self.settings.keep_alive_idle)

    def keep_alive_timeout(self) -> None:
        """Probe an idle connection; give it up when too many probes stay unanswered (MUST-29)."""
        if self.queue or self.unsent:
            self.watch_idle()  # something is under way anyhow (MUST-26)
        elif self.keep_alive_probes >= self.settings.keep_alive_count:
            self.user_timeout()
        else:
            self.keep_alive_probes += 1
            self.keep_alive_probe()
            self.start("keep-alive", self.settings.keep_alive_interval)

    def keep_alive_probe(self) -> None:
        """Send a segment numbered SND.NXT-1, without text (SHLD-12) unless the user wants an octet of it (MAY-6)."""
        self.emit(ACK, add(self.snd_nxt, -1), bytes(self.settings.keep_alive_octet))
