"""The tester's end of the Testability Protocol: drives our own server and those of other makers.

**One `Agent`, one channel, one connection under test.** The protocol has no request id, and its data events name no
socket; what keeps two connections apart is the control socket that asked.

**Nothing is sent twice**, except GET_VERSION and IDENTIFY, which change nothing: a second CONNECT or SEND_DATA would do
its work twice if only the response was lost. A request that stays unanswered makes the agent unusable (`Inconclusive`,
at once from then on), because its late response could be taken for that of the next. END_TEST may still be tried.
"""

from __future__ import annotations

from typing import Any

from conformance.agent import primitives as p
from conformance.agent.exchange import AgentRefused, Exchange
from conformance.agent.primitives import Report, Urgent
from conformance.agent.protocol import SERVICE, Result
from conformance.agent.told import Accepted, ConnectionStatus, Received
from conformance.agent.tuning import Tuning
from conformance.errors import Inconclusive, NotApplicable
from conformance.state import State
from conformance.wire.channel import Channel

__all__ = ["Accepted", "Agent", "AgentRefused", "ConnectionStatus", "Received"]

_STATES = (
    *(State.CLOSED, State.LISTEN, State.SYN_SENT, State.SYN_RECEIVED, State.ESTABLISHED, State.FIN_WAIT_1),
    *(State.FIN_WAIT_2, State.CLOSE_WAIT, State.LAST_ACK, State.CLOSING, State.TIME_WAIT),
)
"""The states in the numbering of RFC 4022 (tcpConnectionState), which starts with 1."""


