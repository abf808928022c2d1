"""What the user may ask for, and learns: SEND and CLOSE (RFC 9293, section 3.10)."""

from __future__ import annotations

from conformance.state import State
from reference.faults import Endpoint, Listener, fault
from reference.otherwise import CLOSING_STATES
from reference.segment import ACK, FIN
from reference.user import Signal

FIN_WAITS = (State.FIN_WAIT_1, State.FIN_WAIT_2)

# -- CLOSE and SEND --


@fault("send-after-close-is-taken", breaks="RFC9293:3.10.2-send-closing")
class SendAfterCloseIsTaken(Endpoint):
    """SEND says that all is well, and nothing goes out."""

    def send(self, text: bytes, *, urgent: bool = False) -> None:
        if not self.fin_queued:
            super().send(text, urgent=urgent)


@fault("send-after-close-is-transmitted", breaks=("RFC9293:3.10.2-send-closing", "RFC9293:3.6-case1-fin"))
class SendAfterCloseIsTransmitted(Endpoint):
    """The user is refused, and yet the octets go out behind the FIN."""

    def send(self, text: bytes, *, urgent: bool = False) -> None:
        if self.fin_queued:
            self.emit(ACK, self.snd_nxt, text)
        super().send(text, urgent=urgent)


@fault("second-close-sends-a-second-fin", breaks="RFC9293:3.10.4-close-twice")
class SecondCloseSendsASecondFin(Endpoint):
    """The FIN of the second CLOSE has the number after the first one's."""

    def close(self) -> None:
        if self.state in FIN_WAITS:
            self.send_new(FIN | ACK)
        super().close()


@fault("late-close-sends-a-second-fin", breaks="RFC9293:3.10.4-close-late")
class LateCloseSendsASecondFin(Endpoint):
    def close(self) -> None:
        if self.state in CLOSING_STATES:
            self.emit(FIN | ACK, self.snd_nxt)
        super().close()


@fault("late-close-forgets-the-connection", breaks="RFC9293:3.10.4-close-late")
class LateCloseForgetsTheConnection(Endpoint):
    def close(self) -> None:
        if self.state in CLOSING_STATES:
            self.delete()
        super().close()


@fault("close-in-syn-received-waits", breaks="RFC9293:3.10.4-close-synrcvd")
class CloseInSynReceivedWaits(Endpoint):
    """The FIN waits for the connection to be established. Seen in Linux."""

    def close(self) -> None:
        if self.state is State.SYN_RECEIVED:
            self.fin_queued = True
        else:
            super().close()


@fault("close-in-syn-received-resets", breaks="RFC9293:3.10.4-close-synrcvd")
class CloseInSynReceivedResets(Endpoint):
    def close(self) -> None:
        if self.state is State.SYN_RECEIVED:
            self.abort()
        else:
            super().close()


@fault("closed-listener-goes-on", breaks=("RFC9293:3.10.4-close-listen", "RFC9293:3.10.5-abort-listen"))
class ClosedListenerGoesOn(Listener):
    """CLOSE and ABORT in LISTEN tell the user that it is done, and SYNs are answered as before."""

    def close(self) -> None:
        pass


# -- what the user learns --


@fault("user-is-not-told-of-a-fin", breaks=("RFC9293:3.6-signal-without-receive", "RFC9293:MUST-12"))
class UserIsNotToldOfAFin(Endpoint):
    @property
    def at_end(self) -> bool:
        return False


@fault("user-takes-a-reset-for-a-fin", breaks="RFC9293:MUST-12")
class UserTakesAResetForAFin(Endpoint):
    def reset(self) -> None:
        self.fin_taken = True
        super().reset()

    def tell(self, signal: Signal) -> None:
        super().tell(Signal.CLOSING if signal is Signal.RESET else signal)


@fault("user-takes-a-fin-for-a-reset", breaks="RFC9293:MUST-12")
class UserTakesAFinForAReset(Endpoint):
    def tell(self, signal: Signal) -> None:
        super().tell(Signal.RESET if signal is Signal.CLOSING else signal)


@fault("user-is-not-told-of-a-reset", breaks="RFC9293:MUST-12")
class UserIsNotToldOfAReset(Endpoint):
    def tell(self, signal: Signal) -> None:
        if signal is not Signal.RESET:
            super().tell(signal)
