"""Windows that are taken back or closed, and how they are probed (RFC 9293, sections 3.8.6 and 3.8.6.1)."""

from __future__ import annotations

from reference.faults import Endpoint, fault
from reference.numbers import add, ahead
from reference.segment import ACK, Segment
from reference.tcb import Sent


@fault("shrunk-window-is-taken-for-a-huge-one", breaks=("RFC9293:MUST-34", "RFC9293:SHLD-15"))
class ShrunkWindowIsTakenForAHugeOne(Endpoint):
    """A usable window below zero is computed modulo 2**32. Seen in picoTCP."""

    def usable_window(self) -> int:
        usable = super().usable_window()
        return usable if usable >= 0 else self.cwnd


@fault("shrunk-window-resets", breaks="RFC9293:MUST-34")
class ShrunkWindowResets(Endpoint):
    """A peer that takes back what it has offered is not to be trusted."""

    def take_send_window(self, segment: Segment) -> None:
        super().take_send_window(segment)
        if self.usable_window() < 0:
            self.abort()


@fault("closed-window-is-not-probed", breaks="RFC9293:MUST-36")
class ClosedWindowIsNotProbed(Endpoint):
    """When the segment that opens the window is lost, nothing goes on. Seen in picoTCP."""

    def start_probing(self) -> None:
        pass


@fault("closed-window-is-not-probed-before-a-minute", breaks="RFC9293:MUST-36")
class ClosedWindowIsNotProbedBeforeAMinute(Endpoint):
    def start_probing(self) -> None:
        self.start("persist", 60.0)


@fault("probe-of-a-closed-window-skips-an-octet", breaks=("RFC9293:MUST-36", "RFC9293:3.8.6.1-probe-content"))
class ProbeOfAClosedWindowSkipsAnOctet(Endpoint):
    """The probe is numbered one too far. Seen malformed in one way or another in Zephyr and NuttX."""

    def probe_window(self) -> None:
        self.emit(ACK, self.snd_nxt + 1, bytes(self.unsent[:1]))


@fault("closed-window-answers-no-probe", breaks="RFC9293:3.8.6.1-zero-wnd-acks-probe")
class ClosedWindowAnswersNoProbe(Endpoint):
    """What does not fit is dropped in silence: the peer gives up. Seen in gVisor and NuttX."""

    def check_sequence(self, segment: Segment) -> bool:
        return bool(self.rcv_wnd or not segment.text) and super().check_sequence(segment)


@fault("probe-of-a-closed-window-is-taken-and-lost", breaks="RFC9293:3.8.6.1-zero-wnd-acks-probe")
class ProbeOfAClosedWindowIsTakenAndLost(Endpoint):
    """The octet of the probe is acknowledged, and there is no room for it."""

    def check_sequence(self, segment: Segment) -> bool:
        if not self.rcv_wnd and segment.text:
            self.advance(len(segment.text))
        return super().check_sequence(segment)


@fault("data-within-a-shrunk-window-is-not-sent-again", breaks="RFC9293:SHLD-16")
class DataWithinAShrunkWindowIsNotSentAgain(Endpoint):
    """As long as more is in flight than fits, nothing is sent at all."""

    def retransmit(self, sent: Sent) -> None:
        if self.usable_window() >= 0 or not self.snd_wnd:
            super().retransmit(sent)


@fault("retransmission-ends-where-the-window-does", breaks="RFC9293:MAY-7")
class RetransmissionEndsWhereTheWindowDoes(Endpoint):
    """What is sent again is cut to the window that has shrunk. Allowed; seen in Linux."""

    def retransmit(self, sent: Sent) -> None:
        fits = self.snd_wnd - ahead(self.snd_una, sent.seq)
        if sent.text and 0 < fits < len(sent.text):
            self.emit(ACK, sent.seq, sent.text[:fits])
        else:
            super().retransmit(sent)


@fault("window-shrunk-to-nothing-is-not-probed", breaks="RFC9293:MUST-35")
class WindowShrunkToNothingIsNotProbed(Endpoint):
    """A closed window is probed with new data only; what is in flight waits."""

    def retransmit(self, sent: Sent) -> None:
        if self.snd_wnd:
            super().retransmit(sent)


@fault("data-beyond-a-shrunk-window-ends-the-connection", breaks="RFC9293:SHLD-17")
class DataBeyondAShrunkWindowEndsTheConnection(Endpoint):
    """Repetitions are counted though the peer answers each."""

    def gives_up(self) -> bool:
        return super().gives_up() or self.retransmissions >= 15


