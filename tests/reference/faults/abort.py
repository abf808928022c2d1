"""ABORT, and CLOSE where it has to turn into it (RFC 9293, sections 3.6.1, 3.9.1.6 and 3.10.5)."""

from __future__ import annotations

from conformance.state import State
from reference.calls import RESET_BY_ABORT
from reference.faults import Endpoint, fault
from reference.numbers import add
from reference.otherwise import CLOSING_STATES
from reference.segment import ACK, FIN, RST


@fault("abort-sends-no-reset", breaks=("RFC9293:3.10.5-abort-sync", "RFC9293:3.9.1.6-abort-rst"))
class AbortSendsNoReset(Endpoint):
    """The connection is forgotten, and the peer not told."""

    def abort(self) -> None:
        self.delete()


@fault("abort-sends-no-reset-in-close-wait", breaks="RFC9293:3.10.5-abort-sync")
class AbortSendsNoResetInCloseWait(Endpoint):
    def abort(self) -> None:
        if self.state is State.CLOSE_WAIT:
            self.delete()
        super().abort()


@fault("abort-sends-no-reset-in-syn-received", breaks="RFC9293:3.10.5-abort-sync")
class AbortSendsNoResetInSynReceived(Endpoint):
    def abort(self) -> None:
        if self.state is State.SYN_RECEIVED:
            self.delete()
        super().abort()


@fault("abort-sends-no-reset-once-closed", breaks="RFC9293:3.10.5-abort-sync")
class AbortSendsNoResetOnceClosed(Endpoint):
    """In FIN-WAIT-1 and FIN-WAIT-2 nothing is sent, as in the states after them."""

    def abort(self) -> None:
        if self.state in (State.FIN_WAIT_1, State.FIN_WAIT_2):
            self.delete()
        super().abort()


@fault("abort-sends-a-fin", breaks=("RFC9293:3.6-abort-rst", "RFC9293:3.10.5-abort-sync"))
class AbortSendsAFin(Endpoint):
    """ABORT is the same as CLOSE: the peer takes the end for a normal one."""

    def send_reset(self, seq: int) -> None:
        self.emit(FIN | ACK, seq)


@fault("abort-resets-with-the-oldest-number", breaks="RFC9293:3.10.5-abort-sync")
class AbortResetsWithTheOldestNumber(Endpoint):
    """SEQ is SND.UNA: with anything in flight the peer finds the reset old."""

    def abort(self) -> None:
        if self.state in RESET_BY_ABORT:
            self.send_reset(self.snd_una)
        self.delete()


@fault("abort-resets-with-number-zero", breaks="RFC9293:3.10.5-abort-sync")
class AbortResetsWithNumberZero(Endpoint):
    def abort(self) -> None:
        if self.state in RESET_BY_ABORT:
            self.send_reset(0)
        self.delete()


@fault("abort-resets-one-too-far", breaks="RFC9293:3.10.5-abort-sync")
class AbortResetsOneTooFar(Endpoint):
    """SEQ is SND.NXT+1: a peer with RFC 5961 challenges it, and nobody answers."""

    def abort(self) -> None:
        if self.state in RESET_BY_ABORT:
            self.send_reset(add(self.snd_nxt, 1))
        self.delete()


@fault("abort-first-sends-what-is-queued", breaks="RFC9293:3.9.1.6-abort-rst")
class AbortFirstSendsWhatIsQueued(Endpoint):
    """The queue is sent, window or not, before the reset."""

    def abort(self) -> None:
        if self.unsent and self.state in RESET_BY_ABORT:
            self.send_text(len(self.unsent))
        super().abort()


@fault("abort-leaves-the-connection", breaks="RFC9293:3.6-abort-rst")
class AbortLeavesTheConnection(Endpoint):
    """The reset is sent, and data is taken on."""

    def abort(self) -> None:
        if self.state in RESET_BY_ABORT:
            self.send_reset(self.snd_nxt)
        else:
            self.delete()


@fault("late-abort-sends-a-reset", breaks="RFC9293:3.10.5-abort-late")
class LateAbortSendsAReset(Endpoint):
    """A reset goes out in CLOSING, LAST-ACK and TIME-WAIT as well."""

    def abort(self) -> None:
        if self.state in CLOSING_STATES:
            self.send_reset(self.snd_nxt)
        super().abort()


@fault("late-abort-is-ignored", breaks="RFC9293:3.10.5-abort-late")
class LateAbortIsIgnored(Endpoint):
    """In CLOSING, LAST-ACK and TIME-WAIT the connection lives on. Seen in Linux, for TIME-WAIT."""

    def abort(self) -> None:
        if self.state not in CLOSING_STATES:
            super().abort()


@fault("close-with-unread-data-sends-a-fin", breaks=("RFC9293:SHLD-3", "RFC2525:2.17-no-rst-pending"))
class CloseWithUnreadDataSendsAFin(Endpoint):
    """The peer is not told that what it sent was never read. Seen in FreeBSD and TLDK."""

    def release(self) -> None:
        self.received.clear()
        super().release()


@fault("data-after-a-full-close-is-acknowledged", breaks=("RFC9293:SHLD-3", "RFC2525:2.16-no-rst-halfduplex"))
class DataAfterAFullCloseIsAcknowledged(Endpoint):
    """Data that nobody will read is taken, and the peer not told."""

    def refuse_text(self) -> None:
        self.ack_due = True


@fault("data-after-a-full-close-is-ignored", breaks=("RFC9293:SHLD-3", "RFC2525:2.16-no-rst-halfduplex"))
class DataAfterAFullCloseIsIgnored(Endpoint):
    def refuse_text(self) -> None:
        pass


@fault("full-close-always-resets", breaks="RFC9293:3.6-reliable-before-fin")
class FullCloseAlwaysResets(Endpoint):
    """Giving the socket up aborts, although everything was read."""

    def release(self) -> None:
        self.abort()


@fault("close-never-gives-up", breaks=("RFC9293:3.9.1.4-close-timeout-abort", "RFC9293:3.6-case2-lastack-timeout"))
class CloseNeverGivesUp(Endpoint):
    """The user timeout does not count for a FIN: it is sent again for ever."""

    def user_timeout(self) -> None:
        if not self.fin_queued:
            super().user_timeout()


@fault("close-gives-up-in-silence", breaks="RFC9293:3.9.1.4-close-timeout-abort")
class CloseGivesUpInSilence(Endpoint):
    """When the FIN is never acknowledged the user is not told."""

    def user_timeout(self) -> None:
        self.delete()


@fault("reset-of-an-abort-acknowledges-nothing", breaks="RFC9293:3.10.5-abort-sync")
class ResetOfAnAbortAcknowledgesNothing(Endpoint):
    """It has ACK set, and zero for an acknowledgment number."""

    def send_reset(self, seq: int) -> None:
        rcv_nxt, self.rcv_nxt = self.rcv_nxt, 0
        self.emit(RST | ACK, seq)
        self.rcv_nxt = rcv_nxt
