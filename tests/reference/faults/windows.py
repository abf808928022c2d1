"""Windows that are not heeded, or move as they must not (RFC 9293, section 3.8.6; RFC 7323, section 2)."""

from __future__ import annotations

from reference.faults import Endpoint, fault
from reference.numbers import ahead
from reference.segment import ACK, FIN, SYN, Options, Segment


@fault("window-of-the-peer-is-ignored", breaks="RFC9293:3.8.6-fit-window")
class WindowOfThePeerIsIgnored(Endpoint):
    """Data goes out whether the peer has room for it or not."""

    def usable_window(self) -> int:
        return self.cwnd - self.in_flight


@fault("window-of-the-peer-is-as-large-as-it-ever-was", breaks="RFC9293:3.8.6-fit-window")
class WindowOfThePeerIsAsLargeAsItEverWas(Endpoint):
    """A window that the peer has closed is taken to be open."""

    def usable_window(self) -> int:
        return min(self.max_snd_wnd, self.cwnd) - self.in_flight


@fault("window-shrinks", breaks="RFC9293:SHLD-14")
class WindowShrinks(Endpoint):
    """With every segment some of the window that was offered is taken back."""

    def window_field(self, ctl: int) -> int:
        field = super().window_field(ctl)
        if ctl & ACK and not ctl & SYN:
            self.rcv_wnd -= 100 << self.rcv_shift
        return field


@fault("window-is-scaled-without-the-peers-offer", breaks=("RFC7323:2.2-ws-both", "RFC7323:2.3-ws-set"))
class WindowIsScaledWithoutThePeersOffer(Endpoint):
    """The own shift is in use although the peer offered none. Seen in Linux, after crossing SYNs."""

    def take_offer(self, offered: Options) -> None:
        super().take_offer(offered)
        self.rcv_shift = self.settings.shift or 0


@fault("fin-as-the-last-octet-of-the-window-is-refused", breaks="RFC9293:3.10.7.4-fin-with-data")
class FinAsTheLastOctetOfTheWindowIsRefused(Endpoint):
    """A FIN counts for the window as if it took two octets."""

    def trim(self, segment: Segment) -> tuple[int, bytes, bool]:
        seq, text, fin = super().trim(segment)
        return seq, text, fin and len(text) < self.rcv_wnd - 1


@fault("fin-beyond-the-window-is-taken", breaks="RFC9293:3.10.7.4-seq-trim-right")
class FinBeyondTheWindowIsTaken(Endpoint):
    """A FIN needs no room. Seen in Linux."""

    def trim(self, segment: Segment) -> tuple[int, bytes, bool]:
        seq, text, fin = super().trim(segment)
        return seq, text, fin or bool(segment.ctl & FIN and len(segment.text) == self.rcv_wnd)


@fault("data-beyond-the-window-is-taken", breaks="RFC9293:3.10.7.4-seq-trim-right")
class DataBeyondTheWindowIsTaken(Endpoint):
    """A segment that starts in the window is taken whole."""

    def trim(self, segment: Segment) -> tuple[int, bytes, bool]:
        if ahead(self.rcv_nxt, segment.seq) == 0:
            return segment.seq, segment.text, bool(segment.ctl & FIN)
        return super().trim(segment)


# -- shrunk and closed windows --


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


@fault("probe-of-a-closed-window-has-all-that-waits", breaks="RFC9293:MUST-36")
class ProbeOfAClosedWindowHasAllThatWaits(Endpoint):
    """The probe is a whole segment. Seen malformed in one way or another in Zephyr and NuttX."""

    def probe_window(self) -> None:
        self.emit(ACK, self.snd_nxt, bytes(self.unsent[: self.eff_snd_mss()]))


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