@fault("probes-are-counted-though-they-are-answered", breaks=("RFC9293:MUST-37", "RFC6429:4-zwp-close"))
class ProbesAreCountedThoughTheyAreAnswered(Endpoint):
    """A window that stays closed ends the connection. Seen in gVisor, NuttX and Zephyr."""

    def persist_timeout(self) -> None:
        if self.window_probes >= 12:
            self.user_timeout()
        else:
            super().persist_timeout()


@fault("closed-window-ends-the-connection-after-a-minute", breaks=("RFC9293:MUST-37", "RFC6429:4-zwp-close"))
class ClosedWindowEndsTheConnectionAfterAMinute(Endpoint):
    """Whatever the peer answers, text that waits too long ends the connection."""

    def start_probing(self) -> None:
        super().start_probing()
        self.patience_ends = self.host.now + 60.0

    def persist_timeout(self) -> None:
        if self.host.now >= self.patience_ends:
            self.user_timeout()
        else:
            super().persist_timeout()


@fault("probe-is-empty", breaks=("RFC9293:3.8.6.1-probe-content", "RFC2525:2.17-probe-old-data"))
class ProbeIsEmpty(Endpoint):
    """It is numbered below SND.UNA, so that it draws an ACK. Seen in Linux."""

    def probe_window(self) -> None:
        self.emit(ACK, add(self.snd_una, -1))


@fault("first-probe-comes-after-five-seconds", breaks="RFC9293:SHLD-29")
class FirstProbeComesAfterFiveSeconds(Endpoint):
    """Whatever the RTO is. Seen in the TCPs of 4.4BSD's family."""

    def start_probing(self) -> None:
        super().start_probing()
        self.start("persist", 5.0)


@fault("first-probe-comes-at-once", breaks="RFC9293:SHLD-29")
class FirstProbeComesAtOnce(Endpoint):
    def start_probing(self) -> None:
        super().start_probing()
        self.start("persist", 0.01)


@fault("intervals-between-probes-stay", breaks="RFC9293:SHLD-30")
class IntervalsBetweenProbesStay(Endpoint):
    def probe_interval(self) -> float:
        return self.rto


@fault("closed-window-is-probed-once", breaks=("RFC9293:3.8.6.1-reopen", "RFC9293:MUST-36"))
class ClosedWindowIsProbedOnce(Endpoint):
    """When the answer is lost, nothing goes on."""

    def start_probing(self) -> None:
        if not self.probing:
            super().start_probing()

    def probe_interval(self) -> float:
        return 1e6


@fault("window-does-not-open-after-a-probe", breaks="RFC9293:3.8.6.1-reopen")
class WindowDoesNotOpenAfterAProbe(Endpoint):
    """Once it probes, it probes on whatever the peer says."""

    def usable_window(self) -> int:
        return 0 if self.runs("persist") else super().usable_window()

    def watch_window(self) -> None:
        if not self.runs("persist"):
            super().watch_window()


@fault("octet-of-a-probe-is-never-sent", breaks="RFC9293:3.8-sndnxt-advance")
class OctetOfAProbeIsNeverSent(Endpoint):
    """The acknowledgment of a probe's octet is one of something not yet sent."""

    def take_back_probe(self) -> None:
        pass


@fault("fin-overtakes-data-that-waits", breaks="RFC9293:3.9.1.4-close-graceful")
class FinOvertakesDataThatWaits(Endpoint):
    """CLOSE drops what the window holds back."""

    def probe_window(self) -> None:
        if self.fin_queued:
            self.unsent.clear()
        super().probe_window()


@fault("smaller-window-with-the-same-numbers-is-ignored", breaks="RFC9293:3.10.7.4-ack-window-update")
class SmallerWindowWithTheSameNumbersIsIgnored(Endpoint):
    """Seen in Linux."""

    def update_window(self, segment: Segment) -> None:
        same = (segment.seq, segment.ack) == (self.snd_wl1, self.snd_wl2)
        if not same or not 0 < segment.wnd << self.snd_shift < self.snd_wnd:
            super().update_window(segment)


@fault("window-is-probed-for-ever", breaks=("RFC9293:3.10.8-user-timeout", "RFC9293:MUST-20"))
class WindowIsProbedForEver(Endpoint):
    """Though nobody answers: what waits for the window is not what the user timeout is about."""

    def be_patient(self) -> None:
        if self.snd_wnd > 0:
            super().be_patient()


@fault("fin-is-said-again-without-backing-off", breaks="RFC6298:5.5-backoff")
class FinIsSaidAgainWithoutBackingOff(Endpoint):
    def back_off(self) -> None:
        if self.fin_seq is None:
            super().back_off()
