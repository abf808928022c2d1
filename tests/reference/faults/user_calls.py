"""What the user may ask for, and learns: OPEN, SEND, CLOSE and the queue of a listener (RFC 9293, section 3.10)."""

from __future__ import annotations

from conformance.state import State
from reference.faults import Endpoint, Listener, fault
from reference.otherwise import CLOSING_STATES
from reference.segment import ACK, FIN, SYN, Segment
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


# -- the queue of a listener --


@fault("full-queue-resets-a-syn", breaks="RFC9293:3.5.2-rst-only-when-clear")
class FullQueueResetsASyn(Listener):
    """A SYN for which the queue has no room is refused, not lost."""

    def check_syn(self, segment: Segment) -> bool:
        if segment.ctl & SYN and not self.has_room():
            self.host.send_reset(segment)
        return super().check_syn(segment)


@fault("full-queue-stays-full", breaks="RFC9293:3.10.7.2-listen-syn")
class FullQueueStaysFull(Listener):
    """A queue that has once been full takes nothing more, though the user accepts."""

    full = False

    def has_room(self) -> bool:
        self.full = self.full or not super().has_room()
        return not self.full


@fault("full-queue-makes-those-that-wait-deaf", breaks="RFC9293:3.10.7.4-text-deliver")
class FullQueueMakesThoseThatWaitDeaf(Endpoint):
    """Connections that wait to be accepted take no data while the queue is full."""

    def process_text(self, segment: Segment) -> bool:
        listener = self.listener
        waits = listener is not None and self in listener.waiting and not listener.has_room()
        return super().process_text(segment) if not waits else False


@fault("connection-takes-no-data-before-it-is-accepted", breaks="RFC9293:3.10.7.4-ack-synrcvd-ok")
class ConnectionTakesNoDataBeforeItIsAccepted(Endpoint):
    def process_text(self, segment: Segment) -> bool:
        waits = self.listener is not None and self in self.listener.waiting
        return super().process_text(segment) if not waits else False


@fault("data-before-the-accept-is-acknowledged-and-lost", breaks="RFC9293:3.10.7.4-text-ack-responsibility")
class DataBeforeTheAcceptIsAcknowledgedAndLost(Endpoint):
    """What came while the connection waited to be accepted never reaches the user."""

    def take(self, text: bytes) -> None:
        super().take(text)
        if self.listener is not None and self in self.listener.waiting:
            self.received.clear()


@fault("full-queue-throws-out-the-oldest", breaks="RFC9293:3.10.7.4-ack-synrcvd-ok")
class FullQueueThrowsOutTheOldest(Listener):
    """A SYN for which there is no room takes the place of the connection that has waited longest."""

    def has_room(self) -> bool:
        if not super().has_room() and self.waiting:
            self.waiting.popleft().delete()
        return super().has_room()
