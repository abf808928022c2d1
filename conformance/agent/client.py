"""The tester's end of the Testability Protocol: drives our own server and those of other makers.

**One `Agent`, one channel, one connection under test.** The protocol has no request id, and its data events name no
socket; what keeps two connections apart is the control socket that asked.

**Nothing is sent twice**, except GET_VERSION and IDENTIFY, which change nothing: a second CONNECT or SEND_DATA would do
its work twice if only the response was lost. A request that stays unanswered makes the agent unusable (`Inconclusive`,
at once from then on), because its late response could be taken for that of the next. END_TEST may still be tried.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Any

from conformance.agent import primitives as p
from conformance.agent.primitives import Parameter, Primitive, Urgent
from conformance.agent.protocol import SERVICE, Kind, Message, ProtocolError, Result, decode
from conformance.errors import Inconclusive, NotApplicable
from conformance.state import State
from conformance.wire.channel import Channel

_STATES = (
    *(State.CLOSED, State.LISTEN, State.SYN_SENT, State.SYN_RECEIVED, State.ESTABLISHED, State.FIN_WAIT_1),
    *(State.FIN_WAIT_2, State.CLOSE_WAIT, State.LAST_ACK, State.CLOSING, State.TIME_WAIT),
)
"""The states in the numbering of RFC 4022 (tcpConnectionState), which starts with 1."""

_PRIVATE_PARAMETERS = 0x8000


class AgentRefused(Inconclusive):
    """The agent did not do what it was asked. `result` says why; `number` is the result id as it came."""

    def __init__(self, text: str, result: Result, number: int) -> None:
        super().__init__(text)
        self.result = result
        self.number = number


@dataclass(frozen=True, slots=True)
class Accepted:
    """A connection that a listener handed over: the listener, the new socket, and the other end."""

    listener: int
    socket: int
    port: int
    address: str


@dataclass(frozen=True, slots=True)
class Received:
    """What the target's user received: `full_length` octets, of which `data` was forwarded.

    `end`: the other end sends no more. `error`: the connection ended otherwise (RESET, USER_TIMEOUT, ...).
    """

    data: bytes
    full_length: int
    end: bool
    error: Result | None


class Agent:
    """The user of a TCP under test, at the far end of `channel`.

    `where` names it in error texts (host and port). `reply_within` is how long, in seconds, a response may take.
    `ours` tells what `is_ours` would find out, where that is known already. Every method that
    asks raises AgentRefused when the agent says no, NotApplicable when it has no such primitive, and Inconclusive
    when it says nothing. Times given as `until` are those of the channel's clock.
    """

    def __init__(
        self,
        channel: Channel,
        where: str = "the agent",
        *,
        reply_within: float = 2.0,
        service: int = SERVICE,
        ours: bool | None = None,
    ) -> None:
        self.where = where
        self._channel = channel
        self._reply_within = reply_within
        self._service = service
        self._events: deque[Message] = deque()
        self._late: deque[Message] = deque()  # responses to CONNECT that nobody waits for yet
        self._connecting = False
        self._connect_socket = 0
        self._version: tuple[int, ...] = ()
        self._ours = ours
        self._unanswered: str | None = None
        self._malformed = ""

    def version(self) -> tuple[int, ...]:
        """Return the version of the protocol that the agent speaks: three numbers, two from a server of 1.1.0."""
        self._version = self._ask_again(p.GET_VERSION)
        return self._version

    def is_ours(self) -> bool:
        """Tell whether the agent is our own server, with our private primitives, parameters and events."""
        if self._ours is None:
            try:
                self._ours = self._ask_again(p.IDENTIFY) == (p.IDENTITY,)
            except (AgentRefused, NotApplicable):
                self._ours = False
        return self._ours

    def start_test(self) -> None:
        """Begin a test; events of an earlier one are forgotten."""
        self._ask(p.START_TEST)
        self._events.clear()

    def end_test(self, tc_id: int = 0, name: str = "") -> None:
        """End the test: every socket that was opened over this channel is reset."""
        self._unanswered = None
        self._ask(p.END_TEST, tc_id, name)
        self._events.clear()
        self._late.clear()
        self._connecting = False

    def create_and_bind(self, port: int | None = None, address: str = "0.0.0.0", *, bind: bool = True) -> int:
        """Create a socket, of the family of `address`; return its id. `port` None: any. `bind` False: not bound."""
        number: int = self._ask(p.CREATE_AND_BIND, bind, _port(port), _bare(address))[0]
        return number

    def bind(self, socket: int, port: int | None = None, address: str = "0.0.0.0") -> None:
        """Bind a socket that was created unbound (ours only)."""
        self._ask(p.BIND, socket, _port(port), _bare(address))

    def listen_and_accept(self, socket: int, maximum: int = 1) -> None:
        """Listen with a backlog of `maximum` and accept that many connections; each is told by `accepted`.

        With our server: 0 listens and accepts none, a later call on the same socket starts to accept, and
        Parameter.BACKLOG sets a backlog of its own.
        """
        self._ask(p.LISTEN_AND_ACCEPT, socket, maximum)

    def accepted(self, until: float) -> Accepted | None:
        """Return the next connection that was accepted; None when there is none by `until`."""
        event = self._event(p.LISTEN_AND_ACCEPT, until)
        return None if event is None else Accepted(*_decoded(p.LISTEN_AND_ACCEPT, event))

    def connect(self, socket: int, port: int, address: str, until: float | None = None) -> None:
        """Issue a CONNECT, and wait no longer than `until` for the response; by default not at all.

        A server may answer only when the attempt has ended, which needs the tester's SYN,ACK. How it ended is told
        by `connect_outcome`.
        """
        self.is_ours()  # asked now, because a server that waits in CONNECT answers nothing else
        self._check_usable(p.CONNECT)
        self._late.clear()
        self._send(p.CONNECT, socket, port, _bare(address))
        self._connecting = True
        self._connect_socket = socket
        if until is not None:
            self._collect(until)

    def connect_outcome(self, until: float) -> Result | None:
        """Return how the CONNECT ended: OK, REFUSED, USER_TIMEOUT, RESET...; None when that is not known by `until`.

        Our server tells it by an event. Of another server the response is all there is; where that came at once, it
        only means that the attempt was issued.
        """
        while True:
            response = self._late[-1] if self._late else None
            if response is not None and (response.result or not self._ours):
                return self._result(response.result)
            event = self._take(p.CONNECT)
            if event is not None and _decoded(p.CONNECT, event) == (self._connect_socket,):
                return self._result(event.result)
            if event is None and not self._pump(until):
                return None

    def send_data(
        self, socket: int, data: bytes, total: int | None = None, *, urgent: bool = False, push: bool = False
    ) -> None:
        """SEND `data`, repeated up to `total` octets (at most 65535). `urgent`: the last octet is urgent data.

        `data` itself must fit into a datagram: at most 65000 octets.
        """
        flags = p.URGENT_FLAG * urgent | p.PUSH_FLAG * push
        self._ask(p.SEND_DATA, socket, len(data) if total is None else total, flags, data)

    def receive_and_forward(self, socket: int, max_forward: int = 0xFFFF, max_length: int = 0xFFFF) -> int:
        """Have the user RECEIVE up to `max_length` octets (0xFFFF: without end), told by `received`.

        Each event forwards at most `max_forward` octets. Returns how many octets were dropped before the call; our
        server drops none: it does not read before it is asked.
        """
        dropped: int = self._ask(p.RECEIVE_AND_FORWARD, socket, max_forward, max_length)[0]
        return dropped

    def received(self, until: float) -> Received | None:
        """Return what the user received next; None when nothing comes by `until`."""
        event = self._event(p.RECEIVE_AND_FORWARD, until)
        if event is None:
            return None
        full_length, data = _decoded(p.RECEIVE_AND_FORWARD, event)
        error = self._result(event.result) if event.result else None
        return Received(data, full_length, error is None and full_length == 0, error)

    def configure(self, socket: int, parameter: int, value: int | bytes) -> None:
        """Set a parameter (see `Parameter`). A number is sent in 4 octets if private, else in 2 for MSS and in 1.

        NotApplicable when the agent does not know a private parameter.
        """
        if isinstance(value, int):
            value = value.to_bytes(_width(parameter), "big")
        try:
            self._ask(p.CONFIGURE_SOCKET, socket, parameter, value)
        except AgentRefused as refused:
            if parameter < _PRIVATE_PARAMETERS or refused.result is not Result.INVALID_PARAMETER:
                raise
            raise NotApplicable(f"{self.where} cannot set parameter 0x{parameter:04X} ({value.hex()})") from None

    def shutdown(self, socket: int, how: int) -> None:
        """Shut down receiving (0), sending (1, the RFC's CLOSE) or both (2)."""
        self._ask(p.SHUTDOWN, socket, how)

    def close_socket(self, socket: int, abort: bool = False) -> None:
        """Release the socket; with `abort` as the RFC's ABORT, with a RST."""
        self._ask(p.CLOSE_SOCKET, socket, abort)

    def socket_state(self, socket: int, remote: tuple[str, int] | None = None) -> State:
        """Return the state of the socket's connection, or of the one that a listener holds with `remote`.

        Our server still knows it when the socket was closed. NotApplicable when the agent cannot tell states.
        """
        values: tuple[Any, ...] = (socket,) if remote is None else (socket, remote[1], _bare(remote[0]))
        number: int = self._ask(p.SOCKET_STATE, *values)[0]
        if not 1 <= number <= len(_STATES):
            raise Inconclusive(f"{self.where} answers SOCKET_STATE with {number}, which is no state")
        return _STATES[number - 1]

    def urgent_data(self, socket: int) -> tuple[Urgent, bytes]:
        """Return what the user knows of urgent data (ours only), and the urgent octet, which is taken by that."""
        urgent, data = self._ask(p.URGENT_DATA, socket)
        return Urgent(urgent), data

    def _ask(self, primitive: Primitive, *values: Any) -> tuple[Any, ...]:
        """Send a request, wait for its response and return what that holds."""
        self._check_usable(primitive)
        self._send(primitive, *values)
        response = self._response(primitive, self._channel.now() + self._reply_within)
        if response is None:
            self._unanswered = primitive.name
            raise self._silent(primitive.name)
        return self._values(primitive, response)

    def _ask_again(self, primitive: Primitive) -> tuple[Any, ...]:
        """Ask what may be asked twice: when no response comes in half the time, once more."""
        self._check_usable(primitive)
        start = self._channel.now()
        for share in (0.5, 1.0):
            self._send(primitive)
            response = self._response(primitive, start + share * self._reply_within)
            if response is not None:
                return self._values(primitive, response)
        if primitive is p.IDENTIFY:  # a foreign server may well be silent about what it does not know
            raise NotApplicable(f"{self.where} does not say who it is")
        raise self._silent(f"{primitive.name}, sent twice,")

    def _silent(self, what: str) -> Inconclusive:
        return Inconclusive(f"{self.where} did not answer {what} within {self._reply_within:g} s{self._malformed}")

    def _check_usable(self, primitive: Primitive) -> None:
        if self._unanswered is not None:
            raise Inconclusive(
                f"{self.where} did not answer {self._unanswered}, so it is not asked for {primitive.name}"
            )

    def _send(self, primitive: Primitive, *values: Any) -> None:
        try:
            self._channel.send(primitive.ask(*values, service=self._service))
        except ProtocolError as error:
            raise ValueError(f"{primitive.name}: {error}") from None

    def _values(self, primitive: Primitive, response: Message) -> tuple[Any, ...]:
        """Return the values of a response that says OK."""
        if response.result:
            self._refuse(primitive, response.result)
        try:
            return primitive.response.decode(response.data)
        except ProtocolError as error:
            raise Inconclusive(f"{self.where}: malformed response to {primitive.name}: {error}") from None

    def _refuse(self, primitive: Primitive, number: int) -> None:
        result = self._result(number)
        if result is Result.NO_PRIMITIVE:
            raise NotApplicable(f"{self.where} does not offer {primitive.name}")
        meaning = result.name if result == number else "of no known meaning"
        raise AgentRefused(
            f"{self.where} answers {primitive.name} with result 0x{number:02X} ({meaning})", result, number
        )

    def _result(self, number: int) -> Result:
        """Return the meaning of a result id, NOT_OK if it has none; 0xEC has another one in version 1.1.0."""
        if number == Result.BAD_INTERFACE and self._version[:2] == (1, 1):
            return Result.INVALID_PARAMETER
        try:
            return Result(number)
        except ValueError:
            return Result.NOT_OK

    def _response(self, primitive: Primitive, until: float) -> Message | None:
        """Wait for the response to `primitive`."""
        while True:
            message = self._next(until)
            if message is None:
                return None
            if message.kind is Kind.RESPONSE and primitive.matches(message):
                return message
            self._keep(message)

    def _event(self, primitive: Primitive, until: float) -> Message | None:
        """Return the next event of `primitive`, waiting for it if need be."""
        while True:
            event = self._take(primitive)
            if event is not None or not self._pump(until):
                return event

    def _take(self, primitive: Primitive) -> Message | None:
        """Return the oldest event of `primitive` that is at hand."""
        for event in self._events:
            if primitive.matches(event):
                self._events.remove(event)
                return event
        return None

    def _collect(self, until: float) -> None:
        """Wait for the response to CONNECT; raises when it refuses."""
        while not self._late and self._pump(until):
            pass
        if self._late and self._late[-1].result:
            self._refuse(p.CONNECT, self._late[-1].result)

    def _pump(self, until: float) -> bool:
        """Wait for a message and keep it; tell whether there was one."""
        message = self._next(until)
        if message is not None:
            self._keep(message)
        return message is not None

    def _keep(self, message: Message) -> None:
        """Keep an event, or the response to a CONNECT; any other response is one that nobody waits for."""
        if message.kind is Kind.EVENT:
            self._events.append(message)
        elif message.kind is Kind.RESPONSE and self._connecting and p.CONNECT.matches(message):
            self._late.append(message)
            self._connecting = False

    def _next(self, until: float) -> Message | None:
        """Return the next well-formed message; None when `until` has passed."""
        while True:
            datagram = self._channel.receive(until)
            if datagram is None:
                return None
            try:
                return decode(datagram, self._service)
            except ProtocolError as error:
                self._malformed = f"; it sent something malformed: {error}"


def _decoded(primitive: Primitive, event: Message) -> tuple[Any, ...]:
    """Return the values of an event."""
    assert primitive.event is not None
    try:
        return primitive.event.decode(event.data)
    except ProtocolError as error:
        raise Inconclusive(f"malformed event {primitive.name}: {error}") from None


def _width(parameter: int) -> int:
    """Return in how many octets the value of a parameter is sent."""
    if parameter >= _PRIVATE_PARAMETERS:
        return 4
    return 2 if parameter == Parameter.MSS else 1


def _port(port: int | None) -> int:
    return p.ANY_PORT if port is None else port


def _bare(address: str) -> str:
    """Return the address without its scope, which the protocol cannot carry."""
    return address.partition("%")[0]
