"""User calls in states that make them an error, or have them wait (RFC 9293, section 3.10)."""

from __future__ import annotations

from conformance.state import State
from reference.faults import Endpoint, Host, Listener, fault
from reference.numbers import le
from reference.otherwise import CLOSING_STATES
from reference.segment import ACK, SYN, Flow, Segment
from reference.user import NO_CONNECTION, Refused, Settings, Signal, User

EARLY = (State.SYN_SENT, State.SYN_RECEIVED)

# -- CLOSED --


@fault("send-in-closed-is-taken", breaks=("RFC9293:3.10.2-send-closed", "RFC9293:3.9.1.2-send-not-open"))
class SendInClosedIsTaken(Host):
    def call_in_closed(self, call: str) -> None:
        if call != "SEND":
            super().call_in_closed(call)


@fault("receive-in-closed-waits", breaks="RFC9293:3.10.3-recv-closed")
class ReceiveInClosedWaits(Host):
    def call_in_closed(self, call: str) -> None:
        if call != "RECEIVE":
            super().call_in_closed(call)


@fault("close-in-closed-is-done", breaks="RFC9293:3.10.4-close-closed")
class CloseInClosedIsDone(Host):
    def call_in_closed(self, call: str) -> None:
        if call != "CLOSE":
            super().call_in_closed(call)


@fault("open-to-nobody-waits", breaks="RFC9293:3.10.1-open-no-remote")
class OpenToNobodyWaits(Host):
    def may_be_opened_to(self, remote: bytes) -> bool:
        return not any(remote) or super().may_be_opened_to(remote)


# -- LISTEN --


@fault("send-in-listen-is-taken", breaks="RFC9293:3.9.1.2-send-not-open")
class SendInListenIsTaken(Listener):
    def send(self, text: bytes) -> None:
        pass


@fault("send-in-listen-ends-the-listening", breaks="RFC9293:3.9.1.2-send-not-open")
class SendInListenEndsTheListening(Listener):
    def send(self, text: bytes) -> None:
        self.close()
        super().send(text)


@fault("open-in-listen-leaves-the-listener", breaks="RFC9293:3.10.1-open-listen-active")
class OpenInListenLeavesTheListener(Listener):
    def become_active(self) -> None:
        pass


# -- OPEN where there is a connection --


@fault("passive-open-of-a-connection-is-taken", breaks="RFC9293:3.10.1-open-exists")
class PassiveOpenOfAConnectionIsTaken(Endpoint):
    def open_again(self) -> None:
        pass


# -- SEND --


@fault("last-send-goes-first", breaks="RFC9293:3.9.1.2-send-fifo")
class LastSendGoesFirst(Endpoint):
    """What waits is a stack."""

    def send(self, text: bytes, *, urgent: bool = False) -> None:
        before = bytes(self.unsent)
        self.unsent.clear()
        super().send(text + before, urgent=urgent)


@fault("send-in-syn-received-is-transmitted", breaks="RFC9293:3.10.2-send-synsent")
class SendInSynReceivedIsTransmitted(Endpoint):
    """Text goes out before the connection is established, and again when it is."""

    def send(self, text: bytes, *, urgent: bool = False) -> None:
        if self.state is State.SYN_RECEIVED:
            self.emit(ACK, self.snd_nxt, text)
        super().send(text, urgent=urgent)


@fault("acknowledged-segment-is-kept", breaks="RFC9293:3.10.7.4-ack-estab-new")
class AcknowledgedSegmentIsKept(Endpoint):
    """The retransmission queue is emptied when all of it is acknowledged, and not before."""

    def remove_acknowledged(self, ack: int) -> None:
        if not self.queue or le(self.queue[-1].end, ack):
            super().remove_acknowledged(ack)


@fault("acknowledgment-makes-no-room", breaks="RFC9293:3.10.7.4-ack-estab-new")
class AcknowledgmentMakesNoRoom(Endpoint):
    """SND.UNA moves when everything is acknowledged, and not before."""

    def take_acknowledgment(self, ack: int) -> None:
        if ack == self.snd_nxt:
            super().take_acknowledgment(ack)
        else:
            self.remove_acknowledged(ack)


# -- RECEIVE --


@fault("receive-before-the-connection-is-an-error", breaks="RFC9293:3.10.3-recv-early")
class ReceiveBeforeTheConnectionIsAnError(Endpoint):
    def await_text(self) -> None:
        if self.state in EARLY:
            raise Refused(NO_CONNECTION)


@fault("closed-attempt-leaves-a-receive-waiting", breaks="RFC9293:3.10.4-close-synsent")
class ClosedAttemptLeavesAReceiveWaiting(Endpoint):
    def tell(self, signal: Signal) -> None:
        if signal is not Signal.ENDED:
            super().tell(signal)


# -- STATUS --


@fault("status-knows-no-closing", breaks=("RFC9293:3.10.6-status", "RFC9293:3.9.1.5-status"))
class StatusKnowsNoClosing(Endpoint):
    def status(self) -> State:
        return State.FIN_WAIT_2 if self.state is State.CLOSING else self.state


