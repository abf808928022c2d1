"""User calls in states that make them an error, or have them wait (RFC 9293, section 3.10)."""

from __future__ import annotations

from conformance.state import State
from reference.faults import Endpoint, Host, Listener, fault
from reference.numbers import le
from reference.segment import Flow, Segment
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
