"""The agent's sockets: a number for each endpoint or listener, and what becomes of its signals."""

from __future__ import annotations

from typing import Any, Protocol

from conformance.agent import primitives as p
from conformance.agent.primitives import Primitive, Report, Urgent
from conformance.agent.protocol import Result
from conformance.state import State
from reference.addresses import text
from reference.endpoint import Endpoint
from reference.host import Host
from reference.listen import Listener
from reference.segment import Flow
from reference.urgent import Mark
from reference.user import Settings, Signal, User

PIECE = 1400
"""Octets that one event forwards at most."""

READING, SENDING, BOTH = range(3)
"""What SHUTDOWN shuts."""

ENDS = {
    Signal.REFUSED: Result.REFUSED,
    Signal.RESET: Result.RESET,
    Signal.ENDED: Result.CLOSING,
    Signal.TIMED_OUT: Result.USER_TIMEOUT,
    Signal.UNREACHABLE: Result.REFUSED,
}
"""The signals that end a connection, and what the tester is told."""


REPORTS = {
    Signal.ICMP_ERROR: Report.ICMP,
    Signal.DELIVERY_PROBLEM: Report.RETRANSMISSIONS,
    Signal.URGENT: Report.URGENT,
}
"""The signals of a connection that goes on (section 3.9.1.8)."""


class Refusal(Exception):
    """The agent does not do what it was asked for."""

    def __init__(self, result: Result) -> None:
        super().__init__(result.name)
        self.result = result


class Owner(Protocol):
    """What a socket needs of its session."""

    host: Host

    def report(self, primitive: Primitive, *values: Any, result: Result = Result.OK) -> None:
        """Send an event."""

    def adopt(self, socket: Socket) -> int:
        """Give a socket a number."""