class Agent(Tuning):
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
        self._exchange = Exchange(channel, where, reply_within, service)
        self._ours = ours
        self._connect_socket = 0
        self.parting = 0.0  # seconds that END_TEST took

    @property
    def slowest(self) -> float:
        """For how many seconds a response was waited for at most."""
        return self._exchange.slowest

    @property
    def asked(self) -> bool:
        """Whether anything was asked: if so, there may be something for `end_test` to undo."""
        return self._exchange.asked

    def version(self) -> tuple[int, ...]:
        """Return the version of the protocol that the agent speaks: three numbers, two from a server of 1.1.0."""
        self._exchange.version = self._exchange.ask_again(p.GET_VERSION)
        return self._exchange.version

    def is_ours(self) -> bool:
        """Tell whether the agent is our own server, with our private primitives, parameters and events."""
        if self._ours is None:
            try:
                self._ours = self._exchange.ask_again(p.IDENTIFY) == (p.IDENTITY,)
            except (Inconclusive, NotApplicable):  # a foreign one may well be silent about what it does not know
                self._ours = False
        return self._ours

    def start_test(self) -> None:
        """Begin a test; events of an earlier one are forgotten."""
        self._exchange.ask(p.START_TEST)
        self._exchange.forget()

    def end_test(self, tc_id: int = 0, name: str = "") -> None:
        """End the test: every socket that was opened over this channel is reset."""
        self._exchange.try_again()
        before, self._exchange.slowest = self._exchange.slowest, 0.0
        self._exchange.ask(p.END_TEST, tc_id, name)
        self.parting, self._exchange.slowest = self._exchange.slowest, before  # nothing that is judged waits for that
        self._exchange.forget()

    def create_and_bind(self, port: int | None = None, address: str = "0.0.0.0", *, bind: bool = True) -> int:
        """Create a socket, of the family of `address`; return its id. `port` None: any. `bind` False: not bound."""
        number: int = self._exchange.ask(p.CREATE_AND_BIND, bind, _port(port), _bare(address))[0]
        return number

    def bind(self, socket: int, port: int | None = None, address: str = "0.0.0.0") -> None:
        """Bind a socket that was created unbound (ours only)."""
        self._exchange.ask(p.BIND, socket, _port(port), _bare(address))

    def listen_and_accept(self, socket: int, maximum: int = 1) -> None:
        """Listen with a backlog of `maximum` and accept that many connections; each is told by `accepted`.

        With our server: 0 listens and accepts none, a later call on the same socket starts to accept, and
        Parameter.BACKLOG sets a backlog of its own.
        """
        self._exchange.ask(p.LISTEN_AND_ACCEPT, socket, maximum)

    def accepted(self, until: float) -> Accepted | None:
        """Return the next connection that was accepted; None when there is none by `until`."""
        event = self._exchange.event(p.LISTEN_AND_ACCEPT, until)
        return None if event is None else Accepted(*event[1])

    def connect(self, socket: int, port: int, address: str, until: float | None = None) -> bool:
        """Issue a CONNECT, and wait no longer than `until` for the response, by default not at all; tell if it came.

        A server may answer only when the attempt has ended, which needs the tester's SYN,ACK. How it ended is told
        by `connect_outcome`.
        """
        self.is_ours()  # asked now, because a server that waits in CONNECT answers nothing else
        self._exchange.connect(socket, port, _bare(address))
        self._connect_socket = socket
        response = self._exchange.connect_response(until)
        if response is not None and response.result:
            self._exchange.refuse(p.CONNECT, response.result)
        return response is not None

    def open_and_send(self, socket: int, port: int, address: str, data: bytes) -> None:
        """Issue a CONNECT whose SYN is to carry `data` (ours only); its end is told by `connect_outcome`."""
        self._exchange.ask(p.OPEN_AND_SEND, socket, port, _bare(address), data)
        self._connect_socket = socket

    def connect_outcome(self, until: float) -> Result | None:
        """Return how the CONNECT ended: OK, REFUSED, USER_TIMEOUT, RESET...; None when that is not known by `until`.

        Our server tells it by an event. Of another server the response is all there is; where that came at once, it
        only means that the attempt was issued.
        """
        while True:
            response = self._exchange.connect_response()
            if response is not None and (response.result or not self._ours):
                return self._exchange.result(response.result)
            event = self._exchange.event_at_hand(p.CONNECT)
            if event is not None and event[1] == (self._connect_socket,):
                return event[0]
            if event is None and not self._exchange.pump(until):
                return None

    def send_data(
        self, socket: int, data: bytes, total: int | None = None, *, urgent: bool = False, push: bool = False
    ) -> None:
        """SEND `data`, repeated up to `total` octets (at most 65535). `urgent`: the last octet is urgent data.

        `data` itself must fit into a datagram: at most 65000 octets.
        """
        flags = p.URGENT_FLAG * urgent | p.PUSH_FLAG * push
        self._exchange.ask(p.SEND_DATA, socket, len(data) if total is None else total, flags, data)

    def status(self, socket: int) -> ConnectionStatus:
        """Return what STATUS tells of the connection (ours only)."""
        local, local_port, remote, remote_port, *numbers = self._exchange.ask(p.STATUS, socket)
        told = (None if number == p.NOT_TOLD else number for number in numbers)
        return ConnectionStatus((local, local_port), (remote, remote_port), *told)

    def flush(self, socket: int) -> None:
        """FLUSH: drop what was SENT and is still beyond the window (ours only, and where the TCP has such a call)."""
        self._exchange.ask(p.FLUSH, socket)

    def receive_and_forward(self, socket: int, max_forward: int = 0xFFFF, max_length: int = 0xFFFF) -> int:
        """Have the user RECEIVE up to `max_length` octets (0xFFFF: without end), told by `received`.

        Each event forwards at most `max_forward` octets. Returns how many octets were dropped before the call; our
        server drops none: it does not read before it is asked.
        """
        dropped: int = self._exchange.ask(p.RECEIVE_AND_FORWARD, socket, max_forward, max_length)[0]
        return dropped

    def received(self, until: float) -> Received | None:
        """Return what the user received next; None when nothing comes by `until`."""
        event = self._exchange.event(p.RECEIVE_AND_FORWARD, until)
        if event is None:
            return None
        result, (full_length, data) = event
        error = None if result is Result.OK else result
        return Received(data, full_length, error is None and full_length == 0, error)

    def shutdown(self, socket: int, how: int) -> None:
        """Shut down receiving (0), sending (1, the RFC's CLOSE) or both (2)."""
        self._exchange.ask(p.SHUTDOWN, socket, how)

    def close_socket(self, socket: int, abort: bool = False) -> None:
        """Release the socket; with `abort` as the RFC's ABORT, with a RST."""
        self._exchange.ask(p.CLOSE_SOCKET, socket, abort)

    def socket_state(self, socket: int, remote: tuple[str, int] | None = None) -> State:
        """Return the state of the socket's connection, or of the one that a listener holds with `remote`.

        Our server still knows it when the socket was closed. NotApplicable when the agent cannot tell states.
        """
        values: tuple[Any, ...] = (socket,) if remote is None else (socket, remote[1], _bare(remote[0]))
        number: int = self._exchange.ask(p.SOCKET_STATE, *values)[0]
        if not 1 <= number <= len(_STATES):
            raise Inconclusive(f"{self.where} answers SOCKET_STATE with {number}, which is no state")
        return _STATES[number - 1]

    def errors(self, socket: int, *, asking: bool = True) -> frozenset[Report]:
        """Return what the TCP has reported of the connection since it was last asked (ours only).

        Without `asking`: only what it reported of itself, not what has to be looked for.
        """
        return frozenset(map(Report, self._exchange.ask(p.ERRORS, socket, asking)[0]))

    def urgent_notice(self, until: float) -> Urgent | None:
        """Return what the user is told next, unasked, of urgent data; None when it is told nothing by `until`."""
        event = self._exchange.event(p.URGENT_DATA, until)
        return None if event is None else Urgent(event[1][1])

    def at_mark(self, socket: int) -> bool:
        """Tell whether the user has received everything before the last urgent octet, and nothing after it."""
        answer: bool = self._exchange.ask(p.AT_MARK, socket)[0]
        return answer

    def urgent_data(self, socket: int) -> tuple[Urgent, bytes]:
        """Return what the user knows of urgent data (ours only), and the urgent octet, which is taken by that."""
        urgent, data = self._exchange.ask(p.URGENT_DATA, socket)
        return Urgent(urgent), data


def _port(port: int | None) -> int:
    return p.ANY_PORT if port is None else port


def _bare(address: str) -> str:
    """Return the address without its scope, which the protocol cannot carry."""
    return address.partition("%")[0]