@fault("status-of-nothing-is-established", breaks=("RFC9293:3.10.6-status", "RFC9293:3.9.1.5-status"))
class StatusOfNothingIsEstablished(Host):
    def status(self, flow: Flow, listening: bool) -> State:
        return super().status(flow, listening) if flow in self.connections else State.ESTABLISHED


# -- data with our own SYN, and behind it --


@fault("only-an-ack-of-all-that-the-syn-carries-is-taken", breaks="RFC9293:3.10.7.3-synsent-ack-range")
class OnlyAnAckOfAllThatTheSynCarriesIsTaken(Endpoint):
    def syn_is_acknowledged(self, segment: Segment) -> bool:
        return segment.ack == self.snd_nxt


@fault("text-of-the-syn-is-not-sent-again", breaks="RFC9293:3.10.7.3-synsent-ack-range")
class TextOfTheSynIsNotSentAgain(Endpoint):
    """It counts as acknowledged with the SYN."""

    def take_back_text(self, ack: int) -> None:
        super().take_back_text(ack)
        self.unsent.clear()


@fault("text-waits-until-the-syn-ack-is-acknowledged", breaks="RFC9293:3.10.7.3-synsent-synack-data")
class TextWaitsUntilTheSynAckIsAcknowledged(Endpoint):
    def syn_answered(self, segment: Segment) -> None:
        super().syn_answered(segment)
        self.acknowledge()


@fault("text-of-a-send-in-listen-is-lost", breaks="RFC9293:3.10.2-send-listen")
class TextOfASendInListenIsLost(Host):
    def connect(self, flow: Flow, settings: Settings, user: User, text: bytes = b"") -> Endpoint:
        return super().connect(flow, settings, user)


# -- FLUSH --


@fault("flush-drops-nothing", breaks="RFC9293:MAY-14")
class FlushDropsNothing(Endpoint):
    def flush(self) -> None:
        pass


# -- CLOSE and after --


@fault("late-close-is-done", breaks="RFC9293:3.10.4-close-late")
class LateCloseIsDone(Endpoint):
    """Nothing goes out, and the user hears no error. Seen in Linux."""

    def close(self) -> None:
        if self.state not in CLOSING_STATES:
            super().close()


# -- user timeout, as the OPEN sets it --


@fault("timeout-of-the-open-is-forgotten", breaks="RFC9293:3.9.1.1-timeout")
class TimeoutOfTheOpenIsForgotten(Endpoint):
    def open_active(self, text: bytes = b"") -> None:
        self.settings.user_timeout = None
        super().open_active(text)


@fault("user-timeout-leaves-the-connection", breaks="RFC9293:3.10.8-user-timeout")
class UserTimeoutLeavesTheConnection(Endpoint):
    """The user is told, and nothing is sent again; the TCB stays."""

    def user_timeout(self) -> None:
        self.tell(Signal.TIMED_OUT)
        self.queue.clear()
        self.stop("retransmission", "user")


# -- what a listener may hand over --


@fault("connection-is-handed-over-with-its-syn", breaks=("RFC9293:3.5-data-in-syn-hold", "RFC9293:3.4-syn-before-data"))
class ConnectionIsHandedOverWithItsSyn(Listener):
    def open(self, segment: Segment, previous: Endpoint | None = None) -> None:
        super().open(segment, previous)
        self.established(self.host.connections[segment.flow])


@fault("second-open-of-a-port-takes-it-over", breaks=("RFC9293:MUST-41", "RFC9293:3.10.1-open-closed-passive"))
class SecondOpenOfAPortTakesItOver(Host):
    """The first listener is closed, and the second refused."""

    def is_taken(self, address: bytes, port: int) -> bool:
        taken = super().is_taken(address, port)
        self.listeners.pop((address, port), None)
        return taken


@fault("syn-ack-goes-on-after-its-ack", breaks=("RFC9293:3.10.7.4-ack-synrcvd-ok", "RFC6298:5.2-stop-timer"))
class SynAckGoesOnAfterItsAck(Endpoint):
    """Once it was sent again, it is for as long as it was meant to be."""

    def remove_acknowledged(self, ack: int) -> None:
        if self.syn_lost and self.queue and self.queue[0].ctl & SYN:
            return
        super().remove_acknowledged(ack)


@fault("window-of-zero-in-the-handshake-means-one-segment", breaks="RFC9293:3.8.6-fit-window")
class WindowOfZeroInTheHandshakeMeansOneSegment(Endpoint):
    def set_send_window(self, segment: Segment, shift: int = 0) -> None:
        super().set_send_window(segment, shift)
        if not self.max_snd_wnd:
            self.snd_wnd = 1000


@fault("ports-go-up-by-one", breaks=("RFC6056:3.3-obfuscate", "RFC5927:4.2-port-random"))
class PortsGoUpByOne(Host):
    def free_port(self) -> int:
        self.last_port = self.__dict__.get("last_port", 50_000) + 1
        return self.last_port


@fault("ports-of-opens-are-few", breaks="RFC6056:3.2-range")
class PortsOfOpensAreFew(Host):
    """Those that IANA calls dynamic, a quarter of all."""

    def free_port(self) -> int:
        return next(port for port in iter(super().free_port, 0) if port >= 49152)