class Socket(User):
    """One socket. `endpoint` is its connection, `listener` what it listens with; neither when it is fresh."""

    def __init__(self, owner: Owner, address: bytes) -> None:
        self.number = 0
        self.settings = Settings()
        self.address = bytes(len(address))
        self.endpoint: Endpoint | None = None
        self.listener: Listener | None = None
        self.flow: Flow | None = None
        self._owner = owner
        self._port: int | None = None
        self._backlog: int | None = None
        self._accept_left = 0
        self._forward_left = self._forward_most = 0
        self._failure: Result | None = None
        self._connecting = False
        self._unasked: set[Report] = set()
        self._on_request: set[Report] = set()
        self.mark = Mark()

    # -- calls --

    def bind(self, address: bytes, port: int | None) -> None:
        """Take a local address and port; refused where somebody listens there."""
        host = self._owner.host
        if any(address) and address not in host.addresses:
            raise Refusal(Result.CANNOT_BIND)
        if port is not None and host.is_taken(address, port):
            raise Refusal(Result.CANNOT_BIND)
        self.address, self._port = address, host.free_port() if port is None else port

    def local_flow(self) -> Flow:
        """Return the connection, or with nobody at the other end what is local of it."""
        return self.flow or Flow(self.address, self._port or 0, bytes(len(self.address)), 0)

    def listen(self, maximum: int) -> None:
        """Listen, and accept so many connections from now on."""
        if self.endpoint is not None:
            self.endpoint.open_again()
            return
        if self.listener is None:
            backlog = maximum if self._backlog is None else self._backlog
            port = self._port or self._owner.host.free_port()
            self.listener = self._owner.host.listen(self.address, port, self.settings, backlog, self)
            self._port = port
        self.flow = self.local_flow()
        self._accept_left = maximum
        self._accept()

    def set_backlog(self, backlog: int) -> None:
        """Set the backlog, at once if the socket listens already."""
        self._backlog = backlog
        if self.listener is not None:
            self.listener.backlog = backlog

    def connect(self, remote: bytes, port: int, text: bytes = b"") -> None:
        """OPEN active, and SEND with it."""
        host = self._owner.host
        if self.endpoint is not None:
            raise Refusal(Result.EXISTS)
        if self.listener is not None:
            self.listener.become_active()
            self.listener = None
        local = self.address if any(self.address) else host.local_address(len(remote))
        flow = Flow(local, self._port or host.free_port(), remote, port)
        self.endpoint = self.mark.endpoint = host.connect(flow, self.settings, self, text)
        self.flow = flow
        self._connecting = True

    def send(self, data: bytes, *, urgent: bool, push: bool) -> None:
        """SEND."""
        if self.listener is not None:
            self.listener.send(data)
            return
        endpoint = self._open("SEND")
        if endpoint is not None:
            endpoint.user_pushes = push
            endpoint.send(data, urgent=urgent)

    def flush(self) -> None:
        """FLUSH."""
        endpoint = self._open("FLUSH")
        if endpoint is not None:
            endpoint.flush()

    def forward(self, most: int, total: int) -> None:
        """RECEIVE so many octets from now on, each event forwarding up to `most`."""
        if self.endpoint is None:
            self._owner.host.call_in_closed("RECEIVE")
        elif self._failure is None:
            self.endpoint.await_text()
        self._forward_most, self._forward_left = most, total
        self._forward()

    def shutdown(self, how: int) -> None:
        """CLOSE; or stop reading."""
        endpoint = self._open("CLOSE")
        if endpoint is None:
            return
        if how != READING:
            endpoint.close()
        if how != SENDING:
            endpoint.released = True

    def close(self) -> None:
        """Give the socket up."""
        self._forward_left = 0
        if self.listener is not None:
            self.listener.close()
        elif self.endpoint is not None:
            self.endpoint.release()

    def abort(self) -> None:
        """ABORT."""
        if self.listener is not None:
            self.listener.close()
        elif self.endpoint is not None:
            self.endpoint.abort()

    def reports(self, asking: bool) -> set[Report]:
        """Take what was reported, or what can be asked for as well."""
        told, self._unasked = self._unasked, set()
        if asking:
            told, self._on_request = told | self._on_request, set()
        return told

    def settings_changed(self) -> None:
        """Tell the connection."""
        if self.endpoint is not None:
            self.endpoint.settings_changed()

    def _open(self, call: str) -> Endpoint | None:
        if self._failure is not None:
            raise Refusal(self._failure)
        if self.endpoint is None:
            self._owner.host.call_in_closed(call)
        return self.endpoint

    # -- signals --

    def told(self, signal: Signal) -> None:
        """Take a signal of the endpoint's or the listener's."""
        if signal is Signal.WAITING:
            self._accept()
            return
        if signal is Signal.URGENT:
            self._owner.report(p.URGENT_DATA, self.number, Urgent.ANNOUNCED)
        if signal in REPORTS:
            (self._unasked if self.settings.error_reports else self._on_request).add(REPORTS[signal])
        if signal in ENDS:
            self._failure = ENDS[signal]
        if self._connecting and (signal is Signal.OPENED or signal in ENDS):
            self._connecting = False
            self._owner.report(p.CONNECT, self.number, result=self._failure or Result.OK)
        self._forward()

    def _accept(self) -> None:
        while self._accept_left and self.listener is not None and self.listener.waiting:
            endpoint = self.listener.waiting.popleft()
            self._accept_left -= 1
            socket = Socket(self._owner, endpoint.flow.local)
            socket.take(endpoint)
            number = self._owner.adopt(socket)
            where = endpoint.flow.remote_port, text(endpoint.flow.remote)
            self._owner.report(p.LISTEN_AND_ACCEPT, self.number, number, *where)

    def take(self, endpoint: Endpoint) -> None:
        """Become the socket of a connection that was accepted; it may have been reset while it waited."""
        self.endpoint, self.flow, self.settings = endpoint, endpoint.flow, endpoint.settings
        self.address, self._port = endpoint.flow.local, endpoint.flow.local_port
        self.mark.endpoint = endpoint
        endpoint.user = self
        if endpoint.state is State.CLOSED:
            self._failure = Result.RESET

    def _forward(self) -> None:
        """Tell the tester what can be received, if it has asked; then how it ended."""
        endpoint = self.endpoint
        if endpoint is None or self._connecting:
            return
        while self._forward_left and (data := self.mark.receive(endpoint, min(PIECE, self._forward_left))):
            self._forward_left -= len(data)
            self._owner.report(p.RECEIVE_AND_FORWARD, len(data), data[: self._forward_most])
        if self._forward_left and (self._failure is not None or endpoint.at_end):
            self._forward_left = 0
            self._owner.report(p.RECEIVE_AND_FORWARD, 0, b"", result=self._failure or Result.OK)
