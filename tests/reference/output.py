"""What goes out: segments, acknowledgments, text and FIN (RFC 9293, sections 3.7.4, 3.8.5, 3.8.6.2 and 3.8.6.3)."""

from __future__ import annotations

from conformance.state import State
from reference.ecn import Ecn
from reference.numbers import add, ahead, lt
from reference.segment import ACK, FIN, PSH, RST, SYN, URG, Segment
from reference.tcb import Sent

ACK_DELAY = 0.04
"""How long an ACK may wait for company: well below the half second of MUST-40."""

CHALLENGES, CHALLENGE_SPAN = 10, 5.0
"""No more challenge ACKs than so many in so many seconds, for each connection (RFC 5961, section 7)."""

DEFAULT_USER_TIMEOUT = 300.0
"""Five minutes (section 3.9.1.1); it stands for R2 as well, which has to be 100 s or more (SHLD-11)."""

OVERRIDE = 0.5
"""How long sender silly window avoidance may hold text back (section 3.8.6.2.1: 0.1 to 1 s)."""

SENDING = frozenset({State.ESTABLISHED, State.CLOSE_WAIT, State.FIN_WAIT_1, State.CLOSING, State.LAST_ACK})


class Output(Ecn):
    """Everything that a connection sends."""

    # -- segments --

    def emit(self, ctl: int, seq: int, text: bytes = b"") -> None:
        """Send a segment: ACK, window and options as they are now (section 3.8: always current)."""
        urgent = self.urgent_offset(seq) if ctl & ACK and not ctl & RST else 0
        segment = Segment(
            self.flow,
            seq,
            ack=self.rcv_nxt if ctl & ACK else 0,
            ctl=ctl | (URG if urgent else 0) | self.ecn_bits(ctl, text=bool(text)),
            wnd=self.window_field(ctl),
            up=urgent,
            options=self.options_for(ctl),
            text=text,
            ttl=self.settings.ttl,
            traffic_class=self.settings.traffic_class | self.ecn_codepoint(new_text=bool(text) and self.is_new(seq)),
            dont_fragment=self.settings.dont_fragment,
            ip_options=self.ip_options(),
        )
        self.last_sent = self.host.now
        if ctl & ACK:
            self.acknowledged()
        self.host.transmit(segment)

    def is_new(self, seq: int) -> bool:
        """Tell whether the segment at `seq` is sent for the first time: it is the last on the retransmission queue."""
        return bool(self.queue) and self.queue[-1].seq == seq and not self.queue[-1].again

    def send_new(self, ctl: int, text: bytes = b"") -> None:
        """Send what occupies sequence space for the first time, at SND.NXT, and queue it for retransmission."""
        sent = Sent(self.snd_nxt, ctl, text, self.host.now)
        self.queue.append(sent)
        self.snd_nxt = sent.end
        self.emit(ctl, sent.seq, text)
        if not self.runs("retransmission"):
            self.start("retransmission", self.rto)
        if not self.runs("user") and not ctl & SYN:
            self.be_patient()

    def be_patient(self) -> None:
        """Start the user timer (section 3.10.8): when it expires, nothing has been acknowledged for too long."""
        self.start("user", self.settings.user_timeout or DEFAULT_USER_TIMEOUT)

    def send_reset(self, seq: int) -> None:
        """Send `<SEQ=seq><CTL=RST>`."""
        self.emit(RST, seq)

    def urgent_offset(self, seq: int) -> int:
        """Return the urgent pointer for a segment at `seq`: up to the octet that follows the urgent data (MUST-62)."""
        if self.snd_up is None or not lt(seq, self.snd_up):
            return 0
        return min(ahead(seq, self.snd_up), 0xFFFF)

    # -- acknowledgments --

    def acknowledge(self) -> None:
        """Send `<SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>`."""
        self.emit(ACK, self.snd_nxt)

    def acknowledged(self) -> None:
        """A segment with the current ACK goes out: none is due any more."""
        self.ack_due = False
        self.unacknowledged = 0
        self.last_ack_sent = self.rcv_nxt
        self.stop("delayed-ack")

    def delay_acknowledgment(self) -> None:
        """Text came in order: acknowledge it soon (SHLD-18), every second segment at once (SHLD-19)."""
        self.unacknowledged += 1
        if self.unacknowledged >= 2:
            self.ack_due = True
        elif not self.runs("delayed-ack"):
            self.start("delayed-ack", ACK_DELAY)

    def challenge(self) -> None:
        """Send a challenge ACK, unless there were too many of late."""
        while self.challenges and self.challenges[0] <= self.host.now - CHALLENGE_SPAN:
            self.challenges.popleft()
        if len(self.challenges) < CHALLENGES:
            self.challenges.append(self.host.now)
            self.ack_due = True

    # -- text --

    def transmit(self) -> None:
        """Make segments of what SEND queued, as far as window, congestion and Nagle let it; then the FIN."""
        if self.state not in SENDING:
            return
        if self.unsent and not self.queue and self.host.now - self.last_sent > self.rto:
            self.start_again(self.eff_snd_mss())
        while size := self.segment_size():
            self.send_text(size)
        if self.fin_is_due():
            self.send_fin()
        self.watch_window()

    def segment_size(self) -> int:
        """Return how many octets may go out now in a segment; 0 when none."""
        queued, usable = len(self.unsent), self.usable_window()
        size = min(queued, usable, self.eff_snd_mss())
        return size if size > 0 and self.may_send(queued, usable) else 0

    def may_send(self, queued: int, usable: int) -> bool:
        """Sender silly window avoidance (section 3.8.6.2.1), with the Nagle algorithm (section 3.7.4)."""
        idle = not self.in_flight
        full = min(queued, usable) >= self.eff_snd_mss()
        rest = queued <= usable and (idle or not self.settings.nagle)
        return full or rest or (idle and 2 * min(queued, usable) >= self.max_snd_wnd)

    def send_text(self, size: int) -> None:
        """Send the next `size` octets; PSH on the last of what SEND queued (MUST-61)."""
        text = bytes(self.unsent[:size])
        del self.unsent[:size]
        self.probing = False
        self.send_new(ACK if self.unsent else ACK | PSH, text)

    def fin_is_due(self) -> bool:
        """Tell whether all text is segmentized and the FIN, not yet sent, fits into the window."""
        return self.fin_queued and self.fin_seq is None and not self.unsent and self.snd_wnd > self.in_flight

    def send_fin(self) -> None:
        """Send `<SEQ=SND.NXT><ACK=RCV.NXT><CTL=FIN,ACK>`; in CLOSE-WAIT this leads to LAST-ACK (section 3.10.4)."""
        self.probing = False
        self.fin_seq = self.snd_nxt
        self.send_new(FIN | ACK)
        if self.state is State.CLOSE_WAIT:
            self.enter(State.LAST_ACK)

    def watch_window(self) -> None:
        """Where something waits for the window and nothing is in flight, a timer has to go on with it."""
        waits = bool(self.unsent) or (self.fin_queued and self.fin_seq is None)
        if not waits or self.queue:
            self.stop("persist", "override")
        elif self.snd_wnd == 0:
            self.stop("override")
            if not self.runs("persist"):
                self.start_probing()
        else:
            self.stop("persist")
            if not self.runs("override"):
                self.start("override", OVERRIDE)

    def start_probing(self) -> None:
        """The window is closed: probe it when it has been for one RTO (MUST-36, SHLD-29)."""
        self.window_probes = 0
        self.start("persist", self.rto)

    def probe_window(self) -> None:
        """Send one octet, or the FIN, beyond the window. SND.NXT does not count it before it is acknowledged."""
        self.probing = True
        ctl = ACK if self.unsent else FIN | ACK
        self.emit(ctl, self.snd_nxt, bytes(self.unsent[:1]))

    def take_back_probe(self) -> None:
        """The octet of the window probe is acknowledged: now it is sent."""
        self.probing = False
        if self.unsent:
            del self.unsent[:1]
        else:
            self.fin_seq = self.snd_nxt
            if self.state is State.CLOSE_WAIT:
                self.enter(State.LAST_ACK)
        self.snd_nxt = add(self.snd_nxt, 1)

    def finish(self) -> None:
        """Whatever has been dealt with: tell the user, send what may go out, and the one ACK that is due (MUST-58)."""
        self.tell_signals()
        self.transmit()
        if self.ack_due and self.state is not State.CLOSED:
            self.acknowledge()
