"""RECEIVE and STATUS of connections (RFC 9293, sections 3.10.3 and 3.10.6)."""

from __future__ import annotations

from conformance.state import State
from reference.faults import Endpoint, fault
from reference.otherwise import CLOSING_STATES
from reference.segment import Flow
from reference.user import Signal

STATUS = "RFC9293:3.9.1.5-status"


@fault("text-above-a-gap-goes-to-the-user", breaks=("RFC9293:3.10.3-recv-estab", "RFC9293:3.10.7.4-text-stream"))
class TextAboveAGapGoesToTheUser(Endpoint):
    """It is acknowledged in its turn, but the user gets the pieces as they came."""

    def hold(self, seq: int, text: bytes) -> None:
        if seq not in self.held:
            self.received += text
        super().hold(seq, text)

    def take_held(self) -> None:
        before = bytes(self.received)
        super().take_held()
        self.received[:] = before


@fault("receive-that-waits-is-not-woken", breaks="RFC9293:3.10.3-recv-estab")
class ReceiveThatWaitsIsNotWoken(Endpoint):
    """Text that is there when RECEIVE is called is returned; what comes later is not."""

    def tell(self, signal: Signal) -> None:
        if signal is not Signal.TEXT:
            super().tell(signal)


@fault("text-in-fin-wait-1-is-lost", breaks="RFC9293:3.10.3-recv-estab")
class TextInFinWait1IsLost(Endpoint):
    """What comes while our FIN is not acknowledged is acknowledged, and the user never gets it."""

    def take(self, text: bytes) -> None:
        super().take(text)
        if self.state is State.FIN_WAIT_1:
            self.received.clear()


@fault("receive-while-closing-waits", breaks="RFC9293:3.10.3-recv-closing")
class ReceiveWhileClosingWaits(Endpoint):
    @property
    def at_end(self) -> bool:
        return super().at_end and self.state not in CLOSING_STATES


@fault("status-counts-nothing", breaks=STATUS)
class StatusCountsNothing(Endpoint):
    def status_numbers(self) -> tuple[int, int, int, int]:
        return *super().status_numbers()[:2], 0, 0


@fault("status-tells-the-windows-of-the-handshake", breaks=STATUS)
class StatusTellsTheWindowsOfTheHandshake(Endpoint):
    def status_numbers(self) -> tuple[int, int, int, int]:
        return self.max_snd_wnd, self.settings.receive_buffer, *super().status_numbers()[2:]


@fault("status-tells-the-sockets-the-other-way-round", breaks=STATUS)
class StatusTellsTheSocketsTheOtherWayRound(Endpoint):
    def status_sockets(self) -> Flow:
        flow = super().status_sockets()
        return Flow(flow.remote, flow.remote_port, flow.local, flow.local_port)
